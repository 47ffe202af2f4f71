"""The trunk of outcomes that may be known by bounds alone, or only where they exceed an entry.

Data hold either ``y``, with ``event`` (1 = seen, 0 = right-censored at y) where anything is censored, or ``lower`` and
``upper``: equal where the value is exact, ``upper`` infinite where right-censored, ``lower`` infinite (of lifetimes 0)
where left-censored. With ``entry`` a row is there only because its value exceeds it (left truncation, delayed entry):
its likelihood is that of the value given that.
"""

import numpy as np

from ...data.column import Column, binary, greatest_share, least_share, nonnegative, number, positive, share
from .plain import Plain, with_outcome

BOUNDS = {positive: (nonnegative, positive), share: (least_share, greatest_share)}
"""What lower and upper bounds may be where they may be more than the values: an end of the support is no value."""
BESIDE = {"upper", "event", "entry"}
"""Roles by which a row is more than a value that was seen."""
MIDDLE = np.log(0.5)
ANYWHERE = 0.5
"""A value that lies inside every support."""
ROUNDS = 20
"""Rounds of drawing again what does not exceed its entry: cheaper than the inverse, by which the rest is drawn."""


class Censored(Plain):
    """Every structure whose family has a distribution function."""

    @property
    def columns(self):
        values = self.family.values
        below, above = BOUNDS.get(values, (values, values))
        return (
            Column("y", values, optional=True),
            Column("event", binary, optional=True),
            Column("lower", below, optional=True, unbounded=True),
            Column("upper", above, optional=True, unbounded=True),
            Column("entry", below if values in BOUNDS else number, optional=True),
            *self.beside,
        )

    def simulate(self, theta, design, rng):
        """Values above ``design["entry"]``, cut at ``design["cutoff"]``, if the design has them."""
        arguments = self.arguments(theta, design)
        values = self.family.random(rng, design.n, arguments)
        if "entry" in design:
            values = self._entered(values, design["entry"], arguments, rng)
        if "cutoff" not in design:
            return with_outcome(design, values)
        cutoff = design["cutoff"]
        return with_outcome(design.replace(event=values <= cutoff), np.minimum(values, cutoff))

    def _entered(self, values, entry, arguments, rng):
        """The values ``(n,)`` that exceed their entry, and others that do in the place of those that do not.

        A uniform share of P(Y > entry) is P(Y > y) of a y that is known to exceed its entry. Where P(Y > entry) is
        below the smallest number there is, y is put at its entry.
        """
        for _ in range(ROUNDS):
            if not np.any(early := values <= entry):
                return values
            values = np.where(early, self.family.random(rng, len(values), arguments), values)
        late = np.flatnonzero(values <= entry)
        some = {name: np.broadcast_to(value, len(values))[late] for name, value in arguments.items()}
        chance = (1 - rng.random(len(late))) * np.exp(self.family.logsf(entry[late], some))
        beyond = self.family.exceeded_with(chance, some)
        least = np.nextafter(entry[late], np.inf)
        values[late] = np.where(np.isfinite(beyond), np.maximum(beyond, least), least)
        return values

    def log_likelihood(self, theta, data):
        """Log density where the value is exact, log probability of the interval elsewhere."""
        family, arguments = self.family, self.arguments(theta, data)
        entered = family.logsf(data["entry"], arguments) if "entry" in data else 0.0
        if "upper" in data:
            return interval_log_likelihood(family, arguments, data["lower"], data["upper"]) - entered
        density = family.logp(data["y"], arguments)
        if "event" in data:
            density = np.where(data["event"] == 1, density, family.logsf(data["y"], arguments))
        return density - entered

    def log_density(self, theta, data):
        value = data["upper"] if "upper" in data else data["y"]
        return symbolic_log_density(self.family, self.arguments(theta, data), value, data)

    def chances(self, theta, data):
        """Of values that are known and were looked at from the beginning."""
        return None if BESIDE & {*data} else super().chances(theta, data)

    def likelihood(self, theta, data):
        """Without censoring the plain distribution, which is four times faster to sample."""
        if not BESIDE & {*data}:
            return super().likelihood(theta, data)
        roles = [role for role in ("lower", "event", "entry") if role in data]
        return censored(self.family, self.arguments(theta, data), data, roles)


