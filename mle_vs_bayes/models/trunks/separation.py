"""Which moments coefficients of a regression have, and the ratios exp(β), under priors that may have heavy tails.

Along a direction v of coefficients the likelihood falls as exp(−t ρ(v)), where ρ adds up how far v moves each row
against its outcome (`falls`). It stays level (ρ = 0) only where v separates the outcomes. There the priors decide: of a
direction that moves some coefficients, E|β|^k is finite for k below the sum of the powers of their priors, so that
under independent Cauchy priors a coefficient of a logistic regression has a mean unless its own covariate separates
alone. [1]_ A ratio exp(β[j]) has moments below the least of ρ(v) + Σ rate[i] |v[i]| over directions with v[j] = 1: a
linear programme.

.. [1] When posterior means exist under Cauchy priors: Ghosh, Li & Mitra (2018), On the use of Cauchy prior
   distributions for Bayesian logistic regression, Bayesian Analysis 13(2), 359–383.
"""

from itertools import combinations

import numpy as np
import scipy

from ...model.layout import Layout
from ...model.parameter import Moments
from .moments import FINITE, power

HIGHEST = 2.0
"""Moments above a standard deviation's are not told apart."""
FEW_ROWS = 500
"""Rows of a first, cheap bound: a sum over some rows is at most the sum over all."""
INFEASIBLE = 2
"""Status of a linear programme: every direction is held by a prior or a row."""
_ROUNDING = 1e-9
"""Relative: what the simplex method may be off by."""


def coefficients(falls, tails):
    """Moments of each coefficient, by the ``tails`` of its prior: all moments, unless some direction separates."""
    flat = [i for i, t in enumerate(tails) if t.power <= 0]
    heavy = [i for i, t in enumerate(tails) if 0 < t.power <= HIGHEST]
    if tails[0].joint or not (heavy or flat):
        return (FINITE,) * len(tails)
    rows = falls().rows
    orders = [_lightest(rows, tails, heavy, flat, j) for j in range(len(tails))]
    return tuple(FINITE if order > HIGHEST else power("beta", order, tails[j]) for j, order in enumerate(orders))


def by_prior(tails, _data):
    """Moments of exp(β) of each coefficient, as far as the prior alone makes sure: the likelihood is not looked at.

    A heavy tail leaves exp(β) no moment, but the posterior its total, which is the moment of order 0.
    """
    why = "exp(beta) grows faster than the prior {} falls, and nothing is known of how fast the likelihood does"
    rates = [(each.above.rate, each.words) for each in tails["beta"]]
    return tuple(Moments(rate, why.format(words), attained=rate == 0) for rate, words in rates)


def ratios(falls, tails, count):
    """Moments of exp(β) of the first ``count`` coefficients."""
    if all(np.isinf(t.above.rate) for t in tails[:count]):
        return (FINITE,) * count
    known = falls()
    return tuple(_ratio(known, tails, j) for j in range(count))


def _ratio(falls, tails, j):
    if np.isinf(tails[j].above.rate):
        return FINITE
    along = np.eye(len(tails))[j]
    order = least(falls.some(FEW_ROWS), tails, along)
    if order > HIGHEST and len(falls.rows) > FEW_ROWS:
        return Moments(order)
    order = least(falls, tails, along)
    nearest = float(np.round(order)) if np.isfinite(order) else order
    order = nearest if abs(order - nearest) <= _ROUNDING * (1 + order) else order
    # At the bound a power of the prior is left over: more than one, if all priors that let go are powers.
    loose = [t for t in tails if not np.isinf(t.above.rate)]
    attained = tails[j].joint or all(t.above.rate == 0 and t.power > 0 for t in loose)
    why = f"exp(beta) grows as fast as the likelihood and the prior {tails[j].words} fall (moments below {order:.4g})"
    return Moments(order, why, attained)


def of_growth(falls, tails, x):
    """Moments of exp(x·β) for one row ``x`` ``(k,)``: `ratios` along any direction; ``falls`` None if unknown."""
    rates = [min(t.above.rate, t.below.rate) for t in tails]
    loose = [t for t, rate, part in zip(tails, rates, x, strict=True) if part != 0 and np.isfinite(rate)]
    if not loose:
        return FINITE
    if falls is None:
        order = min(rate / abs(part) for rate, part in zip(rates, x, strict=True) if part != 0)
        why = f"it grows faster than the prior {loose[0].words} falls, and how fast the likelihood does is not known"
        return Moments(order, why, attained=order == 0)
    order = least(falls, tails, x)
    order = float(np.round(order, 9)) if np.isfinite(order) else order
    attained = any(t.joint for t in loose) or all(t.above.rate == 0 and t.power > 0 for t in loose)
    why = f"it grows as fast as the likelihood and the prior {loose[0].words} fall (moments below {order:.4g})"
    return Moments(order, why, attained)


