"""Tax office and statistics: cross-check sources about the registrars' organisations."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Integers, Mask
from foundation.sample.legal import other_county, rows_of, text_of
from foundation.sample.organization import INDIVIDUAL, Organizations
from foundation.sample.text import UNKNOWN, choose, compact, constant, digits, iso, join, numbers, take
from foundation.sample.words import geography, trades


def taxpayer(organizations: Organizations) -> Batch:
    """税务局 税务登记: keyed by the credit code, the number before 2015, or neither."""
    draw = organizations.draw
    closed = (organizations.cancelled != UNKNOWN) | organizations.is_revoked
    rows, draw = rows_of(organizations, "taxpayer", draw.chosen("pays tax", np.where(closed, 0.6, 0.88)))
    uscc, division = text_of(organizations.uscc, rows), digits(organizations.division[rows], 6)
    scheme = draw.pick("number", np.array([1 - RATES["tax_old_number"] - RATES["tax_no_number"],
                                           RATES["tax_old_number"], RATES["tax_no_number"]]))  # fmt: skip
    old = join(division, pc.utf8_slice_codeunits(uscc, 8, 17))
    closed = (organizations.cancelled != UNKNOWN)[rows]
    registered = organizations.established[rows] + draw.integers("after", 60)
    batch = Batch("taxation/taxpayer", "登记序号", draw, {
        "登记序号": join("1016", digits(organizations.draw.numbers[rows], 12)),
        "纳税人识别号": choose(scheme == 2, None, choose(scheme == 1, old, uscc)),
        "纳税人名称": text_of(organizations.name, rows),
        "法定代表人姓名": text_of(organizations.representative_name, rows),
        "生产经营地址": text_of(organizations.address, rows),
        "国标行业代码": pc.utf8_slice_codeunits(take(trades()[1], organizations.trade[rows]), 1),
        "纳税人状态": take(["正常", "非正常", "注销"], np.where(closed, 2, organizations.is_revoked[rows])),
        "登记日期": iso(registered),
    }, speaks_of={"": organizations.draw.numbers[rows]})  # fmt: skip
    _tax_differences(batch, organizations, rows, closed)
    for column, item, kind in (
        ("纳税人名称", "name", "organisation_name"), ("法定代表人姓名", "legal_representative", "name"),
        ("生产经营地址", "address", "text"), ("纳税人识别号", "uscc", "code"),
    ):  # fmt: skip
        batch.spoil(column, item, kind)
    return batch


def _tax_differences(batch: Batch, organizations: Organizations, rows: Integers, closed: Mask) -> None:
    draw = batch.draw
    for kind, mask, value in (
        ("tax_active_though_cancelled", closed, "正常"), ("tax_cancelled_though_active", ~closed, "注销"),
        ("tax_abnormal", ~closed, "非正常"),
    ):  # fmt: skip
        wrong = mask & draw.chosen(kind, RATES[kind])
        written = constant(value, int(wrong.sum()))
        batch.replace(wrong, "纳税人状态", written, "status", kind, is_discrepancy=kind != "tax_abnormal")
    unknown = organizations.is_unknown[rows]
    batch.note(unknown, "uscc", "tax_unknown_to_registrar", constant(None, len(rows)), batch.columns["纳税人识别号"])
    old_names(batch, organizations, rows, "纳税人名称", RATES["tax_old_name"])
    wrong = draw.chosen("old leader", RATES["tax_old_representative"])
    other = np.roll(np.arange(len(organizations)), 7)[rows[wrong]]
    names = organizations.representative_name.take(pa.array(other))
    batch.replace(wrong, "法定代表人姓名", names, "legal_representative", "former_representative")
    other_county(batch, "生产经营地址", organizations.county[rows])


def old_names(batch: Batch, organizations: Organizations, rows: Integers, column: str, rate: float) -> None:
    """Renamed organisations under their earlier name; the rate is of all."""
    former = organizations.former_name.take(pa.array(rows))
    renamed = former.is_valid().to_numpy(zero_copy_only=False) & batch.draw.chosen("old name", min(rate / 0.04, 1.0))
    batch.replace(renamed, column, former.filter(pa.array(renamed)), "name", "former_name")


def basic_unit(organizations: Organizations) -> Batch:
    """统计局 基本单位名录: keyed by the organisation code, usually with a hyphen."""
    share = np.where(organizations.kind == INDIVIDUAL, 0.05, 0.55)
    is_open = (organizations.cancelled == UNKNOWN) | organizations.draw.chosen("still listed", 0.1)
    rows, draw = rows_of(organizations, "unit", is_open & organizations.draw.chosen("listed", share))
    uscc = text_of(organizations.uscc, rows)
    code = pc.utf8_slice_codeunits(uscc, 8, 16)
    check = pc.utf8_slice_codeunits(uscc, 16, 17)
    established = organizations.established[rows]
    places = geography()
    town = places.first_town[organizations.county[rows]]
    village = digits(draw.integers("village", 30, 1), 3)
    month = pc.utf8_slice_codeunits(compact(established), 0, 6)
    staff = (2 ** (draw.uniform("staff") * 10)).astype(np.int64) + draw.integers("plus", 5)
    staff += organizations.chunk.renewed(draw, organizations.version[rows]).integers("grown", 3)
    batch = Batch("statistics/basic_unit", "单位内码", draw, {
        "单位内码": digits(organizations.draw.numbers[rows], 10),
        "组织机构代码": join(code, choose(draw.chosen("hyphen", 0.8), "-", ""), check),
        "单位详细名称": text_of(organizations.name, rows),
        "法定代表人": text_of(organizations.representative_name, rows),
        "行政区划代码": join(take(pa.array(places.town_codes), town), village),
        "详细地址": text_of(organizations.address, rows),
        "行业代码": pc.utf8_slice_codeunits(take(trades()[1], organizations.trade[rows]), 1),
        "从业人数": numbers(staff),
        "开业时间": choose(draw.chosen("month only", 0.15), month, compact(established)),
    }, speaks_of={"": organizations.draw.numbers[rows]})  # fmt: skip
    old_names(batch, organizations, rows, "单位详细名称", RATES["statistics_old_name"])
    for column, item, kinds in (
        ("单位详细名称", "name", ("organisation_name",)), ("法定代表人", "legal_representative", ("name",)),
        ("详细地址", "address", ("text",)), ("组织机构代码", "organisation_code", ("code",)),
        ("从业人数", "employees", ("any",)),
    ):  # fmt: skip
        batch.spoil(column, item, *kinds)
    return batch
