"""Exact answers: the closed-form MLE, and posteriors by conjugate formulas or by quadrature. One data set is R = 1."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..data.dataset import Dataset
from ..density.density import Density
from ..model.moments import Missing, concerns
from ..model.prior import Prior
from ..search.audit import on_edge
from ..search.newton import stand
from ..search.problem import of_density
from .estimate import ON_EDGE, Estimate, missing, stated
from .quadrature import quadrature
from .quadrature.quadrature import Quadratures

MLE = "maximum_likelihood_exact"
POSTERIOR = "posterior_exact"
KINK = "no standard error: the likelihood has a kink at the estimate, and so no Hessian"

Array = NDArray[np.float64]


def fit_mle(program: Density) -> Estimate:
    """The closed-form maximum likelihood estimate with the covariance from the exact Hessian there.

    There is no covariance where the information is not positive definite, and NaN for a parameter on its edge.
    """
    began = time.perf_counter()
    labels = program.layout.labels
    direction = program.model.divergence(program.data)
    if direction is not None:
        return missing(MLE, labels, "divergent", direction)
    solution = program.model.closed_form_mle(program.data)
    if solution is None:
        return missing(MLE, labels, "not_applicable", f"{program.model.name} has no closed form for its MLE")
    theta = program.layout.join(solution)
    with np.errstate(all="ignore"):  # on an edge of the support z is −∞
        z = program.coordinates.z(theta)
        only = np.zeros(1, dtype=np.intp)
        end = stand(of_density(program, 0.0).evaluate, z[None], only, program.layout.bounded)
        definite = np.isfinite(end.length[0])
        covariance = program.coordinates.covariance(z, end.hessian[0]) if definite else None
    return Estimate(
        estimator=MLE,
        labels=labels,
        point=theta,
        covariance=None if covariance is None or np.all(np.isnan(covariance)) else covariance,
        log_likelihood=float(end.value[0]),
        concerns=on_edge(program.layout, z, theta),
        no_error=ON_EDGE if program.model.smooth else KINK,
        seconds=time.perf_counter() - began,
    )


@dataclass(frozen=True, eq=False)
class ExactPosteriors:
    """The exact posteriors of q quantities of R data sets: by formula where there is one, the others by quadrature.

    ``closed`` has SciPy's frozen distributions by label, one mapping per data set, and ``lacking`` says which moments
    do not exist. Without ``integrated``, ``refusal`` says why.
    """

    labels: tuple[str, ...]
    closed: Sequence[Mapping[str, Any]]
    lacking: Sequence[Sequence[Missing]]
    integrated: Quadratures | None = None
    refusal: str | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """``(R, q)``."""
        return len(self.closed), len(self.labels)

    @cached_property
    def outcomes(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Status and reason of each quantity ``(R, q)``, None where there is an answer."""
        status, reason = np.full(self.shape, None), np.full(self.shape, None)
        word = "not_applicable" if self.integrated is None else "failed"
        for i, k in np.ndindex(self.shape):
            if self.labels[k] in self.closed[i]:
                continue
            if self.integrated is None:
                why: str | None = self.refusal or f"no exact posterior of {self.labels[k]}"
            else:
                why = self.integrated.reason[i]
            status[i, k], reason[i, k] = (None, None) if why is None else (word, why)
        return status, reason

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which quantities ``(R, q)`` have an exact posterior."""
        return ~stated(self.outcomes[0])

    def numbers(self) -> dict[str, Array]:
        """Means, standard deviations and medians ``(R, q)``, whether the moments exist or not; NaN if not `known`."""
        with np.errstate(all="ignore"):  # moments that do not exist, which are not shown
            return {
                "estimate": self._filled(lambda integrated: integrated.mean, lambda formula: formula.mean()),
                "se": self._filled(lambda integrated: integrated.sd, lambda formula: formula.std()),
                "median": self.quantiles(0.5),
            }

    def quantiles(self, probability: float) -> Array:
        """Quantiles ``(R, q)``."""
        return self._filled(lambda integrated: integrated.quantiles(probability), lambda f: f.ppf(probability))

    def distribution(self, i: int, k: int) -> Any | None:
        """The posterior of one quantity of one data set, with SciPy's methods; None where it is not `known`."""
        formula = self.closed[i].get(self.labels[k])
        if formula is not None or not self.known[i, k] or self.integrated is None:
            return formula
        return self.integrated.marginal(i, k)

    def of_quantity(self, k: int) -> Iterator[tuple[NDArray[np.intp], Any]]:
        """Distributions of the k-th quantity and the places of their data sets, several at once where that can be."""
        label = self.labels[k]
        if self.integrated is not None and not all(label in formulas for formulas in self.closed):
            yield from self.integrated.of_quantity(k)
        yield from _of_families({i: each[label] for i, each in enumerate(self.closed) if label in each})

    def distributions(self, i: int) -> dict[str, Any]:
        """All that are known of one data set, by label."""
        return {label: self.distribution(i, k) for k, label in enumerate(self.labels) if self.known[i, k]}

    def concerns(self, i: int) -> tuple[Concern, ...]:
        """About moments that the known posteriors of one data set do not have."""
        places = np.flatnonzero(self.known[i]).tolist()
        return concerns([self.labels[k] for k in places], [self.lacking[i][k] for k in places])

    def _filled(self, integrated: Callable[[Quadratures], Array], formula: Callable[[Any], float]) -> Array:
        """Numbers of quadratures, and those of formulas in the place of theirs."""
        values = np.full(self.shape, np.nan) if self.integrated is None else integrated(self.integrated).copy()
        for i, k in np.ndindex(self.shape):
            if self.labels[k] in self.closed[i]:
                values[i, k] = formula(self.closed[i][self.labels[k]])
        return np.where(self.known, values, np.nan)


