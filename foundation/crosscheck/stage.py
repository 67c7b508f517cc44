"""Cross-checking one library table: only entities that something changed for are compared again (办法 art. 4-3, 18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from foundation.catalogue.catalogue import Catalogue
from foundation.changes import Changes
from foundation.crosscheck.affected import find_affected
from foundation.crosscheck.agreement import measure
from foundation.crosscheck.compare import Comparer, make_found
from foundation.crosscheck.kinds import find_kinds, kind_statements
from foundation.crosscheck.lifecycle import Lived, live
from foundation.crosscheck.records import gather
from foundation.standards.working_day import deadline


@dataclass(frozen=True)
class Checked:
    """Entities and values compared, and what became of the discrepancies."""

    entities: int
    values: int
    lived: Lived


def cross_check(changes: Changes, catalogue: Catalogue, name: str, on: date, working_days: int) -> Checked:
    """Bring discrepancies, their history and the rates of agreement of a library table up to date."""
    affected = find_affected(changes, catalogue, name, on)
    if not affected:
        return Checked(0, 0, Lived(0, 0, 0, 0))
    only = not changes.is_first(f"stored.{name}")
    con, comparer = changes.con, Comparer(catalogue, name, only)
    if only:
        gather(con, catalogue, name, [*comparer.statements, *kind_statements(catalogue, name, on)])
    make_found(con)
    values = comparer.run(con)
    find_kinds(con, catalogue, name, on, only)
    lived = live(con, catalogue, name, on, deadline(on, working_days))
    measure(con, comparer, on)
    return Checked(affected, values, lived)
