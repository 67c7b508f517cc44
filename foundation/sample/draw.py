"""Random values that depend on nothing but the seed, a record's number and the purpose.

So a record is the same in every run, in whatever order and number records are made, and the next day's deliveries of an
unchanged record are byte for byte those of the day before. The mixing function is SplitMix64's finaliser.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def _mixed(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = value ^ (value >> np.uint64(30))
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value


class Draw:
    """Draws for the records numbered `numbers`; each purpose has its own independent sequence."""

    def __init__(self, seed: int, subject: str, numbers: Integers) -> None:
        self.seed = seed
        self.subject = subject
        self.numbers = np.asarray(numbers, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, rows: Integers | Mask) -> Draw:
        """The draws of some of the records."""
        return Draw(self.seed, self.subject, self.numbers[rows])

    def bits(self, purpose: str) -> npt.NDArray[np.uint64]:
        """64 random bits per record."""
        salt = crc32(f"{self.subject}:{purpose}".encode()) | ((self.seed & 0x7FFFFFFF) << 32)
        start = _mixed(np.array([salt], dtype=np.uint64))
        return _mixed(self.numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + start)

    def uniform(self, purpose: str) -> Floats:
        """Floats in [0, 1)."""
        return (self.bits(purpose) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def chosen(self, purpose: str, rate: float | Floats) -> Mask:
        """True with the given probability."""
        return np.asarray(self.uniform(purpose) < rate, np.bool_)

    def integers(self, purpose: str, high: int, low: int = 0) -> Integers:
        """Integers in [low, high)."""
        return low + (self.uniform(purpose) * (high - low)).astype(np.int64)

    def normal(self, purpose: str, mean: float, deviation: float) -> Floats:
        """Roughly normal floats: the sum of four uniforms, so nothing lies beyond 3.5 deviations."""
        total = np.sum([self.uniform(f"{purpose}/{part}") for part in range(4)], axis=0)
        return np.asarray(mean + (total - 2.0) * (deviation * 3.0**0.5), np.float64)

    def pick(self, purpose: str, weights: Floats) -> Integers:
        """Indices into `weights`, each as often as its weight says."""
        cumulated = np.cumsum(weights) / np.sum(weights)
        index = np.searchsorted(cumulated[:-1], self.uniform(purpose), "right")
        return np.asarray(index, np.int64)
