"""Examples of records that do not conform: their keys and values masked, so that a page may be passed on."""

from __future__ import annotations

import re
from datetime import date

import duckdb

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import DataType, Item, Sensitivity
from foundation.sql import quoted
from foundation.standards.mask import mask_value
from quality.reports.facts import Example
from quality.results import Result
from quality.rules import Suite

PER_RULE = 5
LONGEST = 40
# What looks like an identity number anywhere in a text is masked wherever it stands.
NUMBER = re.compile(r"(?<!\d)(\d{3})\d{11,12}(\d{3}[\dXx]|\d{3})(?!\d)")


def safe(text: str) -> str:
    """A text without any identity number in full."""
    return NUMBER.sub(r"\1***********\2", text)


def shown(item: Item | None, value: object) -> str:
    """A value as it may be shown: by the item's mask, personal items without one as stars."""
    if value is None:
        return "（空）"
    text = str(value)
    if item is None or item.sensitivity == Sensitivity.PUBLIC:
        return safe(text if len(text) <= LONGEST else text[:LONGEST] + "…")
    return mask_value(item.mask or "", text) or ""


class Examples:
    """Reads a few failing records of each rule of a table."""

    def __init__(self, con: duckdb.DuckDBPyConnection, catalogue: Catalogue, suite: Suite, on: date) -> None:
        self.con, self.suite, self.on = con, suite, on
        if suite.dataset is None:
            table = catalogue.tables[suite.name]
            names = dict.fromkeys([table.key, *table.items])
            self.items = {name: catalogue.items[table.subject][name] for name in names}
            self.keys = [self.items[table.key]]
            self.kept: set[str] = set()
        else:
            name = f"{suite.department}/{suite.dataset}"
            columns = catalogue.conformed_columns(name)
            self.items = {column.name: column.item for column in columns}
            headers = catalogue.datasets[name].record_key
            self.keys = [column.item for column in columns if column.delivered in headers]
            derived = {column.name for column in columns if column.item_name != column.column.item}
            self.kept = {name for name, item in self.items.items() if item.type != DataType.GEOMETRY} - derived
        self.columns = {row[0] for row in con.execute(f"DESCRIBE {suite.table}").fetchall()}

    def all(self, results: list[Result]) -> dict[str, list[Example]]:
        """Examples by rule."""
        if not any(one.failing for one in results):
            return {}
        keys = self.con.execute(
            """SELECT item, rule, record_key FROM quality.failing_record WHERE table_name = ? AND measured_on = ?
            QUALIFY row_number() OVER (PARTITION BY item, rule ORDER BY record_key) <= ?""",
            [self.suite.table, self.on, PER_RULE],
        ).fetchall()
        records = self._records([key for _, _, key in keys])
        found: dict[str, list[Example]] = {}
        for item, rule, key in keys:
            name = f"{item}.{rule}" if item else rule
            found.setdefault(name, []).append(self._example(item, key, records.get(key, {})))
        return found

    def _records(self, keys: list[str | None]) -> dict[str, dict[str, object]]:
        wanted = [name for name in self.items if name in self.columns and self._is_shown(name)]
        columns = [f"{quoted(name)}::VARCHAR AS {quoted(name)}" for name in wanted]
        if "delivered" in self.columns:
            columns = [
                f"coalesce(delivered.{quoted(name)}, {quoted(name)}::VARCHAR) AS {quoted(name)}"
                if name in self.kept
                else f"{quoted(name)}::VARCHAR AS {quoted(name)}"
                for name in wanted
            ]
            columns += ["delivery_id AS _delivery", "row_number AS _row"]
        cursor = self.con.execute(
            f"""SELECT {quoted(self.suite.key)}::VARCHAR AS _key, {", ".join(columns)} FROM {self.suite.table}
            WHERE {quoted(self.suite.key)}::VARCHAR IN (SELECT unnest(?::VARCHAR[]))""",
            [keys],
        )
        names = [column[0] for column in cursor.description or []]
        return {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}

    def _is_shown(self, name: str) -> bool:
        return self.items[name].type != DataType.GEOMETRY

    def _example(self, item: str, key: str | None, record: dict[str, object]) -> Example:
        masked = [mask_value(one.mask, key) for one in self.keys if one.mask]
        place = f"{record['_delivery']} 第 {record['_row']} 行" if record.get("_row") is not None else ""
        value = shown(self.items.get(item), record.get(item)) if item in record else ""
        return Example(masked[0] or "" if masked else safe(key or "（空）"), place, value)
