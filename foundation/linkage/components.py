"""Clusters from links: connected components, and a constrained cut of those that can't be one entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Units = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]


def components(units: Units, left: Units, right: Units) -> Units:
    """For each of the sorted distinct `units` (n,) the smallest unit of its component under the links (m,)."""
    label: Positions = np.arange(len(units))
    a, b = np.searchsorted(units, left), np.searchsorted(units, right)
    while len(a):
        low = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, label[a], low)
        np.minimum.at(label, label[b], low)
        while not np.array_equal(label, label[label]):
            label = label[label]
        if np.array_equal(before, label):
            break
    return units[label]


@dataclass
class Facts:
    """What limits a cluster: decided units, datasets that hold one record per entity (a bit each), names, dates."""

    units: list[int] = field(default_factory=list)
    decided: int = 0
    datasets: int = 0
    names: frozenset[str] = frozenset()
    dates: frozenset[object] = frozenset()

    def with_(self, other: Facts) -> Facts:
        return Facts(
            self.units + other.units,
            self.decided + other.decided,
            self.datasets | other.datasets,
            self.names | other.names,
            self.dates | other.dates,
        )


@dataclass(frozen=True)
class Limits:
    """How many names and dates one entity's records may bear, which units people judged apart, and which the same."""

    names: int
    dates: int
    apart: frozenset[tuple[int, int]]
    same: frozenset[tuple[int, int]] = frozenset()

    def allow(self, one: Facts, other: Facts, *, is_judged: bool) -> bool:
        """Whether two clusters may be one; people judge over all but two identifiers and what they judged apart."""
        if one.decided + other.decided > 1:
            return False
        if not is_judged and one.datasets & other.datasets:
            return False
        if not is_judged and (len(one.names | other.names) > self.names or len(one.dates | other.dates) > self.dates):
            return False
        return not any((min(a, b), max(a, b)) in self.apart for a in one.units for b in other.units)


def cut(links: Sequence[tuple[int, int, float]], facts: Mapping[int, Facts], limits: Limits) -> dict[int, int]:
    """Unit -> smallest unit of its cluster: links are taken from the strongest on, where the limits and support allow.

    Two clusters of several units join only if at least half of the pairs between them are links. Ties are broken by the
    units' numbers.
    """
    cluster = {unit: unit for unit in facts}
    members = dict(facts)
    linked = {(min(a, b), max(a, b)) for a, b, _ in links}
    for a, b, _ in sorted(links, key=lambda link: (-link[2], link[0], link[1])):
        one, other = cluster[a], cluster[b]
        is_judged = (min(a, b), max(a, b)) in limits.same
        if one == other or not limits.allow(members[one], members[other], is_judged=is_judged):
            continue
        if not is_judged and not _supported(members[one].units, members[other].units, linked):
            continue
        kept, gone = min(one, other), max(one, other)
        members[kept] = members[kept].with_(members.pop(gone))
        for unit in members[kept].units:
            cluster[unit] = kept
    return cluster


def _supported(one: list[int], other: list[int], linked: set[tuple[int, int]]) -> bool:
    if len(one) == 1 or len(other) == 1:
        return True
    pairs = sum((min(a, b), max(a, b)) in linked for a in one for b in other)
    return 2 * pairs >= len(one) * len(other)
