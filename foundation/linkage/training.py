"""Training a linkage model on the records at hand: frequencies, u by random pairs, m by Splink's EM over two blocks.

Everything is drawn by a seeded hash, so that the same records give the same parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from foundation.linkage.identifier import OWN_KEY
from foundation.linkage.profiles import make_profiles
from foundation.linkage.scoring import FIRST, NO_PARAMETERS, Parameters, compared_sql, register_frequencies, splink
from foundation.linkage.spec import DIFFERENT, Item, LinkModel
from foundation.linkage.tables import IdentityTables
from foundation.sql import count

UNITS = 100_000
PAIRS = 150_000
SHIFTS = 3
COMMON = 5  # a value of fewer entities gets the frequency of the rarest
PLENTY = 50  # pairs that a level needs before its u is believed, and a block before its m is
TRUST = 4  # how many times more or less often than by reasoning about registers a level may hold

Probabilities = dict[str, dict[str, list[float]]]


def train(
    con: duckdb.DuckDBPyConnection, model: LinkModel, tables: IdentityTables, places: frozenset[str], seed: int = 1
) -> Parameters:
    """Parameters from the linked records; the caller drops the temporary tables."""
    _by_entity(con, tables, seed)
    make_profiles(con, model, places)
    frequencies, rarest = _frequencies(con, model)
    register_frequencies(con, NO_PARAMETERS)
    probabilities = _random_agreement(con, model, seed)
    for name in ("profile", "raw_record", "pinyin_of", "address_of", "parts_of"):
        con.execute(f"DROP TABLE IF EXISTS {name}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW current_record AS SELECT * REPLACE (hash({OWN_KEY}) AS unit) FROM drawn")
    con.execute("CREATE OR REPLACE TEMP TABLE pair_unit AS SELECT DISTINCT unit FROM current_record")
    make_profiles(con, model, places)
    sessions = [_session(con, model, probabilities, block) for block in model.training_blocks]
    return Parameters(_averaged(model, probabilities, sessions), frequencies, rarest)


def _by_entity(con: duckdb.DuckDBPyConnection, tables: IdentityTables, seed: int) -> None:
    """`drawn`: all records of a seeded sample of entities, an entity as one unit."""
    con.execute(
        f"""CREATE TEMP TABLE drawn AS SELECT record.* REPLACE (true AS is_identified, hash(entity) AS unit)
        FROM {tables.record} AS record JOIN (
            SELECT department, dataset, record_key, role, {tables.key} AS entity FROM {tables.link}
        ) USING (department, dataset, record_key, role)
        WHERE hash(entity, {seed}) IN (
            SELECT DISTINCT hash({tables.key}, {seed}) AS drawn FROM {tables.link} ORDER BY drawn LIMIT {UNITS})"""
    )
    con.execute("CREATE OR REPLACE TEMP VIEW current_record AS FROM drawn")
    con.execute("CREATE TEMP TABLE pair_unit AS SELECT DISTINCT unit FROM drawn")
    con.execute("CREATE TEMP TABLE kin AS SELECT unit, NULL::VARCHAR[] AS family FROM drawn LIMIT 0")
    con.execute("CREATE TEMP TABLE meeting AS SELECT 0::UBIGINT AS key, 0 AS rule, 0 AS records LIMIT 0")
    con.execute("CREATE TEMP TABLE bound AS SELECT 0 AS rule, 0 AS bound, '' AS part LIMIT 0")


def _frequencies(
    con: duckdb.DuckDBPyConnection, model: LinkModel
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """How often values occur among entities, by item; and the frequency of those too rare to be listed."""
    frequencies, rarest = {}, {}
    for item in model.items:
        if item.frequency_of is None:
            continue
        total = count(con, f"profile WHERE {item.frequency_of} IS NOT NULL")
        rows = con.execute(
            f"""SELECT {item.frequency_of}, count(*) FROM profile WHERE {item.frequency_of} IS NOT NULL
            GROUP BY ALL HAVING count(*) >= {COMMON} ORDER BY ALL"""
        ).fetchall()
        frequencies[item.name] = {value: float(f"{number / total:.3g}") for value, number in rows}
        rarest[item.name] = float(f"{1 / max(total, 1):.3g}")
    return frequencies, rarest


def _random_agreement(con: duckdb.DuckDBPyConnection, model: LinkModel, seed: int) -> Probabilities:
    """u: how often the items of two entities drawn at random agree, at each level; the prior where that was seldom."""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE shuffled AS
        SELECT unit, row_number() OVER (ORDER BY hash(unit, {seed}), unit) AS place FROM profile"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE random_pair AS
        SELECT row_number() OVER (ORDER BY a.unit, b.unit) AS pair, a.unit, b.unit AS other_unit FROM (
            SELECT unit, place + unnest(range(1, {SHIFTS + 1})) AS place FROM shuffled) AS a
        JOIN shuffled AS b USING (place)"""
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE random_level AS {compared_sql(model, NO_PARAMETERS, 'random_pair')}")
    probabilities: Probabilities = {}
    for item in model.items:
        level = f"CASE WHEN {item.name} >= {FIRST} THEN 1 ELSE {item.name} END"
        seen = dict(
            con.execute(
                f"SELECT {level}, count(*) FROM random_level WHERE {item.name} IS NOT NULL GROUP BY 1"
            ).fetchall()
        )
        probabilities[item.name] = _believed(item, seen)
    return probabilities


