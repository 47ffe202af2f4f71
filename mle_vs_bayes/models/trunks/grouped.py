"""The trunk of models of grouped data: columns, a design, statistics by group, and what cannot be used."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data import counts
from ...data.column import Column, label, number
from ...data.dataset import Dataset
from ...model import families
from ...model.model import Model
from ...model.parameter import of_argument

Array = NDArray[np.float64]
mu, sigma = (of_argument(argument) for argument in families.normal.arguments)
"""The mean of normal measurements and their spread within a group."""


class Grouped(Model):
    """Measurements y of groups; ``rows_per_group`` is how many a design has."""

    columns: tuple[Column, ...] = (Column("y", number), Column("group", label))
    rows_per_group: int

    def design(self, n, rng):
        """``n`` rows in groups 1, 2, … that are as equally large as can be."""
        groups = max(1, n // self.rows_per_group)
        names = tuple(str(name) for name in range(1, groups + 1))
        return Dataset({"group": (np.arange(n) * groups // n).astype(float)}, {"group": names})


def codes(data: Mapping[str, Array]) -> NDArray[np.intp]:
    """The position ``(n,)`` of each row's group among all groups."""
    return data["group"].astype(np.intp)


def statistics(data: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Rows, mean of y, and sum of squares around that mean, of each group: ``(G,)`` each."""
    of, y = codes(data), data["y"]
    size = counts.by_group(data, of)
    mean = counts.by_group(data, of, y) / size
    return size, mean, counts.by_group(data, of, (y - mean[of]) ** 2)


def restricted_mean(theta: Mapping[str, Any], data: Mapping[str, Array]) -> Any:
    """−½ log Σ size/(σ² + size τ²) + ½ log 2π: the restriction where groups share one mean."""
    size, _, _ = statistics(data)
    known = np.sum(size / (theta["sigma"] ** 2 + size * theta["tau"] ** 2))
    return 0.5 * (np.log(2 * np.pi) - np.log(known))


def moments(data: Mapping[str, Array]) -> tuple[float, float, float]:
    """Mean of the groups' means, variance between groups (below 0 if chance would spread them more), and within."""
    size, mean, squares = statistics(data)
    noise = float(np.sum(squares) / np.sum(size - 1))
    return float(np.mean(mean)), float(np.var(mean) - noise * np.mean(1 / size)), noise


def intraclass_correlation(theta: Mapping[str, Any]) -> Any:
    """tau² / (tau² + sigma²): the correlation of two rows of one group."""
    return theta["tau"] ** 2 / (theta["tau"] ** 2 + theta["sigma"] ** 2)


def draw_deviations(
    _model: Any, theta: Mapping[str, Array], data: Mapping[str, Array], rng: np.random.Generator
) -> dict[str, Array]:
    """Each group's deviation u = tau z from the common mean ``(…, G)``, given y and draws ``(…)`` of the parameters.

    It is normal, its mean that of the group's rows shrunk towards 0.
    """
    size, mean, _ = statistics(data)
    mu, tau, sigma = (theta[name][..., None] for name in ("mu", "tau", "sigma"))
    total = sigma**2 + size * tau**2
    z = size * tau * (mean - mu) / total + sigma / np.sqrt(total) * rng.standard_normal(total.shape)
    return {"z": z, "u": tau * z}


def log_density(y: Any, mu: Any, tau: Any, sigma: Any, group: Any, weights: Any) -> Any:
    """In PyMC the density of one group's y at a time ``(G,)``: that of its mean around mu, times y around that mean.

    ``weights`` is how often each row was observed.
    """
    import pymc as pm

    size, mean, within = symbolic_statistics(y, group, weights)
    of_mean = pm.logp(pm.Normal.dist(mu, pm.math.sqrt(tau**2 + sigma**2 / size)), mean)
    around = size * pm.logp(pm.Normal.dist(0.0, sigma), 0.0) - 0.5 * within / sigma**2
    return of_mean + around - pm.logp(pm.Normal.dist(0.0, sigma / pm.math.sqrt(size)), 0.0)


def symbolic_statistics(y: Any, group: Any, weights: Any) -> tuple[Any, Any, Any]:
    """`statistics` of PyTensor vectors, ``weights`` being how often each row was observed."""
    import pytensor.tensor as pt

    of = pt.cast(group, "int64")
    size: Any = pt.bincount(of, weights=weights)
    mean = pt.bincount(of, weights=weights * y) / size
    return size, mean, pt.bincount(of, weights=weights * (y - mean[of]) ** 2)


def unusable(data: Dataset, lost: str) -> str | None:
    """Why nothing can be said of the spread within groups, and what is ``lost`` by it, as a sentence, or None."""
    of, y = codes(data), data["y"]
    groups, first = len(data.coords["group"]), y[np.unique(of, return_index=True)[1]]
    if np.ptp(y) == 0:
        return f"every y is {y[0]:g}; a spread cannot be estimated from one value"
    if groups == data.size:
        return f"each of the {groups} groups has one row, so that {lost} (the model normal needs no groups)"
    if np.all(y == first[of]):
        seen = f"{first[0]:g} in group {data.coords['group'][0]}"
        return f"every y is the same as the others of its group ({seen}); there is no spread within groups for sigma"
    return None
