"""Reading censored columns: ``y`` with ``event``, or the bounds ``lower`` and ``upper``; arrays or PyTensor."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import counts

Array = NDArray[np.float64]


def seen(data: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Whether the end of each lifetime is known, exactly or within finite bounds."""
    if "upper" in data:
        return np.isfinite(data["upper"])
    return np.asarray(data["event"] == 1) if "event" in data else np.full(np.shape(data["y"]), True)


def middle(data: Mapping[str, Any]) -> Array:
    """y, or a value inside each unit's bounds: their middle, or the bound that is finite."""
    if "upper" not in data:
        return np.asarray(data["y"])
    return np.where(np.isfinite(data["upper"]), (data["lower"] + data["upper"]) / 2, data["lower"])


def events_and_time(data: Mapping[str, Any]) -> tuple[float, float]:
    """Number of events and total time at risk (interval-censored times at their middle)."""
    return float(counts.total(data, seen(data))), float(counts.total(data, middle(data)))
