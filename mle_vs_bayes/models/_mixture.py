"""What a mixture of normals computes: chances of the components, a step of EM, a start.

``theta`` holds ``weight``, ``mu`` and ``sigma``, each ``(K,)`` in the order of the means; y is ``(n,)``, and
``counts`` ``(n,)`` how often each of its values was observed.
"""

import numpy as np
import scipy

FEW = 5
"""Values: a component that holds fewer is two or three that happen to lie close together, more often than a group."""


def log_joint(theta, y):
    """Log of weight × density of each value in each component, ``(n, K)``."""
    z = (y[:, None] - theta["mu"]) / theta["sigma"]
    return np.log(theta["weight"]) - np.log(theta["sigma"]) - 0.5 * z**2 - 0.5 * np.log(2 * np.pi)


def em_step(theta, y, counts):
    """Each value's chances of each component, then the moments weighted with them; the means in rising order. [1]_

    .. [1] Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete data via the EM algorithm, Journal of
       the Royal Statistical Society B 39(1), 1–38, section 4.3.
    """
    chances = scipy.special.softmax(log_joint(theta, y), axis=1) * counts[:, None]
    count = chances.sum(axis=0)
    mu = y @ chances / count
    sigma = np.sqrt(np.sum(chances * (y[:, None] - mu) ** 2, axis=0) / count)
    rising = np.argsort(mu)
    return {"weight": (count / count.sum())[rising], "mu": mu[rising], "sigma": sigma[rising]}


def start(y, spread, components):
    """Equal shares, means at even quantiles of the distinct values (so that they rise), a Kth of the spread each."""
    mu = np.quantile(np.unique(y), (np.arange(components) + 0.5) / components)
    same = np.full(components, 1 / components)
    return {"weight": same, "mu": mu, "sigma": same * spread}


def doubtful(theta, size):
    """The component that holds the fewest values, if they are fewer than `FEW`: as a rule a spurious maximum. [1]_

    .. [1] McLachlan & Peel (2000), Finite Mixture Models, section 3.10.
    """
    k = int(np.argmin(theta["weight"]))
    held = size * theta["weight"][k]
    words = f"component {k + 1} (sigma = {theta['sigma'][k]:.3g}) stands on {held:.1f} of {size} values"
    return words if held < FEW else None
