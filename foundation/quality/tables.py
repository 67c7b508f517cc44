"""Columns of the lake's tables of quality."""

from __future__ import annotations

RESULT_COLUMNS = {
    "measured_on": "DATE",
    "table_name": "VARCHAR",
    "department": "VARCHAR",
    "dataset": "VARCHAR",
    "library": "VARCHAR",
    "item": "VARCHAR",
    "role": "VARCHAR",
    "rule": "VARCHAR",
    "kind": "VARCHAR",
    "title": "VARCHAR",
    "dimension": "VARCHAR",
    "indicator": "VARCHAR",
    "elements": "BIGINT",
    "conforming": "BIGINT",
    "at_least": "DOUBLE",
    "severity": "VARCHAR",
    "responsible_department": "VARCHAR",
    "passed": "BOOLEAN",
    "error": "VARCHAR",
    "fingerprint": "VARCHAR",
}
FAILING_COLUMNS = {
    "measured_on": "DATE",
    "table_name": "VARCHAR",
    "department": "VARCHAR",
    "dataset": "VARCHAR",
    "item": "VARCHAR",
    "rule": "VARCHAR",
    "record_key": "VARCHAR",
    "role": "VARCHAR",
}
SCORE_COLUMNS = {
    "measured_on": "DATE",
    "level": "VARCHAR",
    "department": "VARCHAR",
    "table_name": "VARCHAR",
    "library": "VARCHAR",
    "dimension": "VARCHAR",
    "indicator": "VARCHAR",
    "rules": "BIGINT",
    "failed_rules": "BIGINT",
    "elements": "BIGINT",
    "conforming": "BIGINT",
    "score": "DOUBLE",
}
QUALITY_TABLES = {
    "quality.result": RESULT_COLUMNS,
    "quality.failing_record": FAILING_COLUMNS,
    "quality.score": SCORE_COLUMNS,
}
