"""Exact answers where a formula exists: the closed-form MLE and the conjugate posterior."""

import time

import numpy as np

from ..density.density import Density
from ..model.moments import concerns
from ..search.audit import on_edge
from ..search.newton import stand
from ..search.problem import of_density
from .estimate import Estimate, missing

MLE = "maximum_likelihood_exact"
POSTERIOR = "posterior_exact"


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
        seconds=time.perf_counter() - began,
    )


def fit_posterior(program: Density) -> Estimate:
    """The conjugate posterior: means and variances of SciPy's distributions, by label."""
    labels = program.layout.labels
    powered = program.prior_power != 1
    exact = None if powered else program.model.conjugate_posterior(program.data, program.priors)
    if exact is None:
        priors = ", ".join(f"{name} ~ {prior}" for name, prior in program.priors.items())
        priors += f", to the power {program.prior_power:g}" if powered else ""
        return missing(
            POSTERIOR, labels, "not_applicable", f"no exact posterior of {program.model.name} under {priors}"
        )
    lacking = dict(zip(program.quantity_labels, program.missing_moments, strict=True))
    means = [exact[x].mean() if x in exact and not lacking[x].mean else np.nan for x in labels]
    variances = [exact[x].var() if x in exact and not lacking[x].deviation else np.nan for x in labels]
    return Estimate(
        estimator=POSTERIOR,
        labels=labels,
        point=np.array(means),
        covariance=np.diag(variances),
        distributions=exact,
        concerns=concerns(list(exact), [lacking[label] for label in exact]),
    )
