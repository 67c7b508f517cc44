"""Delivered records, all text, to conformed records: items typed and normalised by their standards (design.md §3).

Pure Arrow to Arrow. A rule that fails is recorded in `issues` and hides nothing; where the value says something else
than the delivered text, the text stands beside it in `delivered`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from foundation.catalogue.catalogue import Catalogue
from foundation.conforming.delivered import delivered_struct, kept_text
from foundation.conforming.issues import ISSUES, issue_lists
from foundation.conforming.plan import Plan, Step, plan
from foundation.standards.codepoints import as_strings
from foundation.standards.conformed import Conformed
from foundation.standards.coordinate import conform_points
from foundation.standards.text import normalise, placeholders

HEAD = (
    pa.field("record_key", pa.string()),
    pa.field("delivery_id", pa.string()),
    pa.field("row_number", pa.int64()),
    pa.field("updated_at", pa.timestamp("us")),
)
POINT_TYPES = {"longitude": pa.float64(), "latitude": pa.float64()}


class Conformer:
    """Conforms the batches of one dataset; what follows from the catalogue is worked out once."""

    def __init__(self, catalogue: Catalogue, dataset: str) -> None:
        self.plan = plan(catalogue, dataset)
        self.schema = _schema(self.plan)

    def conform(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The conformed records of a batch of record_key, delivery_id, row_number, business_date and delivered headers.

        The rows keep their number and order. A KeyError names a delivered column that the batch lacks.
        """
        conformed = self._items(batch)
        texts = {step.name: self._kept(step, batch, conformed[step.name].value) for step in _texts(self.plan)}
        columns = {name: batch.column(name) for name in ("record_key", "delivery_id", "row_number")}
        columns["updated_at"] = self._updated_at(batch, conformed)
        for step in self.plan.steps:
            if step.name != "updated_at":
                columns[step.name] = conformed[step.name].value
            if step.standard.is_identifier:
                columns[f"{step.name}_is_valid"] = _is_valid(conformed[step.name], self.plan.usable_rules)
        columns["delivered"] = delivered_struct(texts, batch.num_rows)
        columns["issues"] = issue_lists({name: item.issue for name, item in conformed.items()}, batch.num_rows)
        return pa.RecordBatch.from_arrays([columns[field.name] for field in self.schema], schema=self.schema)

    def _items(self, batch: pa.RecordBatch) -> dict[str, Conformed]:
        """Value and issue of every conformed column."""
        geometries = [step for step in self.plan.steps if step.is_geometry]
        items = _geometry(geometries, batch) if geometries else {}
        days = _days(batch)
        for step in self.plan.steps:
            if not step.is_geometry and step.name not in self.plan.converted:
                items[step.name] = _joined([_conform_step(step, day.records, day.date) for day in days], days)
        if self.plan.points:
            self._to_cgcs2000(batch, items)
        return items

    def _to_cgcs2000(self, batch: pa.RecordBatch, items: dict[str, Conformed]) -> None:
        """Bring longitude and latitude to CGCS2000 together; the coordinate system reads so after it."""
        names = self.plan.points
        delivered = {step.name: as_strings(batch.column(step.column.delivered)) for step in _texts(self.plan)}
        points = conform_points(*(delivered[names[item]] for item in ("longitude", "latitude", "crs")))
        items[names["longitude"]] = Conformed(points.longitude, points.issue)
        items[names["latitude"]] = Conformed(points.latitude, pa.nulls(batch.num_rows, pa.string()))
        crs = items[names["crs"]]
        value = pc.if_else(points.is_known, pa.scalar("CGCS2000"), crs.value)
        items[names["crs"]] = Conformed(value, crs.issue)

    def _kept(self, step: Step, batch: pa.RecordBatch, value: pa.Array) -> pa.StringArray:
        """The delivered text where the value says something else."""
        return kept_text(step, self.plan, as_strings(batch.column(step.column.delivered)), value)

    def _updated_at(self, batch: pa.RecordBatch, items: dict[str, Conformed]) -> pa.Array:
        """When the record was last true: as the record says, else the business date."""
        day = batch.column("business_date").cast(pa.timestamp("us"))
        if self.plan.as_of is None:
            return day
        return pc.coalesce(items[self.plan.as_of].value.cast(pa.timestamp("us")), day)


def conformed_schema(catalogue: Catalogue, dataset: str) -> pa.Schema:
    """The schema of `conformed.<department>__<dataset>`."""
    return Conformer(catalogue, dataset).schema


