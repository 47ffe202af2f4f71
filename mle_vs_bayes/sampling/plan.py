"""How posteriors are sampled, one or thousands, and whether their draws will do.

The gate: both effective sample sizes of every quantity reach a number, there is no divergence, and R-hat is one that
converged chains can show. R-hat has an error of its own: with M half-chains and N effective draws in all R̂² − 1 is
about (M/N)(F − 1) with F an F ratio on M − 1 and N − M degrees of freedom, so that 400 draws pass the usual 1.01 by
luck only. It is the larger of two, of the ranks and of the folded ranks (measured on 60,000 sets of independent draws:
629 above the limit for 600, 61 for 60, 9 for 6).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..errors import UsageError

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
RHAT = 1.01
"""Vehtari et al. (2021), Bayesian Analysis 16(2), 667–718."""
PER_CHAIN = 100
"""Effective draws of each chain, by the same authors."""
FALSE_ALARM = 1e-5
"""Chance that a converged quantity of a batch fails R-hat's part of the gate."""


SPARE, MULTIPLE = 1.1, 50
"""Times the draws that a typical replicate needs, and what numbers of draws are multiples of."""
TUNE = 200
"""Tuning steps unless told: enough to learn a step size, all that a standardised posterior leaves to learn."""


@dataclass(frozen=True)
class Plan:
    """Plain numbers; ``dataclasses.asdict`` of one is what a study keeps.

    ``size`` replicates are sampled as one problem (1: each alone), with ``chains`` chains of ``tune`` and ``draws``
    steps, until the least effective sample size, bulk or tail, of each replicate is at least ``target``. Without
    ``tune`` there are as many as it takes.
    """

    size: int = 128
    draws: int = 300
    tune: int | None = 100
    accept: float = 0.8
    target: int = 400
    chains: int = 4
    cores: int = 2

    def __post_init__(self) -> None:
        for name, least in {"size": 1, "draws": 4, "tune": 1, "target": 1, "chains": 1, "cores": 1}.items():
            value = getattr(self, name)
            if value is not None and (value < least or value != int(value)):
                raise UsageError(f"{name} of a plan is {value}; it must be a whole number, {least} or above.")
        if not 0 < self.accept < 1:
            raise UsageError(f"accept of a plan is {self.accept:g}; it must lie inside (0, 1), such as 0.8.")

    @property
    def steps(self) -> int:
        """Tuning steps in standardised coordinates."""
        return TUNE if self.tune is None else self.tune

    def enough(self, per_draw: float) -> int:
        """Draws of each chain that reach the target where each draw is worth so many effective ones."""
        draws = SPARE * self.target / max(per_draw, 0.01) / self.chains
        return int(MULTIPLE * np.ceil(draws / MULTIPLE))

    def longer(self, factor: float, tune: int, accept: float) -> Self:
        """More draws, and at least so long to learn from and so careful steps."""
        draws = int(self.draws * factor)
        return replace(self, draws=draws, tune=max(tune, self.steps), accept=max(accept, self.accept))


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
