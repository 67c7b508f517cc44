"""Public linkage data (FEBRL 1 to 4, fake_1000) by this project's machinery, by plain Splink and by an identifier alone.

The models here say what the columns of those files are; blocking, training, scoring, thresholds and clustering are the
project's own. No label is looked at before the measures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import linkage_splink
from benchmarks.linkage_measures import Measures, measures
from foundation.linkage.linking import Linkage, link
from foundation.linkage.spec import Item, Level, LinkModel, Rule, both
from foundation.linkage.tables import JUDGEMENT_COLUMNS, PAIR_COLUMNS, RECORD_KEY, IdentityTables
from foundation.linkage.training import train
from foundation.sql import listed

FEBRL_COLUMNS = ["given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
                 "date_of_birth", "soc_sec_id"]  # fmt: skip
FAKE_COLUMNS = ["first_name", "surname", "dob", "city", "email"]


def near(column: str, similarity: float) -> str:
    return f"jaro_winkler_similarity(l.{column}, r.{column}) >= {similarity}"


def typed(column: str, edits: int = 1) -> str:
    return f"damerau_levenshtein(l.{column}, r.{column}) <= {edits}"


def equal(column: str, m: float, u: float, has_frequency: bool = False) -> Level:
    return Level("equal", f"l.{column} = r.{column}", m, u, has_frequency)


def word(column: str, u: float, swapped_with: str | None = None) -> Item:
    """A word: equal by its frequency, one letter wrong, alike, or written in the other column."""
    swapped = (Level("swapped", f"l.{column} = r.{swapped_with}", 0.03, u),) if swapped_with else ()
    levels = (
        equal(column, 0.75, u, has_frequency=True),
        Level("one letter", typed(column), 0.1, u),
        Level("alike", near(column, 0.88), 0.04, 5 * u),
    )
    return Item(column, column, both(column), levels + swapped, frequency_of=column)


def number(column: str, u: float) -> Item:
    """Digits: equal, or one wrong."""
    return Item(column, column, both(column), (equal(column, 0.85, u), Level("one digit", typed(column), 0.1, 10 * u)))


def febrl() -> LinkModel:
    items = (
        word("given_name", 5e-3, "surname"),
        word("surname", 5e-3, "given_name"),
        number("street_number", 5e-3),
        word("address_1", 1e-3, "address_2"),
        word("address_2", 1e-3, "address_1"),
        word("suburb", 1e-3),
        number("postcode", 1e-3),
        Item("state", "state", both("state"), (equal("state", 0.9, 0.25),)),
        number("date_of_birth", 1e-4),
        number("soc_sec_id", 1e-6),
    )
    pairs = [
        ("surname", "given_name"), ("surname", "postcode"), ("given_name", "postcode"), ("surname", "street_number"),
        ("given_name", "street_number"), ("suburb", "street_number"), ("surname", "suburb"), ("given_name", "suburb"),
        ("surname", "address_1"), ("given_name", "address_1"), ("address_1", "street_number"), ("postcode", "street_number"),
        ("surname[1:3]", "given_name[1:3]"), ("surname[1:3]", "postcode[1:3]"), ("surname[1:4]", "date_of_birth[1:4]"),
    ]  # fmt: skip
    blocks = [Rule("+".join(key), key, 200) for key in pairs]
    blocks += [Rule(column, (column,), 60) for column in ("date_of_birth", "soc_sec_id", "address_1", "address_2")]
    certain = ("given_name", "surname", "date_of_birth", "soc_sec_id")
    return _model(
        "febrl", FEBRL_COLUMNS, certain, items, tuple(blocks), (("date_of_birth",), ("surname",), ("postcode",))
    )


def fake() -> LinkModel:
    items = (
        word("first_name", 5e-3, "surname"),
        word("surname", 5e-3, "first_name"),
        Item(
            "dob",
            "date of birth",
            both("dob"),
            (
                equal("dob", 0.7, 1e-3),
                Level("one digit", typed("dob"), 0.15, 5e-3),
                Level("same year", "l.dob[1:4] = r.dob[1:4]", 0.1, 2e-2),
            ),
        ),
        Item("city", "city", both("city"), (equal("city", 0.8, 0.1, has_frequency=True),), frequency_of="city"),
        Item(
            "email",
            "email",
            both("email"),
            (
                equal("email", 0.8, 1e-3),
                Level("alike", typed("email", 3), 0.1, 1e-3),
                Level("same name part", "split_part(l.email, '@', 1) = split_part(r.email, '@', 1)", 0.02, 1e-3),
            ),
        ),
    )
    keys = [("dob",), ("email",), ("surname", "first_name"), ("surname", "city"), ("first_name", "city"),
            ("surname[1:3]", "dob[1:4]"), ("first_name[1:3]", "dob[1:4]")]  # fmt: skip
    blocks = tuple(Rule("+".join(key), key, 100) for key in keys)
    return _model(
        "fake",
        FAKE_COLUMNS,
        ("first_name", "surname", "dob", "email"),
        items,
        blocks,
        (("dob",), ("surname",), ("email",)),
    )


def _model(
    name: str,
    columns: list[str],
    certain: tuple[str, ...],
    items: tuple[Item, ...],
    blocks: tuple[Rule, ...],
    training: tuple[tuple[str, ...], ...],
) -> LinkModel:
    return LinkModel(
        name=name,
        features=dict.fromkeys(columns, "VARCHAR"),
        items_of={},
        certain=(Rule("identical", certain, 20),),
        blocks=blocks,
        shared={},
        profile={column: f"arg_min({column}, record_key)" for column in columns},
        items=items,
        guard="true",
        one_record_each=frozenset({"febrl/4a", "febrl/4b"}),
        training_blocks=training,
        most_names=1000,
        most_dates=1000,
        pinyin_of="surname",
        shown_if="true",
    )


@dataclass(frozen=True)
class PublicData:
    """A public data set: record_key, dataset, the columns, truth; one row per record."""

    name: str
    rows: pa.Table
    model: LinkModel
    plain: Callable[[pa.Table], pa.Table]
    identifier: str


def public_data(folder: Path) -> list[PublicData]:
    """FEBRL 1 to 4 and fake_1000; the truth of FEBRL stands in rec_id (rec-1070-org, rec-1070-dup-0)."""
    data = []
    for name, files in (("1", ["1"]), ("2", ["2"]), ("3", ["3"]), ("4", ["4a", "4b"])):
        parts = [
            f"""SELECT trim(rec_id) AS record_key, '{file}' AS dataset, split_part(trim(rec_id), '-', 2) AS truth,
                {", ".join(f"nullif(trim({column}), '') AS {column}" for column in FEBRL_COLUMNS)}
            FROM read_csv('{folder / f"dataset{file}.csv"}', all_varchar = true, normalize_names = true, delim = ',')"""
            for file in files
        ]
        rows = duckdb.sql(" UNION ALL ".join(parts)).to_arrow_table()
        data.append(PublicData(f"FEBRL {name}", rows, febrl(), linkage_splink.febrl, "soc_sec_id"))
    rows = duckdb.sql(
        f"""SELECT unique_id AS record_key, 'fake' AS dataset, "cluster" AS truth, {", ".join(FAKE_COLUMNS)}
        FROM read_csv('{folder / "fake_1000.csv"}', all_varchar = true)"""
    ).to_arrow_table()
    return [*data, PublicData("fake_1000", rows, fake(), linkage_splink.fake, "email")]


def by_this_project(data: PublicData) -> Measures:
    """Train on the records, link them, and measure against the truth."""
    with duckdb.connect(config={"threads": 2}) as con:
        tables = _tables(con, data)
        parameters = train(con, data.model, tables, frozenset())
        for (name,) in con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
            con.execute(f"DROP TABLE temp.{name}")
        con.execute("DROP VIEW IF EXISTS current_record")
        con.execute(
            f"UPDATE {tables.record} SET is_identified = false, unit = hash(concat_ws('|', {listed(RECORD_KEY)}))"
        )
        columns = ", ".join(f"{name} VARCHAR" for name in JUDGEMENT_COLUMNS)
        for name in ("judgement", "rejudged"):
            con.execute(f"CREATE TEMP TABLE {name} ({columns})")
        con.execute(f"DELETE FROM {tables.link}")
        link(con, Linkage(data.model, parameters, 1 / data.rows.num_rows, complete=True), tables)
        con.register("truth", data.rows.select(["record_key", "dataset", "truth"]))
        return measures(con, "SELECT cluster, truth FROM grouped JOIN truth USING (record_key, dataset)")


def by_identifier(data: PublicData) -> Measures:
    """Records with the same identifier are one."""
    with duckdb.connect() as con:
        con.register("rows", data.rows)
        return measures(con, f"SELECT coalesce({data.identifier}, 'alone ' || record_key) AS cluster, truth FROM rows")


def by_plain_splink(data: PublicData) -> Measures:
    """Splink as its documentation shows it."""
    rows = data.rows.add_column(0, "unique_id", data.rows["record_key"])
    grouped = data.plain(rows)
    with duckdb.connect() as con:
        con.register("grouped", grouped)
        con.register("rows", data.rows)
        return measures(con, "SELECT cluster_id AS cluster, truth FROM grouped JOIN rows ON unique_id = record_key")


def _tables(con: duckdb.DuckDBPyConnection, data: PublicData) -> IdentityTables:
    """The identity tables, filled with the records, each an entity of its own."""
    tables = IdentityTables("record", "link", "pair", "judged_before", "entity", dict(data.model.features))
    for name, columns in ((tables.record, tables.record_columns), (tables.link, tables.link_columns),
                          (tables.pair, PAIR_COLUMNS)):  # fmt: skip
        con.execute(f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")
    con.register("rows", data.rows.drop_columns(["truth"]))
    con.execute(f"INSERT INTO {tables.record} BY NAME SELECT 'febrl' AS department, '' AS role, 0 AS rank, * FROM rows")
    con.execute(
        f"""INSERT INTO {tables.link} BY NAME SELECT {listed(RECORD_KEY)}, record_key AS entity, 'new' AS method,
        1.0 AS match_probability, hash(record_key) AS unit FROM {tables.record}"""
    )
    con.unregister("rows")
    return tables
