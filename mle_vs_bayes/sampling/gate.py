"""Whether draws will do: the one gate of posteriors, sampled one by one or many together.

Both effective sample sizes of every quantity reach a number, there is no divergence, and R-hat is one that converged
chains can show. R-hat has an error of its own: with M half-chains and N effective draws in all R̂² − 1 is about
(M/N)(F − 1) with F an F ratio on M − 1 and N − M degrees of freedom, so that 400 draws pass the usual 1.01 by luck
only. It is the larger of two, of the ranks and of the folded ranks (measured on 60,000 sets of independent draws: 629
above the limit for 600, 61 for 60, 9 for 6).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
RHAT = 1.01
"""Vehtari et al. (2021), Bayesian Analysis 16(2), 667–718."""
PER_CHAIN = 100
"""Effective draws of each chain, by the same authors."""
FALSE_ALARM = 1e-5
"""Chance that a converged quantity of a batch fails R-hat's part of the gate."""


@dataclass(frozen=True)
class Gate:
    """The largest R-hat, and the fewest effective draws of all chains together, with which a posterior passes."""

    rhat: float
    effective: float

    @classmethod
    def of_chains(cls, chains: int) -> Self:
        """What a posterior that is looked at by itself must pass."""
        return cls(RHAT, PER_CHAIN * chains)

    @classmethod
    def of_target(cls, chains: int, target: int) -> Self:
        """What a posterior among thousands must pass, whose draws end at ``target`` effective ones."""
        return cls(allowed_rhat(chains, target), target)

    def failed(self, rhat: Array, effective: Array, divergences: NDArray[np.int64]) -> dict[str, Bools]:
        """Which posteriors ``(R,)`` fail each part, by the code of its concern; each is told by its worst quantity."""
        return {"ess": ~(effective >= self.effective), "rhat": rhat > self.rhat, "divergences": divergences > 0}


def allowed_rhat(chains: int, effective: float) -> float:
    """The R-hat that a converged quantity passes with probability `FALSE_ALARM`, from ``effective`` draws in all."""
    from scipy.stats import f

    halves = 2 * chains
    ratio = f.isf(FALSE_ALARM / 2, halves - 1, max(effective - halves, 1.0))
    return float(np.sqrt(1 + halves / effective * max(ratio - 1, 0.0)))
