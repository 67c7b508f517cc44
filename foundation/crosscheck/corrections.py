"""A department's confirmed correction of its own record, in force until its next delivery agrees (办法 art. 18).

The conformed record takes the corrected value, and `corrections` beside it says by which answer; the text as delivered
stays in `ingest`. What is made from the record, the library's provenance too, follows by change like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue, split_name, table_name
from foundation.catalogue.sources import Source, sources_of
from foundation.crosscheck.tables import CORRECTION
from foundation.sql import count, quoted, text

PROVENANCE = {"corrections": "MAP(VARCHAR, VARCHAR)"}


@dataclass(frozen=True)
class Corrected:
    """How many values were replaced, and how many corrections ended because the department's own record says so now."""

    applied: int = 0
    ended: int = 0


def apply_corrections(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, dataset: str, on: date) -> Corrected:
    """Bring the conformed records of a dataset to the corrections in force; inside the caller's transaction."""
    active = con.execute(
        f"SELECT DISTINCT role, item FROM {CORRECTION} WHERE dataset = ? AND status = 'active'", [dataset]
    ).fetchall()
    applied = ended = 0
    for role, item in active:
        one = _Correcting(dataset, role, item, column_of(catalogue, dataset, role, item))
        ended += one.end(con, on)
        applied += one.apply(con)
    return Corrected(applied, ended)


def column_of(catalogue: Catalogue, dataset: str, role: str, item: str) -> str:
    """The conformed column that carries an item in a role; a KeyError where the dataset has no such column."""
    table = catalogue.tables[catalogue.datasets[dataset].subject]
    source: Source = next(one for one in sources_of(catalogue, table) if (one.dataset, one.role) == (dataset, role))
    column = source.columns[item]
    if not column.startswith('"'):
        raise KeyError(item)
    return column.strip('"')


@dataclass(frozen=True)
class _Correcting:
    """One item of a dataset's records, in a role."""

    dataset: str
    role: str
    item: str
    column: str

    @property
    def table(self) -> str:
        return f"conformed.{table_name(self.dataset)}"

    @property
    def _active(self) -> str:
        return f"""SELECT correction_id, record_key, corrected_value FROM {CORRECTION} WHERE status = 'active'
            AND dataset = {text(self.dataset)} AND role = {text(self.role)} AND item = {text(self.item)}"""

    def end(self, con: duckdb.DuckDBPyConnection, on: date) -> int:
        """End corrections whose record was delivered with the corrected value, or is held no more."""
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE ended_correction AS SELECT correction_id,
                CASE WHEN record.record_key IS NULL THEN 'withdrawn' ELSE 'agreed' END AS status
            FROM ({self._active}) AS active LEFT JOIN {self.table} AS record USING (record_key)
            WHERE record.record_key IS NULL OR (record.{quoted(self.column)}::VARCHAR = corrected_value
                AND coalesce(record.corrections[{text(self.column)}], '') <> correction_id)"""
        )
        ended = count(con, "ended_correction")
        if ended:
            con.execute(
                f"""UPDATE {CORRECTION} SET status = ended_correction.status, ended_on = DATE '{on}'
                FROM ended_correction WHERE {CORRECTION}.correction_id = ended_correction.correction_id"""
            )
        return ended

    def apply(self, con: duckdb.DuckDBPyConnection) -> int:
        """Replace the values of records that do not carry their correction yet."""
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE corrected AS FROM {self.table} SEMI JOIN ({self._active}) USING (record_key)
            WHERE coalesce(corrections[{text(self.column)}], '')
                NOT IN (SELECT correction_id FROM {CORRECTION} WHERE status = 'active')"""
        )
        applied = count(con, "corrected")
        if applied:
            own = f"MAP {{{text(self.column)}: active.correction_id}}"
            validity = self.column + "_is_valid"
            has_validity = validity in {row[0] for row in con.execute("DESCRIBE corrected").fetchall()}
            valid = f", {quoted(validity)} = true" if has_validity else ""
            con.execute(
                f"""UPDATE corrected SET {quoted(self.column)} = TRY_CAST(active.corrected_value AS {self._type(con)}){valid},
                    corrections = CASE WHEN corrections IS NULL THEN {own} ELSE map_concat(corrections, {own}) END
                FROM ({self._active}) AS active WHERE active.record_key = corrected.record_key"""
            )
            con.execute(f"DELETE FROM {self.table} WHERE record_key IN (SELECT record_key FROM corrected)")
            con.execute(f"INSERT INTO {self.table} BY NAME FROM corrected")
        return applied

    def _type(self, con: duckdb.DuckDBPyConnection) -> str:
        types = {row[0]: str(row[1]) for row in con.execute("DESCRIBE corrected").fetchall()}
        return types[self.column]


def correction_id(dataset: str, discrepancy_id: str) -> str:
    """What stands in the library's provenance in the place of a delivery."""
    return f"correction.{'.'.join(split_name(dataset))}.{discrepancy_id}"
