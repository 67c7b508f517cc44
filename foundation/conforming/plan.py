"""What to do with each column of a dataset: decided once from the catalogue, used for every batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.catalogue.catalogue import Catalogue, ConformedColumn
from foundation.catalogue.model import DataType, Slice
from foundation.standards.conformed import Rule, Setting, Severity, Standard
from foundation.standards.registry import CODES, STANDARDS

RESERVED = ("record_key", "delivery_id", "row_number", "updated_at", "delivered", "issues")
POINT_ITEMS = ("longitude", "latitude", "crs")


@dataclass(frozen=True)
class Step:
    """One conformed column: where its text comes from, what conforms it, and where it applies."""

    column: ConformedColumn
    standard: Standard
    setting: Setting
    is_derived: bool
    is_geometry: bool
    conditions: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """Name of the conformed column."""
        return self.column.name

    @property
    def slice(self) -> Slice | None:
        """The part of the delivered text that the column carries; None for all of it."""
        part = self.column.slice
        return None if part.start is None and part.end is None else part


@dataclass(frozen=True)
class Plan:
    """The steps of a dataset, in the order in which its conformed columns stand."""

    dataset: str
    steps: tuple[Step, ...]
    as_of: str | None
    dates: str
    points: Mapping[str, str]
    usable_rules: frozenset[str]

    @property
    def converted(self) -> tuple[str, ...]:
        """Columns that are made together, from the coordinates."""
        return tuple(name for item, name in self.points.items() if item != "crs")


def plan(catalogue: Catalogue, dataset: str) -> Plan:
    """How to conform a dataset; a ValueError names a column that can't be called as the catalogue has it."""
    declared = catalogue.datasets[dataset]
    columns = catalogue.conformed_columns(dataset)
    steps = tuple(_step(catalogue, dataset, column, columns) for column in columns)
    names = [step.name for step in steps]
    for name in names:
        if names.count(name) > 1 or (name in RESERVED and name != "updated_at"):
            raise ValueError(f"{dataset}: the column name {name} is taken; give the column a role or another item")
    return Plan(
        dataset=dataset,
        steps=steps,
        as_of=_as_of(declared.as_of, steps),
        dates=declared.format.dates,
        points=_points(dataset, steps) if declared.coordinates else {},
        usable_rules=_warnings(steps),
    )


def _as_of(item: str | None, steps: tuple[Step, ...]) -> str | None:
    """The conformed column that says when a record was last true."""
    for step in steps:
        if step.column.item_name == (item or "updated_at"):
            return step.name
    return None


def _points(dataset: str, steps: tuple[Step, ...]) -> dict[str, str]:
    """The conformed columns of longitude, latitude and coordinate system, by item."""
    found = {step.column.item_name: step.name for step in steps if step.column.item_name in POINT_ITEMS}
    if missing := [item for item in POINT_ITEMS if item not in found]:
        raise ValueError(f"{dataset}: coordinates need columns for {', '.join(missing)}; add them")
    return found


def _warnings(steps: tuple[Step, ...]) -> frozenset[str]:
    """Rules after which a value can still be used."""
    rules: set[Rule] = {rule for step in steps for rule in step.standard.rules}
    return frozenset(rule.code for rule in rules if rule.severity is Severity.WARNING)


def _step(catalogue: Catalogue, dataset: str, column: ConformedColumn, columns: list[ConformedColumn]) -> Step:
    """The step of one conformed column."""
    is_derived = column.item_name != column.column.item
    standard = STANDARDS[column.standard]
    declared = catalogue.item(dataset, column.column.item)
    return Step(
        column=column,
        standard=standard,
        setting=_setting(catalogue, dataset, column, standard.name, is_derived),
        is_derived=is_derived,
        is_geometry=declared.type is DataType.GEOMETRY or declared.standard == "geometry",
        conditions=tuple(_condition(*when, column, columns) for when in (column.column.when or {}).items()),
    )


def _condition(
    item: str, values: list[str], column: ConformedColumn, columns: list[ConformedColumn]
) -> tuple[str, tuple[str, ...]]:
    """Header of the column that carries the item, of the same role if there is one, and the values it must have."""
    carriers = [other for other in columns if other.column.item == item]
    if not carriers:
        raise ValueError(f"{column.delivered}: `when` names the item {item}, which no column carries; correct it")
    same = [other for other in carriers if other.role == column.role]
    return (same or carriers)[0].delivered, tuple(values)


def _setting(catalogue: Catalogue, dataset: str, column: ConformedColumn, standard: str, is_derived: bool) -> Setting:
    """What the standard needs to know, except for the business date."""
    declared = catalogue.datasets[dataset].format
    codes = column.item.codes or CODES.get(standard)
    values = None if is_derived else column.column.values
    return Setting(
        dates=declared.dates,
        codes=catalogue.codes.get(codes) if codes else None,
        values=dict(values) if isinstance(values, dict) else {value: value for value in values or ()},
        length=column.item.length,
        crs=declared.crs,
    )
