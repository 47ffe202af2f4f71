"""Coverage without Monte-Carlo error: every data set that there can be, weighted by its probability.

Of n trials with the same chance only the number of successes matters, so that n + 1 data sets are all there are. [1]_

.. [1] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2),
   101–133, section 2.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ... import intervals
from ...data.dataset import Dataset

if TYPE_CHECKING:
    import pandas


def binomial_coverage(
    p: float, n: int, estimator: str, interval: str, *, level: float = 0.95, worst_case: bool = False
) -> float:
    """The exact coverage of one kind of interval of the model ``bernoulli`` under its default prior.

    As in published tables an estimate without this interval counts as not covered: of no success, or of successes
    only, Wald's has no width. A data set without an estimate is left out; with ``worst_case`` it counts likewise.
    ``estimator`` and ``interval`` are named as in rows. NaN for an interval that the estimator does not have, and for
    bootstraps and sampled posteriors, which are random themselves.

    Raises
    ------
    UsageError
        There is no interval of that name.
    """
    import scipy

    chosen = intervals.chosen((interval,))
    if interval.startswith("bootstrap") or estimator == "posterior" or interval not in intervals.of(estimator, chosen):
        return float("nan")
    rows = _intervals(n, level, estimator, interval)
    chance = scipy.stats.binom.pmf(rows["replicate"].to_numpy(), n, p)
    covers = ((rows["lower"] <= p) & (rows["upper"] >= p)).to_numpy()
    whole = 1.0 if worst_case else float(np.sum(chance))
    return float(np.sum(chance[covers])) / whole if rows["lower"].notna().any() else float("nan")


@lru_cache(maxsize=4096)
def _intervals(n: int, level: float, estimator: str, interval: str) -> "pandas.DataFrame":
    """Rows of one kind of interval of p for 0 … n successes, whose number is the row's replicate."""
    from ...fit.replicates import fit_replicates

    sets = [Dataset({"y": (np.arange(n) < k).astype(float)}) for k in range(n + 1)]
    rows = fit_replicates("bernoulli", sets, [estimator], intervals=[interval], level=level).rows
    chosen = (rows["parameter"] == "p") & (rows["interval"] == interval) & rows["estimate"].notna()
    return rows[chosen]
