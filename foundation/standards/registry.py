"""Every standard by name, and every rule by code. A module is imported when one of its standards is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from foundation.standards.conformed import Rule, Standard

MODULES: dict[str, tuple[str, ...]] = {
    "text": ("text",),
    "person_name": ("person_name", "newborn_name"),
    "organisation_name": ("organisation_name",),
    "address": ("address",),
    "dates": ("date", "date_or_month", "end_date", "datetime"),
    "codes": ("code", "word"),
    "capital": ("capital_yuan", "capital_text"),
    "phone": ("phone",),
    "number": ("integer", "decimal"),
    "citizen_id": ("citizen_id",),
    "uscc": ("uscc", "taxpayer_number"),
    "organisation_code": ("organisation_code",),
    "registration_number": ("registration_number",),
    "division": ("division", "division_birth", "division_node"),
    "industry": ("industry_code",),
    "license_identifier": ("license_identifier",),
    "document_number": ("document_number",),
    "unit_number": ("unit_number",),
    "coordinate": ("longitude", "latitude"),
    "geometry": ("geometry",),
}
# The code table that a standard reads where the item names none.
CODES: dict[str, str] = {
    "citizen_id": "GB/T 2260",
    "division": "GB/T 2260",
    "division_birth": "GB/T 2260",
    "division_node": "GB/T 2260",
    "unit_number": "GB/T 2260",
    "industry_code": "GB/T 4754",
}


class Standards(Mapping[str, Standard]):
    """The standards by name; the names are known without importing anything."""

    def __init__(self, modules: Mapping[str, tuple[str, ...]]) -> None:
        self._module_of = {name: module for module, names in modules.items() for name in names}

    def __getitem__(self, name: str) -> Standard:
        """The standard; a KeyError names what is not known."""
        return _standards_of(self._module_of[name])[name]

    def __contains__(self, name: object) -> bool:
        return name in self._module_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._module_of)

    def __len__(self) -> int:
        return len(self._module_of)


class Rules(Mapping[str, Rule]):
    """The rules of all standards by code."""

    def __getitem__(self, code: str) -> Rule:
        return _rules()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(_rules())

    def __len__(self) -> int:
        return len(_rules())


@cache
def _standards_of(module: str) -> dict[str, Standard]:
    """The standards that a module exports."""
    exported: tuple[Standard, ...] = import_module(f"foundation.standards.{module}").STANDARDS
    return {standard.name: standard for standard in exported}


@cache
def _rules() -> dict[str, Rule]:
    """The rules of every standard."""
    return {rule.code: rule for standard in STANDARDS.values() for rule in standard.rules}


STANDARDS: Mapping[str, Standard] = Standards(MODULES)
RULES: Mapping[str, Rule] = Rules()
