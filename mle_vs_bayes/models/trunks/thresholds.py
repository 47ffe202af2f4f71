"""Probabilities of a latent variable between two thresholds, by links: log (F(b) − F(a)), in NumPy and PyTensor.

With the log odds o(x) of F(x), log F = −log(1 + exp(−o)) and log (1 − F) = −log(1 + exp(o)): neither tail loses digits.
"""

import numpy as np

MIDDLE = np.log(0.5)


def between(link, lower, upper):
    """log P(lower < ε ≤ upper) ``(n,)``; the ends may be infinite.

    Above the median as a difference of survival functions, below it of distribution functions.
    """
    with np.errstate(all="ignore"):
        first, last = link.odds(lower), link.odds(upper)
        first, last = np.where(np.isneginf(lower), -np.inf, first), np.where(np.isposinf(upper), np.inf, last)
        start, end = -np.logaddexp(0, first), -np.logaddexp(0, last)
        before, after = -np.logaddexp(0, -first), -np.logaddexp(0, -last)
        above, below = start + np.log(-np.expm1(end - start)), after + np.log(-np.expm1(before - after))
    return np.where(end > MIDDLE, below, above)


def symbolic_between(link, y, eta, cutpoints):
    """The same of classes ``y`` ``(n,)``, predictors ``(n,)`` and cutpoints ``(…, K − 1)``."""
    import pytensor.tensor as pt
    from pymc.math import log1mexp

    places = pt.arange(cutpoints.shape[-1])
    lowest, highest = pt.eq(y, 0), pt.eq(y, cutpoints.shape[-1])
    upper = (pt.eq(y[..., None], places) * cutpoints).sum(axis=-1) - eta
    lower = (pt.eq(y[..., None], places + 1) * cutpoints).sum(axis=-1) - eta
    # A branch that is not taken needs ends, too, between which there is room.
    first = link.odds(pt.switch(lowest, upper - 1.0, lower))
    last = link.odds(pt.switch(highest, lower + 1.0, upper))
    start, end = -pt.softplus(first), -pt.softplus(last)
    before, after = -pt.softplus(-first), -pt.softplus(-last)
    above, below = start + log1mexp(end - start), after + log1mexp(before - after)
    inside = pt.switch(pt.gt(end, MIDDLE), below, above)
    return pt.switch(lowest, after, pt.switch(highest, start, inside))
