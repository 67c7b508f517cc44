"""For queries over several entities: which other entities they look at beside a changed one."""

from __future__ import annotations

from collections.abc import Callable

from foundation.crosscheck.queries import HOLDERS, Finding, door_of


def _same_number(finding: Finding, changed: str) -> str:
    return f"""SELECT entity_id FROM {HOLDERS}
        WHERE identifier IN (SELECT identifier FROM {HOLDERS} WHERE entity_id IN (FROM {changed}))"""


def _same_household_name(finding: Finding, changed: str) -> str:
    table, link = "conformed.public_security__resident", finding.all_links("public_security/resident")
    return f"""WITH link AS MATERIALIZED (FROM {link}),
        mine AS (SELECT name, household_number FROM {table} WHERE record_key IN
            (SELECT record_key FROM link WHERE entity_id IN (FROM {changed}))),
        near AS (SELECT record_key FROM {table} WHERE (name, household_number) IN (SELECT (name, household_number) FROM mine))
        SELECT entity_id FROM link WHERE record_key IN (FROM near)"""


def _married(finding: Finding, changed: str) -> str:
    return f"""WITH link AS MATERIALIZED (FROM {finding.all_links("civil_affairs/marriage")})
        SELECT entity_id FROM link WHERE record_key IN (SELECT record_key FROM link WHERE entity_id IN (FROM {changed}))"""


def _same_door(finding: Finding, changed: str) -> str:
    """Doors of real-estate units that changed."""
    door = door_of("address")
    return f"""SELECT {finding.key} AS entity_id FROM stored.{finding.name} WHERE {door} IN
        (SELECT {door} FROM stored.real_estate_unit SEMI JOIN {changed} USING (unit_number))"""


NEIGHBOURS: dict[str, Callable[[Finding, str], str]] = {
    "number_of_two_persons": _same_number,
    "two_numbers_of_one_person": _same_household_name,
    "two_marriages": _married,
    "point_differs": _same_door,
}
READS: dict[str, tuple[str, ...]] = {"point_differs": ("real_estate_unit",)}
# Query -> the library tables in which it looks up what hardly ever changes: they come before, their changes affect nobody.
LOOKED_UP: dict[str, tuple[str, ...]] = {"address_outside_division": ("admin_division",)}
