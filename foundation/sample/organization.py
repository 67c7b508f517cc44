"""The true organisations: companies, shops, cooperatives, branches, institutions and social organisations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from foundation.sample.clock import TOUCHED, Chunk
from foundation.sample.dirt import RATES
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.number import ALPHABET_31, characters, credit_check, organisation_check
from foundation.sample.person import People
from foundation.sample.text import UNKNOWN, choose, digit_bytes, from_bytes, join, numbers, take
from foundation.sample.words import geography, trades, words

COMPANY, INDIVIDUAL, COOPERATIVE, BRANCH, INSTITUTION, SOCIAL = range(6)
SHARES = np.array([0.50, 0.29, 0.04, 0.13, 0.02, 0.02])
PER_PERSON = 0.15
ZONES = (610131, 610132, 610133, 610134, 610135, 611101)
OFFICES = ("公安局", "民政局", "市场监督管理局", "自然资源局")  # every county has them: they issue licences
FIRST_MA = 16_709  # 2015-10-01: codes given since begin with MA


@dataclass
class Organizations:
    """Rows of a chunk; `representative` and `parent` are rows of the people and of the organisations, -1 for none."""

    chunk: Chunk
    draw: Draw
    kind: Integers
    county: Integers
    division: Integers
    uscc: pa.StringArray
    name: pa.StringArray
    former_name: pa.StringArray
    trade: Integers
    representative: Integers
    representative_name: pa.StringArray
    representative_id: pa.StringArray
    address: pa.StringArray
    established: Integers
    cancelled: Integers
    is_revoked: Mask
    version: Integers
    gone: Mask
    employers: Integers

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def is_unknown(self) -> Mask:
        """Companies that pay tax but that no registrar knows."""
        return np.asarray(self.kind == COMPANY, np.bool_) & self.draw.chosen(
            "unknown to registrar", RATES["tax_unknown_to_registrar"]
        )


def make_organizations(chunk: Chunk, people: People) -> Organizations:
    """Organisations of a chunk, led by people of the chunk; the first chunk also has the counties' offices."""
    places = geography()
    offices = len(places.codes) * len(OFFICES) if chunk.first == 0 else 0
    first = int(chunk.first * PER_PERSON) + (0 if chunk.first == 0 else len(places.codes) * len(OFFICES))
    draw = chunk.draw("organization", first + np.arange(offices + max(round(chunk.persons * PER_PERSON), 1)))
    kind = draw.pick("kind", SHARES)
    county = draw.pick("county", places.population)
    kind[:offices], county[:offices] = INSTITUTION, np.repeat(np.arange(len(places.codes)), len(OFFICES))[:offices]
    established = _established(chunk, draw, kind)
    division = _division(draw, kind, county)
    version = chunk.version(draw, "touched", 2 * TOUCHED)
    now = chunk.renewed(draw, np.where(version > chunk.appears, version, 0))
    trade = np.where(kind == INDIVIDUAL, 3 + 7 * draw.integers("retail", 2), draw.integers("trade", len(trades()[0])))
    name, former = _names(chunk, draw, kind, county, trade, offices)
    leader = _representative(people, draw, now, version > chunk.appears)
    cancelled, is_revoked = _closure(chunk, draw, kind, established, version, offices)
    organizations = Organizations(
        chunk=chunk, draw=draw, kind=kind, county=county, division=division,
        uscc=_credit_code(draw, kind, division, established, offices), name=name, former_name=former, trade=trade,
        representative=leader, representative_name=people.name.take(pa.array(leader)),
        representative_id=people.citizen_id.take(pa.array(leader)), address=_address(now, county),
        established=established, cancelled=cancelled, is_revoked=is_revoked, version=version,
        gone=chunk.gone(draw) & (np.arange(len(draw)) >= offices), employers=np.zeros(0, np.int64),
    )  # fmt: skip
    open_at_first = (cancelled == UNKNOWN) | (cancelled >= chunk.base)
    employs = open_at_first & ~is_revoked & np.isin(kind, [COMPANY, BRANCH, INSTITUTION, SOCIAL])
    organizations.employers = np.flatnonzero(employs)
    return organizations


