"""Blocks of a series: how often each value is counted in a bootstrap that keeps what follows what. [1]_

The likelihood of a series is a product of densities, each of a value given those before it. Blocks of such terms are
drawn, on a circle so that each is drawn as often as any other, [2]_ and every term keeps the past that it has in the
data: no value follows one that it did not. That is Künsch's resampling of blocks of blocks. Where the model is right
the terms' scores are uncorrelated and blocks of one would do; longer ones keep errors right where its memory is too
short.

.. [1] Künsch (1989), The jackknife and the bootstrap for general stationary observations, Annals of Statistics 17(3),
   1217–1241.
.. [2] Politis & Romano (1992), A circular block-resampling procedure for stationary data, in LePage & Billard (eds.),
   Exploring the Limits of Bootstrap, Wiley, 263–270.
.. [3] Politis & White (2004), Automatic block-length selection for the dependent bootstrap, Econometric Reviews 23(1),
   53–70, as corrected by Patton, Politis & White (2009), Econometric Reviews 28(4), 372–375.
"""

import numpy as np
from numpy.typing import NDArray

from ..density.density import Density

Array = NDArray[np.float64]
STEP = 1e-4
"""Step of a parameter, relative to 1 + its size, for the slope of a term."""


def scores(program: Density, theta: Array) -> Array:
    """Slopes ``(n, p)`` of each value's log density given those before it, 0 of values that the likelihood is given."""
    steps = STEP * (1 + np.abs(theta))
    ahead, behind = (np.stack([_terms(program, theta + sign * step) for step in np.diag(steps)]) for sign in (1, -1))
    return np.nan_to_num((ahead - behind) / (2 * steps[:, None])).T


def _terms(program: Density, theta: Array) -> Array:
    expected, deviation = program.model.one_step_ahead(program.layout.split(theta), program.data)
    return np.asarray(-0.5 * ((program.data["y"] - expected) / deviation) ** 2 - np.log(deviation))


def length(series: Array) -> int:
    """The block length ``(n, p)`` series need on a circle, the largest of theirs. [3]_

    That with the least squared error of the variance of a mean is (2 g² / d)^⅓ n^⅓ with g = Σ |k| γ(k) and
    d = 4/3 (Σ γ(k))², from autocovariances γ under a window that is flat up to the lag from where on they are noise.
    """
    n = len(series)
    most = int(np.ceil(min(3 * np.sqrt(n), n / 3)))
    return int(np.clip(max(np.ceil(_optimal(each)) for each in series.T), 1, most))


def _optimal(x: Array) -> float:
    n = len(x)
    away = x - x.mean()
    if not np.any(away):
        return 1.0
    run = max(5, int(np.log10(n)))
    last = min(int(np.ceil(np.sqrt(n))) + run, n - 1)
    covariances = np.array([away[k:] @ away[: n - k] for k in range(last + 1)]) / n
    small = np.abs(covariances[1:] / covariances[0]) < 2 * np.sqrt(np.log10(n) / n)
    # The first lag that so many in a row follow which are no more than noise; else the last that is more.
    quiet = next((k for k in range(len(small) - run + 1) if small[k : k + run].all()), None)
    lag = quiet if quiet is not None else int(np.max(np.flatnonzero(~small), initial=-1)) + 1
    wide = min(2 * max(lag, 1), last)
    k = np.arange(1, wide + 1)
    window = np.minimum(1.0, 2 * (1 - k / wide)) * covariances[1 : wide + 1]
    g, variance = 2 * np.sum(window * k), covariances[0] + 2 * np.sum(window)
    return float(np.cbrt(2 * g**2 / (4 / 3 * variance**2) * n))


def times(n: int, length: int, count: int, generator: np.random.Generator) -> Array:
    """How often each of n values is drawn, ``(count, n)``: blocks of this length on a circle until there are n."""
    first = generator.integers(0, n, size=(count, -(-n // length)))
    places = (first[:, :, None] + np.arange(length)).reshape(count, -1)[:, :n] % n
    flat = (places + n * np.arange(count)[:, None]).ravel()
    return np.bincount(flat, minlength=n * count).reshape(count, n).astype(float)
