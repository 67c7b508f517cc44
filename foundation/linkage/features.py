"""What the model needs of a record, beside name and birth date: taken from the conformed columns."""

from __future__ import annotations

from foundation.catalogue.model import Identity
from foundation.catalogue.sources import Source
from foundation.linkage.models import MODELS
from foundation.linkage.spec import LinkModel
from foundation.linkage.tables import IdentityTables
from foundation.sql import quoted


def feature_columns(tables: IdentityTables, identity: Identity, source: Source) -> list[str]:
    """SQL of the feature columns of a source, in the order of the record table's."""
    model = next((one for one in MODELS.values() if one.features == tables.features), None)
    if model is None:
        return []
    return [f"{_sql(model, identity, source, name)}::{kind} AS {quoted(name)}" for name, kind in model.features.items()]


def _sql(model: LinkModel, identity: Identity, source: Source, feature: str) -> str:
    if feature == "claimed":
        written = [source.sql(item) for item in dict.fromkeys(("uscc", identity.identifier)) if source.carries(item)]
        return f"coalesce({', '.join(written)})" if written else "NULL"
    if feature == "relatives":
        return _relatives(source)
    carried = [source.sql(item) for item in model.items_of[feature] if source.carries(item)]
    return f"coalesce({', '.join(carried)})" if carried else "NULL"


def _relatives(source: Source) -> str:
    """Valid identifiers of the others in a record of several persons: a newborn's parents, a husband's wife."""
    if not source.others:
        return "NULL"
    numbers = [f'CASE WHEN {column[:-1]}_is_valid" THEN {column} END' for column in source.others]
    return f"list_filter([{', '.join(numbers)}], number -> number IS NOT NULL)"
