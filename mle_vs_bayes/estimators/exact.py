"""Exact answers: the closed-form MLE, and the posterior by a conjugate formula or by quadrature."""

import time
from typing import Any

import numpy as np

from ..density.density import Density
from ..model.moments import concerns
from ..search.audit import on_edge
from ..search.newton import stand
from ..search.problem import of_density
from .estimate import ON_EDGE, Estimate, missing
from .quadrature import quadrature
from .quadrature.quadrature import Quadratures

MLE = "maximum_likelihood_exact"
POSTERIOR = "posterior_exact"
KINK = "no standard error: the likelihood has a kink at the estimate, and so no Hessian"


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


def fit_posterior(program: Density) -> Estimate:
    """The exact posterior by label: by formula where the priors are conjugate, every other quantity by quadrature."""
    began = time.perf_counter()
    labels, closed = program.layout.labels, conjugate(program)
    distributions, error, absent = dict(closed or {}), None, ("not_applicable", "")
    if any(label not in distributions for label in program.quantity_labels):
        integrated = _integrated(program)
        if isinstance(integrated, Estimate):
            if closed is None:
                return integrated
            absent = integrated.status, str(integrated.reason)
        else:
            distributions = _marginals(program, integrated) | distributions
            error = float(integrated.error[0])
    lacking = dict(zip(program.quantity_labels, program.missing_moments, strict=True))
    with np.errstate(all="ignore"):
        means = [distributions[x].mean() if x in distributions and not lacking[x].mean else np.nan for x in labels]
        variances = [
            distributions[x].var() if x in distributions and not lacking[x].deviation else np.nan for x in labels
        ]
    return Estimate(
        estimator=POSTERIOR,
        labels=labels,
        point=np.array(means),
        covariance=np.diag(variances),
        distributions=distributions,
        absent=absent,
        quadrature_error=error,
        concerns=concerns(list(distributions), [lacking[label] for label in distributions]),
        seconds=time.perf_counter() - began,
    )


def conjugate(program: Density) -> dict[str, Any] | None:
    """The posterior's distributions by label where there is a formula: no power of a prior has one here."""
    return None if program.prior_power != 1 else program.model.conjugate_posterior(program.data, program.priors)


def _integrated(program: Density) -> Quadratures | Estimate:
    """The posterior by quadrature, or the estimate that says why there is none."""
    labels = program.layout.labels
    if refusal := quadrature.refusal(program):
        return missing(POSTERIOR, labels, "not_applicable", f"there is no exact posterior: {refusal}")
    try:
        integrated = quadrature.of_density(program)
    except program.pymc_failures as error:  # a graph of the user's that takes no second set of values
        reason = f"there is no exact posterior: the density cannot be evaluated at many values at once ({error})"
        return missing(POSTERIOR, labels, "not_applicable", reason)
    refused = integrated.reason[0]
    return integrated if refused is None else missing(POSTERIOR, labels, "failed", refused)


def _marginals(program: Density, integrated: Quadratures) -> dict[str, Any]:
    return {label: integrated.marginal(0, k) for k, label in enumerate(program.quantity_labels)}
