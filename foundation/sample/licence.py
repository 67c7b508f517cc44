"""政务服务管理局 电子证照目录: identity cards, marriage certificates, business licences, real-estate certificates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.clock import TOUCHED, Chunk
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers
from foundation.sample.number import ALPHABET_36, credit_check, licence_check, organisation_check
from foundation.sample.organization import INSTITUTION, OFFICES, SOCIAL, Organizations
from foundation.sample.person import People
from foundation.sample.population import at, unused_number
from foundation.sample.text import (
    UNKNOWN,
    choose,
    constant,
    digits,
    from_bytes,
    iso,
    join,
    numbers,
    parts_of,
    take,
    to_points,
)
from foundation.sample.words import geography

PROVINCE = "61"
DATASET = "government_service/license_index"
REAL_ESTATE_TYPE = "11100000MB03271699001"
_DEFINERS = {"identity": "00001331", "marriage": "00001342", "business": "MB0143028"[:8]}


@dataclass(frozen=True)
class Offices:
    """The counties' issuing offices: county * 4 + the place of the office in `OFFICES`."""

    uscc: pa.StringArray
    name: pa.StringArray

    @staticmethod
    def of(organizations: Organizations) -> Offices:
        count = len(geography().codes) * len(OFFICES)
        return Offices(organizations.uscc.slice(0, count), organizations.name.slice(0, count))


@dataclass(frozen=True)
class _Licence:
    """What the kinds of licences have in common, a row per licence; days count from 1970-01-01."""

    type_code: str
    title: str
    office: int
    county: Integers
    number: pa.StringArray
    holder_name: pa.StringArray
    holder_type: str
    holder_id: pa.StringArray
    issued: Integers
    valid_to: pa.StringArray
    status: pa.StringArray
    holder: Integers


@cache
def _type_code(kind: str) -> str:
    """The defining ministry's credit code and a number of three digits (GB/T 36904)."""
    if kind == "real estate":
        return REAL_ESTATE_TYPE
    body = np.frombuffer(_DEFINERS[kind].encode(), np.uint8)[None, :]
    front = np.hstack([np.frombuffer(b"11100000", np.uint8)[None, :], body, organisation_check(body)])
    return np.hstack([front, credit_check(front)]).tobytes().decode() + "001"


def _batch(chunk: Chunk, licence: _Licence, offices: Offices, draw: Draw) -> Batch:
    place = licence.county * len(OFFICES) + licence.office
    issuer = offices.uscc.take(pa.array(place))
    rows = len(draw)
    lapsed = chunk.version(draw, "touched", 2 * TOUCHED) > chunk.appears
    version = constant("001", rows)
    serial = digits(draw.numbers, 12)
    body = join(licence.type_code, issuer, serial, version)
    check = from_bytes(licence_check(to_points(body).astype(np.uint8)))
    wrong = draw.chosen("wrong check", RATES["licence_wrong_check"])
    shifted = take([chr(c) for c in ALPHABET_36], draw.integers("check", 36))
    front = join("1.2.156.3005.2.", licence.type_code, ".", issuer, ".", serial, ".", version, ".")
    batch = Batch(DATASET, "证照标识", draw, {
        "证照标识": join(front, check),
        "证照类型代码": constant(licence.type_code, rows),
        "证照名称": constant(licence.title, rows),
        "证照编号": licence.number,
        "持证主体": licence.holder_name,
        "持证主体代码类型": constant(licence.holder_type, rows),
        "持证主体代码": licence.holder_id,
        "颁发机构": offices.name.take(pa.array(place)),
        "颁发机构代码": issuer,
        "颁发日期": iso(licence.issued),
        "有效期起始日期": iso(licence.issued),
        "有效期截止日期": licence.valid_to,
        "证照状态": choose(lapsed, "失效", licence.status),
    }, speaks_of={"": licence.holder})  # fmt: skip
    is_person = licence.holder_type == "111"
    batch.spoil("持证主体", "holder_name", "name" if is_person else "organisation_name")
    replaced = join(front, shifted).filter(pa.array(wrong))
    batch.replace(wrong, "证照标识", replaced, "license_id", "licence_wrong_check", is_discrepancy=False)
    return batch


def _unknown_holders(batch: Batch, people: People, rows: Integers) -> None:
    """A number that nobody has; whether somebody of another province has one, the province can't tell."""
    wrong = batch.draw.chosen("unknown holder", RATES["licence_unknown_holder"])
    is_ours = pc.starts_with(people.citizen_id.take(pa.array(rows)), PROVINCE).to_numpy(zero_copy_only=False)
    for mask, differs in ((wrong & is_ours, True), (wrong & ~is_ours, False)):
        number = unused_number(people, rows[mask])
        batch.replace(mask, "持证主体代码", number, "holder_id", "licence_unknown_holder", is_discrepancy=differs)


