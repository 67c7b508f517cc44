"""For queries over several entities: which other entities they look at beside a changed one."""

from __future__ import annotations

from collections.abc import Callable

from foundation.crosscheck.comparators import address_form
from foundation.crosscheck.queries import Finding


def _same_number(finding: Finding, changed: str) -> str:
    return f"""SELECT {finding.key} AS entity_id FROM {finding.link}
        JOIN (SELECT department, dataset, record_key, role, identifier FROM {finding.record} WHERE identifier IS NOT NULL)
            USING (department, dataset, record_key, role)
        WHERE identifier IN (SELECT identifier FROM {finding.record} JOIN {finding.link}
            USING (department, dataset, record_key, role) WHERE {finding.key} IN (SELECT entity_id FROM {changed}))"""


def _same_household_name(finding: Finding, changed: str) -> str:
    table = "conformed.public_security__resident"
    link = f"""SELECT {finding.key} AS entity_id, record_key FROM {finding.link}
        WHERE department = 'public_security' AND dataset = 'resident'"""
    return f"""SELECT entity_id FROM {table} JOIN ({link}) USING (record_key)
        WHERE (name, household_number) IN (SELECT (name, household_number) FROM {table} JOIN ({link}) USING (record_key)
            WHERE entity_id IN (SELECT entity_id FROM {changed}))"""


def _married(finding: Finding, changed: str) -> str:
    link = f"SELECT {finding.key} AS entity_id, record_key FROM {finding.link} WHERE dataset = 'marriage'"
    return f"""SELECT entity_id FROM ({link}) WHERE record_key IN
        (SELECT record_key FROM ({link}) WHERE entity_id IN (SELECT entity_id FROM {changed}))"""


def _same_door(finding: Finding, changed: str) -> str:
    """Doors of real-estate units that changed."""
    door = f"regexp_extract({address_form('address')}, '^.*?号')"
    return f"""SELECT {finding.key} AS entity_id FROM library.{finding.name} WHERE {door} IN
        (SELECT {door} FROM library.real_estate_unit SEMI JOIN {changed} USING (unit_number))"""


NEIGHBOURS: dict[str, Callable[[Finding, str], str]] = {
    "number_of_two_persons": _same_number,
    "two_numbers_of_one_person": _same_household_name,
    "two_marriages": _married,
    "point_differs": _same_door,
}
READS: dict[str, tuple[str, ...]] = {"point_differs": ("real_estate_unit",)}
# Query -> the library tables in which it looks up what hardly ever changes: they come before, their changes affect nobody.
LOOKED_UP: dict[str, tuple[str, ...]] = {"address_outside_division": ("admin_division",)}
