"""Review: what the model leaves to people, and the ledger of what they decided."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from foundation.catalogue.catalogue import Catalogue, table_name
from foundation.crosscheck.tables import SECRET
from foundation.linkage.identifier import datasets_by_rank
from foundation.linkage.tables import JUDGEMENT_COLUMNS, RECORD_KEY, identity_tables
from foundation.sql import listed, quoted, text
from foundation.standards.mask import mask_value
from resources.lake import Lake
from resources.operations import judgement, review_case

OPEN, JUDGED, CLOSED = "open", "judged", "closed"
SIDES = ("left", "right")
RECORDS = [f"{side}_{name}" for side in SIDES for name in RECORD_KEY]


@dataclass(frozen=True)
class Side:
    """One of a case's two records: what it says, masked as the catalogue demands, by item."""

    dataset: str
    role: str
    values: dict[str, str]


@dataclass(frozen=True)
class Review:
    """The cases and judgements of the library tables whose entities are linked."""

    catalogue: Catalogue
    lake: Lake

    def judgements(self, table: str) -> pa.Table:
        """The judgements in force, one row per pair of records (JUDGEMENT_COLUMNS); `unsure` is none."""
        with self.lake.postgres.engine.connect() as connection:
            held = [{name: row[name] for name in JUDGEMENT_COLUMNS} for row in _in_force(connection, table)]
        return pa.Table.from_pylist(held, pa.schema([(name, pa.string()) for name in JUDGEMENT_COLUMNS]))

    def synchronise(self, table: str, on: date) -> int:
        """Bring the cases to what the last linking left open; their number. Cases that no longer stand are closed."""
        found = self._found(table)
        is_open = sa.and_(review_case.c.library_table == table, review_case.c.state == OPEN)
        stand = sa.literal(list(found), sa.ARRAY(sa.Text))
        with self.lake.postgres.engine.begin() as connection:
            gone = sa.update(review_case).where(is_open, review_case.c.case_id != sa.all_(stand))
            connection.execute(gone.values(state=CLOSED, last_seen=on))
            seen = sa.update(review_case).where(is_open, review_case.c.case_id == sa.any_(stand))
            connection.execute(seen.values(last_seen=on))
            known = {row.case_id: row for row in connection.execute(sa.select(review_case).where(is_open))}
            given = {"library_table": table, "state": OPEN, "first_seen": on, "last_seen": on}
            written = [
                {**case, **given, "case_id": key} for key, case in found.items() if not _is_same(known.get(key), case)
            ]
            if written:
                connection.execute(_upsert(), written)
            key = self._secret()
            judged = [_case_id(key, [row[name] for name in RECORDS]) for row in _in_force(connection, table)]
            ruled = sa.literal(judged, sa.ARRAY(sa.Text))
            settled = sa.update(review_case).where(is_open, review_case.c.case_id == sa.any_(ruled))
            connection.execute(settled.values(state=JUDGED))
        return len(set(found) - set(judged))

    def _secret(self) -> bytes:
        """The installation's, so that nobody can guess from a case's identifier whose records it is about."""
        row = self.lake.con.execute(f"SELECT value FROM {SECRET} WHERE name = 'discrepancy'").fetchone()
        assert row is not None
        return str(row[0]).encode()

    def _found(self, table: str) -> dict[str, dict[str, Any]]:
        """The pairs left for people, each by the best record of either unit."""
        tables = identity_tables(table, self.catalogue.tables[table])
        datasets = datasets_by_rank(self.catalogue, self.catalogue.tables[table])
        ranks = ", ".join(f"({text(name)}, {rank})" for rank, name in enumerate(datasets))
        record = ", ".join(f"{name} := {name}" for name in RECORD_KEY)
        rows = self.lake.con.execute(
            f"""WITH pair AS MATERIALIZED (FROM {tables.pair} WHERE outcome = 'review'),
            best AS MATERIALIZED (SELECT unit, arg_min(struct_pack({record}), (rank, record_key, role)) AS record
                FROM (SELECT unit, {listed(RECORD_KEY)} FROM {tables.link}
                    WHERE unit IN (SELECT unit FROM pair UNION ALL SELECT other_unit FROM pair))
                JOIN (VALUES {ranks}) AS ranked(name, rank) ON name = department || '/' || dataset GROUP BY unit)
            SELECT a.record, b.record, match_weight, match_probability, weights FROM pair
            JOIN best AS a ON a.unit = pair.unit JOIN best AS b ON b.unit = pair.other_unit
            ORDER BY match_weight DESC, pair.unit, pair.other_unit"""
        ).fetchall()
        found, key = {}, self._secret()
        for one, other, weight, probability, weights in rows:
            case = {
                f"{side}_{name}": record[name]
                for side, record in zip(SIDES, (one, other), strict=True)
                for name in RECORD_KEY
            }
            found[_case_id(key, case.values())] = {
                **case,
                "match_weight": weight,
                "match_probability": probability,
                "weights": json.loads(weights or "{}"),
            }
        return found

    def cases(self, state: str | None = OPEN, limit: int = 50) -> list[dict[str, Any]]:
        """Cases, those nearest to certainty first."""
        query = sa.select(review_case).order_by(review_case.c.match_weight.desc(), review_case.c.case_id).limit(limit)
        if state is not None:
            query = query.where(review_case.c.state == state)
        with self.lake.postgres.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def case(self, case_id: str) -> dict[str, Any] | None:
        with self.lake.postgres.engine.connect() as connection:
            row = (
                connection.execute(sa.select(review_case).where(review_case.c.case_id == case_id))
                .mappings()
                .one_or_none()
            )
        return dict(row) if row else None

    def history(self, case: dict[str, Any]) -> list[dict[str, Any]]:
        """All judgements on a case's two records, the last one last."""
        same = [judgement.c[name] == case[name] for name in RECORDS]
        query = sa.select(judgement).where(*same).order_by(judgement.c.judgement_id)
        with self.lake.postgres.engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def decide(self, case: dict[str, Any], verdict: str, by: str, reason: str | None) -> None:
        """Add a judgement; the next run of the link follows it."""
        values = {name: case[name] for name in (*RECORDS, "library_table")}
        state = OPEN if verdict == "unsure" else JUDGED
        with self.lake.postgres.engine.begin() as connection:
            connection.execute(insert(judgement).values(**values, verdict=verdict, judged_by=by, reason=reason))
            connection.execute(
                sa.update(review_case).where(review_case.c.case_id == case["case_id"]).values(state=state)
            )

    def side(self, case: dict[str, Any], side: str) -> Side:
        """What a record says, each value as it may be shown to the officer."""
        dataset, role = f"{case[f'{side}_department']}/{case[f'{side}_dataset']}", case[f"{side}_role"]
        columns = [one for one in self.catalogue.conformed_columns(dataset) if one.role in ("", role)]
        listed = ", ".join(f"{quoted(one.name)}::VARCHAR" for one in columns)
        row = self.lake.con.execute(
            f"SELECT {listed} FROM conformed.{table_name(dataset)} WHERE record_key = ?", [case[f"{side}_record_key"]]
        ).fetchone()
        values = {}
        for column, value in zip(columns, row or [None] * len(columns), strict=True):
            if value is not None:
                shown = mask_value(column.item.mask, value) if column.item.mask else value
                values[column.item.title] = str(shown)
        return Side(dataset, role, values)


