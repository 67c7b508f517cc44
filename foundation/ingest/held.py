"""`ingest.<department>__<dataset>`: what a department now holds, as delivered, one row per record key."""

from __future__ import annotations

from foundation.catalogue.model import Dataset
from foundation.sql import quoted, text, texts

PLACEHOLDERS = ("无", "不详", "-", "--", "NULL", "null", "N/A", "00000000", "未知")
FULL_WIDTH = "".join(chr(code + 0xFEE0) for code in range(0x21, 0x7F))
HALF_WIDTH = "".join(chr(code) for code in range(0x21, 0x7F))
GEOMETRY = "geometry"


def held_columns(dataset: Dataset) -> dict[str, str]:
    """The record's key, its row hash and origin, then the text as delivered (a geometry as WKB)."""
    return {
        "record_key": "VARCHAR",
        "row_hash": "UBIGINT",
        "delivery_id": "VARCHAR",
        "business_date": "DATE",
        "row_number": "BIGINT",
        **{name: "BLOB" if name == GEOMETRY else "VARCHAR" for name in dataset.columns},
    }


def record_key(dataset: Dataset) -> str:
    """SQL for the record key: half-width, upper case, without blanks, invisible characters or a spreadsheet's apostrophe;
    null where unusable.

    A number in scientific notation has lost digits: it is no key.
    """
    return " || '|' || ".join(tidy_key(quoted(column)) for column in dataset.record_key)


def tidy_key(raw: str) -> str:
    """SQL for one part of a record key, from the text as delivered."""
    half_width = f"translate({raw}, {text(FULL_WIDTH)}, {text(HALF_WIDTH)})"
    tidy = f"upper(ltrim(regexp_replace({half_width}, '[\\s\\pZ\\p{{Cf}}]', '', 'g'), ''''))"
    key = f"CASE WHEN regexp_full_match({raw}, '[0-9A-Z.-]+') THEN {raw} ELSE {tidy} END"
    unusable = f"key IN ({texts(('', *PLACEHOLDERS))}) OR regexp_full_match(key, '0+|[0-9]([.][0-9]+)?E[+]?[0-9]+')"
    return f"list_first([CASE WHEN {unusable} THEN NULL ELSE key END FOR key IN [{key}]])"


def is_blank(column: str) -> str:
    """SQL that is true where a delivered value says nothing."""
    if column == GEOMETRY:
        return f"{quoted(column)} IS NULL"
    return f"coalesce(trim({quoted(column)}) IN ({texts(('', *PLACEHOLDERS))}), true)"
