"""The register of residents and the health records: what each says of the same people."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.number import citizen_check
from foundation.sample.person import People, phone
from foundation.sample.text import (
    UNKNOWN,
    choose,
    compact,
    constant,
    digit_bytes,
    digits,
    from_bytes,
    iso,
    join,
    moments,
    take,
    to_points,
)  # fmt: skip
from foundation.sample.words import geography, words

SEXES = ("男", "女")


def rows_of(people: People, subject: str, mask: Mask) -> tuple[Integers, Draw]:
    rows = np.flatnonzero(mask)
    return rows, people.chunk.draw(subject, people.draw.numbers[rows])


def at(texts: pa.Array, rows: Integers) -> pa.Array:
    """Some rows of a column; -1 is null."""
    return texts.take(pa.array(rows, mask=rows < 0))


def updated_at(people: People, draw: Draw, rows: Integers, span: int) -> pa.StringArray:
    """When a record was last written: on the day that changed it, else some time before the first deliveries."""
    before = np.maximum(people.chunk.base - draw.integers("updated", span, 1), people.birth[rows] + 1)
    before = np.minimum(before, people.chunk.base)
    return moments(people.chunk.day_of(people.version[rows], before), draw.integers("time", 61_200, 28_800))


def resident(people: People) -> Batch:
    """公安厅 常住户籍人口."""
    removed = people.gone & people.draw.chosen("removed", 0.5)
    rows, draw = rows_of(people, "resident", people.is_registered & ~removed)
    county = people.county[rows]
    codes = pa.array(geography().codes)
    households = people.households.draw.numbers[people.household[rows]]
    known = (people.alive | people.is_death_known)[rows]
    death = np.where(known, people.death[rows], UNKNOWN)
    batch = Batch("public_security/resident", "公民身份号码", draw, {
        "公民身份号码": at(people.citizen_id, rows),
        "姓名": at(people.name, rows),
        "曾用名": at(people.former_name, rows),
        "性别代码": take(["1", "2"], people.female[rows].astype(np.int64)),
        "民族代码": at(people.ethnicity, rows),
        "出生日期": compact(people.birth[rows]),
        "出生地区划代码": at(people.birth_code, rows),
        "户籍地区划代码": take(codes, county),
        "户籍地址": at(people.households.address, people.household[rows]),
        "户号": join(take(codes, county), digits(households, 9)),
        "与户主关系代码": at(people.relation, rows),
        "户籍状态代码": choose(known, at(people.status, rows), "0"),
        "死亡日期": compact(death),
        "更新时间": updated_at(people, draw, rows, 3000),
    }, is_authority=True, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    is_cremated = people.is_cremated[rows]
    for unknown, kind, differs in (
        (~known & is_cremated, "death_unknown_to_register", True),
        (~known & ~is_cremated, "death_unknown_to_all", False),
    ):  # fmt: skip
        stated = batch.columns["户籍状态代码"]
        batch.note(unknown, "residency_status_code", kind, at(people.status, rows), stated, is_discrepancy=differs)
    _spoil_register(batch, people, rows)
    return batch


def _spoil_register(batch: Batch, people: People, rows: Integers) -> None:
    draw = batch.draw
    alive = people.alive[rows] & draw.chosen("taken for dead", RATES["register_dead_but_alive"])
    batch.replace(
        alive, "户籍状态代码", constant("9", int(alive.sum())), "residency_status_code", "register_dead_but_alive"
    )
    wrong = draw.chosen("wrong sex", RATES["register_wrong_sex"])
    other = take(["2", "1"], people.female[rows][wrong].astype(np.int64))
    batch.replace(wrong, "性别代码", other, "sex_code", "register_wrong_sex")
    _retire(batch, "户籍地区划代码", "household_division_code", people.county[rows])
    for column, item, kinds in (
        ("姓名", "name", ("name",)), ("曾用名", "former_name", ("any",)), ("出生日期", "birth_date", ("birth_date",)),
        ("户籍地址", "household_address", ("text",)), ("死亡日期", "death_date", ("any",)),
        ("公民身份号码", "citizen_id", ("citizen_id",)),
    ):  # fmt: skip
        batch.spoil(column, item, *kinds)
    _second_numbers(batch, people, rows)


def _retire(batch: Batch, column: str, item: str, county: Integers) -> None:
    """Codes of the county before it was renamed or its prefecture became a city."""
    rows = batch.draw.chosen(f"retired {column}", 0.01 if batch.is_authority else 0.03)
    code = digits(geography().retired(county[rows]), 6)
    batch.replace(rows, column, code, item, "retired_division", is_discrepancy=False)


def unused_number(people: People, rows: Integers) -> pa.StringArray:
    """Valid numbers like those of the given people that belong to nobody; null for people without a number."""
    if not len(rows):
        return pa.array([], pa.string())
    body = to_points(pc.fill_null(people.citizen_id.take(pa.array(rows)), "0" * 18))[:, :17].astype(np.uint8)
    body[:, 14:17] = digit_bytes(999 - people.female[rows], 3)
    return from_bytes(np.hstack([body, citizen_check(body)]))


def _second_numbers(batch: Batch, people: People, rows: Integers) -> None:
    """A few people stand in the register twice, with two valid numbers."""
    twice = np.flatnonzero(batch.draw.chosen("second number", RATES["second_number"]))
    if not len(twice):
        return
    number = unused_number(people, rows[twice])
    before = len(batch)
    index = pa.array(np.r_[np.arange(before), twice])
    batch.columns = {name: values.take(index) for name, values in batch.columns.items()}
    batch.draw = Draw(batch.draw.seed, batch.draw.subject, np.r_[batch.draw.numbers, batch.draw.numbers[twice] + 2**50])
    batch.speaks_of = {"": np.r_[batch.speaks_of[""], batch.speaks_of[""][twice]]}
    batch.replace(before + np.arange(len(twice)), "公民身份号码", number, "citizen_id", "second_number")


def health_record(people: People) -> Batch:
    """卫生健康委 居民健康档案: a fifth without a number, some children under a parent's."""
    kept = people.alive | people.draw.chosen("kept by health", RATES["health_of_the_dead"])
    rows, draw = rows_of(people, "health", kept & ~people.gone & people.draw.chosen("has health record", 0.95))
    places = geography()
    number = people.draw.numbers[rows]
    without = draw.chosen("no number", RATES["health_without_number"])
    citizen_id = choose(without, None, at(people.citizen_id, rows))
    prefix = pc.fill_null(pc.utf8_slice_codeunits(citizen_id, 0, 3), "")
    kind = choose(
        _equal(prefix, "810", "820"), "港澳居民居住证", choose(_equal(prefix, "830"), "台湾居民居住证", "居民身份证")
    )
    foreign = people.households.is_outsider[people.household[rows]] & draw.chosen("passport", 0.04)
    citizen_id = choose(foreign, join("E", digits(draw.integers("passport number", 10**8), 8)), citizen_id)
    hospitals = words("hospital")
    county_name = take(pa.array(places.names), people.county[rows])
    batch = Batch("health/resident_health_record", "档案编号", draw, {
        "档案编号": join(take(pa.array(places.codes), people.county[rows]), digits(number, 11)),
        "姓名": at(people.name, rows),
        "性别": choose(draw.chosen("sex not stated", 0.004), "未知", take(SEXES, people.female[rows].astype(np.int64))),
        "出生日期": iso(people.birth[rows]),
        "证件类型": choose(foreign, "护照", choose(without & draw.chosen("no type", 0.7), "",
                                                            choose(without, "其他", kind))),
        "证件号码": citizen_id,
        "联系电话": own_phone(people, draw, rows),
        "现住址": at(people.households.address, people.household[rows]),
        "建档机构名称": join(county_name, take(hospitals, draw.integers("hospital", len(hospitals)))),
        "更新时间": updated_at(people, draw, rows, 2000),
    }, speaks_of={"": number})  # fmt: skip
    _parents_numbers(batch, people, rows)
    wrong_sex(batch, "性别", people.female[rows])
    for column, item, kinds in (
        ("姓名", "name", ("name",)), ("出生日期", "birth_date", ("birth_date", "date_text")),
        ("证件号码", "citizen_id", ("citizen_id", "any")), ("现住址", "residence_address", ("text",)),
    ):  # fmt: skip
        batch.spoil(column, item, *kinds)
    return batch