def conform(catalogue: Catalogue, dataset: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """The conformed records of one batch; keep a `Conformer` where there are many."""
    return Conformer(catalogue, dataset).conform(batch)


def _texts(plan: Plan) -> list[Step]:
    """The steps whose delivered text is kept: derived items have it at their source."""
    return [step for step in plan.steps if not step.is_derived and not step.is_geometry]


def _schema(plan: Plan) -> pa.Schema:
    """Head, items with the validity of identifiers, delivered texts, issues."""
    fields = list(HEAD)
    for step in plan.steps:
        if step.name != "updated_at":
            kind = POINT_TYPES.get(step.column.item_name, step.standard.type) if plan.points else step.standard.type
            fields.append(pa.field(step.name, kind))
        if step.standard.is_identifier:
            fields.append(pa.field(f"{step.name}_is_valid", pa.bool_()))
    texts = pa.struct([pa.field(step.name, pa.string()) for step in _texts(plan)])
    return pa.schema([*fields, pa.field("delivered", texts), pa.field("issues", ISSUES)])


class _Day(NamedTuple):
    """The records of one business date, and their rows in the batch."""

    date: date
    records: pa.RecordBatch
    rows: npt.NDArray[np.intp]


def _days(batch: pa.RecordBatch) -> list[_Day]:
    """A batch by business dates: as it is where all its records are of one."""
    encoded = pc.fill_null(batch.column("business_date"), date.min).dictionary_encode()
    dates = encoded.dictionary.to_pylist()
    if len(dates) < 2:
        return [_Day(dates[0] if dates else date.min, batch, np.arange(batch.num_rows))]
    index = encoded.indices.to_numpy()
    rows = [np.flatnonzero(index == number) for number in range(len(dates))]
    return [_Day(day, batch.take(pa.array(at)), at) for day, at in zip(dates, rows, strict=True)]


def _joined(parts: list[Conformed], days: list[_Day]) -> Conformed:
    """The values of the days in the order of the batch."""
    if len(parts) == 1:
        return parts[0]
    order = pa.array(np.argsort(np.concatenate([day.rows for day in days])))
    values, issues = zip(*parts, strict=True)
    return Conformed(pa.concat_arrays(values).take(order), pa.concat_arrays(issues).take(order))


def _conform_step(step: Step, batch: pa.RecordBatch, day: date) -> Conformed:
    """Value and issue of one conformed column, for records of one business date."""
    text = as_strings(batch.column(step.column.delivered))
    if step.slice is not None:
        text = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(text), step.slice.start or 0, step.slice.end)
    if step.conditions:
        text = pc.if_else(_applies(step, batch), text, pa.scalar(None, pa.string()))
    return step.standard.conform(text, replace(step.setting, today=day))


def _applies(step: Step, batch: pa.RecordBatch) -> pa.BooleanArray:
    """Rows in which the column carries its item."""
    met = pa.scalar(True)
    for header, values in step.conditions:
        encoded = as_strings(batch.column(header)).dictionary_encode()
        text = normalise(encoded.dictionary)
        listed = pc.is_in(text, value_set=pa.array(values, pa.string()))
        if "" in values:  # what says that nothing is known is empty, however it is written
            listed = pc.or_(listed, pa.array(placeholders(text)))
        met = pc.and_(met, pc.fill_null(listed.take(encoded.indices), "" in values))
    return met


def _geometry(steps: list[Step], batch: pa.RecordBatch) -> dict[str, Conformed]:
    """The geometries, and longitude and latitude of their representative points, each geometry read once."""
    from foundation.standards.geometry import conform_geometry, representative_points

    items: dict[str, Conformed] = {}
    for header in {step.column.delivered for step in steps}:
        geometry = conform_geometry(batch.column(header), steps[0].setting.crs)
        points = dict(zip(("longitude", "latitude"), representative_points(geometry.value), strict=True))
        for step in (step for step in steps if step.column.delivered == header):
            point = points.get(step.column.item_name)
            items[step.name] = geometry if point is None else Conformed(point, pa.nulls(len(point), pa.string()))
    return items


def _is_valid(item: Conformed, usable: frozenset[str]) -> pa.BooleanArray:
    """A value is there and broke no rule of severity error."""
    there = item.value.is_valid()
    if item.issue.null_count == len(item.issue):
        return there
    sound = pc.is_in(item.issue, value_set=pa.array([None, *sorted(usable)], pa.string()))
    return pc.and_(there, sound)
