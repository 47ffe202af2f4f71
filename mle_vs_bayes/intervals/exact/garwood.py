"""Garwood's exact interval of a Poisson rate. [1]_

.. [1] Garwood (1936), Fiducial limits for the Poisson distribution, Biometrika 28(3/4), 437–442.
"""

from ...data import counts
from ...density.density import Density
from .theory import Ends

FAMILY = "garwood"


def rate(program: Density, name: str, level: float) -> Ends:
    """Per unit of exposure, from the total count, which is Poisson(rate × total exposure)."""
    exposure = float(counts.total(program.data, program.data["exposure"]))
    lower, upper = garwood(float(counts.total(program.data, program.data["y"])), level)
    return {name: (lower / exposure, upper / exposure)}


def garwood(count: float, level: float) -> tuple[float, float]:
    """All means that neither one-sided Poisson test rejects: ½χ² quantiles on 2y and 2y + 2 degrees of freedom."""
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    return float(gammaincinv(count, tail)) if count else 0.0, float(gammaincinv(count + 1, 1 - tail))
