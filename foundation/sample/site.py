"""Places and measurements for the themes: hazard sources, shelters, emissions, market prices, energy."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.sample.batch import Batch
from foundation.sample.credit import batch_of, in_trade, is_open, rare
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers
from foundation.sample.legal import rows_of
from foundation.sample.organization import COMPANY, INDIVIDUAL, Organizations
from foundation.sample.person import People
from foundation.sample.place import doors
from foundation.sample.text import constant, dates, digits, iso, join, numbers, take
from foundation.sample.words import geography

METRE = 1 / 111_195  # degrees of latitude
POLLUTANTS = {"二氧化硫": 100, "氮氧化物": 150, "化学需氧量": 80}
COMMODITIES = {"猪肉": 26.0, "大米": 6.4, "鸡蛋": 11.0}
ENERGY = {"煤炭": (400.0, 30), "天然气": (120.0, 12), "成品油": (90.0, 20)}  # tonnes a day in a county, days in store


def hazard_source(organizations: Organizations, people: People) -> Batch:
    """应急管理厅 重大危险源: chemical works and mines, some close to a door, most two kilometres and more from one."""
    mask = in_trade(organizations, "C26", "B06") & (organizations.kind == COMPANY)
    hazardous = rare(organizations, mask & organizations.draw.chosen("hazardous", 0.5))
    rows, draw = rows_of(organizations, "hazard", hazardous)
    _, _, longitude, latitude = doors(people)
    door = (draw.uniform("door") * len(longitude)).astype(np.int64)
    away = np.where(draw.chosen("close", 0.2), draw.integers("metres", 200, 50), draw.integers("far", 4000, 2000))
    turn = draw.uniform("turn") * 2 * np.pi
    north = latitude[door] + away * METRE * np.sin(turn)
    east = longitude[door] + away * METRE * np.cos(turn) / np.cos(np.radians(north))
    level = draw.pick("level", np.array([0.05, 0.15, 0.3, 0.5]))
    return batch_of(organizations, rows, draw, "emergency_management/hazard_source", ("备案编号", "BA61"),
        ("统一社会信用代码", "企业名称"), {
            "危险源名称": take(["液氨储罐区", "甲醇罐区", "液氯库", "成品油罐区"], draw.integers("what", 4)),
            "级别": take(["一级", "二级", "三级", "四级"], level),
            "外部安全防护距离": numbers(np.array([800, 500, 300, 300])[level]),
            "经度": numbers(np.round(east, 6)),
            "纬度": numbers(np.round(north, 6)),
            "坐标系": constant("CGCS2000", len(rows)),
        })  # fmt: skip


def shelter(people: People) -> Batch:
    """应急管理厅 避难场所: at a door of a street or village; a few are too small or closed."""
    households, codes, _, _ = doors(people)
    draw = people.chunk.draw("shelter", people.households.draw.numbers[households])
    rows = np.flatnonzero(draw.chosen("shelter", 0.01))
    draw, homes = draw.at(rows), people.households
    names = take(pa.array(geography().names), homes.county[households[rows]])
    small = draw.chosen("small", 0.3)
    return Batch("emergency_management/shelter", "场所编号", draw, {
        "场所编号": join("BN", digits(draw.numbers, 12)),
        "场所名称": join(names, take(["体育场", "中心小学", "人民公园", "文化广场"], draw.integers("kind", 4)), "避难场所"),
        "地址编码": codes.take(pa.array(rows)),
        "可容纳人数": numbers(np.where(small, draw.integers("few", 4, 2), draw.integers("many", 30, 3) * 100)),
        "状态": take(["可用", "维修", "停用"], draw.pick("state", np.array([0.9, 0.07, 0.03]))),
    })  # fmt: skip


def _several(rows: Integers, draw: Draw, times: int, subject: str) -> tuple[Integers, Integers, Draw]:
    """Rows repeated, the number of each repetition, and draws of their own."""
    nth = np.tile(np.arange(times), len(rows))
    return np.repeat(rows, times), nth, Draw(draw.seed, subject, np.repeat(draw.numbers, times) * 32 + nth)


def discharge_permit(organizations: Organizations) -> Batch:
    """生态环境厅 排污许可: factories, a row per pollutant; some factories have none."""
    factories = in_trade(organizations, "C") & (organizations.kind == COMPANY) & is_open(organizations)
    rows, draw = rows_of(organizations, "discharge", factories & organizations.draw.chosen("discharge permit", 0.85))
    rows, nth, each = _several(rows, draw, len(POLLUTANTS), "permit")
    lapsed = np.repeat(draw.chosen("lapsed", RATES["license_lapsed"]), len(POLLUTANTS))
    base = organizations.chunk.base
    until = np.where(lapsed, base - 60, base + np.repeat(draw.integers("until", 1500, 60), len(POLLUTANTS)))
    return batch_of(organizations, rows, each, "ecology/discharge_permit", ("许可事项编号", "PW"),
        ("统一社会信用代码", "单位名称"), {
            "污染物": take(list(POLLUTANTS), nth),
            "许可排放浓度": numbers(np.array(list(POLLUTANTS.values()))[nth]),
            "有效期至": dates(until),
            "许可状态": constant("有效", len(rows)),
        })  # fmt: skip


def emission_monitoring(organizations: Organizations) -> Batch:
    """生态环境厅 监测: most factories, each pollutant once a quarter; a few above what is permitted."""
    factories = in_trade(organizations, "C") & (organizations.kind == COMPANY) & is_open(organizations)
    rows, draw = rows_of(organizations, "monitoring", factories & organizations.draw.chosen("monitored", 0.8))
    rows, nth, each = _several(rows, draw, 4 * len(POLLUTANTS), "sample")
    limit = np.array(list(POLLUTANTS.values()))[nth % len(POLLUTANTS)]
    above = each.chosen("above", RATES["emission_above_permit"] / 4)
    value = limit * np.where(above, 1.2 + each.uniform("how much"), 0.2 + 0.6 * each.uniform("measured"))
    return batch_of(organizations, rows, each, "ecology/emission_monitoring", ("监测编号", "JC"),
        ("统一社会信用代码", "单位名称"), {
            "污染物": take(list(POLLUTANTS), nth % len(POLLUTANTS)),
            "监测浓度": numbers(np.round(value, 1)),
            "监测日期": iso(organizations.chunk.base - 30 - 91 * (nth // len(POLLUTANTS))),
        })  # fmt: skip


def price_survey(organizations: Organizations) -> Batch:
    """发展改革委 价格监测: shops, three commodities on eight Mondays; a few raise a price at last."""
    shops = (organizations.kind == INDIVIDUAL) & in_trade(organizations, "F52")
    rows, draw = rows_of(organizations, "market", shops & organizations.draw.chosen("survey point", 0.15))
    rows, nth, each = _several(rows, draw, 8 * len(COMMODITIES), "price")
    kind, week = nth % len(COMMODITIES), nth // len(COMMODITIES)
    rises = np.repeat(draw.chosen("rises", RATES["price_rise"]), 8 * len(COMMODITIES)) & (week == 0) & (kind == 0)
    price = np.array(list(COMMODITIES.values()))[kind] * (0.94 + 0.12 * each.uniform("price")) * np.where(rises, 1.6, 1)
    return batch_of(organizations, rows, each, "development_reform/price_survey", ("采价编号", "CJ"),
        ("统一社会信用代码", "监测点名称"), {
            "品种": take(list(COMMODITIES), kind),
            "价格": numbers(np.round(price, 2)),
            "采价日期": iso(organizations.chunk.base - 2 - 7 * week),
        })  # fmt: skip


def energy_stock(organizations: Organizations) -> Batch:
    """能源局 库存: what energy traders and producers have in store."""
    traders = in_trade(organizations, "B06", "D44", "F5191") & (organizations.kind == COMPANY)
    rows, draw = rows_of(organizations, "energy", traders & organizations.draw.chosen("stores", 0.8))
    kind = draw.pick("kind", np.array([0.5, 0.25, 0.25]))
    daily, days = (np.array([one[place] for one in ENERGY.values()])[kind] for place in (0, 1))
    stock = daily * days * (0.05 + 0.9 * draw.uniform("stock"))
    return batch_of(organizations, rows, draw, "energy/energy_stock", ("报表编号", "NY"),
        ("统一社会信用代码", "企业名称"), {
            "能源品种": take(list(ENERGY), kind),
            "库存量": numbers(np.round(stock, 1)),
            "报告日期": iso(np.full(len(rows), organizations.chunk.base - 3)),
        })  # fmt: skip


def energy_consumption(people: People) -> Batch:
    """发展改革委 能源消费: each county and kind; the first chunk has them all."""
    places = geography()
    counties = np.arange(len(places.codes) if people.chunk.first == 0 else 0)
    rows = np.repeat(counties, len(ENERGY))
    nth = np.tile(np.arange(len(ENERGY)), len(counties))
    draw = people.chunk.draw("consumption", rows * 8 + nth)
    daily = np.array([one[0] for one in ENERGY.values()])[nth] * (0.5 + draw.uniform("daily"))
    return Batch("development_reform/energy_consumption", "报表编号", draw, {
        "报表编号": join("XF", digits(draw.numbers, 8)),
        "行政区划代码": take(pa.array(places.codes), rows),
        "能源品种": take(list(ENERGY), nth),
        "日均消费量": numbers(np.round(daily, 1)),
        "报告日期": dates(np.full(len(rows), people.chunk.base - 20)),
    })  # fmt: skip
