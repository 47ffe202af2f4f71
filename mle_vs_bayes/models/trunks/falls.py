"""How fast likelihoods fall along a direction of coefficients, far out: by so much for each step of each row.

A row x that a direction v moves against its outcome costs weight × max(0, −x·v) of log-likelihood per step; a weight is
infinite where the likelihood falls faster than every exponential:

    trials       successes: x, failures: −x                               log (1 + e^η) is like max(0, η)
    counts       y of x; none may rise: −x                                y η − e^η
    lifetimes    one for each end seen: −x; none past 0 may sink: x       −η − t e^−η, the scale being e^η
    in an order  x above the lowest class, −x below the highest           a cutpoint stands in each difference
    in classes   of the class seen the largest η of another less its own  a maximum in the place of one difference

Where another parameter lets the likelihood fall more slowly (a dispersion, a shape that may be near 0), there is none.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...model import families, links
from .moments import life_ends


@dataclass(frozen=True)
class Falls:
    """``rows`` ``(m, q)`` that v must not move below 0 without a cost of its ``weights`` ``(m,)``.

    Rows of one number in ``together`` ``(m,)`` have one cost, of the one that is moved farthest.
    """

    rows: np.ndarray
    weights: np.ndarray
    together: np.ndarray | None = None

    def some(self, count):
        """The first of them, which cost no more than all."""
        return Falls(self.rows[:count], self.weights[:count]) if self.together is None else self


def of(family, link):
    """The function of data that gives the `Falls` of a family's coefficients under a link, or None."""
    return _KNOWN.get((family.name, link.name))


def _each(rows, weights):
    """Equal rows once, without those that cost nothing."""
    unique, place = np.unique(rows[weights > 0], axis=0, return_inverse=True)
    return Falls(unique, np.bincount(place.ravel(), weights[weights > 0]))


def of_trials(data):
    trials = data.get("trials", np.ones(len(data["y"])))
    both = np.concatenate([data["X"], -data["X"]])
    return _each(both, np.concatenate([data["y"], trials - data["y"]]) * np.tile(_counted(data), 2))


def of_counts(data):
    never = np.full(len(data["y"]), np.inf)
    return _each(np.concatenate([data["X"], -data["X"]]), np.concatenate([data["y"] * _counted(data), never]))


def of_lifetimes(data):
    """Of exponential lifetimes between two ends."""
    lower, upper = life_ends(data)
    sinking, rising = np.where(lower > data.get("entry", 0.0), np.inf, 0.0), np.where(np.isfinite(upper), 1.0, 0.0)
    return _each(np.concatenate([data["X"], -data["X"]]), np.concatenate([sinking, rising * _counted(data)]))


def of_order(data, cuts):
    """Of β and the cutpoints, which stay in their order."""
    y, x, none = data["y"].astype(int), data["X"], np.eye(cuts)
    above, under = y > 0, y < cuts
    # Class y lies between the cutpoints c[y − 1] and c[y]: a direction costs where it makes η − c[y − 1] smaller, or
    # c[y] − η. One in which cutpoints pass each other costs infinitely much.
    rows = [np.hstack([x[above], -none[y[above] - 1]]), np.hstack([-x[under], none[y[under]]])]
    order = [np.append(np.zeros(x.shape[1]), high - low) for low, high in pairwise(none)]
    each = np.concatenate([_counted(data)[above], _counted(data)[under], np.full(len(order), np.inf)])
    return _each(np.concatenate([*rows, *([np.array(order)] if order else [])]), each)


def of_classes(data, count):
    """Of coefficients of all classes but the first, class by class."""
    y, x = data["y"].astype(int), data["X"]
    blocks = np.eye(count)[:, 1:]  # of each class its block; the first has none
    pairs = [(i, k) for i in range(len(y)) for k in range(count) if k != y[i]]
    rows = np.array([np.kron(blocks[y[i]] - blocks[k], x[i]) for i, k in pairs])
    return Falls(rows, _counted(data), np.array([i for i, _ in pairs]))


def _counted(data):
    return data.get("weights", np.ones(len(data["X"])))


def levels(family, link, censorable):
    """The function of data whose rows say along which directions the likelihood stays level, or None.

    Of any chance those that separate successes, of counts those that let the mean of zeros alone run to 0, of lifetimes
    those that let what was not seen to end last for ever: whatever else the families may differ in.
    """
    if family.name == families.binomial.name:
        return of_trials
    if link.name != links.log.name:
        return None
    return of_counts if family.name in _COUNTS else of_lifetimes if censorable else None


_COUNTS = {each.name for each in (families.poisson, families.negative_binomial, families.negative_binomial_1)}
_KNOWN = {
    (families.binomial.name, links.logit.name): of_trials,
    (families.poisson.name, links.log.name): of_counts,
    (families.exponential.name, links.log.name): of_lifetimes,
}
