"""How two values of an item are compared, as SQL: each comparator gives one of the outcomes below.

Values are conformed, so what only the writing distinguishes is equal already; such a value counts as cosmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from foundation.catalogue.crosscheck import Comparison
from foundation.sql import text

EQUAL, COSMETIC, DIFFERENT, NOT_COMPARABLE = "=", "~", "!", "?"
AUTHORITY_ONLY, OTHER_ONLY, NEITHER, ITSELF = "a", "o", ".", "*"


@dataclass(frozen=True)
class Sides:
    """What a comparator may look at beside the two values: the items that each side carries, and the code tables."""

    entity: Collection[str] = ()
    record: Collection[str] = ()
    known_divisions: str | None = None  # SQL for a list of the divisions that GB/T 2260 knows


Comparator = Callable[[str, str, Comparison, Sides], str]


def outcome(authority: str, other: str, comparison: Comparison, sides: Sides, rewritten: str = "false") -> str:
    """SQL for the outcome of comparing two SQL values; `rewritten` says whether the other was delivered differently."""
    compared = COMPARATORS[comparison.comparator](authority, other, comparison, sides)
    return f"""CASE WHEN {authority} = {other} THEN CASE WHEN {rewritten} THEN '{COSMETIC}' ELSE '{EQUAL}' END
        WHEN {authority} IS NULL AND {other} IS NULL THEN '{NEITHER}'
        WHEN {authority} IS NULL THEN '{OTHER_ONLY}' WHEN {other} IS NULL THEN '{AUTHORITY_ONLY}'
        ELSE {compared} END"""


def _exact(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    return f"'{DIFFERENT}'"


# 第一批异体字整理表: other forms of the same character. 於 is a surname of its own again (通用规范汉字表, 2013), and yet
# among them: departments whose systems know only 于 write that for it.
VARIANTS, STANDARD_FORMS = "珎秌於峯羣畧勣", "珍秋于峰群略绩"


def variant_form(value: str) -> str:
    """SQL for a name with its variant characters in their standard form and without middle dots."""
    return f"replace(translate({value}, '{VARIANTS}', '{STANDARD_FORMS}'), '·', '')"


def _person_name(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """A former name, a married woman's name under her husband's surname, and another middle dot are the same name."""
    same = [f"{variant_form(authority)} = {variant_form(other)}"]
    if "former_name" in sides.entity:
        same.append(f"{other} = entity.former_name")
    if "former_name" in sides.record:
        same.append(f"{authority} = record.former_name")
    if "sex_code" in sides.entity:
        married = f"length({other}) = length({authority}) + 1 AND length({authority}) >= 3 AND ends_with({other}, {authority})"
        same.append(f"(entity.sex_code = '2' AND {married})")
    return _cosmetic_if(" OR ".join(same))


def _organisation_name(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Brackets and blanks are no part of a name."""
    plain = [f"regexp_replace({value}, '[\\s()（）\\[\\]〔〕·-]', '', 'g')" for value in (authority, other)]
    return _cosmetic_if(f"{plain[0]} = {plain[1]}")


