"""A direction among parameters in words."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_PART = 0.1
"""A parameter moves with the direction if its share is at least this."""


def combination(labels: tuple[str, ...], direction: Array, shares: Array) -> str:
    """``beta[x1] − 0.98 beta[x2]``: how far each moves, relative to the first of those that move."""
    moving = [i for i in np.argsort(-np.abs(shares)) if abs(shares[i]) >= _PART][:4]
    first = direction[moving[0]]
    words = labels[moving[0]]
    for i in moving[1:]:
        size = direction[i] / first
        times = f"{abs(size):.3g} "
        words += f" {'+' if size > 0 else '−'} {'' if times == '1 ' else times}{labels[i]}"
    return words
