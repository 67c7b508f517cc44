"""The tables of resolved identity, for each library table whose entities are minted here."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.catalogue.model import LibraryTable

RECORD_KEY = ("department", "dataset", "record_key", "role")

EVENT_COLUMNS = {
    "happened_on": "DATE",
    "library": "VARCHAR",
    "event": "VARCHAR",
    "entity_id": "VARCHAR",
    "other_entity_id": "VARCHAR",
}
MINT_COLUMNS = {"entity": "VARCHAR", "minted": "BIGINT"}


@dataclass(frozen=True)
class IdentityTables:
    """Names and columns of an identity's tables: the records as far as identity needs them, and their entities."""

    record: str
    link: str
    key: str

    @property
    def record_columns(self) -> dict[str, str]:
        return {
            **dict.fromkeys(RECORD_KEY, "VARCHAR"),
            "rank": "BIGINT",
            "identifier": "VARCHAR",
            "name": "VARCHAR",
            "former_name": "VARCHAR",
            "birth_date": "DATE",
        }

    @property
    def link_columns(self) -> dict[str, str]:
        return {
            **dict.fromkeys(RECORD_KEY, "VARCHAR"),
            self.key: "VARCHAR",
            "method": "VARCHAR",
            "match_probability": "DOUBLE",
        }


LINK_NAMES = {"person": "person", "legal_entity": "organization"}


def identity_tables(name: str, table: LibraryTable) -> IdentityTables:
    """The identity tables of a library table; `resolved.person_link` and `resolved.organization_link` by contract."""
    short = LINK_NAMES.get(name, name)
    return IdentityTables(f"resolved.{short}_record", f"resolved.{short}_link", table.key)
