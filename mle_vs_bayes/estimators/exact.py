"""Exact answers where a formula exists: the closed-form MLE and the conjugate posterior."""

import time

import numpy as np

from ..density.density import Program
from ..model.moments.missing import concerns
from .estimate import Estimate, missing

MLE = "maximum_likelihood_exact"
POSTERIOR = "posterior_exact"


def fit_mle(program: Program) -> Estimate:
    """The closed-form maximum likelihood estimate with the covariance from the exact Hessian there."""
    began = time.perf_counter()
    labels = program.layout.labels
    direction = program.model.divergence(program.data)
    if direction is not None:
        return missing(MLE, labels, "divergent", direction)
    solution = program.model.closed_form_mle(program.data)
    if solution is None:
        return missing(MLE, labels, "not_applicable", f"{program.model.name} has no closed form for its MLE")
    theta = program.layout.join(solution)
    z = program.coordinates.z(theta)
    evaluation = program.evaluate(z, power=0.0)
    return Estimate(
        estimator=MLE,
        labels=labels,
        point=theta,
        covariance=program.coordinates.covariance(z, evaluation.hessian),
        log_likelihood=evaluation.value,
        seconds=time.perf_counter() - began,
    )


def fit_posterior(program: Program) -> Estimate:
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
