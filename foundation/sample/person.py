"""The true people of the province, household by household. One row per person of a chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from foundation.sample import household as home
from foundation.sample.clock import TOUCHED, Chunk
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.household import Households
from foundation.sample.name import given_name, minority_name, surname, surname_index
from foundation.sample.number import citizen_check
from foundation.sample.sequence import SequenceNumbers, outside_codes
from foundation.sample.text import UNKNOWN, Bytes, choose, digit_bytes, digits, from_bytes, join, parts_of, take
from foundation.sample.words import FIRST_YEAR, LAST_YEAR, geography, words

NOBODY = -1
ETHNIC_GROUPS = {
    "01": 0.985,
    "03": 0.0075,
    "11": 0.002,
    "02": 0.0015,
    "15": 0.001,
    "04": 0.001,
    "05": 0.0012,
    "08": 0.0008,
}
_DOTTED = ("04", "05")


@dataclass
class People:
    """Relatives are row numbers, -1 for nobody in the chunk; days count from 1970-01-01."""

    chunk: Chunk
    households: Households
    draw: Draw
    household: Integers
    slot: Integers
    female: Mask
    birth: Integers
    spouse: Integers
    father: Integers
    mother: Integers
    name: pa.StringArray
    surname: pa.StringArray
    former_name: pa.StringArray
    ethnicity: pa.StringArray
    birth_code: pa.StringArray
    citizen_id: pa.StringArray
    relation: pa.StringArray
    is_registered: Mask
    status: pa.StringArray
    death: Integers
    version: Integers
    gone: Mask
    phone: pa.StringArray

    def __len__(self) -> int:
        return len(self.household)

    @property
    def age(self) -> Integers:
        """Whole years on the first day of deliveries."""
        return ((self.chunk.base - self.birth) / 365.2425).astype(np.int64)

    @property
    def alive(self) -> Mask:
        return np.asarray(self.death == UNKNOWN, np.bool_)

    @property
    def is_cremated(self) -> Mask:
        """Dead of the last two years whom a funeral parlour reports."""
        recent = self.death > self.chunk.base - 730
        return np.asarray(recent, np.bool_) & self.draw.chosen("cremated", 0.75)

    @property
    def is_death_known(self) -> Mask:
        """Dead whose death the register knows."""
        return ~self.alive & ~self.draw.chosen("death unknown", RATES["death_unknown_to_register"])

    @property
    def county(self) -> Integers:
        return self.households.county[self.household]


def make_people(chunk: Chunk, sequence: SequenceNumbers) -> People:
    """The chunk's people; `sequence` remembers the identity numbers given out by the chunks before."""
    households = home.make_households(chunk)
    household, slot = (rows[: chunk.persons] for rows in np.nonzero(households.present))
    draw = chunk.draw("person", households.draw.numbers[household] * 8 + slot)
    row = np.full(households.present.shape, NOBODY)
    row[household, slot] = np.arange(len(household))
    female = _female(households, draw, household, slot)
    birth = _birth(chunk, households, draw, household, slot)
    spouse, father, mother = _relatives(households, row, household, slot)
    version = np.maximum(chunk.version(draw, "touched", TOUCHED), households.moved[household])
    place, code = _birth_place(households, draw, household, birth)
    number = join(_citizen_id(code, birth, sequence.take(code, birth, female)))
    family, name, former = _names(households, draw, household, slot, female, birth, version, chunk)
    is_registered, unnumbered = _registered(chunk, households, draw, household, birth)
    death, status = _death(chunk, draw, birth, slot)
    return People(
        chunk=chunk, households=households, draw=draw, household=household, slot=slot, female=female, birth=birth,
        spouse=spouse, father=father, mother=mother, name=name, surname=family, former_name=former,
        ethnicity=take(list(ETHNIC_GROUPS), _ethnic(households)[household]),
        birth_code=place, citizen_id=choose(unnumbered, None, number), relation=_relation(slot, female),
        is_registered=is_registered, status=status, death=death, version=version, gone=chunk.gone(draw),
        phone=phone(chunk.renewed(draw, version)),
    )  # fmt: skip


def phone(draw: Draw) -> pa.StringArray:
    """Mobile numbers."""
    start = take(["133", "135", "137", "138", "139", "150", "152", "158", "177", "180", "187", "189", "199"],
                 draw.integers("phone start", 13))  # fmt: skip
    return join(start, digits(draw.integers("phone", 10**8), 8))


def _female(households: Households, draw: Draw, household: Integers, slot: Integers) -> Mask:
    head = ~households.male_head[household]
    child = draw.chosen("girl", 0.48)
    fixed = [slot == home.HEAD, slot == home.SPOUSE, slot == home.FATHER, slot == home.MOTHER]
    return np.select(fixed, [head, ~head, np.zeros_like(head), np.ones_like(head)], child)


def _birth(chunk: Chunk, households: Households, draw: Draw, household: Integers, slot: Integers) -> Integers:
    days = (households.age[household, slot] * 365.2425).astype(np.int64)
    return chunk.base - np.maximum(days, 1)


