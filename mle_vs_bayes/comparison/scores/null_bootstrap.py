"""The likelihood ratio's p-value by parametric bootstrap, where its asymptotic reference is not to be trusted.

Data sets are drawn from the smaller model at its own maximum, and both models are fitted to each: the p-value is the
share of likelihood ratios as large as the one seen, which counts itself. [1]_ On an edge the reference ½χ²₀ + ½χ²₁
holds as the number of independent units grows, [2]_ and with six groups it is far from it.

.. [1] Davison & Hinkley (1997), Bootstrap Methods and their Application.
.. [2] Self & Liang (1987), Journal of the American Statistical Association 82(398), 605–610.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...density.density import Density
from ...intervals.profile.restricted import ROUNDING
from ...models.trunks.mixed.integrand import canonical
from ...search.batch import fit_batch

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST, FEWEST = 999, 99
"""Data sets drawn; the fewest where one of them is large, or the likelihood is a user's program, which may be slow."""
CELLS = 10_000_000
"""Data sets × rows × parameters that are fitted at most, unless that is too few data sets to say anything."""
DEAR = 10
"""How often a node counts where no link is canonical, so that all derivatives of its rows are worked out: of 48 rows at
21 nodes an evaluation took 0.17 ms of Poisson counts, 0.6 ms of Weibull times, 1.5 ms of beta shares and 2.3 ms of
negative binomial counts (measured, 20 data sets together)."""


@dataclass(frozen=True)
class Bootstrap:
    """The share ``p`` of ``replicates`` likelihood ratios as large as the one seen, and its Monte-Carlo ``error``.

    ``lost`` further data sets have no ratio, which is evidence neither way: they are left out.
    """

    p: float
    error: float
    replicates: int
    lost: int

    @property
    def left_out(self) -> str | None:
        """How many data sets are left out, in words."""
        return (
            f"{self.lost} of {self.replicates + self.lost} data sets have no ratio and are left out"
            if self.lost
            else None
        )


@dataclass(frozen=True)
class Null:
    """The smaller model: its program, θ ``(p,)`` there, and the coordinates ``(f,)`` that it holds there, if any."""

    program: Density
    theta: Array
    held: Bools | None = None

    @property
    def start(self) -> Array:
        """Where the searches of its maximum begin: off every edge but those that it holds."""
        if self.held is None:
            return self.theta
        of = self.program.coordinates
        with np.errstate(divide="ignore"):
            return of.theta(np.where(self.held, of.z(self.theta), of.z(self.program.start)))


def count(program: Density) -> int:
    """Data sets to draw, by their size; a row whose likelihood is an integral counts once for each node."""
    most = MOST if program.compiles_many else FEWEST
    nodes = program.model.quadrature or 1
    if nodes > 1 and canonical.of(program.model.larger or program.model) is None:
        nodes *= DEAR
    rows = program.data.n * nodes
    return int(np.clip(CELLS // (rows * program.layout.size), FEWEST, most))


def bootstrap(program: Density, starts: Sequence[Array], null: Null, ratio: float, seed: int) -> Bootstrap | str:
    """The p-value of ``ratio`` under a null model, or why there is none.

    ``starts`` ``(p,)`` each are where the larger model's searches begin, in every data set.
    """
    if (reason := null.program.undrawable) is not None:
        return reason
    program, null = program.written_out, replace(null, program=null.program.written_out)
    drawn = null.program.outcomes(null.theta, count(program), np.random.default_rng([seed, 0x117]))
    small = fit_batch(null.program, drawn, start=null.start, held=null.held)
    large = [fit_batch(program, drawn, start=start) for start in starts]
    top = np.max([np.where(each.converged, each.value, -np.inf) for each in large], axis=0)
    # The larger model holds the smaller one: its supremum is never below, even where every search has run off.
    stuck = [r for r in np.flatnonzero(np.isneginf(top)) if not all(each.divergent[r] for each in large)]
    known = np.setdiff1d(np.flatnonzero(small.converged), stuck)
    return _share(2 * (np.maximum(top, small.value) - small.value)[known], ratio, len(top) - len(known))


def _share(ratios: Array, ratio: float, lost: int) -> Bootstrap | str:
    if not len(ratios):
        return f"none of {lost} data sets drawn has a ratio"
    p = float((1 + np.sum(ratios >= ratio * (1 - ROUNDING) - ROUNDING)) / (1 + len(ratios)))
    return Bootstrap(p, float(np.sqrt(p * (1 - p) / len(ratios))), len(ratios), lost)