def _sex(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Unknown (0) and not stated (9) contradict nothing, GB/T 2261.1-2003."""
    return (
        f"CASE WHEN {authority} IN ('1', '2') AND {other} IN ('1', '2') THEN '{DIFFERENT}' ELSE '{NOT_COMPARABLE}' END"
    )


def _date_or_month(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """The first day of the month may stand for a month without a day."""
    month = f"date_trunc('month', {authority}) = date_trunc('month', {other}) AND 1 IN (day({authority}), day({other}))"
    return _cosmetic_if(month)


def _division(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Retired codes have been brought to current ones; a county lies in its city; of a registrar's own zone nothing is known."""
    within = " OR ".join(
        f"(ends_with({outer}, '{zeros}') AND starts_with({inner}, {outer}[:{6 - len(zeros)}]))"
        for outer, inner in ((authority, other), (other, authority))
        for zeros in ("00", "0000")
    )
    vague = "false"
    if sides.known_divisions is not None:
        vague = " OR ".join(f"NOT list_contains({sides.known_divisions}, {value})" for value in (authority, other))
    return f"CASE WHEN {within} THEN '{COSMETIC}' WHEN {vague} THEN '{NOT_COMPARABLE}' ELSE '{DIFFERENT}' END"


def _leading_code(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """A code of a coarser level agrees with every finer one inside it; GB/T 4754's letter may be left out."""
    plain = [f"regexp_replace({value}, '^[A-Z]', '')" for value in (authority, other)]
    return _cosmetic_if(f"starts_with({plain[0]}, {plain[1]}) OR starts_with({plain[1]}, {plain[0]})")


def _amount(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Yuan, to a hundredth; sums in other currencies are not converted and so are not known here."""
    return _cosmetic_if(f"abs({authority} - {other}) < 0.01")


def _words(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Departments' own words, by what they mean."""
    cases = " ".join(f"WHEN {text(word)} THEN {text(meaning)}" for word, meaning in comparison.words.items())
    meanings = [f"CASE {value} {cases} END" for value in (authority, other)]
    return f"""CASE WHEN {meanings[0]} IS NULL OR {meanings[1]} IS NULL THEN '{NOT_COMPARABLE}'
        WHEN {meanings[0]} = {meanings[1]} THEN '{COSMETIC}' ELSE '{DIFFERENT}' END"""


def address_form(value: str) -> str:
    """SQL for an address without province, punctuation and blanks, in upper case."""
    plain = f"upper(regexp_replace({value}, '[^\\p{{L}}\\p{{N}}]', '', 'g'))"
    return f"regexp_replace({plain}, '^陕西省?', '')"


CITY, COUNTY, TOWN = r"^(.{2,4}?市)", r"^.{2,4}?市(.{1,5}?[区县市])", r"(.{1,6}?(?:街道办事处|街道|镇|乡))"


def _address(authority: str, other: str, comparison: Comparison, sides: Sides) -> str:
    """Equal when every element that both sides give (city, county, the rest behind them) is equal."""
    one, two = address_form(authority), address_form(other)
    rests = [f"regexp_replace(regexp_replace({form}, '{CITY}', ''), '^.{{1,5}}?[区县]', '')" for form in (one, two)]
    parts = [(f"regexp_extract({one}, '{part}', 1)", f"regexp_extract({two}, '{part}', 1)") for part in (CITY, COUNTY)]
    agree = " AND ".join(f"(({a}) = '' OR ({b}) = '' OR ({a}) = ({b}))" for a, b in parts)
    return _cosmetic_if(f"{one} = {two} OR ({agree} AND {rests[0]} = {rests[1]})")


def _cosmetic_if(condition: str) -> str:
    return f"CASE WHEN {condition} THEN '{COSMETIC}' ELSE '{DIFFERENT}' END"


def metres(longitude: str, latitude: str, other_longitude: str, other_latitude: str) -> str:
    """SQL for the distance of two points in metres, good to 0.5 % over some kilometres."""
    east = f"(({longitude}) - ({other_longitude})) * cos(radians({latitude})) * 111320"
    return f"sqrt(pow({east}, 2) + pow((({latitude}) - ({other_latitude})) * 110940, 2))"


GCJ02_METRES, BD09_METRES = (300, 750), (800, 1500)


def offset_meaning(distance: str) -> str:
    """SQL for what a distance in metres betrays: about 460 m GCJ-02, about 1.1 km BD-09 taken for CGCS2000."""
    return f"""CASE WHEN {distance} < {GCJ02_METRES[0]} THEN '{EQUAL}'
        WHEN {distance} BETWEEN {GCJ02_METRES[0]} AND {GCJ02_METRES[1]} THEN 'GCJ-02'
        WHEN {distance} BETWEEN {BD09_METRES[0]} AND {BD09_METRES[1]} THEN 'BD-09' ELSE '{DIFFERENT}' END"""


COMPARATORS: dict[str, Comparator] = {
    "code": _exact,
    "date": _exact,
    "date_or_month": _date_or_month,
    "person_name": _person_name,
    "organisation_name": _organisation_name,
    "sex": _sex,
    "division": _division,
    "leading_code": _leading_code,
    "amount": _amount,
    "words": _words,
    "address": _address,
}
