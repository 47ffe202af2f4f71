"""Lifetimes that age."""

import numpy as np
import scipy

from ..data import counts
from ..data.dataset import Dataset
from ..model.censoring import events_and_time, middle, seen
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior, Scaled
from ..model.special_case import SpecialCase
from ..model.support import positive
from . import _lifetimes as lifetimes


class Weibull(Model):
    """Lifetimes whose hazard rises (shape > 1) or falls (shape < 1) with age.

        shape ~ Gamma(alpha=2, beta=1)
        scale ~ HalfNormal(sigma = 10 × mean(y))
        y[i]  ~ Weibull(shape, scale)          i = 1 … n, right-censored where event = 0

    Here because the prior on shape is felt below n ≈ 30 and fades after. [1]_

    .. [1] Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, section 2.2.2.
    """

    name = "weibull"
    parameters = (
        Parameter("shape", "k", positive, Prior("Gamma", alpha=2, beta=1), typical=1.5),
        Parameter("scale", "λ", positive, Prior("HalfNormal", sigma=Scaled(10, "mean(y)")), typical=5.0),
    )
    weighted = True
    columns = lifetimes.columns
    special_cases = {"exponential": SpecialCase("shape", 1.0)}
    functions = (
        Function("mean", lambda theta: theta["scale"] * scipy.special.gamma(1 + 1 / theta["shape"]), support=positive),
        Function("median", lambda theta: theta["scale"] * np.log(2) ** (1 / theta["shape"]), support=positive),
    )

    def design(self, n, rng):
        return Dataset({"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return lifetimes.censored(self.draw(rng, design.n, theta["shape"], theta["scale"]), design)

    @staticmethod
    def draw(rng, size, shape, scale):
        return scale * rng.weibull(shape, size=size)

    def log_likelihood(self, theta, data):
        return lifetimes.log_likelihood(scipy.stats.weibull_min, {"c": theta["shape"], "scale": theta["scale"]}, data)

    def likelihood(self, theta, data):
        import pymc as pm

        return lifetimes.likelihood(pm.Weibull, {"alpha": theta["shape"], "beta": theta["scale"]}, data, self.draw)

    def start(self, data):
        """The exponential fit, its shape from the spread of log lifetimes (π²/6 at shape 1)."""
        events, time = events_and_time(data)
        ended = data.rows(np.flatnonzero(seen(data)))
        spread = counts.spread(ended, np.log(middle(ended))) if ended.n > 1 else 0.0
        return {"shape": np.clip(1.28 / max(spread, 1e-3), 0.2, 20.0), "scale": time / (events + 0.5)}

    def divergence(self, data):
        reason = lifetimes.no_event(data, "scale runs to infinity")
        if reason is None and "upper" not in data and data["y"][seen(data)].min() == data["y"].max():
            return f"shape runs to infinity: every event is at {data['y'].max():g}, the longest time"
        return reason

    def unusable(self, data):
        if "upper" in data or np.ptp(data["y"]) > 0:
            return None
        return f"every y is {data['y'][0]:g}; a shape cannot be estimated from one value"
