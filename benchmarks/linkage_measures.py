"""How well records were grouped, against the truth: pairwise precision, recall and F1, and exact clusters."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Measures:
    """Pairs found and true, pairs found, true pairs; clusters that equal a true one, true ones."""

    hits: int
    found: int
    true: int
    exact: int
    clusters: int

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def exactness(self) -> float:
        return self.exact / self.clusters if self.clusters else 1.0

    def row(self, *before: object) -> str:
        """A row of a Markdown table."""
        figures = (f"{value:.4f}" for value in (self.precision, self.recall, self.f1, self.exactness))
        return f"| {' | '.join(map(str, before))} | {' | '.join(figures)} |"


def measures(con: duckdb.DuckDBPyConnection, grouped: str, of: str = "true") -> Measures:
    """Measures of rows (cluster, truth, …); `of`: SQL condition of the rows of which pairs have to be one side.

    A pair of two such rows counts from either side.
    """
    row = con.execute(
        f"""WITH grouped AS ({grouped}),
        sized AS (SELECT *, count(*) OVER (PARTITION BY cluster) AS found, count(*) OVER (PARTITION BY truth) AS true_size,
            count(*) OVER (PARTITION BY cluster, truth) AS hits FROM grouped)
        SELECT sum(hits - 1), sum(found - 1), sum(true_size - 1),
            count(DISTINCT truth) FILTER (found = hits AND true_size = hits), count(DISTINCT truth)
        FROM sized WHERE {of}"""
    ).fetchone()
    assert row is not None
    return Measures(*(int(value or 0) for value in row))