def _established(chunk: Chunk, draw: Draw, kind: Integers) -> Integers:
    """More in later years; institutions are older."""
    age = draw.uniform("established") ** np.where(kind == INSTITUTION, 0.6, 1.8)
    return chunk.base - 30 - (age * np.where(kind == INSTITUTION, 22_000, 9_500)).astype(np.int64)


def _division(draw: Draw, kind: Integers, county: Integers) -> Integers:
    codes = np.array([int(code) for code in geography().codes])[county]
    in_capital = np.array([code.startswith("6101") for code in geography().codes])
    share = geography().population[in_capital].sum() / geography().population.sum()
    zone = draw.chosen("zone", RATES["enterprise_zone"] / share) & in_capital[county] & (kind < INSTITUTION)
    return np.where(zone, np.array(ZONES)[draw.pick("which zone", np.array([8, 3, 1, 1, 1, 2.0]))], codes)


def _credit_code(draw: Draw, kind: Integers, division: Integers, established: Integers, offices: int) -> pa.StringArray:
    """GB 32100-2015, with an organisation code of GB 11714-1997 inside; unique by a permutation of the row's number."""
    social = draw.pick("social kind", np.array([0.6, 0.35, 0.05])) + 51
    organ = draw.chosen("organ", 0.3) | (np.arange(len(draw)) < offices)
    two = np.select(
        [kind == INDIVIDUAL, kind == COOPERATIVE, kind == INSTITUTION, kind == SOCIAL],
        [92, 93, np.where(organ, 11, 12), social], 91,
    )  # fmt: skip
    plain = digit_bytes((draw.numbers * 61_803_403 + 3_141_592) % 10**8, 8)
    recent = characters((draw.numbers * 61_803_403 + 2_718_281) % 31**6, ALPHABET_31, 6)
    start = np.full((len(draw), 2), (ord("M"), ord("A")), np.uint8)
    body = np.where((established >= FIRST_MA)[:, None], np.hstack([start, recent]), plain)
    front = np.hstack([digit_bytes(two, 2), digit_bytes(division, 6), body, organisation_check(body)])
    return from_bytes(np.hstack([front, credit_check(front)]))


def _core(draw: Draw) -> pa.StringArray:
    first, second = words("core_first"), words("core_second")
    one = join(take(first, draw.integers("core 1", len(first))), take(second, draw.integers("core 2", len(second))))
    third = take(second, draw.integers("core 3", len(second)))
    return choose(draw.chosen("three", 0.35), join(one, third), one)


def _place(draw: Draw, county: Integers) -> pa.StringArray:
    """陕西, a city or a county, with or without its last character."""
    places = geography()
    cities, names = places.cities, places.names
    city = take(pa.array([name[:-1] for name in cities]), county)
    short = take(pa.array([name if len(name) == 2 else name[:-1] for name in names]), county)
    options = [take(pa.array(["陕西"]), county * 0), city, join(city, "市"), short, take(pa.array(names), county)]
    which = draw.pick("place", np.array([0.3, 0.3, 0.1, 0.15, 0.15]))
    return pa.concat_arrays(options).take(pa.array(which * len(draw) + np.arange(len(draw))))


def _names(
    chunk: Chunk, draw: Draw, kind: Integers, county: Integers, trade: Integers, offices: int
) -> tuple[pa.StringArray, pa.StringArray]:
    """Names, and former names of those that were renamed."""
    names = geography().names
    renamed = draw.chosen("renamed", 0.05) & np.isin(kind, [COMPANY, COOPERATIVE, INDIVIDUAL])
    made = [_name(version, kind, county, trade) for version in (draw, chunk.renewed(draw, np.full(len(draw), 1000)))]
    bureaus = words("bureau")
    office = np.where(
        np.arange(len(draw)) < offices, draw.numbers % len(OFFICES), draw.integers("bureau", len(bureaus))
    )
    institution = join(take(pa.array(names), county), _nth(draw, offices), take(bureaus, office))
    name = choose(kind == INSTITUTION, institution, made[0])
    return name, choose(renamed, made[1], None)


