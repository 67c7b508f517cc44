"""The tables of resolved identity, for each library table whose entities are minted here."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.catalogue.model import LibraryTable
from foundation.linkage.models import MODELS

RECORD_KEY = ("department", "dataset", "record_key", "role")

EVENT_COLUMNS = {
    "happened_on": "DATE",
    "library": "VARCHAR",
    "event": "VARCHAR",
    "entity_id": "VARCHAR",
    "other_entity_id": "VARCHAR",
}
REDIRECT_COLUMNS = {"library": "VARCHAR", "entity_id": "VARCHAR", "current_id": "VARCHAR", "since": "DATE"}
FORMER = "resolved.former_link"
FORMER_COLUMNS = {"library": "VARCHAR", "unit": "UBIGINT", "entity_id": "VARCHAR", "ended_on": "DATE"}
MINT_COLUMNS = {"entity": "VARCHAR", "minted": "BIGINT"}
SCALE_COLUMNS = {"entity": "VARCHAR", "units": "BIGINT", "fingerprint": "VARCHAR"}
PAIR_COLUMNS = {
    "unit": "UBIGINT",
    "other_unit": "UBIGINT",
    "kind": "VARCHAR",
    "match_weight": "DOUBLE",
    "match_probability": "DOUBLE",
    "weights": "VARCHAR",
    "is_plausible": "BOOLEAN",
    "outcome": "VARCHAR",
}
JUDGEMENT_COLUMNS = {
    **{f"left_{name}": "VARCHAR" for name in RECORD_KEY},
    **{f"right_{name}": "VARCHAR" for name in RECORD_KEY},
    "verdict": "VARCHAR",
}


@dataclass(frozen=True)
class IdentityTables:
    """Names and columns of an identity's tables.

    `record`: the records as far as identity needs them, and the unit (hash of the identifier that decides, or of the
    record's own key) that the model links. `link`: their entities, and the unit. `pair`: pairs of units that the model
    does not rule out, one row each, the undecided unit first. `judgement`: people's judgements as the last run knew them.
    """

    record: str
    link: str
    pair: str
    judgement: str
    key: str
    features: dict[str, str]

    @property
    def said_columns(self) -> dict[str, str]:
        """What a record says."""
        return {
            **dict.fromkeys(RECORD_KEY, "VARCHAR"),
            "rank": "BIGINT",
            "identifier": "VARCHAR",
            "name": "VARCHAR",
            "former_name": "VARCHAR",
            "birth_date": "DATE",
            **self.features,
        }

    @property
    def record_columns(self) -> dict[str, str]:
        """What a record says, and the unit that it belongs to, by its identifier or alone."""
        return {**self.said_columns, "is_identified": "BOOLEAN", "unit": "UBIGINT"}

    @property
    def link_columns(self) -> dict[str, str]:
        return {
            **dict.fromkeys(RECORD_KEY, "VARCHAR"),
            self.key: "VARCHAR",
            "method": "VARCHAR",
            "match_probability": "DOUBLE",
            "unit": "UBIGINT",
        }


LINK_NAMES = {"person": "person", "legal_entity": "organization"}


def identity_tables(name: str, table: LibraryTable) -> IdentityTables:
    """The identity tables of a library table; `resolved.person_link` and `resolved.organization_link` by contract."""
    short = LINK_NAMES.get(name, name)
    model = MODELS.get(name)
    record, link, pair, judgement = (f"resolved.{short}_{part}" for part in ("record", "link", "pair", "judgement"))
    return IdentityTables(record, link, pair, judgement, table.key, dict(model.features) if model else {})