def _believed(item: Item, seen: Mapping[int, int]) -> dict[str, list[float]]:
    total = sum(seen.values())
    believed = {}
    for number, level in enumerate(item.levels, 1):
        u = seen.get(number, 0) / total if item.is_trained and seen.get(number, 0) >= PLENTY else level.u
        believed[level.label] = [level.m, float(f"{u:.3g}")]
    rest = max(1 - sum(u for _, u in believed.values()), 1e-4)
    believed[DIFFERENT] = [item.else_m, float(f"{rest:.3g}")]
    return believed


def _session(
    con: duckdb.DuckDBPyConnection, model: LinkModel, probabilities: Probabilities, block: tuple[str, ...]
) -> Mapping[str, Mapping[str, float]]:
    """m of the items outside a block of records that agree on its columns, by expectation maximisation; none of few pairs."""
    equal = " AND ".join(f"a.{column} = b.{column}" for column in block)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE training_pair AS SELECT row_number() OVER (ORDER BY drawn_by, unit, other_unit) AS pair,
            unit, other_unit FROM (
            SELECT a.unit, b.unit AS other_unit, hash(a.unit, b.unit) AS drawn_by FROM profile AS a JOIN profile AS b
            ON {equal} AND a.unit < b.unit ORDER BY drawn_by, a.unit, b.unit LIMIT {PAIRS})"""
    )
    if count(con, "training_pair") < PLENTY:
        return {}
    items = [item for item in model.items if item.is_trained and item.name not in block]
    compared = con.execute(compared_sql(model, NO_PARAMETERS, "training_pair")).to_arrow_table()
    settings = model.settings(0.3, probabilities)
    chosen = {item.name for item in items}
    settings["comparisons"] = [
        _plain(entry) for entry in settings["comparisons"] if entry["output_column_name"] in chosen
    ]
    settings["unique_id_column_name"] = "side"
    with splink(con) as api:
        return _em(api, settings, _frame(compared, [item.name for item in items]))


def _plain(comparison: dict[str, Any]) -> dict[str, Any]:
    """A comparison without frequencies: training looks at levels only."""
    levels = [
        {name: value for name, value in level.items() if not name.startswith("tf_")}
        for level in comparison["comparison_levels"]
    ]
    return {**comparison, "comparison_levels": levels}


def _frame(compared: pa.Table, items: list[str]) -> pa.Table:
    """Two rows per pair, as the settings' conditions read them: the left with the levels, the right with its marks."""
    left = {name: pc.if_else(pc.greater_equal(compared[name], FIRST), 1, compared[name]) for name in items}
    right = {name: pc.if_else(pc.equal(left[name], 1), left[name], -1) for name in items}
    pair = compared["pair"].cast(pa.int64())
    first = pa.table({"side": pc.multiply(pair, 2), "pair": pair, **left})
    second = pa.table({"side": pc.add(pc.multiply(pair, 2), 1), "pair": pair, **right})
    return pa.concat_tables([first, second.cast(first.schema)])


def _em(api: Any, settings: dict[str, Any], frame: pa.Table) -> Mapping[str, Mapping[str, float]]:
    from splink import Linker

    linker = Linker(api.register(frame), settings, log_level=None, validate_settings=False)
    linker.training.estimate_parameters_using_expectation_maximisation(
        "l.pair = r.pair", estimate_without_term_frequencies=True
    )
    model = linker.misc.save_model_to_json()
    return {
        entry["output_column_name"]: {
            level["label_for_charts"]: level["m_probability"]
            for level in entry["comparison_levels"]
            if level.get("m_probability") is not None
        }
        for entry in model["comparisons"]
    }


def _averaged(
    model: LinkModel, probabilities: Probabilities, sessions: list[Mapping[str, Mapping[str, float]]]
) -> Probabilities:
    """m as the mean over the sessions that saw the item, kept within a factor of TRUST of the prior."""
    averaged: Probabilities = defaultdict(dict)
    for item in model.items:
        priors = {level.label: level.m for level in item.levels} | {DIFFERENT: item.else_m}
        for label, prior in priors.items():
            seen = [session[item.name][label] for session in sessions if label in session.get(item.name, {})]
            m = min(max(sum(seen) / len(seen), prior / TRUST), prior * TRUST, 0.999) if seen else prior
            averaged[item.name][label] = [float(f"{m:.4g}"), probabilities[item.name][label][1]]
    return dict(averaged)
