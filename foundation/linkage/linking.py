"""Second stage of identity: units that no identifier decides are linked by certain rules, then by the model.

Only units whose candidates may have changed are looked at; the result is the same as linking all again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from foundation.linkage.candidates import find_pairs, find_touched
from foundation.linkage.current import KEY, make_current
from foundation.linkage.outcome import (
    CERTAIN,
    CERTAIN_PROBABILITY,
    CERTAIN_WEIGHT,
    JUDGED,
    JUDGED_WEIGHT,
    decide,
    find_regions,
    settle,
)
from foundation.linkage.profiles import make_profiles
from foundation.linkage.scoring import Parameters, score
from foundation.linkage.spec import LinkModel
from foundation.linkage.tables import PAIR_COLUMNS, RECORD_KEY, IdentityTables
from foundation.sql import count, listed

PAIR = listed(PAIR_COLUMNS)
HERE, THERE = (
    " AND ".join(f"judgement.{side}_{name} = {alias}.{name}" for name in RECORD_KEY)
    for side, alias in (("left", "here"), ("right", "there"))
)


@dataclass(frozen=True)
class Linked:
    """What the second stage did: pairs scored, groups that had to be cut, keys beyond their bound by rule, pairs by
    whole match weight."""

    scored: int = 0
    cut: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    histogram: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Linkage:
    """What linking needs beside the records: model, parameters, prior, place names, whether all is linked again."""

    model: LinkModel
    parameters: Parameters
    prior: float
    places: frozenset[str] = frozenset()
    complete: bool = False
    folder: Path | None = None


def link(con: duckdb.DuckDBPyConnection, linkage: Linkage, tables: IdentityTables) -> Linked:
    """`grouped`: everything whose entity may change, with cluster, method and probability; of `clustered` all."""
    model, complete = linkage.model, linkage.complete
    make_current(con, model, tables)
    find_touched(con, model, complete)
    skipped = find_pairs(con, model, tables, complete)
    con.execute("CREATE TEMP TABLE pair_unit AS SELECT DISTINCT unnest([unit, other_unit]) AS unit FROM block_pair")
    make_profiles(con, model, linkage.places)
    histogram = score(con, model, linkage.parameters, linkage.prior, "block_pair", "scored_pair")
    _judge(con)
    _gather(con, tables, complete)
    find_regions(con, complete)
    broken = decide(con, model)
    settle(con)
    _store(con, tables, complete)
    _extend(con, complete)
    return Linked(count(con, "block_pair"), broken, skipped, dict(sorted(histogram.items())))


def _judge(con: duckdb.DuckDBPyConnection) -> None:
    """People's judgements between units: `judged_same`, `judged_apart`, the smaller unit first; `concerned`: the records
    that a judgement of now or of the last run is about."""
    records = ", ".join(f"unnest([left_{name}, right_{name}]) AS {name}" for name in RECORD_KEY)
    con.execute(
        f"""CREATE TEMP TABLE concerned AS SELECT {KEY}, unit, is_identified FROM current_record
        SEMI JOIN (SELECT {records} FROM (FROM judgement UNION ALL FROM rejudged)) USING ({KEY})"""
    )
    con.execute(
        f"""CREATE TEMP TABLE judged AS SELECT DISTINCT least(here.unit, there.unit) AS unit,
            greatest(here.unit, there.unit) AS other_unit, verdict
        FROM judgement JOIN concerned AS here ON {HERE} JOIN concerned AS there ON {THERE}
        WHERE here.unit <> there.unit"""
    )
    con.execute("CREATE TEMP TABLE judged_apart AS SELECT unit, other_unit FROM judged WHERE verdict = 'different'")
    con.execute(
        """CREATE TEMP TABLE judged_same AS SELECT CASE WHEN swap THEN other_unit ELSE unit END AS unit,
            CASE WHEN swap THEN unit ELSE other_unit END AS other_unit
        FROM (SELECT *, unit IN (SELECT unit FROM concerned WHERE is_identified) AS swap FROM judged WHERE verdict = 'same')"""
    )


def _judged_edges(con: duckdb.DuckDBPyConnection) -> None:
    """`judged_edge`: units that a judgement of now or of the last run joins, by what their records are and were."""
    con.execute(
        f"CREATE TEMP TABLE known AS SELECT {KEY}, unit FROM concerned UNION SELECT {KEY}, unit FROM old_link WHERE unit IS NOT NULL"
    )
    con.execute(
        f"""CREATE TEMP TABLE judged_edge AS SELECT DISTINCT here.unit, there.unit AS other_unit
        FROM (FROM judgement UNION FROM rejudged) AS judgement JOIN known AS here ON {HERE} JOIN known AS there ON {THERE}"""
    )


def _gather(con: duckdb.DuckDBPyConnection, tables: IdentityTables, complete: bool) -> None:
    """`live_pair`: pairs as they stand now; `lost_pair`: stored ones that are found anew or gone; `changed_unit`, unless it
    is complete."""
    mine = f"SEMI JOIN (SELECT {KEY} FROM clustered UNION ALL SELECT {KEY} FROM removed) USING ({KEY})"
    con.execute(
        f"""CREATE TEMP {"VIEW" if complete else "TABLE"} old_link AS
        SELECT {KEY}, unit, {tables.key} AS entity FROM {tables.link} {"" if complete else mine}"""
    )
    con.execute("CREATE TEMP TABLE old_unit AS SELECT DISTINCT unit FROM old_link WHERE unit IS NOT NULL")
    _judged_edges(con)
    if not complete:
        con.execute(
            f"""CREATE TEMP TABLE changed_unit AS FROM touched UNION SELECT unit FROM clustered UNION FROM old_unit
            UNION SELECT unit FROM concerned WHERE ({KEY}) IN (
                SELECT {listed([f"left_{name}" for name in RECORD_KEY])} FROM rejudged UNION ALL
                SELECT {listed([f"right_{name}" for name in RECORD_KEY])} FROM rejudged)"""
        )
    con.execute(
        f"""CREATE TEMP TABLE fresh_pair AS
        SELECT unit, other_unit, '{CERTAIN}' AS kind, {CERTAIN_WEIGHT}::DOUBLE AS match_weight,
            {CERTAIN_PROBABILITY}::DOUBLE AS match_probability, NULL::VARCHAR AS weights, true AS is_plausible,
            NULL::VARCHAR AS outcome FROM certain_pair
        UNION ALL SELECT unit, other_unit, 'model', match_weight, match_probability, weights, is_plausible, NULL
        FROM scored_pair"""
    )
    dropped = "SELECT unit FROM touched UNION ALL FROM old_unit"
    stored = f"(SELECT {PAIR} FROM {tables.pair})"
    lost = "true" if complete else f"unit IN ({dropped}) OR other_unit IN ({dropped})"
    con.execute(f"CREATE TEMP TABLE lost_pair AS FROM {stored} WHERE {lost}")
    con.execute(
        f"""CREATE TEMP TABLE live_pair AS FROM (FROM {stored} ANTI JOIN lost_pair USING (unit, other_unit)
            UNION ALL FROM fresh_pair) ANTI JOIN judged_same USING (unit, other_unit)
        UNION ALL SELECT unit, other_unit, '{JUDGED}', {JUDGED_WEIGHT}, 1.0, NULL, true, NULL FROM judged_same"""
    )


def _store(con: duckdb.DuckDBPyConnection, tables: IdentityTables, complete: bool) -> None:
    """Write the pairs whose outcome is new, and remove those that no longer are."""
    con.execute(
        f"""CREATE TEMP TABLE written_pair AS SELECT {PAIR} FROM settled WHERE outcome IS DISTINCT FROM old_outcome
        ORDER BY unit, other_unit"""
    )
    if count(con, tables.pair) and (count(con, "lost_pair") or count(con, "written_pair")):
        con.execute(
            f"""DELETE FROM {tables.pair} WHERE (unit, other_unit) IN (
                SELECT unit, other_unit FROM lost_pair UNION ALL SELECT unit, other_unit FROM written_pair)"""
        )
    con.execute(f"INSERT INTO {tables.pair} BY NAME FROM written_pair")


def _extend(con: duckdb.DuckDBPyConnection, complete: bool) -> None:
    """`grouped`: all records of the region, and those clustered, with their cluster, method and probability."""
    columns = f"{KEY}, rank, is_identified, unit"
    extended = f"SELECT {columns} FROM current_record"
    if not complete:
        extended = f"""SELECT {columns} FROM clustered UNION ALL SELECT {columns} FROM region_record
            ANTI JOIN clustered USING ({KEY})"""
    con.execute(
        f"""CREATE TEMP VIEW grouped AS SELECT extended.*, coalesce(cluster_of.cluster, unit) AS cluster,
            CASE WHEN is_identified THEN 'identifier' WHEN units > 1 THEN 'model' ELSE 'new' END AS method,
            CASE WHEN is_identified OR coalesce(units, 1) = 1 THEN 1.0 ELSE coalesce(probability, 1.0) END::DOUBLE
                AS match_probability
        FROM ({extended}) AS extended LEFT JOIN (
            SELECT *, count(*) OVER (PARTITION BY cluster) AS units FROM cluster_of) AS cluster_of USING (unit)"""
    )
