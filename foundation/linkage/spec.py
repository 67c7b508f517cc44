"""What the linkage of one library table looks at: features of records, certain rules, blocks, comparisons, thresholds.

Comparisons are Splink's; the m and u probabilities here are priors by reasoning about registers, replaced by trained ones
from `parameters/<name>.json` where training has seen enough pairs. Everything else is SQL over the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SQL = str
DIFFERENT = "different"
FAMILY = "relative"  # in a rule's key: each of the first four of a record's `family`


@dataclass(frozen=True)
class Level:
    """A level of agreement: `sql` over the profiles l and r, its priors, and whether the value's frequency adjusts it."""

    label: str
    sql: SQL
    m: float
    u: float
    has_frequency: bool = False


@dataclass(frozen=True)
class Item:
    """An item compared: `known` is the SQL under which both sides say something; levels from strongest to weakest."""

    name: str
    title: str
    known: SQL
    levels: tuple[Level, ...]
    is_trained: bool = True
    frequency_of: str | None = None

    @property
    def else_m(self) -> float:
        return max(1 - sum(level.m for level in self.levels), 1e-4)

    @property
    def else_u(self) -> float:
        return max(1 - sum(level.u for level in self.levels), 1e-4)

    @property
    def agreement(self) -> SQL:
        """The number of the level that holds, from 1; 0 for none; null where one side says nothing."""
        cases = " ".join(f"WHEN {level.sql} THEN {number}" for number, level in enumerate(self.levels, 1))
        return f"CASE WHEN NOT coalesce({self.known}, false) THEN NULL {cases} ELSE 0 END::TINYINT"


@dataclass(frozen=True)
class Rule:
    """Records with the same values of `key`, or of an alternative to it, are compared, unless more than `bound` have it.

    `shared` rules compare nothing: a value with more than `bound` records is everybody's and speaks for nobody.
    """

    name: str
    key: tuple[SQL, ...]
    bound: int
    alternatives: tuple[tuple[SQL, ...], ...] = ()

    @property
    def keys(self) -> tuple[tuple[SQL, ...], ...]:
        """The key and its alternatives."""
        return (self.key, *self.alternatives)


@dataclass(frozen=True)
class LinkModel:
    """All that linkage knows of one kind of entity.

    `guard`: SQL over the items' levels under which a pair may be linked; `shown_if`: under which people are asked about one
    that may not.
    """

    name: str
    features: Mapping[str, str]
    items_of: Mapping[str, tuple[str, ...]]
    certain: tuple[Rule, ...]
    blocks: tuple[Rule, ...]
    shared: Mapping[str, Rule]
    profile: Mapping[str, SQL]
    items: tuple[Item, ...]
    guard: SQL
    one_record_each: frozenset[str]
    training_blocks: tuple[tuple[str, ...], ...]
    link_at: float = 0.99
    review_at: float = 0.5
    margin: float = 4.0
    most_names: int = 3
    most_dates: int = 2
    masks: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, SQL] = field(default_factory=dict)
    pinyin_of: str = "name"
    shown_if: SQL = "name IS DISTINCT FROM 0"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules by their number: certain ones, blocks, shared values."""
        return (*self.certain, *self.blocks, *self.shared.values())

    def settings(self, prior: float, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Splink's settings with the given prior; `parameters`: item -> label -> [m, u]."""
        return {
            "link_type": "dedupe_only",
            "probability_two_random_records_match": prior,
            "unique_id_column_name": "pair",
            "retain_matching_columns": False,
            "retain_intermediate_calculation_columns": True,
            "blocking_rules_to_generate_predictions": ["l.pair = r.pair"],
            "comparisons": [_comparison(item, parameters.get(item.name, {})) for item in self.items],
        }


def _comparison(item: Item, trained: Mapping[str, list[float]]) -> dict[str, Any]:
    """Splink's comparison over the agreement column: the number of the level from 1, 0 for none of them, null unknown.

    At the first level both sides say the code of the value's frequency, so that Splink knows it for the exact match that
    frequencies adjust; at others the right side says -1.
    """
    levels: list[dict[str, Any]] = [
        {"sql_condition": f"{item.name}_l IS NULL", "label_for_charts": "unknown", "is_null_level": True}
    ]
    for number, level in enumerate(item.levels, 1):
        m, u = trained.get(level.label, [level.m, level.u])
        condition = f"{item.name}_l = {item.name}_r" if number == 1 else f"{item.name}_l = {number}"
        entry: dict[str, Any] = {"sql_condition": condition, "label_for_charts": level.label}
        entry |= {"m_probability": m, "u_probability": u}
        if level.has_frequency:
            entry |= {"tf_adjustment_column": item.name, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-7}
        levels.append(entry)
    m, u = trained.get(DIFFERENT, [item.else_m, item.else_u])
    levels.append({"sql_condition": "ELSE", "label_for_charts": DIFFERENT, "m_probability": m, "u_probability": u})
    return {"output_column_name": item.name, "comparison_description": item.title, "comparison_levels": levels}


def same_list(column: str) -> SQL:
    """SQL: the two sides have a value of the list in common."""
    return f"list_has_any(l.{column}, r.{column})"


def both(column: str) -> SQL:
    """SQL: both sides know a value."""
    return f"l.{column} IS NOT NULL AND r.{column} IS NOT NULL"


def differing(left: SQL, right: SQL) -> SQL:
    """SQL: positions at which two texts of the same length differ; by characters, not bytes."""
    return (
        f"list_sum([({left}[position] <> {right}[position])::INT FOR position IN range(1, length({left})::BIGINT + 1)])"
    )


def one_different(left: SQL, right: SQL) -> SQL:
    """SQL: the texts have the same length and one position is different, or two neighbours changed places."""
    return f"""CASE WHEN length({left}) <> length({right}) THEN false
        WHEN {differing(left, right)} = 1 THEN true
        WHEN {differing(left, right)} = 2 THEN list_sort(string_split({left}, '')) = list_sort(string_split({right}, ''))
        ELSE false END"""


def unshared(column: str) -> SQL:
    """SQL: the two sides have no value in common that everybody has."""
    return f"NOT list_has_any(l.{column}_shared, r.{column})"
