"""Examples of records that do not conform: their keys and values masked, so that a page may be passed on."""

from __future__ import annotations

import re
from collections.abc import Sequence

import duckdb
import numpy as np

from foundation.catalogue.catalogue import Catalogue
from foundation.catalogue.model import DataType, Item, Sensitivity
from foundation.sql import quoted
from foundation.standards.mask import mask_value
from foundation.standards.uscc import is_credit_code
from quality.reports.facts import Example
from quality.rules import Suite

PER_RULE = 5
LONGEST = 40
# What looks like an identity number, of 18 or of 15 digits, is masked wherever it stands; a credit code is public.
NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{8}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3})(?![0-9A-Za-z])"
)


def safe(text: str) -> str:
    """A text without any identity number in full."""
    return NUMBER.sub(lambda found: found[0] if _is_credit_code(found[0]) else _starred(found[0]), text)


def _starred(number: str) -> str:
    return f"{number[:3]}{'*' * (len(number) - 6)}{number[-3:]}"


def _is_credit_code(number: str) -> bool:
    return len(number) == 18 and bool(is_credit_code(np.frombuffer(number.encode(), np.uint8).reshape(18, 1))[0])


def shown(item: Item | None, value: object) -> str:
    """A value as it may be shown: by the item's mask, personal items without one as stars."""
    if value is None:
        return "（空）"
    text = str(value)
    if item is None or item.sensitivity == Sensitivity.PUBLIC:
        return safe(text if len(text) <= LONGEST else text[:LONGEST] + "…")
    return mask_value(item.mask or "", text) or ""


class Examples:
    """Reads failing records of a table, which has `columns` at present."""

    def __init__(self, con: duckdb.DuckDBPyConnection, catalogue: Catalogue, suite: Suite, columns: set[str]) -> None:
        self.con, self.suite, self.columns = con, suite, columns
        if suite.dataset is None:
            table = catalogue.tables[suite.name]
            names = dict.fromkeys([table.key, *table.items])
            self.items = {name: catalogue.items[table.subject][name] for name in names}
            self.keys = [self.items[table.key]]
            self.kept: set[str] = set()
        else:
            name = f"{suite.department}/{suite.dataset}"
            conformed = catalogue.conformed_columns(name)
            self.items = {column.name: column.item for column in conformed}
            headers = catalogue.datasets[name].record_key
            self.keys = [column.item for column in conformed if column.delivered in headers]
            derived = {column.name for column in conformed if column.item_name != column.column.item}
            self.kept = {name for name, item in self.items.items() if item.type != DataType.GEOMETRY} - derived

    def of(self, failing: Sequence[tuple[str, str | None]]) -> dict[str, list[Example]]:
        """Examples by rule, of failing records given as rule and record key."""
        records = self._records([key for _, key in failing]) if failing else {}
        found: dict[str, list[Example]] = {}
        for rule, key in failing:
            item = rule.partition(".")[0] if "." in rule else ""
            found.setdefault(rule, []).append(self._example(item, key, records.get(key, {})))
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