def _relatives(
    households: Households, row: Integers, household: Integers, slot: Integers
) -> tuple[Integers, Integers, Integers]:
    """Row numbers of spouse, father and mother."""
    male, rows = households.male_head[household], row[household]
    partner = {home.HEAD: home.SPOUSE, home.SPOUSE: home.HEAD, home.FATHER: home.MOTHER, home.MOTHER: home.FATHER}
    spouse = np.select([slot == one for one in partner], [rows[:, other] for other in partner.values()], NOBODY)
    child, head = np.isin(slot, home.CHILDREN), slot == home.HEAD
    father = np.where(male, rows[:, home.HEAD], rows[:, home.SPOUSE])
    mother = np.where(male, rows[:, home.SPOUSE], rows[:, home.HEAD])
    return (
        spouse,
        np.select([child, head], [father, rows[:, home.FATHER]], NOBODY),
        np.select([child, head], [mother, rows[:, home.MOTHER]], NOBODY),
    )


def _birth_place(
    households: Households, draw: Draw, household: Integers, birth: Integers
) -> tuple[pa.StringArray, Integers]:
    """The division of birth by its present code, and the code that it had when the number was given."""
    places = geography()
    county = np.where(draw.chosen("born away", 0.1), draw.pick("born", places.population), households.county[household])
    outside = draw.chosen("born outside", 0.04) | households.is_outsider[household]
    other = np.array([int(code) for code in outside_codes()])
    weights = np.r_[np.ones(len(other) - 3), 0.4, 0.15, 0.25]
    elsewhere = other[draw.pick("elsewhere", weights)]
    home_only = (elsewhere >= 810000) & ~households.is_outsider[household]
    elsewhere = np.where(home_only, other[0], elsewhere)
    year = np.clip(parts_of(birth)[0], FIRST_YEAR, LAST_YEAR) - FIRST_YEAR
    code = np.where(outside, elsewhere, places.code_in_year[county, year])
    current = np.where(outside, elsewhere, np.array([int(text) for text in places.codes])[county])
    return digits(current, 6), code


def _citizen_id(code: Integers, birth: Integers, sequence: Integers) -> pa.StringArray:
    year, month, day = parts_of(birth)
    body: Bytes = np.hstack([
        digit_bytes(code, 6), digit_bytes(year * 10000 + month * 100 + day, 8), digit_bytes(sequence, 3)
    ])  # fmt: skip
    return from_bytes(np.hstack([body, citizen_check(body)]))


def _names(
    households: Households, draw: Draw, household: Integers, slot: Integers, female: Mask, birth: Integers,
    version: Integers, chunk: Chunk,
) -> tuple[pa.StringArray, pa.StringArray, pa.StringArray]:  # fmt: skip
    """Surname, name and former name; children have the father's surname, one in twenty the mother's."""
    family = np.stack([surname_index(chunk.draw(f"family {side}", households.draw.numbers)) for side in range(3)])
    fathers = np.where(households.male_head | ~households.present[:, home.SPOUSE], family[0], family[1])
    mothers = np.where(households.male_head, family[1], family[0])
    child = np.where(households.draw.chosen("mother's surname", 0.05), mothers, fathers)
    by_slot = np.stack([family[0], family[1], child, child, child, family[0], family[2]])
    last = surname(by_slot[slot, household])
    year = parts_of(birth)[0]
    first = given_name(draw, female, year)
    dotted = np.isin(_ethnic(households), [list(ETHNIC_GROUPS).index(code) for code in _DOTTED])[household]
    whole = choose(dotted & draw.chosen("dotted", 0.8), minority_name(draw), join(last, first))
    renamed = draw.chosen("renamed", 0.015) & (slot != home.SPOUSE)
    pool = words("former")
    earlier = join(last, take(pool, draw.integers("former", len(pool))))
    return last, whole, choose(renamed, earlier, None)


def _ethnic(households: Households) -> Integers:
    return households.draw.pick("ethnic", np.array(list(ETHNIC_GROUPS.values())))


def _registered(
    chunk: Chunk, households: Households, draw: Draw, household: Integers, birth: Integers
) -> tuple[Mask, Mask]:
    """In the register, and (infants) without a number yet."""
    infant = (chunk.base - birth < 365) & draw.chosen("unregistered", 0.06)
    return ~households.is_outsider[household] & ~infant, infant


def _death(chunk: Chunk, draw: Draw, birth: Integers, slot: Integers) -> tuple[Integers, pa.StringArray]:
    """Day of death (`UNKNOWN`: alive) and 户籍状态代码."""
    age = (chunk.base - birth) / 365.2425
    died = draw.uniform("died") < np.interp(age, [0, 1, 40, 60, 75, 97], [0.004, 0.0005, 0.002, 0.02, 0.12, 0.5])
    death = np.where(died, chunk.base - draw.integers("died on", 1100, 2), UNKNOWN)
    for number, day in enumerate(chunk.days, 1):
        now = draw.chosen(f"died/{number}", 0.02 * day.changed) & (death == UNKNOWN) & (age > 50)
        death = np.where(now, day.day - 1, death)
    death = np.where(death > birth, death, UNKNOWN)
    left = draw.pick("status", np.array([0.975, 0.02, 0.005]))
    index = np.where(death != UNKNOWN, 3, np.where(chunk.gone(draw), 1, left))
    return death, take(["0", "8", "1", "9"], index)


def _relation(slot: Integers, female: Mask) -> pa.StringArray:
    """GB/T 4761: relation to the head of the household."""
    by_slot = [("02", "02"), ("11", "12"), ("20", "30"), ("20", "30"), ("20", "30"), ("51", "51"), ("52", "52")]
    flat = [code for pair in by_slot for code in pair]
    return take(flat, slot * 2 + female)
