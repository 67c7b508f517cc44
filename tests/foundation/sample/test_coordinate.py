"""Shifted coordinates agree with the published example at Xi'an."""

from __future__ import annotations

import numpy as np
import pytest

from foundation.sample.coordinate import bd09, gcj02


def test_xian() -> None:
    in_gcj = gcj02(np.array([108.9398]), np.array([34.3416]))
    assert in_gcj[:, 0] == pytest.approx([108.9444556, 34.3400445], abs=1e-6)
    assert bd09(*in_gcj)[:, 0] == pytest.approx([108.9509014, 34.3462741], abs=1e-6)
