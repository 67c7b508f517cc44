"""What departments hold of organisations for the themes: permits, inspections, penalties, judgements, building projects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.legal import rows_of, text_of
from foundation.sample.organization import COMPANY, INSTITUTION, Organizations
from foundation.sample.text import UNKNOWN, choose, constant, dates, digits, iso, join, numbers, take
from foundation.sample.words import trades


def in_trade(organizations: Organizations, *starts: str) -> Mask:
    """Businesses whose industry code begins with one of the given."""
    codes = trades()[1]
    wanted = np.array([code.startswith(starts) for code in codes])
    return np.asarray(wanted[organizations.trade] & (organizations.kind < INSTITUTION), np.bool_)


def is_open(organizations: Organizations) -> Mask:
    return np.asarray((organizations.cancelled == UNKNOWN) & ~organizations.is_revoked, np.bool_)


def rare(organizations: Organizations, chosen: Mask) -> Mask:
    """The chosen; where chance chose none in a small province an open company, for nobody delivers an empty file."""
    held = chosen & ~organizations.gone
    if organizations.chunk.first == 0 and not held.any():
        others = (organizations.kind == COMPANY) & is_open(organizations) & ~organizations.gone
        held[np.flatnonzero(others)[:1]] = True
    return held


def batch_of(
    organizations: Organizations, rows: Integers, draw: Draw, dataset: str, key: tuple[str, str],
    headers: tuple[str, str], columns: dict[str, pa.Array],
) -> Batch:  # fmt: skip
    """Records of organisations: a key of a prefix and the draw's number, credit code and name, then what is given."""
    batch = Batch(dataset, key[0], draw, {
        key[0]: join(key[1], digits(draw.numbers, 12)),
        headers[0]: text_of(organizations.uscc, rows),
        headers[1]: text_of(organizations.name, rows),
        **columns,
    }, speaks_of={"": organizations.draw.numbers[rows]})  # fmt: skip
    batch.spoil(headers[1], "name", "organisation_name")
    batch.spoil(headers[0], "uscc", "code")
    return batch


def _valid_to(organizations: Organizations, draw: Draw) -> tuple[Integers, Mask]:
    """Days until which permits hold, and which have lapsed."""
    lapsed = draw.chosen("lapsed", RATES["license_lapsed"])
    base = organizations.chunk.base
    return np.where(lapsed, base - draw.integers("since", 400, 5), base + draw.integers("until", 1700, 40)), lapsed


def food_license(organizations: Organizations) -> Batch:
    """市场监督管理局 食品许可: of food makers and restaurants; most of the closed gave theirs back."""
    needs = in_trade(organizations, "H62", "C14")
    has = organizations.draw.chosen("food permit", 1 - RATES["food_without_license"])
    rows, draw = rows_of(organizations, "food", needs & has)
    valid_to, _ = _valid_to(organizations, draw)
    closed = ~is_open(organizations)[rows] & draw.chosen("given back", 0.9)
    maker = in_trade(organizations, "C14")[rows]
    return batch_of(organizations, rows, draw, "market_regulation/food_license", ("许可证编号", "JY161"),
        ("统一社会信用代码", "经营者名称"), {
            "许可范围": take(["热食类食品制售", "食品生产"], maker.astype(np.int64)),
            "有效期至": iso(valid_to),
            "许可状态": take(["有效", "注销"], closed.astype(np.int64)),
        })  # fmt: skip


def food_inspection(organizations: Organizations) -> Batch:
    """市场监督管理局 食品抽检."""
    sampled = organizations.draw.chosen("sampled", 0.25)
    rows, draw = rows_of(
        organizations, "inspection", in_trade(organizations, "H62", "C14") & is_open(organizations) & sampled
    )
    products = ["凉皮", "酱牛肉", "糕点", "豆制品", "火锅底料", "粮食加工品"]
    return batch_of(organizations, rows, draw, "market_regulation/food_inspection", ("抽样编号", "GC26"),
        ("统一社会信用代码", "被抽样单位"), {
            "产品名称": take(products, draw.integers("product", len(products))),
            "抽样日期": iso(organizations.chunk.base - draw.integers("when", 500, 2)),
            "检验结论": take(["合格", "不合格"], draw.chosen("failed", RATES["sample_failed"]).astype(np.int64)),
        })  # fmt: skip


def drug_license(organizations: Organizations) -> Batch:
    """药品监督管理局 药品经营许可."""
    has = organizations.draw.chosen("drug permit", 0.95)
    rows, draw = rows_of(organizations, "drug", in_trade(organizations, "F5151") & is_open(organizations) & has)
    valid_to, _ = _valid_to(organizations, draw)
    return batch_of(organizations, rows, draw, "drug_administration/drug_license", ("许可证编号", "陕AA029"),
        ("统一社会信用代码", "企业名称"), {
            "经营方式": constant("批发", len(rows)),
            "有效期至": dates(valid_to),
            "许可状态": constant("有效", len(rows)),
        })  # fmt: skip


