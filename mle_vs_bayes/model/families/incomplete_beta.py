"""The logarithm of the incomplete beta function as a graph, with all derivatives and in both tails.

As `incomplete_gamma`, whose method this is: with t = e^v/(1 + e^v) the integral of t^(a − 1) (1 − t)^(b − 1) from 0 to
x is that of exp(a v − (a + b) log(1 + e^v)) over v below log x/(1 − x). The exponent is concave, and Gauss–Legendre's
rule is laid over the stretch where it is within `DROP` of its highest.
"""

from typing import Any

import numpy as np

from .incomplete_gamma import DROP, NODES, WEIGHTS, remainder

_STEPS = 8
"""Newton's, towards the end of the stretch: each leaves it a little too long."""


def log_lower(a: Any, b: Any, x: Any) -> Any:
    """log I_x(a, b), of beta distributed values log P(Y ≤ x)."""
    import pytensor.tensor as pt

    smaller, below, above = _tails(a, b, x)
    return pt.switch(smaller, below, remainder(above))


def log_upper(a: Any, b: Any, x: Any) -> Any:
    """log (1 − I_x(a, b)), of beta distributed values log P(Y > x)."""
    import pytensor.tensor as pt

    smaller, below, above = _tails(a, b, x)
    return pt.switch(smaller, remainder(below), above)


def _tails(a: Any, b: Any, x: Any) -> tuple[Any, Any, Any]:
    """Whether x is up to the mean, and log of either tail, where it is that of x, or that of the mean."""
    import pytensor.tensor as pt

    mean = a / (a + b)
    smaller = pt.le(x, mean)
    below = log_tail(a, b, pt.switch(smaller, x, mean))
    return smaller, below, log_tail(b, a, pt.switch(smaller, b / (a + b), 1 - x))


def log_tail(a: Any, b: Any, x: Any) -> Any:
    """For x up to the mean, by I_x(a, b) = I_x(a + 1, b) + x^a (1 − x)^b/(a B(a, b)), three times: see there."""
    import pytensor.tensor as pt

    total = a + b
    first = 1 + x * total / (a + 1) * (1 + x * (total + 1) / (a + 2))
    power = a * pt.log(x) + b * pt.log1p(-x) + pt.gammaln(total) - pt.gammaln(b)
    return pt.logaddexp(power - pt.gammaln(a + 1) + pt.log(first), _log_integral(a + 3, b, x))


def _log_integral(a: Any, b: Any, x: Any) -> Any:
    """Over how far v lies below its end, which keeps x in the exponent alone, where its derivatives are."""
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_grad

    total = a + b
    half = disconnected_grad(_reach(a, total, x)) / 2
    # In v = log odds the integrand is e^(a v)/(1 + e^v)^(a + b), smooth to its end: Gauss–Legendre on the stretch that
    # counts.
    v = (pt.log(x) - pt.log1p(-x))[..., None] - half[..., None] * (1 + NODES)
    exponents = pt.as_tensor(a)[..., None] * v - pt.as_tensor(total)[..., None] * pt.softplus(v)
    integral = pt.logsumexp(exponents + np.log(WEIGHTS), axis=-1) + pt.log(half)
    return integral + pt.gammaln(total) - pt.gammaln(a) - pt.gammaln(b)


def _reach(a: Any, total: Any, x: Any) -> Any:
    """How far below its end v the exponent has fallen by `DROP`, or a little farther.

    It falls by aδ + (a + b) log(1 − x (1 − e^−δ)), which is convex and at least aδ + (a + b) log(1 − x): Newton's steps
    from where that is `DROP` come nearer from above.
    """
    import pytensor.tensor as pt

    reach = (DROP - total * pt.log1p(-x)) / a
    for _ in range(_STEPS):
        left = 1 + x * pt.expm1(-reach)
        fallen = a * reach + total * pt.log(left)
        reach = reach - (fallen - DROP) / (a - total * x * pt.exp(-reach) / left)
    return reach