def interval_log_likelihood(family, arguments, lower, upper):
    """Log density where the bounds agree, log P(lower < Y ≤ upper) elsewhere.

    As S(lower) − S(upper) above the median and as F(upper) − F(lower) below it: in the tail the numbers are small that
    are subtracted, and no digit is lost.
    """
    after = np.maximum(upper, np.nextafter(lower, np.inf))
    with np.errstate(all="ignore"):
        start, end = family.logsf(lower, arguments), family.logsf(after, arguments)
        above = log_less(start, end)
        below = np.full(np.shape(above), -np.inf)
        if np.any(low := end > MIDDLE):
            first, last = family.logcdf(lower, arguments), family.logcdf(after, arguments)
            below = log_less(last, first)
        density = family.logp(np.where(np.isfinite(upper), upper, after), arguments)
    return np.where(lower == upper, density, np.where(low, below, above))


def log_less(larger, smaller):
    """log(e^a − e^b) of ``larger`` a and ``smaller`` b."""
    return larger + np.log(-np.expm1(smaller - larger))


def symbolic_log_between(start, end, before, after):
    """log P(between) from log S and log F at either end: by whichever tail has the smaller numbers."""
    import pytensor.tensor as pt

    # Below −700 the second factor is 1 to the last digit, and its second derivative overflows.
    above, below = (a + pt.log1mexp(pt.maximum(b - a, -700.0)) for a, b in ((start, end), (after, before)))
    return pt.switch(pt.gt(end, MIDDLE), below, above)


def censored(family, arguments, data, roles):
    """The likelihood of censored outcomes in PyMC: ``y`` with ``roles`` of the data beside it."""
    import pymc as pm

    observed = data["upper"] if "upper" in data else data["y"]

    def log_density(value, *rest):
        # CustomDist hands scalars over with an axis of length 1
        beside = dict(zip(roles, rest[: len(roles)], strict=True))
        parameters = [p.squeeze() if p.type.shape == (1,) else p for p in rest[len(roles) :]]
        return symbolic_log_density(family, dict(zip(arguments, parameters, strict=True)), value, beside)

    def draw(*rest, rng=None, size=None):
        return family.random(rng, size, dict(zip(arguments, rest[len(roles) :], strict=True)))

    beside = [data[role] for role in roles]
    return pm.CustomDist("y", *beside, *arguments.values(), logp=log_density, random=draw, observed=observed)


def symbolic_log_density(family, arguments, value, beside):
    """`Censored.log_likelihood` of PyTensor's nodes, with finite gradients in every branch."""
    import pytensor.tensor as pt

    if "lower" in beside:
        units = _interval(family, arguments, beside["lower"], value)
    else:
        units = family.symbolic_logp(value, arguments)
        if "event" in beside:
            units = pt.switch(pt.eq(beside["event"], 1), units, family.symbolic_logsf(value, arguments))
    return units - _survival(family, arguments, beside["entry"]) if "entry" in beside else units


def _interval(family, arguments, lower, upper):
    import pytensor.tensor as pt

    exact, open_above = pt.eq(lower, upper), pt.ge(upper, family.support.upper)
    open_below = _at_lower_end(family, lower)
    # A branch that is not taken needs values, too, at which nothing is infinite: the gradient is a sum over branches.
    last = pt.switch(open_above, pt.switch(open_below, ANYWHERE, lower), upper)
    inside = last / 2 if np.isfinite(family.support.lower) else last - 1.0
    apart = ~(exact | open_above | open_below)
    first = pt.switch(apart, lower, inside)
    both = pt.stack([first, last])  # one graph for the two: a survival function and its derivatives may be long
    beyond, until = family.symbolic_logsf(both, arguments), family.symbolic_logcdf(both, arguments)
    start, end, before, after = beyond[0], beyond[1], until[0], until[1]
    between = symbolic_log_between(start, end, before, after)
    outside = pt.switch(open_above, pt.switch(open_below, 0.0, end), pt.switch(open_below, after, between))
    return pt.switch(exact, family.symbolic_logp(last, arguments), outside)


def _survival(family, arguments, value):
    """log S(value), 0 at the lower end of the support, where PyMC's own has no gradient."""
    import pytensor.tensor as pt

    at_end = _at_lower_end(family, value)
    return pt.switch(at_end, 0.0, family.symbolic_logsf(pt.switch(at_end, ANYWHERE, value), arguments))


def _at_lower_end(family, value):
    import pytensor.tensor as pt

    return pt.le(value, family.support.lower)