def penalty(organizations: Organizations) -> Batch:
    """市场监督管理局 行政处罚; two fifths have been repaired."""
    mask = (organizations.kind < INSTITUTION) & organizations.draw.chosen("penalised", RATES["penalised"])
    rows, draw = rows_of(organizations, "penalty", mask)
    decided = organizations.chunk.base - draw.integers("decided", 1000, 100)
    repaired = draw.chosen("repaired", 0.4)
    kinds = ["食品安全", "价格违法", "虚假宣传", "无照经营", "产品质量"]
    return batch_of(organizations, rows, draw, "market_regulation/penalty", ("决定书文号", "陕市监罚2026"),
        ("统一社会信用代码", "被处罚单位"), {
            "事由类别": take(kinds, draw.integers("kind", len(kinds))),
            "决定日期": iso(decided),
            "罚款金额": numbers(draw.integers("fine", 60, 1) * 500),
            "修复日期": choose(repaired, iso(decided + 90), None),
        })  # fmt: skip


def dishonest_judgment(organizations: Organizations) -> Batch:
    """高级人民法院 失信被执行人（单位）."""
    mask = (organizations.kind == COMPANY) & organizations.draw.chosen("dishonest", RATES["dishonest"])
    rows, draw = rows_of(organizations, "judgement", rare(organizations, mask))
    published = organizations.chunk.base - draw.integers("published", 700, 10)
    paid = draw.chosen("paid", 0.3)
    state = np.where(paid, 2, draw.integers("state", 2))
    return batch_of(organizations, rows, draw, "court/dishonest_judgment", ("案号", "2026陕01执"),
        ("统一社会信用代码", "被执行人名称"), {
            "履行情况": take(["全部未履行", "部分未履行", "全部履行"], state),
            "公布日期": iso(published),
            "屏蔽日期": choose(paid, iso(published + 5), None),
        })  # fmt: skip


def construction_project(organizations: Organizations, units: pa.Array) -> Batch:
    """住房城乡建设厅 工程项目: open builders, each on a real-estate unit; a few on land that nobody registered."""
    builders = in_trade(organizations, "E47") & (organizations.kind == COMPANY) & is_open(organizations)
    builds = rare(organizations, builders & organizations.draw.chosen("builds", 0.6))
    rows, draw = rows_of(organizations, "project", builds)
    known = ~draw.chosen("unknown land", RATES["project_on_unknown_land"]) & (len(units) > 0)
    unit = units.take(pa.array((draw.uniform("unit") * len(units)).astype(np.int64))) if len(units) else None
    other = None if unit is None else join(pc.utf8_slice_codeunits(unit, 0, 20), "99999999")
    kinds = ["住宅小区", "综合楼", "厂房", "学校", "安置房"]
    state = draw.pick("state", np.array([0.7, 0.08, 0.22]))
    return batch_of(organizations, rows, draw, "housing_construction/construction_project", ("项目编码", "6100"),
        ("施工单位统一社会信用代码", "施工单位名称"), {
            "项目名称": join("第", numbers(draw.numbers % 997 + 1), "号", take(kinds, draw.integers("kind", 5))),
            "不动产单元号": constant(None, len(rows)) if unit is None else choose(known, unit, other),
            "合同金额": join(numbers(draw.integers("contract", 9000, 200)), "0000"),
            "开工日期": iso(organizations.chunk.base - draw.integers("started", 900, 5)),
            "工程状态": take(["在建", "停工", "竣工"], state),
        })  # fmt: skip


def builder_qualification(organizations: Organizations) -> Batch:
    """住房城乡建设厅 建筑业企业资质."""
    has = organizations.draw.chosen("qualified", 1 - RATES["builder_unqualified"])
    mask = in_trade(organizations, "E47", "E50") & (organizations.kind == COMPANY) & has
    rows, draw = rows_of(organizations, "qualification", rare(organizations, mask))
    valid_to, _ = _valid_to(organizations, draw)
    return batch_of(organizations, rows, draw, "housing_construction/builder_qualification", ("证书编号", "D261"),
        ("统一社会信用代码", "企业名称"), {
            "资质类别": take(["建筑工程施工总承包", "建筑装修装饰工程专业承包", "市政公用工程施工总承包"], draw.integers("kind", 3)),
            "资质等级": take(["特级", "一级", "二级", "三级"], draw.pick("grade", np.array([0.01, 0.14, 0.35, 0.5]))),
            "有效期至": iso(valid_to),
            "资质状态": constant("有效", len(rows)),
        })  # fmt: skip
