"""The closed vocabulary in which a default prior may follow the data.

Each summary takes a `Dataset` and gives a number, or one number per term of ``X``. All are
equivariant: y in other units gives the same prior in other units. The regression scales are
rstanarm's and Bambi's: 2.5 standard deviations of y per standard deviation of x (Gabry &
Goodrich, "Prior distributions for rstanarm models"; Capretto et al. 2022, J. Stat. Softw. 103(15)).
The intercept here is the one at x = 0, so its scale carries the slopes' (as Bambi's does).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..data import counts
from ..data.dataset import Dataset, rounding
from .censoring import events_and_time, middle

Array = NDArray[np.float64]


def mean_y(data: Dataset) -> float:
    return float(counts.mean(data, middle(data)))


def sd_y(data: Dataset) -> float:
    return float(counts.spread(data, middle(data)))


def _logarithms(data: Dataset) -> tuple[Dataset, Array]:
    """The rows with a value above 0, or with bounds that say of one, and its logarithm."""
    values = middle(data)
    above = data.rows(np.flatnonzero(values > 0))
    return above, np.log(values[values > 0])


def mean_log_y(data: Dataset) -> float:
    return float(counts.mean(*_logarithms(data)))


def sd_log_y(data: Dataset) -> float:
    return float(counts.spread(*_logarithms(data)))


def exposure_per_event(data: Dataset) -> float:
    """Total time or exposure over events plus one half, so that no event is no division by zero."""
    if "exposure" in data:
        return float(counts.total(data, data["exposure"]) / (counts.total(data, data["y"]) + 0.5))
    events, time = events_and_time(data)
    return time / (events + 0.5)


def _sd_x(data: Dataset) -> Array:
    """Spread of each term; a constant term without an intercept beside it falls back on its size."""
    spread, size = counts.spread(data, data["X"]), np.sqrt(counts.mean(data, data["X"] ** 2))
    return np.where(spread > rounding(size), spread, size)


def _is_intercept(data: Dataset) -> NDArray[np.bool_]:
    return np.array([term == "Intercept" for term in data.coords["term"]], dtype=np.bool_)


def _term_scales(data: Dataset, sd_outcome: float) -> Array:
    """1 / sd(x), times sd(y), for slopes; for the intercept at x = 0 the slopes' spread added in quadrature."""
    slopes = np.where(_is_intercept(data), 0.0, sd_outcome / _sd_x(data))
    at_zero = np.sqrt(sd_outcome**2 + np.sum((slopes * counts.mean(data, data["X"])) ** 2))
    return np.where(_is_intercept(data), at_zero, slopes)


def sd_y_over_sd_x(data: Dataset) -> Array:
    return _term_scales(data, sd_y(data))


def one_over_sd_x(data: Dataset) -> Array:
    return _term_scales(data, 1.0)


def one_over_sd_effect(data: Dataset) -> Array:
    """1 / sd of what each effect of groups is multiplied by; 1 for their intercepts."""
    columns = np.column_stack([data[f"effect[{label}]"] for label in data.coords["effect"]])
    spread, size = counts.spread(data, columns), np.sqrt(counts.mean(data, columns**2))
    return 1 / np.where(spread > rounding(size), spread, size)


def sd_y_over_sd_effect(data: Dataset) -> Array:
    return sd_y(data) * one_over_sd_effect(data)


def at_intercept(value: float, data: Dataset) -> Array:
    """The value for the intercept, and 0 for slopes."""
    return np.where(_is_intercept(data), value, 0.0)


def rate_y(data: Dataset) -> float:
    """The mean of y for each unit of exposure, and of its offset, which is on the log scale; above 0 if all y are 0."""
    exposure = data.get("exposure", np.ones(data.n)) * np.exp(data.get("offset", np.zeros(data.n)))
    total = counts.total(data, middle(data))
    return float((total if total > 0 else 0.5) / counts.total(data, exposure))


def log_hazard(data: Dataset) -> float:
    """The logarithm of events per time at risk, less what the offset has of it already."""
    return float(-np.log(exposure_per_event(data)) - counts.mean(data, data.get("offset", np.zeros(data.n))))


def spread_at_zero(data: Dataset) -> float:
    """The spread of a predictor at x = 0 whose slopes are of size 1/sd(x), with 1 of its own."""
    return float(np.sqrt(1 + np.sum((counts.mean(data, data["X"]) / _sd_x(data)) ** 2)))


SUMMARIES: dict[str, Callable[[Dataset], float | Array]] = {
    "mean(y)": mean_y,
    "sd(y)": sd_y,
    "mean(log y)": mean_log_y,
    "sd(log y)": sd_log_y,
    "1/sd(y)": lambda data: 1 / sd_y(data),
    "exposure/events": exposure_per_event,
    "sd(y)/sd(x)": sd_y_over_sd_x,
    "1/sd(x)": one_over_sd_x,
    "spread at x = 0": spread_at_zero,
    "1/sd(effect)": one_over_sd_effect,
    "sd(y)/sd(effect)": sd_y_over_sd_effect,
    "mean(y) at Intercept": lambda data: at_intercept(mean_y(data), data),
    "log(mean(y)) at Intercept": lambda data: at_intercept(float(np.log(rate_y(data))), data),
    "log(events/exposure) at Intercept": lambda data: at_intercept(log_hazard(data), data),
    "log(sd(y)) at Intercept": lambda data: at_intercept(float(np.log(sd_y(data))), data),
    "1/mean(y) at Intercept": lambda data: at_intercept(1 / mean_y(data), data),
    "1/(mean(y) sd(x))": lambda data: _term_scales(data, 1 / mean_y(data)),
    "√mean(y) at Intercept": lambda data: at_intercept(float(np.sqrt(mean_y(data))), data),
    "√mean(y)/sd(x)": lambda data: _term_scales(data, float(np.sqrt(mean_y(data)))),
}
