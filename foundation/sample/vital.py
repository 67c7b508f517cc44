"""Births, marriages and cremations: events of two or three persons of the same province."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from foundation.sample.batch import Batch
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers
from foundation.sample.person import NOBODY, People
from foundation.sample.population import SEXES, at
from foundation.sample.text import choose, compact, constant, dates, digits, iso, join, parts_of, take
from foundation.sample.words import geography, words

Registrations = tuple[Integers, Integers, Integers, Integers]  # husband, wife, day, 0 marriage or 1 divorce
FORMER = 5 * 10**9  # certificate numbers of earlier marriages begin here


def truth(people: People, rows: Integers) -> Integers:
    """The truth_id of some rows; -1 for nobody."""
    return np.where(rows >= 0, people.draw.numbers[rows], NOBODY)


def birth_certificate(people: People) -> Batch:
    """卫生健康委 出生医学证明 of the last three years; an eighth unnamed."""
    today = people.chunk.base
    rows = np.flatnonzero((people.birth > today - 1095) & (people.mother >= 0))
    draw = people.chunk.draw("birth", people.draw.numbers[rows])
    mother, father = people.mother[rows], people.father[rows]
    hospitals, county = words("hospital")[:3], take(pa.array(geography().names), people.county[rows])
    issued = np.minimum(people.birth[rows] + draw.integers("issued", 30, 1), today)
    parents = {"child": rows, "mother": mother, "father": father}
    batch = Batch("health/birth_certificate", "出生医学证明编号", draw, {
        "出生医学证明编号": join(take([chr(65 + letter) for letter in range(26)], people.draw.numbers[rows] % 26),
                                 digits(people.draw.numbers[rows], 9)),
        "新生儿姓名": at(people.name, rows),
        "新生儿性别": take(SEXES, people.female[rows].astype(np.int64)),
        "出生日期": dates(people.birth[rows]),
        "母亲姓名": at(people.name, mother),
        "母亲身份证号": at(people.citizen_id, mother),
        "父亲姓名": at(people.name, father),
        "父亲身份证号": at(people.citizen_id, father),
        "出生机构名称": join(county, take(hospitals, draw.integers("hospital", 3))),
        "签发日期": dates(issued),
    }, speaks_of={role: truth(people, who) for role, who in parents.items()})  # fmt: skip
    _newborn_names(batch, people, rows)
    for role, name, number in (("mother", "母亲姓名", "母亲身份证号"), ("father", "父亲姓名", "父亲身份证号")):
        batch.spoil(name, "name", "name", role=role)
        batch.spoil(number, "citizen_id", "citizen_id", role=role)
    return batch


def _newborn_names(batch: Batch, people: People, rows: Integers) -> None:
    """Unnamed, 某某之子 / 某某之女, or a name that was changed before registration."""
    draw, mother = batch.draw, people.mother[rows]
    unnamed = draw.chosen("unnamed", RATES["certificate_unnamed"])
    of_mother = join(at(people.name, mother), take(["之子", "之女"], people.female[rows].astype(np.int64)))
    written = choose(draw.chosen("of mother", 0.5), of_mother, None)
    batch.replace(unnamed, "新生儿姓名", written.filter(pa.array(unnamed)), "name", "unnamed_newborn",
                  is_discrepancy=False, role="child")  # fmt: skip
    changed = ~unnamed & draw.chosen("changed name", RATES["certificate_changed_name"])
    girls, boys = words("female_young_second"), words("male_young_second")
    other = take([*boys, *girls], np.where(people.female[rows], len(boys), 0) + draw.integers("name", len(boys)))
    name = join(at(people.surname, rows), other).filter(pa.array(changed))
    batch.replace(changed, "新生儿姓名", name, "name", "changed_newborn_name", role="child")


def cremation(people: People) -> Batch:
    """民政厅 殡葬火化."""
    rows = np.flatnonzero(people.is_cremated)
    draw = people.chunk.draw("cremation", people.draw.numbers[rows])
    county = people.county[rows]
    parlours, county_name = words("funeral"), take(pa.array(geography().names), county)
    batch = Batch("civil_affairs/cremation", "火化证明编号", draw, {
        "火化证明编号": join(take(pa.array(geography().codes), county), digits(people.draw.numbers[rows], 9)),
        "逝者姓名": at(people.name, rows),
        "身份证号": choose(draw.chosen("no number", 0.08), None, at(people.citizen_id, rows)),
        "性别": take(SEXES, people.female[rows].astype(np.int64)),
        "死亡日期": compact(people.death[rows]),
        "火化日期": compact(people.death[rows] + draw.integers("days", 6, 1)),
        "殡仪馆": join(county_name, take(parlours, draw.integers("parlour", len(parlours)))),
    }, speaks_of={"": people.draw.numbers[rows]})  # fmt: skip
    other = draw.chosen("other day", RATES["other_death_date"])
    has_other_word = (people.is_registered & people.is_death_known)[rows]
    for mask, differs in ((other & has_other_word, True), (other & ~has_other_word, False)):
        day = compact(people.death[rows][mask] + 1)
        batch.replace(mask, "死亡日期", day, "death_date", "other_death_date", is_discrepancy=differs)
    for column, item, kinds in (
        ("逝者姓名", "name", ("name",)), ("身份证号", "citizen_id", ("citizen_id", "any")),
        ("死亡日期", "death_date", ("date_text",)),
    ):  # fmt: skip
        batch.spoil(column, item, *kinds)
    return batch


def marriage(people: People) -> Batch:
    """民政厅 婚姻登记: present couples, and for some an earlier marriage, dissolved or (rarely) not."""
    men = np.flatnonzero((people.spouse >= 0) & ~people.female)
    draw = people.chunk.draw("marriage", people.draw.numbers[men])
    younger = np.maximum(people.birth[men], people.birth[people.spouse[men]])
    on = younger + (21.5 * 365.2425 + 3000 * draw.uniform("married") ** 1.5).astype(np.int64)
    on = np.where(on < people.chunk.base, on, people.chunk.base - draw.integers("lately", 300, 1))
    digitised = draw.uniform("digitised") < np.interp(on, [3650, 8000, 13000], [0.2, 0.7, 0.96])
    kept = np.flatnonzero(digitised)
    now = (men[kept], people.spouse[men[kept]], on[kept], np.zeros(len(kept), np.int64))
    earlier = _earlier(people, draw, men, on)
    husband, wife, day, kind = (np.concatenate(parts) for parts in zip(now, *earlier, strict=True))
    number = people.draw.numbers[husband] + np.where(np.arange(len(husband)) >= len(kept), FORMER, 0)
    return _marriage_batch(people, husband, wife, day, kind, number)


def _earlier(people: People, draw: Draw, men: Integers, on: Integers) -> list[Registrations]:
    """Earlier marriages and divorces: each husband with the wife of another couple, before their present ones."""
    had = np.flatnonzero(draw.chosen("earlier", 0.05) & (on > 9000))
    if len(had) < 2:
        return []
    partner = people.spouse[men[np.roll(had, 1)]]
    first = np.minimum(on[had], on[np.roll(had, 1)]) - draw.at(had).integers("before", 2000, 400)
    grown = (first > people.birth[men[had]] + 7305) & (first > people.birth[partner] + 7305)
    had, partner, first = had[grown], partner[grown], first[grown]
    dissolved = ~draw.at(had).chosen("two at a time", RATES["two_marriages"] / 0.05)
    ended = first + draw.at(had).integers("lasted", 380, 30)
    married = (men[had], partner, first, np.zeros(len(had), np.int64))
    divorced = (men[had][dissolved], partner[dissolved], ended[dissolved], np.ones(int(dissolved.sum()), np.int64))
    return [married, divorced]


def _marriage_batch(
    people: People, husband: Integers, wife: Integers, day: Integers, kind: Integers, number: Integers
) -> Batch:
    draw = people.chunk.draw("marriage record", number * 4 + kind)
    county = people.county[husband]
    batch = Batch("civil_affairs/marriage", "登记证号", draw, {
        "登记证号": join(take(["J", "L"], kind), take(pa.array(geography().codes), county), "-",
                         digits(parts_of(day)[0], 4), "-", digits(number, 10)),
        "登记类型": take(["结婚", "离婚"], kind),
        "男方姓名": at(people.name, husband),
        "男方身份证号": at(people.citizen_id, husband),
        "女方姓名": at(people.name, wife),
        "女方身份证号": at(people.citizen_id, wife),
        "登记日期": iso(day),
        "登记机关": join(take(pa.array(geography().names), county), "民政局婚姻登记处"),
    }, is_authority=True, speaks_of={"husband": truth(people, husband), "wife": truth(people, wife)})  # fmt: skip
    _note_two_marriages(batch, number, kind)
    annulled = (kind == 0) & draw.chosen("annulled", 0.0005)
    batch.columns["登记类型"] = choose(annulled, "撤销", batch.columns["登记类型"])
    batch.is_authority = False  # names and numbers are the register's
    for role, name, identity in (("husband", "男方姓名", "男方身份证号"), ("wife", "女方姓名", "女方身份证号")):
        batch.spoil(name, "name", "name", role=role)
        batch.spoil(identity, "citizen_id", "citizen_id", role=role)
    return batch


def _note_two_marriages(batch: Batch, number: Integers, kind: Integers) -> None:
    earlier = (number >= FORMER) & (kind == 0)
    now = number < FORMER
    husbands, wives = batch.speaks_of["husband"], batch.speaks_of["wife"]
    again = np.isin(husbands, husbands[now]) | np.isin(wives, wives[now])
    open_still = earlier & again & ~np.isin(number, number[kind == 1])
    rows = len(batch)
    batch.note(open_still, "marital_status_code", "two_marriages", constant("离婚", rows), constant("结婚", rows))
