"""Staging a delivery's rows and finding those that can't be used, each with its rule and a reason.

Of a row that is held already as it was delivered only the key and the hash are staged: of a full delivery that is most.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from foundation.catalogue.model import Dataset
from foundation.delivery import Delivery
from foundation.delivery.header import DELETION, OPERATION
from foundation.ingest.held import held_columns, is_blank, record_key, tidy_key
from foundation.sql import listed, quoted, text
from foundation.streams import execute_over


def stage(con: duckdb.DuckDBPyConnection, dataset: Dataset, delivery: Delivery, mode: str, held: str | None) -> None:
    """Fill the temporary table `staged`: row number, record key, row hash, the hash of the record that is held, whether
    no identifying item is filled in, columns as delivered where the hashes differ (and the operation).

    `held`: the table of what is held; None where it has no rows.
    """
    columns, schema = listed(dataset.columns), _schema(dataset, mode)
    known = f"LEFT JOIN (SELECT record_key, row_hash AS held_hash FROM {held}) USING (record_key)" if held else ""
    differing = [
        f"CASE WHEN row_hash IS DISTINCT FROM held_hash THEN {one} END AS {one}" for one in map(quoted, dataset.columns)
    ]
    operation = f", {quoted(OPERATION)} AS operation" if mode == "delta" else ""
    execute_over(
        con,
        schema,
        lambda: (batch.select(schema.names) for batch in delivery.batches()),
        f"""CREATE TEMP TABLE staged AS SELECT row_number, record_key, row_hash,
            {"held_hash" if held else "NULL::UBIGINT AS held_hash"}, {_is_unidentified(dataset)} AS is_unidentified,
            {", ".join(differing) if held else columns}{operation}
        FROM (SELECT *, {record_key(dataset)} AS record_key, hash({columns}) AS row_hash FROM batches) {known}""",
    )


def _schema(dataset: Dataset, mode: str) -> pa.Schema:
    held = held_columns(dataset)
    fields = [("row_number", pa.int64())]
    fields += [(name, pa.binary() if held[name] == "BLOB" else pa.string()) for name in dataset.columns]
    return pa.schema(fields + [(OPERATION, pa.string())] * (mode == "delta"))


def find_refused(con: duckdb.DuckDBPyConnection, dataset: Dataset, delivery: Delivery, mode: str) -> None:
    """Fill the temporary tables `unreadable` (rows that the reader could not take), `refused_row` (all with theirs) and
    `mentioned` (keys that the unreadable ones still tell)."""
    con.register("unreadable_rows", _unreadable(delivery))
    con.execute(
        f"CREATE TEMP TABLE unreadable AS SELECT * REPLACE ({tidy_key('record_key')} AS record_key) FROM unreadable_rows"
    )
    con.unregister("unreadable_rows")
    con.register("swallowed", pa.table({"record_key": pa.array(delivery.rejected.swallowed, pa.string())}))
    con.execute(
        f"""CREATE TEMP TABLE mentioned AS SELECT record_key FROM unreadable
        UNION ALL SELECT {tidy_key("record_key")} FROM swallowed"""
    )
    con.unregister("swallowed")
    rules = [_no_key(dataset), _doubled_key(dataset, mode), _no_identifying_item(dataset, mode)]
    con.execute(
        f"""CREATE TEMP TABLE refused_row AS
        SELECT row_number, arg_min(record_key, rank) AS record_key, arg_min(rule, rank) AS rule,
            arg_min(item, rank) AS item, arg_min(reason, rank) AS reason
        FROM ({" UNION ALL ".join(f"SELECT *, {rank} AS rank FROM ({rule})" for rank, rule in enumerate(rules))})
        GROUP BY row_number
        UNION ALL BY NAME FROM unreadable"""
    )


def _unreadable(delivery: Delivery) -> pa.Table:
    rows = delivery.rejected
    return pa.table(
        {
            "row_number": pa.array([row.row_number for row in rows], pa.int64()),
            "record_key": pa.array([row.record_key for row in rows], pa.string()),
            "rule": pa.array([row.rule for row in rows], pa.string()),
            "item": pa.nulls(len(rows), pa.string()),
            "reason": pa.array([row.reason for row in rows], pa.string()),
        }
    )


def _refusing(rule: str, item: str, reason: str, condition: str) -> str:
    return f"""SELECT row_number, record_key, {text(rule)} AS rule, {text(item)} AS item, {reason} AS reason
        FROM staged {condition}"""


def _no_key(dataset: Dataset) -> str:
    key = "、".join(dataset.record_key)
    reason = f"“{key}”为空或已失真，无法确定是哪条记录（规则：记录主键须可用）。请补正后重新报送。"
    return _refusing("record_key", key, text(reason), "WHERE record_key IS NULL")


def _doubled_key(dataset: Dataset, mode: str) -> str:
    """Of the rows with one key the first that says whom it speaks of is taken."""
    key = "、".join(dataset.record_key)
    reason = f"“{key}”与第 {{0}} 行重复（规则：一次报送中主键唯一）。已采用第 {{0}} 行，请核实后删去多余的行。"
    first = f"min(row_number) FILTER (NOT ({_says_nobody(mode)})) AS first_row"
    doubled = f"""JOIN (SELECT record_key, {first} FROM staged WHERE record_key IS NOT NULL
        GROUP BY record_key HAVING count(*) > 1) USING (record_key) WHERE row_number > first_row"""
    return _refusing("doubled_key", key, f"format({text(reason)}, first_row)", doubled)


def _is_unidentified(dataset: Dataset) -> str:
    """SQL that is true where no identifying item is filled in."""
    return " AND ".join(is_blank(name) for name in _identifying(dataset))


def _identifying(dataset: Dataset) -> list[str]:
    return [name for name, column in dataset.columns.items() if column.item in dataset.identifying]


def _no_identifying_item(dataset: Dataset, mode: str) -> str:
    named = "、".join(_identifying(dataset))
    reason = f"“{named}”均为空，无法识别该记录所指的对象（规则：至少填报一项）。请补正后重新报送。"
    return _refusing(
        "no_identifying_item", named, text(reason), f"WHERE record_key IS NOT NULL AND {_says_nobody(mode)}"
    )


def _says_nobody(mode: str) -> str:
    """SQL that is true for a staged row without any identifying item; a deletion needs none."""
    return f"is_unidentified AND operation IS DISTINCT FROM {text(DELETION)}" if mode == "delta" else "is_unidentified"
