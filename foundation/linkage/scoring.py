"""Scoring pairs of units with Splink: levels of agreement are found by the engine, weights and probabilities by Splink."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import log2
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from foundation.linkage.spec import LinkModel
from foundation.sql import count, text

CHUNK = 500_000
FIRST, STEPS = 100, 8  # the code of a frequency: FIRST - STEPS * log2(frequency)
PARAMETERS = Path(__file__).parent / "parameters"


@dataclass(frozen=True)
class Parameters:
    """Trained parameters: [m, u] by item and level, frequencies of values by item, the rest of the frequency."""

    probabilities: Mapping[str, Mapping[str, list[float]]]
    frequencies: Mapping[str, Mapping[str, float]]
    rarest: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> Parameters:
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(content["probabilities"], content["frequencies"], content["rarest"])

    def write(self, path: Path) -> None:
        content = {"probabilities": self.probabilities, "frequencies": self.frequencies, "rarest": self.rarest}
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


NO_PARAMETERS = Parameters({}, {}, {})


@cache
def trained(name: str, folder: Path | None = None) -> Parameters:
    """The parameters of a model: those trained in this installation, else those of the project, else the priors."""
    for place in (folder, PARAMETERS):
        if place is not None and (place / f"{name}.json").exists():
            return Parameters.read(place / f"{name}.json")
    return NO_PARAMETERS


def weight_of(probability: float) -> float:
    """The match weight (bits) of a probability."""
    return log2(probability / (1 - probability))


def compared_sql(model: LinkModel, parameters: Parameters, pairs: str) -> str:
    """SQL: pair, agreement by item, frequency by item, is_plausible, is_shown, for pairs (pair, unit, other_unit)."""
    agreements = [f"{item.agreement} AS {item.name}" for item in model.items]
    coded = []
    extras = [f"{value} AS {name}" for name, value in model.extras.items()]
    frequencies, joins = [], []
    for item in model.items:
        if item.frequency_of:
            floor = parameters.rarest.get(item.name, 1e-5)
            frequencies.append(f"coalesce(f_{item.name}.frequency, {floor}) AS f_{item.name}")
            coded.append(
                f"CASE {item.name} WHEN 1 THEN {FIRST} + round(-{STEPS} * log2(f_{item.name})) ELSE {item.name} END"
                f"::SMALLINT AS {item.name}"
            )
            joins.append(
                f"LEFT JOIN frequency AS f_{item.name} ON f_{item.name}.item = {text(item.name)} "
                f"AND f_{item.name}.value = l.{item.frequency_of}"
            )
    inner = f"""SELECT pair, {", ".join(agreements + frequencies + extras)} FROM {pairs} AS pairs
        JOIN profile AS l ON l.unit = pairs.unit JOIN profile AS r ON r.unit = pairs.other_unit {" ".join(joins)}"""
    plain = [f"{item.name}::SMALLINT AS {item.name}" for item in model.items if not item.frequency_of]
    judged = f"coalesce({model.guard}, false) AS is_plausible, {model.shown_if} AS is_shown"
    return f"SELECT pair, {', '.join(plain + coded)}, {judged} FROM ({inner})"


def register_frequencies(con: duckdb.DuckDBPyConnection, parameters: Parameters) -> None:
    """`frequency` (item, value, frequency): how often values occur among entities."""
    rows = [(item, value, share) for item, values in parameters.frequencies.items() for value, share in values.items()]
    item, value, share = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    table = pa.table(
        {
            "item": pa.array(item, pa.string()),
            "value": pa.array(value, pa.string()),
            "frequency": pa.array(share, pa.float64()),
        }
    )
    con.register("frequencies", table)
    con.execute("CREATE TEMP TABLE frequency AS FROM frequencies")
    con.unregister("frequencies")


def score(
    con: duckdb.DuckDBPyConnection, model: LinkModel, parameters: Parameters, prior: float, pairs: str, into: str
) -> Counter[int]:
    """Fill `into` (unit, other_unit, match_weight, match_probability, weights, is_plausible) with pairs not ruled out.

    Returns how many pairs have each whole match weight. Pairs are scored in chunks; ties between threads do not matter,
    for a pair's weight depends on nothing but the pair.
    """
    register_frequencies(con, parameters)
    con.execute(
        f"CREATE TEMP TABLE numbered AS SELECT row_number() OVER (ORDER BY unit, other_unit) AS pair, * FROM {pairs}"
    )
    con.execute(
        f"""CREATE TEMP TABLE {into} (unit UBIGINT, other_unit UBIGINT, match_weight DOUBLE, match_probability DOUBLE,
            weights VARCHAR, is_plausible BOOLEAN)"""
    )
    histogram: Counter[int] = Counter()
    lower = weight_of(model.review_at)
    settings = model.settings(prior, parameters.probabilities)
    for start in range(0, count(con, "numbered"), CHUNK):
        chunk = f"(FROM numbered WHERE pair > {start} AND pair <= {start + CHUNK})"
        compared = con.execute(compared_sql(model, parameters, chunk)).to_arrow_table()
        with splink(con) as api:
            scored = _predict(api, settings, compared)
        con.register("compared", compared.select(["pair", "is_plausible", "is_shown"]))
        con.register("scored", scored)
        histogram.update(
            dict(con.execute("SELECT floor(match_weight)::INTEGER, count(*) FROM scored GROUP BY ALL").fetchall())
        )
        con.execute(
            f"""INSERT INTO {into} SELECT unit, other_unit, match_weight, match_probability, {_weights(model)}, is_plausible
            FROM scored JOIN numbered ON pair = pair_l JOIN compared USING (pair) WHERE match_weight >= {lower}
                AND (is_plausible OR is_shown)"""
        )
        con.unregister("scored")
        con.unregister("compared")
    return histogram


def _weights(model: LinkModel) -> str:
    """SQL: what speaks for and against, in bits by item, as JSON; items of which one side says nothing are left out."""
    parts = [
        f"CASE WHEN mw_{i.name} <> 0 THEN '\"{i.name}\": ' || round(mw_{i.name}{_tf(i.frequency_of, i.name)}, 2) END"
        for i in model.items
    ]
    return f"'{{' || concat_ws(', ', {', '.join(parts)}) || '}}'"


def _tf(has: str | None, name: str) -> str:
    return f" + mw_tf_adj_{name}" if has else ""


def _predict(api: Any, settings: dict[str, Any], compared: pa.Table) -> pa.Table:
    """Splink's predictions: pair_l, match_weight, match_probability and the weights by item."""
    from splink import Linker

    left = compared.drop_columns(["is_plausible", "is_shown"])
    items = [name for name in left.column_names if name != "pair"]
    with_frequency = [entry["output_column_name"] for entry in settings["comparisons"] if _has_frequency(entry)]
    first = {
        name: pc.greater_equal(left[name], FIRST) if name in with_frequency else pc.equal(left[name], 1)
        for name in items
    }
    right = pa.table({"pair": left["pair"]} | {name: pc.if_else(first[name], left[name], -1) for name in items})
    frame = api.register(left, table_name="compared_left")
    other = api.register(right, table_name="compared_right")
    linker = Linker(frame, settings, log_level=None, validate_settings=False)
    for name in with_frequency:
        codes = pa.table(
            {
                name: pa.array(range(FIRST, FIRST + 400), pa.int16()),
                f"tf_{name}": [2.0 ** (-step / STEPS) for step in range(400)],
            }
        )
        linker.table_management.register_term_frequency_lookup(api.register(codes), name)
    predictions = linker.inference.predict_between(frame, other, warning_mode="never")
    return predictions.as_duckdbpyrelation().to_arrow_table()


def _has_frequency(comparison: Mapping[str, Any]) -> bool:
    return any("tf_adjustment_column" in level for level in comparison["comparison_levels"])


@contextmanager
def splink(con: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    """Splink's access to the engine: a connection of its own in memory, for it creates tables where it stands."""
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    (threads,) = con.execute("SELECT current_setting('threads')").fetchone() or (1,)
    with duckdb.connect(config={"threads": threads}) as own:
        yield DuckDBAPI(connection=own)
