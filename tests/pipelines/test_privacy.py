"""No personal value in what operators see: storage and logs of the orchestrator, output, reports, names of files."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from foundation.catalogue.catalogue import table_name
from foundation.catalogue.load import load
from tests.homes import Home

# Where the values are: columns of `conformed`, and the shortest text that is nobody else's by chance.
NAMES, NUMBERS, ADDRESSES = 3, 7, 10
KINDS = {
    ".*citizen_id|.*phone|holder_id": NUMBERS,
    "(child_|mother_|father_|husband_|wife_)?name|former_name|legal_representative": NAMES,
    "household_address|residence_address": ADDRESSES,
}
OF_PERSONS = [table_name(name) for name, dataset in load().datasets.items() if dataset.subject == "person"]
ESCAPED = re.compile(r"(?:\\+u[0-9a-fA-F]{4})+")


def personal_values(home: Home) -> set[str]:
    """All names of three and more characters, numbers and addresses, as the lake has them and as they were delivered."""
    values: set[str] = set()
    for table in OF_PERSONS:
        for column in [row["column_name"] for row in home.rows(f"DESCRIBE conformed.{table}")]:
            shortest = next((least for kind, least in KINDS.items() if re.fullmatch(kind, column)), None)
            if shortest:
                rows = home.rows(
                    f"SELECT {column} AS value FROM conformed.{table} WHERE length({column}) >= {shortest}"
                )
                values |= {max(row["value"].split(), key=len) for row in rows}
    return values


def unescaped(text: str) -> str:
    """The text with every escaped character as itself, as it may stand in JSON within JSON."""
    return ESCAPED.sub(lambda run: _characters(re.findall(r"[0-9a-fA-F]{4}", run.group().replace("u", " "))), text)


def _characters(units: list[str]) -> str:
    return bytes.fromhex("".join(units)).decode("utf-16-be", errors="replace")


def stored_by_the_orchestrator(home: Home) -> Iterator[str]:
    """Events, runs with their configuration, asset metadata and whatever else lies in its tables."""
    tables = home.shared("SELECT table_name FROM information_schema.tables WHERE table_schema = 'dagster'")
    for table in [row["table_name"] for row in tables]:
        yield from (row["line"] for row in home.shared(f"SELECT t::text AS line FROM dagster.{table} AS t"))


def seen_by_operators(home: Home) -> Iterator[str]:
    yield from stored_by_the_orchestrator(home)
    yield home.said
    status = home.onesource("status")
    yield status.stdout + status.stderr
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    yield from (str(path) for path in files)
    yield from (path.read_text("utf-8") for path in files if path.name == "manifest.json")
    yield from (path.read_text("utf-8", "replace") for path in files if path.is_relative_to(home.folder / "dagster"))
    reasons = "SELECT reason FROM ingest.rejected_row UNION ALL SELECT reason FROM ingest.delivery"
    yield from (row["reason"] or "" for row in home.rows(reasons))


@pytest.fixture(scope="module")
def seen(demo: Home) -> str:
    """Everything that operators see, each word once."""
    words = {word for text in seen_by_operators(demo) for word in re.split(r'[\s"\\{}\[\]|]+', unescaped(text))}
    return "\n".join(words)


def test_the_search_finds_what_is_there(seen: str) -> None:
    """A title from the summary, a label from the stored events: a search that missed them would prove nothing."""
    assert "常住户籍人口信息" in seen and "本次变更" in seen and "library__person" in seen


def test_no_personal_value_is_seen(demo: Home, seen: str) -> None:
    values = personal_values(demo)
    assert len(values) > 3000
    assert sum(value in seen for value in values) == 0, "a value is not shown here, for it must not be in a log"
