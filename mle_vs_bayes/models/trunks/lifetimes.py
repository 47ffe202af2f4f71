"""The trunk of lifetime models: censored columns and the likelihood of exact, right- and interval-censored times.

Data hold either ``y``, with ``event`` (1 = seen, 0 = right-censored at y) where anything is censored, or
``lower`` and ``upper``: equal where the time is exact, ``upper`` infinite where right-censored, ``lower`` 0
where left-censored.
"""

import numpy as np

from ...data.column import Column, binary, nonnegative, positive
from ...data.dataset import Dataset
from ...model.censoring import seen
from .plain import Plain, with_outcome


class Lifetimes(Plain):
    """``runs_off`` says where the likelihood rises without an event, ``one_time`` where all events are at the end."""

    columns = (
        Column("y", positive, optional=True),
        Column("event", binary, optional=True),
        Column("lower", nonnegative, optional=True, unbounded=True),
        Column("upper", positive, optional=True, unbounded=True),
    )
    runs_off = ""
    one_time = ""

    def simulate(self, theta, design, rng):
        """Lifetimes cut at ``design["cutoff"]``, if the design has one."""
        times = self.family.random(rng, design.n, self.arguments(theta, design))
        if "cutoff" not in design:
            return with_outcome(design, times)
        cut = {"y": np.minimum(times, design["cutoff"]), "event": times <= design["cutoff"]}
        return with_outcome(design.replace(event=cut["event"]), cut["y"])

    def log_likelihood(self, theta, data):
        """Log density where the time is exact, log probability of the interval elsewhere."""
        family, arguments = self.family, self.arguments(theta, data)
        if "upper" in data:
            return interval_log_likelihood(family, arguments, data["lower"], data["upper"])
        density = family.logp(data["y"], arguments)
        return np.where(data["event"] == 1, density, family.logsf(data["y"], arguments)) if "event" in data else density

    def likelihood(self, theta, data):
        """Without censoring the plain distribution: `pm.Censored` is four times slower to sample."""
        import pymc as pm

        family, arguments = self.family, self.arguments(theta, data)
        if "upper" in data:
            return interval_censored(family, arguments, data["lower"], data["upper"])
        if "event" not in data:
            return super().likelihood(theta, data)
        end = pm.math.switch(pm.math.eq(data["event"], 1), np.inf, data["y"])
        return pm.Censored("y", family.dist(arguments), lower=None, upper=end, observed=data["y"])

    def divergence(self, data):
        if self.runs_off and not seen(data).any():
            return f"{self.runs_off}: no event was seen"
        if self.one_time and "upper" not in data and data["y"][seen(data)].min() == data["y"].max():
            return f"{self.one_time}: every event is at {data['y'].max():g}, the longest time"
        return None


def mean_times(data):
    """Of lifetimes without ageing: the mean time of those seen to their end and of those cut, and how many they are."""
    if "upper" in data:
        return None
    cut = data.get("event", np.ones(data.n)) == 0
    rows = [np.flatnonzero(group) for group in (~cut, cut) if group.any()]
    columns = {"y": np.array([np.average(data["y"][each], weights=data.counts[each]) for each in rows])}
    if "event" in data:
        columns["event"] = np.array([1.0, 0.0])[[(~cut).any(), cut.any()]]
    return Dataset(columns), np.array([float(data.counts[each].sum()) for each in rows])


def interval_log_likelihood(family, arguments, lower, upper):
    """Log density where the bounds agree, log(S(lower) − S(upper)) elsewhere."""
    after = np.maximum(upper, np.nextafter(lower, np.inf))
    start, end = family.logsf(lower, arguments), family.logsf(after, arguments)
    between = start + np.log(-np.expm1(end - start))
    return np.where(lower == upper, family.logp(upper, arguments), between)


def interval_censored(family, arguments, lower, upper):
    """The same in PyMC: ``y`` with the bounds as data."""
    import pymc as pm

    def named(parameters):
        scalars = [p.squeeze() for p in parameters]  # CustomDist hands scalars over with an axis of length 1
        return dict(zip(arguments, scalars, strict=True))

    def log_density(value, end, *parameters):
        return interval_log_density(family.dist(named(parameters)), value, end)

    def random_lifetime(_end, *parameters, rng=None, size=None):
        return family.random(rng, size, dict(zip(arguments, parameters, strict=True)))

    return pm.CustomDist("y", upper, *arguments.values(), logp=log_density, random=random_lifetime, observed=lower)


def interval_log_density(lifetime, lower, upper):
    """log f(upper) where the bounds agree, log(S(lower) − S(upper)) elsewhere, with finite gradients in both."""
    import pymc as pm
    from pymc.math import eq, log1mexp, switch
    from pytensor.tensor import isinf

    exact, open_ended = eq(lower, upper), isinf(upper)
    inside = switch(open_ended | exact, 2 * lower + 1, upper)  # any value above lower: the branch is not used there
    start, end = log_survival(lifetime, lower), log_survival(lifetime, inside)
    between = start + switch(open_ended, 0.0, log1mexp(end - start))
    return switch(exact, pm.logp(lifetime, switch(open_ended, 1.0, upper)), between)


def log_survival(lifetime, value):
    """log S(value), written so that its gradient at 0 is 0, where PyMC's own is not a number."""
    import pymc as pm
    from pymc.math import eq, switch

    at_zero = eq(value, 0)
    return switch(at_zero, 0.0, pm.logccdf(lifetime, switch(at_zero, 1.0, value)))
