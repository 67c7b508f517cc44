"""The rules that the items of each record broke, as one list per record."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

ISSUES = pa.list_(pa.struct([pa.field("item", pa.string()), pa.field("rule", pa.string())]))


def issue_lists(issues: Mapping[str, pa.StringArray], count: int) -> pa.ListArray:
    """From the issue of each row by column: list<struct<item, rule>> in the order of the columns, null where none."""
    rows, items, rules = [np.zeros(0, np.intp)], [np.zeros(0, np.int32)], [pa.array([], pa.string())]
    for number, issue in enumerate(issues.values()):
        if issue.null_count < count:
            broken = np.flatnonzero(issue.is_valid().to_numpy(zero_copy_only=False))
            rows.append(broken)
            items.append(np.full(len(broken), number, np.int32))
            rules.append(issue.drop_null())
    row = np.concatenate(rows)
    order = pa.array(np.argsort(row, kind="stable"))
    item = pa.array(list(issues), pa.string()).take(pa.array(np.concatenate(items)))
    rule = pa.concat_arrays([part.cast(pa.string()) for part in rules])
    entries = pa.StructArray.from_arrays([item.take(order), rule.take(order)], fields=list(ISSUES.value_type))
    per_row = np.bincount(row, minlength=count)
    offsets = np.zeros(count + 1, np.int32)
    np.cumsum(per_row, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), entries, type=ISSUES, mask=pa.array(per_row == 0))
