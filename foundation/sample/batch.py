"""One dataset's records of a chunk: spoiled by the table of dirt, with a note of every error, for the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from foundation.sample.dirt import RATES, of_item
from foundation.sample.draw import Draw, Integers, Mask
from foundation.sample.spoil import SPOILERS

PERSON_RECORD = pa.schema([
    ("department", pa.string()), ("dataset", pa.string()), ("record_key", pa.string()), ("role", pa.string()),
    ("truth_id", pa.int64()), ("errors", pa.list_(pa.string())),
])  # fmt: skip
ERROR = pa.schema([
    ("department", pa.string()), ("dataset", pa.string()), ("record_key", pa.string()), ("role", pa.string()),
    ("item", pa.string()), ("kind", pa.string()), ("true_value", pa.string()), ("delivered_value", pa.string()),
    ("is_discrepancy", pa.bool_()),
])  # fmt: skip


@dataclass
class Batch:
    """Delivered columns by name, `key` the column that identifies a record, and the draws of the records."""

    dataset: str
    key: str
    draw: Draw
    columns: dict[str, pa.Array]
    is_authority: bool = False
    speaks_of: dict[str, Integers] = field(default_factory=dict)  # role -> truth_id, -1 for nobody
    errors: list[tuple[Integers, str, str, str, pa.Array, pa.Array, bool]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.draw)

    def spoil(self, column: str, item: str, *item_kinds: str, role: str = "", is_compared: bool = True) -> None:
        """Lets at most one of the errors of the item kinds befall each value of a column.

        `is_compared` False: no other department has the item, so that no error in it is a discrepancy.
        """
        texts = self.columns[column]
        luck = self.draw.uniform(f"spoil {column}")
        filled = texts.is_valid().to_numpy(zero_copy_only=False)
        low, common = 0.0, []
        for dirt in (dirt for kind in item_kinds for dirt in of_item(kind)):
            rate = dirt.register if self.is_authority else dirt.other
            if rate >= 0.1:
                common.append((dirt, rate))
                continue
            wanted = filled if dirt.kind != "nothing_written" else ~filled
            rows = np.flatnonzero((luck >= low) & (luck < low + rate) & wanted)
            low += rate
            self._change(rows, column, item, dirt.kind, dirt.is_discrepancy and is_compared, role)
        for dirt, rate in common:  # kinds that few values are open to, such as another middle dot
            rows = np.flatnonzero((luck >= low) & filled & self.draw.chosen(f"{dirt.kind} {column}", rate))
            self._change(rows, column, item, dirt.kind, dirt.is_discrepancy and is_compared, role)

    def _change(self, rows: Integers, column: str, item: str, kind: str, is_discrepancy: bool, role: str) -> None:
        if len(rows):
            before = self.columns[column].take(pa.array(rows))
            after = SPOILERS[kind](before, self.draw.at(rows))
            self.replace(rows, column, after, item, kind, is_discrepancy=is_discrepancy, role=role)

    def replace(
        self, rows: Integers | Mask, column: str, after: pa.Array, item: str, kind: str, *,
        is_discrepancy: bool = True, role: str = "",
    ) -> None:  # fmt: skip
        """Writes other values into some rows of a column and notes those that differ as errors."""
        index: Integers = np.asarray(np.flatnonzero(rows) if rows.dtype == np.bool_ else rows, np.int64)
        if not len(index):
            return
        texts = self.columns[column]
        before = texts.take(pa.array(index))
        order = np.arange(len(texts))
        order[index] = len(texts) + np.arange(len(index))
        self.columns[column] = pa.concat_arrays([texts, after.cast(texts.type)]).take(pa.array(order))
        same = pc.fill_null(pc.equal(before, after), False).to_numpy(zero_copy_only=False)
        changed = np.flatnonzero(~same)
        kept = pa.array(changed)
        self.errors.append((index[changed], role, item, kind, before.take(kept), after.take(kept), is_discrepancy))

    def note(self, rows: Mask, item: str, kind: str, true: pa.Array, delivered: pa.Array, *,
             role: str = "", is_discrepancy: bool = True) -> None:  # fmt: skip
        """Notes an error that the record as it was made already carries; arrays of all rows."""
        index = np.flatnonzero(rows)
        if len(index):
            at = pa.array(index)
            self.errors.append((index, role, item, kind, true.take(at), delivered.take(at), is_discrepancy))

    def table(self) -> pa.Table:
        return pa.table(self.columns)

    def structural(self) -> tuple[Integers, Integers, Integers]:
        """Rows to be doubled, to lose their key, and to be broken; at least one of each in the first chunk."""
        picked = []
        for kind in ("row_doubled", "row_without_key", "row_broken"):
            luck = self.draw.uniform(kind)
            rows = np.flatnonzero(luck < RATES[kind])
            if not len(rows) and len(luck) >= 100 and self.draw.numbers.min() <= 64:
                rows = np.array([int(np.argmin(luck))])
            picked.append(rows)
        return picked[0], picked[1], picked[2]

    def error_table(self) -> pa.Table:
        """The errors in the form of `ERROR`."""
        tables = [self._errors_of(*error) for error in self.errors if len(error[0])]
        return pa.concat_tables(tables) if tables else ERROR.empty_table()

    def _errors_of(
        self, rows: Integers, role: str, item: str, kind: str, true: pa.Array, delivered: pa.Array, differs: bool
    ) -> pa.Table:
        values: Mapping[str, str | bool] = {"role": role, "item": item, "kind": kind, "is_discrepancy": differs}
        department, _, dataset = self.dataset.partition("/")
        fixed = {**values, "department": department, "dataset": dataset}
        columns = {name: pa.repeat(pa.scalar(value), len(rows)) for name, value in fixed.items()}
        columns["record_key"] = self.columns[self.key].take(pa.array(rows))
        columns["true_value"], columns["delivered_value"] = true.cast(pa.string()), delivered.cast(pa.string())
        return pa.table([columns[name] for name in ERROR.names], schema=ERROR)

    def record_table(self) -> pa.Table:
        """Whom each record speaks of, in the form of `PERSON_RECORD`; roles without a truth are left out."""
        parts = [self._records_of(role, truth) for role, truth in self.speaks_of.items()]
        return pa.concat_tables(parts) if parts else PERSON_RECORD.empty_table()

    def _records_of(self, role: str, truth: Integers) -> pa.Table:
        rows = np.flatnonzero(truth >= 0)
        department, _, dataset = self.dataset.partition("/")
        count = len(rows)
        return pa.table([
            pa.repeat(pa.scalar(department), count), pa.repeat(pa.scalar(dataset), count),
            self.columns[self.key].take(pa.array(rows)), pa.repeat(pa.scalar(role), count), pa.array(truth[rows]),
            self._kinds(role).take(pa.array(rows)),
        ], schema=PERSON_RECORD)  # fmt: skip

    def _kinds(self, role: str) -> pa.ListArray:
        """Per record, the kinds of error of a role."""
        mine = [(error[0], error[3]) for error in self.errors if error[1] in (role, "")]
        rows = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in mine)])
        codes = np.concatenate([np.zeros(0, np.int64), *(np.full(len(r), code) for code, (r, _) in enumerate(mine))])
        order = np.argsort(rows, kind="stable")
        kinds = pa.array([kind for _, kind in mine], pa.string()).take(pa.array(codes[order]))
        offsets = np.r_[0, np.cumsum(np.bincount(rows, minlength=len(self)))].astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), kinds)
