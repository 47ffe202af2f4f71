"""Is a quantity different from a given value? The likelihood ratio, Wald's statistic and the posterior's direction.

Both frequentist tests are two-sided, on one degree of freedom. Under a flat prior and away from edges the
posterior probability of direction d belongs to the p-value 2 (1 − d). [1]_

.. [1] Makowski et al. (2019), Indices of effect existence and significance in the Bayesian framework,
   Frontiers in Psychology 10:2767.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...errors import UsageError
from ...estimators.estimate import Estimate
from ...fit.fit import Fit
from ...intervals.delta import standard_errors
from ...intervals.profile.profile import profile_curve
from ...rows import plain
from ...sampling.draws import by_label


@dataclass(frozen=True)
class NullTest:
    """One quantity against ``null``; what could not be computed is None, and ``reason`` says why.

    ``likelihood_ratio`` is 2 (ℓ̂ − ℓ₀), ``wald`` (estimate − null) / SE. ``direction`` is the posterior probability
    of the side of the null that has more of it, ``monte_carlo_error`` its own error.
    """

    quantity: str
    null: float
    likelihood_ratio: float | None = None
    likelihood_ratio_p: float | None = None
    wald: float | None = None
    wald_p: float | None = None
    direction: float | None = None
    monte_carlo_error: float | None = None
    above: bool | None = None
    """Whether the more probable side is the one above the null."""
    reason: str | None = None

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it."""
        return {name: plain(value) for name, value in asdict(self).items()}


def null_tests(fit: Fit, nulls: Mapping[str, float]) -> tuple[NullTest, ...]:
    """Tests of each quantity in ``nulls``, of `usual_nulls` when there are none.

    Raises
    ------
    UsageError
        A quantity the model does not have.
    """
    known = fit.program.quantity_labels
    for label in nulls:
        if label not in known:
            raise UsageError(f'{fit.program.model.name} has no quantity "{label}" to test; it has {", ".join(known)}.')
    return tuple(_test(fit, label, null) for label, null in (nulls or usual_nulls(fit)).items())


def usual_nulls(fit: Fit) -> dict[str, float]:
    """Every coefficient but the intercept at 0, and what makes the model one of its special cases."""
    program = fit.program
    vectors = [p.name for p in program.layout.parameters if p.dims == ("term",)]
    terms = [label for name in vectors for label in program.layout.labels_of[name]]
    found = {label: 0.0 for label in terms if not label.endswith("[Intercept]")}
    cases = program.model.special_cases.values()
    return found | {case.parameter: case.value for case in cases if not case.edge}


def _test(fit: Fit, label: str, null: float) -> NullTest:
    found: dict[str, Any] = {}
    mle, posterior = fit.estimates.get("mle"), fit.estimates.get("posterior")
    reasons = [reason for reason in (_no_answer("mle", mle), _no_answer("posterior", posterior)) if reason]
    if mle is not None and mle.converged:
        found |= _frequentist(fit, mle, label, null)
    if posterior is not None and posterior.tree is not None:
        found |= _direction(posterior, label, null)
    return NullTest(label, null, **found, reason="; ".join(reasons) or None)


def _no_answer(name: str, estimate: Estimate | None) -> str | None:
    if estimate is None:
        return f"no {name} was asked for"
    return None if estimate.converged else f"{name}: {estimate.reason}"


def _frequentist(fit: Fit, mle: Estimate, label: str, null: float) -> dict[str, float]:
    from scipy.special import chdtrc, ndtr

    program = fit.program
    found: dict[str, float] = {}
    if program.model.regular and mle.covariance is not None:
        deviance = profile_curve(program, mle, label).deviance_at(null)
        found |= {"likelihood_ratio": deviance, "likelihood_ratio_p": float(chdtrc(1, max(deviance, 0.0)))}
    if mle.has_errors and mle.covariance is not None:
        position = program.quantity_labels.index(label)
        se = standard_errors(program, mle.point, mle.covariance)[position]
        wald = float((program.quantities(mle.point)[position] - null) / se)
        found |= {"wald": wald, "wald_p": float(2 * ndtr(-abs(wald)))}
    return found


def _direction(posterior: Estimate, label: str, null: float) -> dict[str, Any]:
    import arviz_stats

    side = by_label(posterior.tree)[label] > null  # type: ignore[arg-type]
    above = float(np.mean(side))
    error = float(arviz_stats.mcse(side.astype(float))) if 0 < above < 1 else 0.0
    return {"direction": max(above, 1 - above), "monte_carlo_error": error, "above": above >= 0.5}
