"""From scored pairs to clusters: what is linked, what people have to decide, what stays apart."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from foundation.linkage.components import Facts, Limits, Units, components, cut
from foundation.linkage.scoring import weight_of
from foundation.linkage.spec import LinkModel
from foundation.linkage.tables import RECORD_KEY
from foundation.sql import count, listed, text

JUDGED, CERTAIN, MODEL = "judged", "certain", "model"
LINKED, REVIEW, APART = "linked", "review", "apart"
CERTAIN_WEIGHT, CERTAIN_PROBABILITY, JUDGED_WEIGHT = 60.0, 0.9999, 1000.0


def find_regions(con: duckdb.DuckDBPyConnection, complete: bool) -> None:
    """`region`: the units of every group of pairs, old or new, that a changed unit belongs to; `region_record`: their
    records."""
    columns = listed([*RECORD_KEY, "rank", "name", "birth_date", "is_identified", "unit"])
    edges = con.execute(
        """SELECT unit, other_unit FROM live_pair UNION ALL SELECT unit, other_unit FROM lost_pair
        UNION ALL FROM judged_edge"""
    ).fetchnumpy()
    left, right = _plain(edges["unit"]), _plain(edges["other_unit"])
    units = np.unique(np.concatenate([left, right]))
    _take(con, "labelled", pa.table({"unit": units, "label": components(units, left, right)}))
    chosen = "true" if complete else "label IN (SELECT label FROM labelled SEMI JOIN changed_unit USING (unit))"
    con.execute(f"CREATE TEMP TABLE region AS SELECT unit FROM labelled WHERE {chosen}")
    con.execute(
        f"""CREATE TEMP {"VIEW" if complete else "TABLE"} region_record AS
        SELECT {columns} FROM current_record SEMI JOIN region USING (unit)"""
    )


def _take(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Rows as a temporary table; filters pushed down into Arrow fail on numbers beyond 63 bits."""
    con.register("arrow_rows", rows)
    con.execute(f"CREATE TEMP TABLE {name} AS FROM arrow_rows")
    con.unregister("arrow_rows")


def _plain(column: Any) -> Units:
    return np.asarray(np.ma.getdata(column), dtype=np.uint64)


def decide(con: duckdb.DuckDBPyConnection, model: LinkModel) -> int:
    """`cluster_of` (unit, cluster, probability) for the region's units; returns how many groups had to be cut."""
    con.execute("CREATE TEMP VIEW edge AS FROM live_pair SEMI JOIN region USING (unit)")
    _facts(con, model)
    _usable(con, model)
    links = con.execute("SELECT unit, other_unit FROM link ORDER BY ALL").fetchnumpy()
    left, right = _plain(links["unit"]), _plain(links["other_unit"])
    units = np.unique(np.concatenate([left, right]))
    _take(con, "joined", pa.table({"unit": units, "cluster": components(units, left, right)}))
    broken = _implausible(con, model)
    if broken:
        _cut(con, model)
    con.execute(
        """CREATE TEMP TABLE cluster_of AS SELECT unit, coalesce(cluster, unit) AS cluster, probability
        FROM region LEFT JOIN joined USING (unit) LEFT JOIN (
            SELECT unit, max(match_probability) AS probability FROM (
                SELECT link.unit, match_probability FROM link JOIN joined AS a ON a.unit = link.unit
                    JOIN joined AS b ON b.unit = link.other_unit WHERE a.cluster = b.cluster
                UNION ALL SELECT link.other_unit, match_probability FROM link JOIN joined AS a ON a.unit = link.unit
                    JOIN joined AS b ON b.unit = link.other_unit WHERE a.cluster = b.cluster)
            GROUP BY unit) USING (unit)"""
    )
    return broken


