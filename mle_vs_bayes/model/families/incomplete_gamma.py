"""The logarithm of the incomplete gamma function as a graph, with all derivatives and in both tails.

PyTensor's own has a first derivative in the shape by loops, and no second. Here the integral is a sum over nodes:
with t = x e^v, Γ(a, x) = x^a ∫ exp(a v − x e^v) dv over v above 0, and γ(a, x) over v below 0. The exponent is concave;
Gauss–Legendre's rule is laid over the stretch where it is within `DROP` of its highest. The integrand is analytic and
the rest is below rounding, so that the ends count as constants in derivatives.
"""

from typing import Any

import numpy as np

DROP = 36.0
"""What is cut off is smaller by e^−36 = 2e-16."""
_LEAST = 1e-70
"""Least slope that is divided by: its fourth power, which second derivatives divide by, is not 0 in float64."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)


def log_upper(shape: Any, x: Any) -> Any:
    """log Γ(a, x)/Γ(a), of gamma distributed values log P(Y > x)."""
    return _smaller_first(shape, x, _log_above, _log_below, from_above=True)


def log_lower(shape: Any, x: Any) -> Any:
    """log γ(a, x)/Γ(a), of gamma distributed values log P(Y ≤ x)."""
    return _smaller_first(shape, x, _log_below, _log_above, from_above=False)


def _smaller_first(shape: Any, x: Any, tail: Any, other: Any, from_above: bool) -> Any:
    """The ``tail`` itself where it is the smaller one, and the logarithm of 1 − the other where that one is.

    Near 1 an error of the sum over nodes would be one of its logarithm. Each tail is asked for on its own side of
    x = a only, as a branch that is not taken must have finite derivatives, too.
    """
    import pytensor.tensor as pt

    smaller = pt.ge(x, shape) if from_above else pt.lt(x, shape)
    near, far = pt.switch(smaller, x, shape), pt.switch(smaller, shape, x)
    return pt.switch(smaller, tail(shape, near), remainder(other(shape, far)))


def remainder(tail: Any) -> Any:
    """log(1 − p) from log p; below −700 it is 0 to the last digit, and its second derivative would overflow."""
    import pytensor.tensor as pt

    return pt.log1mexp(pt.maximum(tail, -700.0))


def _log_above(shape: Any, x: Any) -> Any:
    return _log_integral(shape, x, above=True)


def _log_below(shape: Any, x: Any) -> Any:
    """By a γ(a, x) = γ(a + 1, x) + x^a e^−x, three times, as near a = 0 the exponent falls too slowly for the nodes."""
    import pytensor.tensor as pt

    first = 1 + x / (shape + 1) * (1 + x / (shape + 2))
    head = shape * pt.log(x) - x - pt.gammaln(shape + 1) + pt.log(first)
    return pt.logaddexp(head, _log_integral(shape + 3, x, above=False))


def _log_integral(shape: Any, x: Any, above: bool) -> Any:
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    lower, upper = (disconnected_grad(end) for end in _ends(shape, x, above))
    half, middle = (upper - lower) / 2, (upper + lower) / 2
    # In v = log(t/x) the integrand is e^(a v − x e^v), smooth to its ends: Gauss–Legendre on the stretch that counts.
    v = middle[..., None] + half[..., None] * NODES
    a, scaled = (pt.as_tensor(each)[..., None] for each in (shape, x))
    exponents = a * v - scaled * pt.exp(v)
    total = pt.logsumexp(exponents + np.log(WEIGHTS), axis=-1) + pt.log(half)
    return total + shape * pt.log(x) - pt.gammaln(shape)


def _ends(shape: Any, x: Any, above: bool) -> tuple[Any, Any]:
    """Where the exponent has fallen by `DROP`, or 0 where that comes first.

    At its highest point r the exponent has the slope ±g and bends by −m. Above r it falls by gδ + m(e^δ − 1 − δ), which
    is at least mδ²/2; below by gδ + m(e^−δ − 1 + δ), at least mδ²/(2 + δ). The nearest of several δ that suffice is
    taken.
    """
    import pytensor.tensor as pt

    top = pt.log(shape / x)
    r = pt.maximum(top, 0.0) if above else pt.minimum(top, 0.0)
    slope = pt.maximum(x - shape, _LEAST) if above else pt.maximum(shape - x, _LEAST)
    bend = pt.maximum(shape, x) if above else pt.minimum(shape, x)
    ratio = DROP / bend
    rise = pt.minimum(pt.sqrt(2 * ratio), pt.log(1 + ratio + pt.log1p(ratio)) + 0.5)
    fall = (ratio + pt.sqrt(ratio**2 + 8 * ratio)) / 2
    if above:
        return pt.maximum(r - fall, 0.0), r + pt.minimum(rise, DROP / slope)
    return r - pt.minimum(fall, DROP / slope), pt.minimum(r + rise, 0.0)
