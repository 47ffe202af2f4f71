"""Wald: the estimate plus and minus normal quantiles of its standard error, on the model scale.

At the MAP, with the Laplace standard error, the same arithmetic gives the ``laplace`` interval.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def wald(estimate: Array, se: Array, level: float) -> tuple[Array, Array]:
    """Lower and upper ends, elementwise; symmetric, so an end may leave the parameter's support."""
    from scipy.special import ndtri

    reach = ndtri(0.5 + level / 2) * se
    return estimate - reach, estimate + reach