def _in_force(connection: sa.Connection, table: str) -> list[sa.RowMapping]:
    """The last judgement on each pair of records, where it says the same or different."""
    newest = sa.select(judgement).where(judgement.c.library_table == table).order_by(judgement.c.judgement_id)
    last = {tuple(row[name] for name in RECORDS): row for row in connection.execute(newest).mappings()}
    return [row for row in last.values() if row["verdict"] != "unsure"]


def _case_id(key: bytes, records: Iterable[str]) -> str:
    """The identifier of a case: 64 bits keyed with the installation's secret, from the values of RECORDS in their order."""
    return hmac.digest(key, "|".join(records).encode(), "sha256").hex()[:16]


def _is_same(known: sa.Row[Any] | None, found: dict[str, Any]) -> bool:
    """Whether a case says what was found; its records are in its identifier."""
    said = ("match_weight", "match_probability", "weights")
    return known is not None and all(getattr(known, name) == found[name] for name in said)


def _upsert() -> sa.Insert:
    """A case found again is what was found, but keeps the day on which it was first seen."""
    statement = insert(review_case)
    kept = ("case_id", "first_seen")
    new = {column.name: statement.excluded[column.name] for column in review_case.c if column.name not in kept}
    return statement.on_conflict_do_update(index_elements=["case_id"], set_=new)
