"""What departments hold of people for the themes: medical insurance, pensions, allowances, dwellings, grid workers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.person import People
from foundation.sample.place import door_codes
from foundation.sample.population import at, rows_of
from foundation.sample.text import compact, constant, dates, digits, iso, join, numbers, take
from foundation.sample.words import geography


def insured_person(people: People) -> Batch:
    """医疗保障局 参保人员; infants enrol late, some of the dead are still insured."""
    age = people.age
    kept = people.draw.chosen("insured after death", RATES["insured_after_death"])
    share = np.where(age < 1, 0.8, 0.95)
    rows, draw = rows_of(
        people, "medical", (people.alive | kept) & ~people.gone & people.draw.chosen("medical insured", share)
    )
    employed = (age[rows] >= 22) & (age[rows] < 60) & draw.chosen("employed", 0.35)
    status = np.where(people.alive[rows], draw.pick("status", np.array([0.94, 0.04, 0.02])), 0)
    batch = Batch("medical_security/insured_person", "医保个人编号", draw, {
        "医保个人编号": join("YB", digits(people.draw.numbers[rows], 12)),
        "姓名": at(people.name, rows),
        "证件号码": at(people.citizen_id, rows),
        "出生日期": iso(people.birth[rows]),
        "参保类型": take(["城乡居民医保", "职工医保"], employed.astype(np.int64)),
        "参保状态": take(["正常参保", "暂停参保", "终止参保"], status),
        "参保日期": iso(np.maximum(people.birth[rows] + 20, people.chunk.base - draw.integers("since", 5000, 1))),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    dead = ~people.alive[rows]
    _note(batch, dead, "coverage_status", "insured_after_death", "终止参保", "参保状态")
    _spoil_person(batch, "姓名", "证件号码", birth="出生日期")
    return batch


def pension_payment(people: People) -> Batch:
    """人社厅 养老金发放: the last payment of each; a few of the dead are still paid."""
    drew = people.draw.chosen("pension after death", RATES["pension_after_death"])
    ended = people.draw.chosen("last payment kept", 0.3)
    rows, draw = rows_of(
        people, "payment",
        (people.age >= 60) & ~people.gone & (people.alive | drew | ended) & people.draw.chosen("draws a pension", 0.85),
    )  # fmt: skip
    today = people.chunk.base - 10
    death = people.death[rows]
    still = people.alive[rows] | drew[rows]
    paid = np.where(still, today, np.minimum(death - 3, today))
    batch = Batch("human_resources/pension_payment", "发放编号", draw, {
        "发放编号": join("YL", digits(people.draw.numbers[rows], 12)),
        "社会保障号码": at(people.citizen_id, rows),
        "姓名": at(people.name, rows),
        "出生日期": iso(people.birth[rows]),
        "发放日期": iso(paid),
        "发放金额": join(numbers(draw.integers("amount", 6000, 150)), ".50"),
        "发放结果": take(["成功", "退回"], draw.chosen("returned", 0.01).astype(np.int64)),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    wrong = ~people.alive[rows] & drew[rows] & (death < today - 31)
    _note(batch, wrong, "paid_on", "pension_paid_after_death", None, "发放日期")
    _spoil_person(batch, "姓名", "社会保障号码", birth="出生日期")
    return batch


def subsistence_allowance(people: People) -> Batch:
    """民政厅 低保和特困."""
    kept = people.draw.chosen("allowance after death", RATES["allowance_after_death"])
    poor = people.households.draw.chosen("poor", 0.03)[people.household]
    rows, draw = rows_of(people, "allowance", poor & people.is_registered & (people.alive | kept) & ~people.gone)
    urban = people.households.is_urban[people.household][rows]
    kind = np.where(draw.chosen("alone", 0.1), 2, np.where(urban, 0, 1))
    batch = Batch("civil_affairs/subsistence_allowance", "救助编号", draw, {
        "救助编号": join("DB", digits(people.draw.numbers[rows], 12)),
        "姓名": at(people.name, rows),
        "身份证号": at(people.citizen_id, rows),
        "救助类别": take(["城市低保", "农村低保", "特困供养"], kind),
        "救助状态": take(["在保", "停保"], draw.chosen("stopped", 0.08).astype(np.int64)),
        "批准日期": dates(people.chunk.base - draw.integers("approved", 3000, 30)),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    _note(batch, ~people.alive[rows], "allowance_status", "allowance_after_death", "停保", "救助状态")
    _spoil_person(batch, "姓名", "身份证号")
    return batch


def actual_resident(people: People, places: Batch) -> Batch:
    """公安厅 实有人口: where people live, by address code and community."""
    rows, draw = rows_of(people, "dwells", people.alive & ~people.gone & people.draw.chosen("visited", 0.93))
    household = people.household[rows]
    outsider = people.households.is_outsider[household]
    kind = np.where(outsider, 2, draw.chosen("elsewhere", 0.1).astype(np.int64))
    batch = Batch("public_security/actual_resident", "登记编号", draw, {
        "登记编号": join("SY", digits(people.draw.numbers[rows], 12)),
        "姓名": at(people.name, rows),
        "公民身份号码": at(people.citizen_id, rows),
        "居住地址编码": door_codes(people, household),
        "所在社区地名编号": _community(people, places, household),
        "居住类型": take(["人户一致", "人户分离", "流动人口"], kind),
        "采集日期": compact(people.chunk.base - draw.integers("visited on", 700, 1)),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    _spoil_person(batch, "姓名", "公民身份号码")
    return batch


def communities(places: Batch) -> Integers:
    """Rows of place names that are communities or villages."""
    return np.flatnonzero(pc.equal(places.columns["类别"], "群众自治组织").to_numpy(zero_copy_only=False))


def _community(people: People, places: Batch, household: Integers) -> pa.StringArray:
    """A community of the household's county, the same for all its members; null where the chunk has none there."""
    numbers_of = places.columns["地名编号"].take(pa.array(communities(places))).sort()
    county_of = pc.utf8_slice_codeunits(numbers_of, 0, 6).cast(pa.int64()).to_numpy(zero_copy_only=False)
    counties = np.array([int(code) for code in geography().codes])
    first = np.searchsorted(county_of, counties)
    count = np.searchsorted(county_of, counties, "right") - first
    county = people.households.county[household]
    nth = people.households.draw.uniform("community")[household] * count[county]
    index = first[county] + nth.astype(np.int64)
    return numbers_of.take(pa.array(np.minimum(index, len(numbers_of) - 1), mask=count[county] == 0))


