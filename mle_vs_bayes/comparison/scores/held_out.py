"""How well a model predicts a unit it has not seen: log predictive scores, one unit left out at a time.

For the plug-in MLE and MAP each unit is left out for real: the model is refitted without it (its weight is one less)
and its log density read at that refit, all refits as one batch. For the posterior predictive the same is had from its
draws by Pareto-smoothed importance sampling (`loo`). All three are scored on the same units, so that differences
are paired.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ...concerns import Concern
from ...density.density import Density
from ...estimators.estimate import Estimate
from ...estimators.quadrature import quadrature
from ...estimators.quadrature.evidence import evidence
from ...estimators.quadrature.left_out import left_out as left_out_by
from ...sampling import tree_groups
from ...search.batch import fit_batch

if TYPE_CHECKING:
    from arviz_stats.utils import ELPDData

Array = NDArray[np.float64]
CELLS = 5_000_000
"""Units left out × units of the data: all are left out where this allows, else a seeded sample of them."""
FEWEST = 50
ONE_SERIES = "a row of a series is part of what the next one is predicted from, and cannot be left out alone"


@dataclass(frozen=True)
class Scores:
    """Log predictive density ``(k,)`` of each unit left out, or why there is none; ``lost`` refits had no answer."""

    values: Array | None = None
    reason: str | None = None
    lost: int = 0


def units(program: Density, seed: int) -> NDArray[np.intp]:
    """The units to leave out: all, or a random sample where that would be too many."""
    total = program.units
    count = min(total, max(FEWEST, CELLS // total))
    return np.sort(np.random.default_rng([seed, 0x10]).permutation(total)[:count])


def plug_in(program: Density, estimate: Estimate, power: float, left_out: NDArray[np.intp]) -> Scores:
    """Scores of a point estimate: ``power`` 0 refits by maximum likelihood, 1 by MAP."""
    if not estimate.converged:
        return Scores(reason=estimate.reason)
    if program.model.unit == "series":
        return Scores(reason=ONE_SERIES)
    total, densities = program.units, []
    size = max(1, CELLS // total)
    for first in range(0, len(left_out), size):
        block = left_out[first : first + size]
        observed = np.ones(total) if program.weights is None else program.weights
        weights = np.tile(observed, (len(block), 1))
        # A weight less by one leaves out one observation and costs no new data set: all refits are one batch.
        weights[np.arange(len(block)), block] -= 1
        try:
            optima = fit_batch(program, weights=weights, start=estimate.point, power=power)
        except ValueError as error:
            return Scores(reason=str(error))
        densities += [
            program.log_likelihood_units(theta)[unit] for theta, unit in zip(optima.theta, block, strict=True)
        ]
    values = np.asarray(densities)
    lost = int(np.sum(np.isnan(values)))
    if lost:
        return Scores(reason=f"{lost} of {len(values)} refits without one unit have no answer", lost=lost)
    return Scores(values)


def integrated(
    program: Density, posterior: Estimate, left_out: NDArray[np.intp]
) -> tuple[Scores, float | None, str | None]:
    """Scores of the posterior predictive by quadrature, the log marginal likelihood, and why there is none."""
    refused = posterior.reason if not posterior.converged else quadrature.refusal(program)
    nodes = None if refused else quadrature.of_density(program)
    refused = refused or (nodes.reason[0] if nodes else None)
    if nodes is None or refused:
        return Scores(reason=refused), None, refused
    known = evidence(program, nodes)
    if program.model.unit == "series":
        return Scores(reason=ONE_SERIES), known.value, known.reason
    values, reason = left_out_by(program, nodes)
    return Scores(None if values is None else values[left_out], reason), known.value, known.reason


def loo(program: Density, posterior: Estimate, seed: int) -> "tuple[ELPDData | None, tuple[Concern, ...]]":
    """ArviZ's leave-one-out of the posterior predictive, pointwise, and whether it had only some of the draws. [1]_

    Pareto's k says little with few draws, and the largest of very many units' is large by chance: it is of
    concern where all draws are used only.

    .. [1] Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432.
    """
    if posterior.tree is None or program.model.unit == "series" or not program.model.marginal:
        return None, ()
    import warnings

    import arviz_stats

    tree, notes = posterior.tree, [c for c in posterior.concerns if c.code == "thinned"]
    if "log_likelihood" not in tree.children:
        tree = tree.copy()
        notes = tree_groups.add(program, tree, ("log_likelihood",), seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a large Pareto k is a concern here, not a warning
        result = arviz_stats.loo(tree, var_name="y", pointwise=True)
    if program.weights is not None:
        _count(result, tree["log_likelihood"]["y"].to_numpy(), program.weights)
    shape = worst_shape(result)
    if not notes and (shape is None or shape > result.good_k):
        seen = "k cannot be told for some units" if shape is None else f"k up to {shape:.2f}"
        notes = [Concern("pareto_k", f"{program.model.name}: {seen}")]
    return result, tuple(notes)


def _count(elpd: "ELPDData", log_likelihood: Array, weights: Array) -> None:
    """The sums over observations of what ArviZ has summed over rows, each being left out once of as many times."""
    import scipy

    pointwise, draws = np.ravel(elpd.elpd_i), log_likelihood.reshape(-1, len(weights))
    # A row that was observed w times is w units with one score: sums and standard error count it w times.
    seen = scipy.special.logsumexp(draws, axis=0) - np.log(len(draws))
    elpd.elpd, elpd.p = float(weights @ pointwise), float(weights @ (seen - pointwise))
    _, spread = weighted(pointwise, weights)
    elpd.se, elpd.n_data_points = float(np.sqrt(weights.sum()) * spread), int(weights.sum())


def weighted(values: Array, weights: Array | None) -> tuple[float, float]:
    """Mean and standard deviation (on n − 1) of values ``(k,)``, each seen as often as its weight says."""
    if weights is None:
        return float(np.mean(values)), float(np.std(values, ddof=1))
    size, mean = weights.sum(), np.average(values, weights=weights)
    return float(mean), float(np.sqrt(weights @ (values - mean) ** 2 / (size - 1)))


def worst_shape(elpd: "ELPDData") -> float | None:
    """The largest of the units' Pareto k; None where one could not be estimated, which is no sign of a small one."""
    shapes = np.asarray(elpd.pareto_k, dtype=float)
    return float(shapes.max()) if np.all(np.isfinite(shapes)) else None
