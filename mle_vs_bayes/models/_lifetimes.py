"""What lifetime models share: censored columns and the likelihood of exact, right- and interval-censored times.

Data hold either ``y``, with ``event`` (1 = seen, 0 = right-censored at y) where anything is censored, or
``lower`` and ``upper``: equal where the time is exact, ``upper`` infinite where right-censored, ``lower`` 0
where left-censored.
"""

import numpy as np

from ..data.column import Column, binary, nonnegative, positive
from ..data.dataset import Dataset
from ..model.censoring import seen

columns = (
    Column("y", positive, optional=True),
    Column("event", binary, optional=True),
    Column("lower", nonnegative, optional=True, unbounded=True),
    Column("upper", positive, optional=True, unbounded=True),
)


def censored(times, design: Dataset) -> Dataset:
    """Lifetimes cut at ``design["cutoff"]``, if the design has one."""
    if "cutoff" not in design:
        return design.replace(y=times)
    return design.replace(y=np.minimum(times, design["cutoff"]), event=times <= design["cutoff"])


def totals(data):
    """Of lifetimes without ageing: the mean time of those seen to their end and of those cut, and how many they are."""
    if "upper" in data:
        return None
    cut = data.get("event", np.ones(data.n)) == 0
    rows = [np.flatnonzero(each) for each in (~cut, cut) if each.any()]
    times = [np.average(data["y"][each], weights=data.counts[each]) for each in rows]
    found = {"y": np.array(times)}
    if "event" in data:
        found["event"] = np.array([1.0, 0.0])[[(~cut).any(), cut.any()]]
    return Dataset(found), np.array([float(data.counts[each].sum()) for each in rows])


def no_event(data, direction: str) -> str | None:
    return None if seen(data).any() else f"{direction}: no event was seen"


def log_likelihood(lifetime, arguments, data):
    """Log density where the time is exact, log probability of the interval elsewhere.

    ``lifetime`` is a distribution of SciPy's and ``arguments`` its parameters: freezing it would cost more than it.
    """
    if "upper" not in data and "event" not in data:
        return lifetime.logpdf(data["y"], **arguments)
    if "upper" not in data:
        seen_end, cut = lifetime.logpdf(data["y"], **arguments), lifetime.logsf(data["y"], **arguments)
        return np.where(data["event"] == 1, seen_end, cut)
    lower, upper = data["lower"], data["upper"]
    after = np.maximum(upper, np.nextafter(lower, np.inf))
    start, end = lifetime.logsf(lower, **arguments), lifetime.logsf(after, **arguments)
    between = start + np.log(-np.expm1(end - start))
    return np.where(lower == upper, lifetime.logpdf(upper, **arguments), between)


def likelihood(family, arguments, data, draw):
    """The same in PyMC: ``family`` is one of its lifetime distributions, ``arguments`` its parameters.

    Without censoring it is the plain distribution: `pm.Censored` would be four times slower to sample.

    ``draw(rng, size, *arguments)`` draws lifetimes in NumPy, for predictions of interval-censored data.
    """
    import pymc as pm
    from pymc.math import eq, switch

    if "upper" not in data and "event" not in data:
        return family("y", **arguments, observed=data["y"])
    if "upper" not in data:
        end = switch(eq(data["event"], 1), np.inf, data["y"])
        return pm.Censored("y", family.dist(**arguments), lower=None, upper=end, observed=data["y"])

    def log_density(value, upper, *parameters):
        scalars = [p.squeeze() for p in parameters]  # CustomDist hands scalars over with an axis of length 1
        lifetime = family.dist(**dict(zip(arguments, scalars, strict=True)))
        return interval_log_density(lifetime, value, upper)

    def random_lifetime(_upper, *parameters, rng=None, size=None):
        return draw(rng, size, *parameters)

    return pm.CustomDist(
        "y", data["upper"], *arguments.values(), logp=log_density, random=random_lifetime, observed=data["lower"]
    )


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
