"""How large a random statistic may be: a budget of false alarms for the whole run, shared among all comparisons.

Bonferroni twice: each random check of a run has an equal share of `FAMILY`, and splits it evenly among its own
comparisons, so that a model without a fault fails one run in a thousand, however many parameters it has.
"""

from dataclasses import dataclass
from statistics import NormalDist

from ..study.judge.verdict import FAMILY


@dataclass(frozen=True)
class Budget:
    """``checks`` is the number of random checks in the run, skipped ones included."""

    checks: int

    def rate(self, comparisons: int) -> float:
        """Two-sided chance of a false alarm of one of ``comparisons`` in one check."""
        return FAMILY / (self.checks * max(1, comparisons))

    def z(self, comparisons: int) -> float:
        """The normal quantile that goes with `rate`."""
        return NormalDist().inv_cdf(1 - self.rate(comparisons) / 2)