def _of_families(formulas: Mapping[int, Any]) -> Iterator[tuple[NDArray[np.intp], Any]]:
    """SciPy's frozen distributions by place: those of one family as one of them, with arrays of parameters."""
    families: dict[Any, list[int]] = {}
    for place, formula in formulas.items():
        families.setdefault((formula.dist.name, len(formula.args), *formula.kwds), []).append(place)
    for places in families.values():
        members = [formulas[place] for place in places]
        arguments = zip(*(formula.args for formula in members), strict=True)
        named = {name: np.array([formula.kwds[name] for formula in members]) for name in members[0].kwds}
        yield np.array(places), members[0].dist(*map(np.array, arguments), **named)


def exact_posteriors(
    program: Density,
    members: Iterable[tuple[Dataset, Mapping[str, Prior]]],
    lacking: Sequence[Sequence[Missing]],
    integrate: Callable[[], Quadratures],
) -> ExactPosteriors:
    """The exact posteriors of data sets and their priors, which share the model and the shape of ``program``.

    What has no formula ``integrate`` integrates, if `quadrature` takes such a density.
    """
    closed = [conjugate(program, data, priors) or {} for data, priors in members]
    labels, no = program.quantity_labels, "there is no exact posterior"
    if all(label in formulas for formulas in closed for label in labels):
        return ExactPosteriors(labels, closed, lacking)
    if refusal := quadrature.refusal(program):
        return ExactPosteriors(labels, closed, lacking, refusal=f"{no}: {refusal}")
    try:
        return ExactPosteriors(labels, closed, lacking, integrate())
    except program.pymc_failures as error:  # a graph of the user's that takes no second set of values
        refusal = f"{no}: the density cannot be evaluated at many values at once ({error})"
        return ExactPosteriors(labels, closed, lacking, refusal=refusal)


def fit_posterior(program: Density) -> Estimate:
    """The exact posterior of each quantity of one data set; without a number where none is known of any."""
    began, members = time.perf_counter(), [(program.data, program.priors)]
    exact = exact_posteriors(program, members, [program.missing_moments], lambda: quadrature.of_density(program))
    labels = program.layout.labels
    if not exact.known.any():
        status, reason = (values[0, 0] for values in exact.outcomes)
        return missing(POSTERIOR, labels, status, reason, exact=exact)
    numbers = {name: values[0, : len(labels)] for name, values in exact.numbers().items()}
    lacking = program.missing_moments[: len(labels)]
    variances = np.where([bool(moments.deviation) for moments in lacking], np.nan, numbers["se"] ** 2)
    return Estimate(
        estimator=POSTERIOR,
        labels=labels,
        point=np.where([bool(moments.mean) for moments in lacking], np.nan, numbers["estimate"]),
        covariance=np.diag(variances),
        exact=exact,
        concerns=exact.concerns(0),
        seconds=time.perf_counter() - began,
    )


def conjugate(program: Density, data: Dataset, priors: Mapping[str, Prior]) -> dict[str, Any] | None:
    """The posterior's distributions by label where there is a formula: no power of a prior has one here."""
    return None if program.prior_power != 1 else program.model.conjugate_posterior(data, priors)