def identity_cards(people: People, offices: Offices) -> Batch:
    """居民身份证 of the registered; a card issued after its holder's death is an error."""
    held = people.is_registered & people.citizen_id.is_valid().to_numpy(zero_copy_only=False) & ~people.gone
    rows = np.flatnonzero(held & people.draw.chosen("identity card", np.where(people.age < 16, 0.1, 0.5)))
    draw = people.chunk.draw("identity card", people.draw.numbers[rows])
    death, age = people.death[rows], people.age[rows]
    until = np.where(death != UNKNOWN, death, people.chunk.base)
    issued = np.maximum(until - draw.integers("issued", 3600, 20), people.birth[rows] + 30)
    late = (death != UNKNOWN) & draw.chosen("after death", RATES["licence_after_death"])
    issued = np.where(late, death + draw.integers("late", 30, 1), issued)
    years = np.select([age < 16, age < 26, age < 46], [5, 10, 20], 0)
    ends = choose(years == 0, "长期", iso(issued + years * 365))
    status = take(
        ["有效", "失效", "注销"],
        np.where(death != UNKNOWN, 2, (years > 0) & (issued + years * 365 < people.chunk.base)),
    )
    licence = _Licence(
        _type_code("identity"), "中华人民共和国居民身份证", 0, people.county[rows], at(people.citizen_id, rows),
        at(people.name, rows), "111", at(people.citizen_id, rows), issued, ends, status, people.draw.numbers[rows],
    )  # fmt: skip
    batch = _batch(people.chunk, licence, offices, draw)
    batch.note(late, "issued_on", "licence_after_death", iso(death), batch.columns["颁发日期"])
    _unknown_holders(batch, people, rows)
    return batch


def marriage_certificates(people: People, marriages: Batch, offices: Offices) -> Batch:
    """结婚证 of some of the marriages; the husband is the first holder."""
    on = marriages.columns["登记日期"].cast(pa.date32()).cast(pa.int32()).to_numpy()
    is_marriage = pc.equal(marriages.columns["登记类型"], "结婚").to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(is_marriage & marriages.draw.chosen("licence", 0.45))
    draw = people.chunk.draw("marriage licence", marriages.draw.numbers[rows])
    holder = marriages.speaks_of["husband"][rows]
    husband = np.searchsorted(people.draw.numbers, holder)
    licence = _Licence(
        _type_code("marriage"), "结婚证", 1, people.county[husband], marriages.columns["登记证号"].take(pa.array(rows)),
        at(people.name, husband), "111", at(people.citizen_id, husband), on[rows].astype(np.int64),
        choose(draw.chosen("for ever", 0.5), "长期", None), constant("有效", len(rows)), holder,
    )  # fmt: skip
    return _batch(people.chunk, licence, offices, draw)


def business_licences(organizations: Organizations, offices: Offices) -> Batch:
    """营业执照; of the cancelled mostly 注销."""
    listed = organizations.draw.chosen("licence", 0.8) & (organizations.kind < INSTITUTION) & ~organizations.gone
    rows = np.flatnonzero(listed & ~organizations.is_unknown & (organizations.kind < SOCIAL))
    draw = organizations.chunk.draw("business licence", organizations.draw.numbers[rows])
    cancelled = organizations.cancelled[rows]
    until = np.where(cancelled != UNKNOWN, cancelled, organizations.chunk.base)
    issued = np.maximum(organizations.established[rows], until - draw.integers("issued", 2500, 1))
    closed = cancelled != UNKNOWN
    code = np.where(closed, 1, np.where(organizations.is_revoked[rows], 2, 0))
    late = closed & draw.chosen("after cancellation", 0.01)
    issued = np.where(late, cancelled + draw.integers("late", 60, 1), issued)
    name, uscc = (column.take(pa.array(rows)) for column in (organizations.name, organizations.uscc))
    licence = _Licence(
        _type_code("business"), "营业执照", 2, organizations.county[rows], uscc, name, "001", uscc, issued,
        choose(draw.chosen("for ever", 0.6), "长期", None), take(["有效", "注销", "吊销"], code),
        organizations.draw.numbers[rows],
    )  # fmt: skip
    batch = _batch(organizations.chunk, licence, offices, draw)
    batch.note(late, "issued_on", "licence_after_cancellation", iso(cancelled), batch.columns["颁发日期"])
    return batch


def real_estate_certificates(people: People, offices: Offices) -> Batch:
    """不动产权证 of heads of households."""
    numbered = people.citizen_id.is_valid().to_numpy(zero_copy_only=False) & (people.slot == 0) & people.alive
    rows = np.flatnonzero(numbered & people.draw.chosen("real estate", 0.52) & ~people.gone)
    draw = people.chunk.draw("real estate", people.draw.numbers[rows])
    issued = people.chunk.base - draw.integers("issued", 3800, 1)
    county = people.county[rows]
    title = join("陕（", numbers(parts_of(issued)[0]), "）", take(pa.array(geography().names), county), "不动产权第",
                 digits(draw.integers("title", 10**7), 7), "号")  # fmt: skip
    licence = _Licence(
        _type_code("real estate"), "中华人民共和国不动产权证书", 3, county, title, at(people.name, rows), "111",
        at(people.citizen_id, rows), issued, constant(None, len(rows)), constant("有效", len(rows)),
        people.draw.numbers[rows],
    )  # fmt: skip
    batch = _batch(people.chunk, licence, offices, draw)
    _unknown_holders(batch, people, rows)
    return batch
