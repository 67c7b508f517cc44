"""Taking a delivery whole or refusing it whole.

A delivery is compared with what is held by (record key, row hash); only records that are new, changed or withdrawn are
written. Rows delivered = accepted rows + rejected rows.
"""

from __future__ import annotations

import duckdb

from foundation.catalogue.catalogue import table_name
from foundation.catalogue.model import Dataset
from foundation.delivery import Control, Delivery, DeliveryRefused, check_control
from foundation.delivery.header import DELETION
from foundation.ingest.register import Arrival, Outcome
from foundation.ingest.rows import find_refused, stage
from foundation.sql import count, execute_count, listed, text


def take(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    arrival: Arrival,
    delivery_id: str,
    delivery: Delivery,
    control: Control | None = None,
) -> Outcome:
    """Take a delivery into what is held, inside the caller's transaction.

    Raises DeliveryRefused where the delivery breaks a rule as a whole; the caller rolls back and registers the refusal.
    """
    table = f"ingest.{table_name(arrival.dataset)}"
    held = count(con, table)
    stage(con, dataset, delivery, arrival.mode, table if held else None)
    find_refused(con, dataset, delivery, arrival.mode)
    rejected = count(con, "refused_row")
    rows = delivery.rows
    check_control(control, delivery.file, rows=rows)
    if arrival.mode == "full":
        _check_volume(dataset, delivery.file, held, rows - rejected, _rejected_hint(con, rejected))
    changed, withdrawn = _write(con, dataset, arrival, delivery_id, held)
    return Outcome(arrival, delivery_id, "accepted", rows, rows - rejected, rejected, changed, withdrawn)


def content_hash(con: duckdb.DuckDBPyConnection) -> str:
    """A fingerprint of the staged rows that does not depend on their order, for a source that is not a file."""
    row = con.execute("SELECT count(*), sum(row_hash::HUGEINT), bit_xor(row_hash) FROM staged").fetchone()
    return "-".join(str(part) for part in row or ())


def _rejected_hint(con: duckdb.DuckDBPyConnection, rejected: int) -> str:
    """How many rows were rejected and the commonest reason: a volume falls by them too."""
    commonest = con.execute(
        """SELECT count(*), min(row_number), arg_min(reason, row_number) FROM refused_row
        GROUP BY rule ORDER BY count(*) DESC, rule LIMIT 1"""
    ).fetchone()
    if commonest is None:
        return ""
    number, first, reason = commonest
    return f"；另拒收 {rejected} 行，其中 {number} 行（首见第 {first} 行）：{reason.rstrip('。')}"


def _check_volume(dataset: Dataset, file: str, held: int, accepted: int, hint: str) -> None:
    volume = dataset.volume
    if accepted < volume.minimum:
        raise DeliveryRefused(
            "volume_minimum",
            file,
            f"全量报送仅有 {accepted} 条可用记录，少于目录规定的 {volume.minimum} 条{hint}",
            "请核对是否漏报后重新报送。",
        )
    fallen = held - accepted
    if fallen > volume.fall_records and fallen / held > volume.fall:
        raise DeliveryRefused(
            "volume_fall",
            file,
            f"全量报送有 {accepted} 条可用记录，比现有的 {held} 条减少 {fallen / held:.0%}，超过目录允许的 {volume.fall:.0%}{hint}",
            "请核对是否漏报；确属大量注销的，请联系省信息中心调整目录中的降幅后重新报送。",
        )


def _write(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, arrival: Arrival, delivery_id: str, held: int
) -> tuple[int, int]:
    """Write what differs from what is held; numbers of changed (new or different) and withdrawn records.

    A held record whose row was rejected today stays as it is: it has been delivered, it just can't be read.
    """
    table = f"ingest.{table_name(arrival.dataset)}"
    kept = f"operation <> {text(DELETION)} AND" if arrival.mode == "delta" else ""
    usable = "(FROM staged ANTI JOIN refused_row USING (row_number))"
    changed_row = f"{usable} WHERE {kept} row_hash IS DISTINCT FROM held_hash"
    withdrawn = _find_withdrawn(con, table, usable, arrival.mode) if held else 0
    if held:
        con.execute(
            f"""DELETE FROM {table} WHERE record_key IN (SELECT record_key FROM {changed_row} AND held_hash IS NOT NULL
                UNION ALL SELECT record_key FROM withdrawn)"""
        )
    written = execute_count(
        con,
        f"""INSERT INTO {table} BY NAME SELECT record_key, row_hash, {text(delivery_id)} AS delivery_id,
            {text(str(arrival.business_date))}::DATE AS business_date, row_number, {listed(dataset.columns)}
        FROM {changed_row}""",
    )
    return written, withdrawn


def _find_withdrawn(con: duckdb.DuckDBPyConnection, table: str, usable: str, mode: str) -> int:
    """Fill the temporary table `withdrawn` with the keys of held records that are no longer; their number."""
    if mode == "delta":
        gone = f"SEMI JOIN (SELECT record_key FROM {usable} WHERE operation = {text(DELETION)}) USING (record_key)"
    else:
        gone = "ANTI JOIN staged USING (record_key) ANTI JOIN mentioned USING (record_key)"
    con.execute(f"CREATE TEMP TABLE withdrawn AS SELECT record_key FROM (SELECT record_key FROM {table}) {gone}")
    return count(con, "withdrawn")
