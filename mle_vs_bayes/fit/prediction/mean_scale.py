"""On which scale the interval of a mean response is made: that of where the mean can lie.

A chance on the log odds, the mean of counts and of positive values on the logarithm, a difference of chances between −1
and 1 on the log odds of where it lies between the two; what may be any number stays as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...data.column import positive_count
from ...data.dataset import Dataset
from ...intervals.interval import Ends
from ...intervals.wald import transformed
from ...model import links
from ...model.model import Model
from ...model.support import Between, Support, positive, real, unit
from .means import predicts_classes, whole

Array = NDArray[np.float64]
AT_EDGE = "the mean lies on the edge of where it can lie, or beyond"


@dataclass(frozen=True, eq=False)
class MeanScale:
    """``support`` of ``(mean − origin) / width``, both ``(m,)``, or ``(1,)`` where they are those of all."""

    support: Support
    origin: Array
    width: Array

    def ends(self, mean: Array, se: Array, level: float) -> tuple[Array, Array, NDArray[np.object_]]:
        """Ends of the interval, and why there is none, in the shape of ``mean`` and ``se``: ``(m,)`` or ``(m, K)``."""
        scaled, error = (np.reshape(values / self.width, (-1, 1)) for values in (mean - self.origin, se))
        ends: Ends = transformed([self.support], scaled, error, level, np.full(scaled.shape, "", dtype=object))
        lower, upper = (self.origin + self.width * end.reshape(mean.shape) for end in (ends.lower, ends.upper))
        said = np.array([reason or "" for reason in ends.reason[:, 0]], dtype=object).reshape(mean.shape)
        return lower, upper, np.where(np.isnan(lower) & (said != ""), AT_EDGE, said).astype(object)

    def apart(self, other: Array, mean: Array, se: Array) -> Array:
        """How far ``other`` means are from these, in their standard errors on this scale; all of one shape."""
        with np.errstate(all="ignore"):  # of means on an edge, and where there is none
            one, two = (self.support.unconstrain((values - self.origin) / self.width) for values in (mean, other))
            distance: Array = (two - one) * np.abs(self.support.slope(one)) * self.width / se
        return np.where(np.isfinite(distance), distance, np.nan)


def of_means(model: Model, data: Dataset) -> MeanScale:
    """The scale of the mean response of each row of ``data``."""
    model = whole(model)
    family = model.family
    zero, one = np.zeros(data.n), np.ones(data.n)
    if predicts_classes(model):
        return MeanScale(unit, np.zeros(1), np.ones(1))
    if family is None:
        return MeanScale(real, zero, one)
    if "n" in family.names:
        return MeanScale(unit, zero, data.get("trials", one))
    if "xm" in data:
        return MeanScale(positive, data["xm"], one)
    name, link = family.values.name, model.link or links.identity
    if "share" in name:
        return MeanScale(unit, zero, one)
    above = "positive" in name or "count" in name or link is links.log
    return MeanScale(positive if above else real, one if name == positive_count.name else zero, one)


def of_difference(model: Model, data: Dataset, weights: Array) -> MeanScale:
    """The scale of an averaged difference of mean responses: between ± its widest of bounded means, else any number."""
    of_one = of_means(model, data)
    if of_one.support is not unit:
        return MeanScale(real, np.zeros(1), np.ones(1))
    widest = np.array([np.average(np.broadcast_to(of_one.width, len(weights)), weights=weights)])
    return MeanScale(Between("difference", -1.0, 1.0), np.zeros(1), widest)
