"""From true coordinates to the shifted ones of the map vendors, GCJ-02 and BD-09. Degrees."""

from __future__ import annotations

import numpy as np

from foundation.sample.draw import Floats

_AXIS, _ECCENTRICITY = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940


def _waves(x: Floats, *scales: float) -> Floats:
    total = np.zeros_like(x)
    for amplitude, rate in zip(scales[::2], scales[1::2], strict=True):
        total += amplitude * np.sin(x * rate * np.pi)
    return total * 2.0 / 3.0


def gcj02(longitude: Floats, latitude: Floats) -> Floats:
    """GCJ-02 of WGS-84 (here CGCS2000) points; shape (2, points)."""
    x, y = longitude - 105.0, latitude - 35.0
    both = np.sqrt(np.abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * both + _waves(x, 20, 6, 20, 2)
    north += _waves(y, 20, 1, 40, 1 / 3) + _waves(y, 160, 1 / 12, 320, 1 / 30)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * both + _waves(x, 20, 6, 20, 2)
    east += _waves(x, 20, 1, 40, 1 / 3) + _waves(x, 150, 1 / 12, 300, 1 / 30)
    angle = np.radians(latitude)
    magic = 1 - _ECCENTRICITY * np.sin(angle) ** 2
    north = np.degrees(north / (_AXIS * (1 - _ECCENTRICITY) / magic**1.5))
    east = np.degrees(east / (_AXIS / np.sqrt(magic) * np.cos(angle)))
    return np.stack([longitude + east, latitude + north])


def bd09(longitude: Floats, latitude: Floats) -> Floats:
    """BD-09 of GCJ-02 points; shape (2, points)."""
    turn = np.pi * 3000.0 / 180.0
    radius = np.hypot(longitude, latitude) + 0.00002 * np.sin(latitude * turn)
    angle = np.arctan2(latitude, longitude) + 0.000003 * np.cos(longitude * turn)
    return np.stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