def _nth(draw: Draw, offices: int) -> pa.StringArray:
    """Institutions beyond the counties' offices are told apart by a village's name."""
    villages = words("village")
    return choose(np.arange(len(draw)) < offices, "", take(villages, draw.integers("institution", len(villages))))


def _name(draw: Draw, kind: Integers, county: Integers, trade: Integers) -> pa.StringArray:
    core, place, county_name = _core(draw), _place(draw, county), take(pa.array(geography().names), county)
    trade_name = take(trades()[0], trade)
    form = take(["有限公司", "有限责任公司", "股份有限公司"], draw.pick("form", np.array([0.8, 0.17, 0.03])))
    company = choose(
        draw.chosen("brackets", 0.05),
        join(core, "（", place, "）", trade_name, form),
        join(place, core, trade_name, form),
    )
    shops, farms, societies = words("shop"), words("farm"), words("society")
    shop = join(county_name, core, take(shops, draw.integers("shop", len(shops))))
    farm = join(county_name, core, take(farms, draw.integers("farm", len(farms))), "专业合作社")
    society = join(county_name, core, take(societies, draw.integers("society", len(societies))))
    branch = join(company, take(pa.array(geography().names), draw.integers("branch place", 107)), "分公司")
    forms = [company, shop, farm, branch, company, society]
    return pa.concat_arrays(forms).take(pa.array(kind * len(draw) + np.arange(len(draw))))


def _representative(people: People, draw: Draw, now: Draw, changed: Mask) -> Integers:
    """Grown people; a third of the changed organisations get another one."""
    alive_at_first = people.alive | (people.death >= people.chunk.base)  # so that a later death changes no other leader
    grown = np.flatnonzero((people.age > 22) & (people.age < 68) & alive_at_first & people.is_registered)
    if not len(grown):
        grown = np.arange(len(people))
    before = (draw.uniform("leader") * len(grown)).astype(np.int64)
    after = (now.uniform("leader") * len(grown)).astype(np.int64)
    return grown[np.where(changed & draw.chosen("new leader", 0.34), after, before)]


def _closure(
    chunk: Chunk, draw: Draw, kind: Integers, established: Integers, version: Integers, offices: int
) -> tuple[Integers, Mask]:
    """Day of cancellation (`UNKNOWN`: none) and whether the licence was revoked."""
    rate = np.where(kind >= INSTITUTION, 0.03, 0.10)
    closed = draw.chosen("closed", rate) & (np.arange(len(draw)) >= offices)
    life = (draw.uniform("life") * (chunk.base - established)).astype(np.int64)
    now = (version > chunk.appears) & draw.chosen("closed now", 0.05) & (np.arange(len(draw)) >= offices)
    when = chunk.day_of(version, established + life)
    return np.where(closed, established + life, np.where(now, when, UNKNOWN)), draw.chosen("revoked", 0.04) & (kind < 4)


def _address(draw: Draw, county: Integers) -> pa.StringArray:
    places, roads = geography(), words("road")
    town = places.first_town[county] + (draw.uniform("town") * places.town_count[county]).astype(np.int64)
    before = pa.array([f"陕西省{city}{name}" for city, name in zip(places.cities, places.names, strict=True)])
    road, number = take(roads, draw.integers("road", len(roads))), numbers(draw.integers("number", 300, 1))
    room = choose(draw.chosen("room", 0.6), join(numbers(draw.integers("floor", 30, 1)), "层",
                  numbers(draw.integers("room", 3000, 101)), "室"), "")  # fmt: skip
    return join(take(before, county), take(pa.array(places.town_names), town), road, number, "号", room)