def _facts(con: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """`fact`: of each unit what limits its cluster; `datasets` has a bit for each that holds one record per entity."""
    bits = " ".join(f"WHEN {text(name)} THEN {1 << place}" for place, name in enumerate(sorted(model.one_record_each)))
    single = f"CASE concat_ws('#', department || '/' || dataset, nullif(role, '')) {bits} ELSE 0 END"
    date = "birth_date" if model.name != "organization" else "NULL::DATE"
    con.execute(
        f"""CREATE TEMP TABLE fact AS SELECT unit, bool_or(is_identified) AS is_decided, bit_or({single}) AS datasets,
            arg_min(name, (rank, record_key, role)) AS name, arg_min({date}, (rank, record_key, role)) AS date
        FROM region_record GROUP BY unit"""
    )


def _usable(con: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """`link`: pairs that may join: judged the same, certain, or above the threshold; of an undecided unit's decided ones
    the best, if none other comes near; of several records of a dataset that holds one per entity likewise the best."""
    con.execute(
        """CREATE TEMP TABLE strong AS SELECT edge.*, fact.is_decided,
            coalesce(max(CASE WHEN is_decided THEN match_weight END) OVER (PARTITION BY edge.unit), 0) AS best,
            list_sort(list(match_weight) FILTER (is_decided) OVER (PARTITION BY edge.unit), 'DESC')[2] AS second
        FROM edge JOIN fact ON fact.unit = edge.other_unit
        WHERE NOT EXISTS (FROM judged_apart AS judged WHERE judged.unit = least(edge.unit, edge.other_unit)
            AND judged.other_unit = greatest(edge.unit, edge.other_unit))"""
    )
    con.execute(
        f"""CREATE TEMP TABLE eligible AS FROM strong
        WHERE match_weight >= {weight_of(model.link_at)} AND is_plausible
        AND (NOT is_decided OR (match_weight = best AND coalesce(best - second >= {model.margin}, true)))"""
    )
    # Two records of such a dataset are two entities: if both fit a third, chance would say whose it is.
    con.execute(
        f"""CREATE TEMP TABLE rivalled AS SELECT DISTINCT least(here, there) AS low, greatest(here, there) AS high FROM (
            SELECT here, there, is_model, weight, max(weight) OVER rivals AS best,
                list_sort(list(weight) OVER rivals, 'DESC')[2] AS second
            FROM (SELECT here, there, max(match_weight) AS weight, bool_and(kind = '{MODEL}') AS is_model FROM (
                SELECT other_unit AS here, unit AS there, kind, match_weight FROM eligible UNION ALL
                SELECT unit, other_unit, kind, match_weight FROM eligible WHERE NOT is_decided) GROUP BY ALL)
            JOIN fact ON fact.unit = there AND fact.datasets <> 0
            WINDOW rivals AS (PARTITION BY here, fact.datasets))
        WHERE is_model AND (weight < best OR best - second < {model.margin})"""
    )
    con.execute(
        """CREATE TEMP TABLE link AS SELECT unit, other_unit, match_weight, match_probability FROM eligible
        WHERE (least(unit, other_unit), greatest(unit, other_unit)) NOT IN (FROM rivalled)"""
    )


def _implausible(con: duckdb.DuckDBPyConnection, model: LinkModel) -> int:
    """`implausible`: groups that can't be one entity; their number."""
    con.execute(
        f"""CREATE TEMP TABLE implausible AS
        SELECT cluster FROM joined JOIN fact USING (unit) GROUP BY cluster
        HAVING count(*) FILTER (is_decided) > 1 OR count(DISTINCT name) > {model.most_names}
            OR count(DISTINCT date) > {model.most_dates}
            OR sum(datasets) <> bit_or(datasets)
        UNION SELECT a.cluster FROM judged_apart JOIN joined AS a ON a.unit = judged_apart.unit
            JOIN joined AS b ON b.unit = judged_apart.other_unit WHERE a.cluster = b.cluster"""
    )
    return count(con, "implausible")


def _cut(con: duckdb.DuckDBPyConnection, model: LinkModel) -> None:
    """Cut the implausible groups, all in one pass, and put the result into `joined`."""
    con.execute("CREATE TEMP TABLE suspect AS SELECT unit FROM joined SEMI JOIN implausible USING (cluster)")
    facts = {
        unit: Facts([unit], int(decided), datasets, _some(name), _some(day))
        for unit, decided, datasets, name, day in con.execute(
            "SELECT unit, is_decided, datasets, name, date FROM fact SEMI JOIN suspect USING (unit) ORDER BY unit"
        ).fetchall()
    }
    links = con.execute(
        "SELECT unit, other_unit, match_weight FROM link SEMI JOIN suspect USING (unit) ORDER BY ALL"
    ).fetchall()
    apart, same = (
        frozenset((min(a, b), max(a, b)) for a, b in con.execute(f"SELECT unit, other_unit FROM {judged}").fetchall())
        for judged in ("judged_apart", "judged_same")
    )
    cluster = cut(links, facts, Limits(model.most_names, model.most_dates, apart, same))
    table = pa.table(
        {"unit": pa.array(list(cluster), pa.uint64()), "cluster": pa.array(list(cluster.values()), pa.uint64())}
    )
    _take(con, "recut", table)
    con.execute("DELETE FROM joined WHERE unit IN (FROM suspect)")
    con.execute("INSERT INTO joined FROM recut")


def _some(value: Any) -> frozenset[Any]:
    return frozenset() if value is None else frozenset([value])


def settle(con: duckdb.DuckDBPyConnection) -> None:
    """`settled`: the region's pairs with their outcome: linked, apart (the undecided one has a home), or for people."""
    con.execute(
        f"""CREATE TEMP TABLE settled AS SELECT edge.* REPLACE (CASE
            WHEN a.cluster = b.cluster THEN '{LINKED}'
            WHEN judged.unit IS NOT NULL OR home.unit IS NOT NULL THEN '{APART}'
            ELSE '{REVIEW}' END AS outcome), edge.outcome AS old_outcome
        FROM edge JOIN cluster_of AS a ON a.unit = edge.unit JOIN cluster_of AS b ON b.unit = edge.other_unit
        LEFT JOIN judged_apart AS judged ON judged.unit = least(edge.unit, edge.other_unit)
            AND judged.other_unit = greatest(edge.unit, edge.other_unit)
        LEFT JOIN (SELECT DISTINCT cluster_of.unit FROM cluster_of JOIN fact USING (unit)
            JOIN (SELECT DISTINCT cluster FROM cluster_of JOIN fact USING (unit) WHERE is_decided) USING (cluster)
            WHERE NOT is_decided) AS home ON home.unit = edge.unit
        WHERE edge.kind <> '{JUDGED}'"""
    )