def community_worker(people: People, places: Batch) -> Batch:
    """民政厅 社区工作者: most communities have one."""
    grown = np.flatnonzero((people.age >= 22) & (people.age < 60) & people.alive & people.is_registered)
    sites = communities(places)
    served = places.draw.at(sites).chosen("has worker", 0.85) & (len(grown) > 0)
    sites = sites[served]
    draw = people.chunk.draw("worker", places.draw.numbers[sites])
    rows = grown[(draw.uniform("who") * len(grown)).astype(np.int64)] if len(grown) else sites[:0]
    batch = Batch("civil_affairs/community_worker", "人员编号", draw, {
        "人员编号": join("WG", digits(places.draw.numbers[sites], 12)),
        "姓名": at(people.name, rows),
        "身份证号": at(people.citizen_id, rows),
        "服务社区地名编号": places.columns["地名编号"].take(pa.array(sites)),
        "在岗状态": take(["在岗", "离岗"], draw.chosen("left", 0.05).astype(np.int64)),
        "到岗日期": dates(people.chunk.base - draw.integers("since", 3000, 30)),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    _spoil_person(batch, "姓名", "身份证号")
    return batch


def incident(people: People, places: Batch) -> Batch:
    """公安厅 社区警情: none to several a year for each community."""
    sites = communities(places)
    often = (people.chunk.draw("incidents", places.draw.numbers[sites]).uniform("often") ** 3 * 6).astype(np.int64)
    site = np.repeat(sites, often)
    nth = np.arange(len(site)) - np.repeat(np.cumsum(often) - often, often)
    draw = Draw(people.chunk.seed, "incident", places.draw.numbers[site] * 8 + nth)
    return Batch("public_security/incident", "警情编号", draw, {
        "警情编号": join("JQ", digits(draw.numbers, 13)),
        "社区地名编号": places.columns["地名编号"].take(pa.array(site)),
        "警情类别": take(["盗窃", "诈骗", "纠纷", "交通", "其他"], draw.pick("kind", np.array([2, 3, 4, 2, 1.0]))),
        "接警日期": iso(people.chunk.base - draw.integers("when", 500, 1)),
    })  # fmt: skip


def _spoil_person(batch: Batch, name: str, number: str, birth: str | None = None) -> None:
    batch.spoil(name, "name", "name")
    batch.spoil(number, "citizen_id", "citizen_id")
    if birth is not None:
        batch.spoil(birth, "birth_date", "birth_date")


def _note(batch: Batch, rows: Mask, item: str, kind: str, true: str | None, column: str) -> None:
    """A planted case of a theme: what it finds is no difference between registers."""
    batch.note(
        rows, item, kind, constant(true, len(batch)), batch.columns[column].cast(pa.string()), is_discrepancy=False
    )