def divergence(model, data, falls, what):
    """Which coefficient grows most along a direction that separates ``what``, in words, or None.

    The model's parameters begin with those that the directions of ``falls`` move.

    Along it no row is moved against its outcome and some are moved with it, so that the likelihood rises without end: a
    linear programme. [1]_ In an order and in classes it is the same with a row for each difference. [2]_

    .. [1] Konis (2007), Linear programming algorithms for detecting separated data in binary logistic regression
       models, DPhil thesis, University of Oxford.
    .. [2] Albert & Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models,
       Biometrika 71(1), 1–10.
    """
    if not falls.rows.size:  # every coefficient is held
        return None
    size = np.abs(falls.rows).max(axis=0)
    scaled = falls.rows / np.where(size > 0, size, 1.0)
    # Rows that only keep cutpoints in their order are held, and gain nothing.
    gain = scaled[np.isfinite(falls.weights)] if falls.together is None else scaled
    solution = scipy.optimize.linprog(-gain.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1))
    if solution.status != 0 or -solution.fun < 1e-6 * len(scaled):  # the solver keeps constraints to 1e-7 each
        return None
    label = Layout(model, data).labels[int(np.argmax(np.abs(solution.x)))]
    return f"{label} runs off: the covariates separate {what}"


def least(falls, tails, along):
    """The least ρ(v) + Σ rate[i] |v[i]| with ``along`` · v = 1; infinite where no direction is allowed."""
    rows, never = falls.rows, np.isinf(falls.weights)
    size = np.abs(rows).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    above, beneath = (np.array([getattr(t, side).rate for t in tails]) for side in ("above", "below"))
    m = len(rows)
    place = np.arange(m) if falls.together is None else falls.together
    cost = scipy.sparse.csc_array((np.ones(m), (np.arange(m), place)), shape=(m, len(falls.weights)))
    # v = (p − q) / size with p, q ≥ 0; slack s ≥ −rows v. A prior lighter than every exponential allows no step.
    up, down = ([(0, 0 if np.isinf(rate) else None) for rate in side] for side in (above, beneath))
    scaled, ahead = rows / size, np.concatenate([along / size, -along / size, np.zeros(falls.weights.shape[0])])
    answer = scipy.optimize.linprog(
        np.concatenate([_finite(above) / size, _finite(beneath) / size, _finite(falls.weights)]),
        A_ub=scipy.sparse.hstack([-scaled, scaled, -cost], format="csc"),
        b_ub=np.zeros(m),
        A_eq=ahead[None],
        b_eq=[1.0],
        bounds=[*up, *down, *((0, 0 if each else None) for each in never)],
        method="highs",
    )
    return float(answer.fun) if answer.status == 0 else np.inf if answer.status == INFEASIBLE else 0.0


def _finite(rates):
    return np.where(np.isinf(rates), 0.0, rates)


def _lightest(rows, tails, heavy, flat, j):
    """The moments of β[j]: the least sum of prior powers over directions that separate and move it.

    A pair of coefficients that must move in one proportion to separate has a power more, the width of its ray.
    """
    if j not in heavy and j not in flat:
        return np.inf
    best = np.inf
    others = [i for i in heavy if i != j]
    for count in range(3):
        for chosen in combinations(others, count):
            moved = sorted({j, *chosen, *flat})
            order = sum(tails[i].power for i in {j, *chosen} if i in heavy) - len(flat)
            if order <= min(HIGHEST, best) and (width := _cone(rows, moved, j)) is not None:
                best = min(best, order + (1 - width if count == 1 and not flat else 0))
    return best


def _cone(rows, moved, j):
    """Whether directions of ``moved`` that separate and move β[j] are one ray of two (0) or more (1); None of none."""
    # With v[j] = ±1 only one other coefficient of two is left, which every row bounds on one side: the directions are a
    # cone of some width where the bounds leave an interval, and one ray where they leave a point.
    part, rest = rows[:, moved], [i for i in moved if i != j]
    widths = []
    for sign in (1.0, -1.0):
        if len(rest) > 1:
            widths += [1] if _separates(part, moved.index(j), sign) else []
            continue
        fixed, free = sign * rows[:, j], rows[:, rest[0]] if rest else np.zeros(len(rows))
        with np.errstate(all="ignore"):
            bounds = -fixed / free
        low, high = np.max(bounds[free > 0], initial=-np.inf), np.min(bounds[free < 0], initial=np.inf)
        if np.all(fixed[free == 0] >= 0) and low <= high:
            widths.append(int(low < high))
    return max(widths, default=None)


def _separates(rows, j, sign):
    """Whether some v with v[j] = ``sign`` moves no row below 0."""
    size = np.abs(rows).max(axis=0)
    scaled = rows / np.where(size > 0, size, 1.0)
    bounds = [(sign, sign) if i == j else (None, None) for i in range(rows.shape[1])]
    # Nothing is maximised: the question is whether the constraints have a solution.
    zero = np.zeros(rows.shape[1])
    return scipy.optimize.linprog(zero, A_ub=-scaled, b_ub=np.zeros(len(rows)), bounds=bounds, method="highs").success
