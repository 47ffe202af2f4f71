"""Wilson's interval of a proportion, for many proportions at once. [1]_

It is what a Monte-Carlo error of zero hides: of 100 intervals that all covered, the coverage is 0.963 to 1.

.. [1] Brown, Cai & DasGupta (2001), Interval estimation for a binomial proportion, Statistical Science 16(2),
   101–133.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Z = 1.959963984540054
"""Quantile 0.975 of the normal distribution: Monte-Carlo intervals have level 95 %."""


def wilson(proportion: ArrayLike, used: ArrayLike, z: float = Z) -> tuple[Array, Array]:
    """Ends ``(g,)`` of the interval of ``proportion`` ``(g,)`` out of ``used`` ``(g,)``; NaN where none.

    ``z`` is the normal quantile: of the 95 % interval unless given.
    """
    share, of = np.asarray(proportion, dtype=float), np.asarray(used, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = 1 + z**2 / of
        middle = (share + z**2 / (2 * of)) / spread
        reach = z / spread * np.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    none, every = share == 0, share == 1  # exact ends, without rounding
    return np.where(none, 0.0, middle - reach), np.where(every, 1.0, middle + reach)