def _equal(texts: pa.Array, *values: str | int) -> Mask:
    return np.asarray(pc.is_in(texts, pa.array(values, texts.type)), np.bool_)


def own_phone(people: People, draw: Draw, rows: Integers) -> pa.StringArray:
    """The person's number, a parent's for children, or another; one in twelve is missing."""
    parent = np.maximum(people.mother[rows], people.father[rows])
    holder = np.where((people.age[rows] < 16) & (parent >= 0), parent, rows)
    number = choose(draw.chosen("other phone", RATES["other_phone"]), phone(draw), at(people.phone, holder))
    return choose(draw.chosen("no phone", 0.08), None, number)


def _parents_numbers(batch: Batch, people: People, rows: Integers) -> None:
    """A child's record under the number of its mother or father."""
    parent = np.where(people.mother[rows] >= 0, people.mother[rows], people.father[rows])
    filled = _equal(pc.utf8_length(batch.columns["证件号码"]), 18)
    child = (people.age[rows] < 6) & (parent >= 0) & filled
    wrong = child & batch.draw.chosen("parent's number", RATES["health_parents_number"])
    batch.replace(wrong, "证件号码", at(people.citizen_id, parent[wrong]), "citizen_id", "parents_number")


def wrong_sex(batch: Batch, column: str, female: Mask, values: tuple[str, str] = SEXES) -> None:
    wrong = batch.draw.chosen("wrong sex", RATES["wrong_sex"])
    batch.replace(wrong, column, take(values[::-1], female[wrong].astype(np.int64)), "sex_code", "wrong_sex")
