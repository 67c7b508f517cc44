"""Households: who lives together, at which address. One row per household of a chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from foundation.sample.clock import MOVED, Chunk
from foundation.sample.draw import Draw, Floats, Integers, Mask
from foundation.sample.text import choose, digits, join, numbers, take
from foundation.sample.words import geography, words

HEAD, SPOUSE, CHILDREN, FATHER, MOTHER = 0, 1, (2, 3, 4), 5, 6
SLOTS = 7
OUTSIDERS = 0.015  # households from elsewhere, whom the province's register does not hold


@dataclass(frozen=True)
class Households:
    """`age` in years and `present` have shape (households, slots)."""

    draw: Draw
    age: Floats
    present: Mask
    male_head: Mask
    is_outsider: Mask
    moved: Integers
    county: Integers
    town: Integers
    door: pa.StringArray
    address: pa.StringArray
    is_urban: Mask


def make_households(chunk: Chunk) -> Households:
    """As many households as the chunk's persons may need."""
    draw = chunk.draw("household", chunk.first + np.arange(min(chunk.persons, chunk.persons // 2 + 64)))
    moved = chunk.version(draw, "moved", MOVED)
    county, town = _place(draw, chunk.renewed(draw, np.where(moved > chunk.appears, moved, 0)))
    where = chunk.renewed(draw, moved)
    age, present = _members(draw)
    door, address, is_urban = _address(where, county, town)
    return Households(
        draw=draw,
        age=age,
        present=present,
        male_head=draw.chosen("male head", 0.75),
        is_outsider=draw.chosen("outsider", OUTSIDERS),
        moved=moved,
        county=county,
        town=town,
        door=door,
        address=address,
        is_urban=is_urban,
    )


def _place(draw: Draw, moved: Draw) -> tuple[Integers, Integers]:
    """A household keeps to its county when it moves."""
    places = geography()
    county = draw.pick("county", places.population)
    nth = (moved.uniform("town") ** 1.5 * places.town_count[county]).astype(np.int64)
    return county, places.first_town[county] + nth


def _members(draw: Draw) -> tuple[Floats, Mask]:
    ages = np.arange(20, 90)
    weights = np.interp(ages, [20, 28, 35, 58, 70, 89], [0.3, 0.9, 1.2, 1.2, 0.6, 0.05])
    age = np.zeros((len(draw), SLOTS))
    present = np.zeros((len(draw), SLOTS), np.bool_)
    age[:, HEAD] = head = ages[draw.pick("age", weights)] + draw.uniform("month")
    present[:, HEAD] = True
    age[:, SPOUSE] = np.maximum(head + draw.normal("spouse age", -0.5, 2.5), 20.1)
    present[:, SPOUSE] = draw.uniform("spouse") < np.interp(head, [20, 24, 30, 60, 89], [0.05, 0.5, 0.88, 0.82, 0.35])
    _children(draw, age, present)
    for slot, share in ((FATHER, 0.26), (MOTHER, 0.34)):
        age[:, slot] = head + np.clip(draw.normal(f"parent {slot}", 27, 3.5), 19, 40)
        present[:, slot] = draw.chosen(f"with parent {slot}", share) & (age[:, slot] < 97) & (head > 24)
    return age, present


def _children(draw: Draw, age: Floats, present: Mask) -> None:
    head = age[:, HEAD]
    number = draw.pick("children", np.array([0.2, 0.42, 0.33, 0.05]))
    number = np.where(present[:, SPOUSE] | draw.chosen("single parent", 0.3), number, 0)
    first = head - np.clip(draw.normal("first child", 26.5, 4), 19, 42)
    for order, slot in enumerate(CHILDREN):
        age[:, slot] = first - order * (1.5 + 3 * draw.uniform(f"gap {order}"))
        at_home = (age[:, slot] < 20) | draw.chosen(f"grown child {order}", 0.4)
        present[:, slot] = (order < number) & (age[:, slot] >= 0) & (age[:, slot] < 33) & at_home
    twins = draw.chosen("twins", 0.015) & present[:, CHILDREN[0]] & present[:, CHILDREN[1]]
    age[twins, CHILDREN[1]] = age[twins, CHILDREN[0]]


def _address(draw: Draw, county: Integers, town: Integers) -> tuple[pa.StringArray, pa.StringArray, Mask]:
    """The address down to the door, in full, and whether it lies in a street rather than a village."""
    places = geography()
    before = np.array([f"陕西省{city}{name}" for city, name in zip(places.cities, places.names, strict=True)])
    names = np.array(places.town_names)
    start = join(take(pa.array(before), county), take(pa.array(names), town))
    is_urban = np.array(["街道" in name for name in places.town_names])[town] | draw.chosen("town street", 0.12)
    roads, villages, estates = words("road"), words("village"), words("estate")
    number = numbers(draw.integers("number", 240, 1))
    road = join(take(roads, draw.integers("road", len(roads))), number, "号")
    village = join(
        take(villages, draw.integers("village", len(villages))), "村", numbers(draw.integers("group", 12, 1))
    )
    door = join(start, choose(is_urban, road, join(village, "组", number, "号")))
    return door, join(door, choose(is_urban, _flat(draw, estates), "")), is_urban


def _flat(draw: Draw, estates: tuple[str, ...]) -> pa.StringArray:
    estate = choose(draw.chosen("named", 0.6), take(estates, draw.integers("estate", len(estates))), "")
    building = join(numbers(draw.integers("building", 30, 1)), "号楼", numbers(draw.integers("unit", 5, 1)), "单元")
    room = join(numbers(draw.integers("floor", 28, 1)), digits(draw.integers("flat", 5, 1), 2), "室")
    return join(estate, building, room)
