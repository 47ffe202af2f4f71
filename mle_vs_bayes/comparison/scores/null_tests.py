"""Is a quantity different from a given value? The likelihood ratio, Wald's statistic and the posterior's direction.

Both frequentist tests are two-sided, on one degree of freedom; on an edge of the support the likelihood ratio is
one-sided (`likelihood_ratio`), and Wald's statistic is not normal. Under a flat prior and away from edges the
posterior probability of direction d belongs to the p-value 2 (1 − d). [1]_

.. [1] Makowski et al. (2019), Indices of effect existence and significance in the Bayesian framework,
   Frontiers in Psychology 10:2767.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from ... import optional_parts
from ...estimators.estimate import Estimate
from ...fit.fit import Fit
from ...intervals.delta import standard_errors
from ...rows import plain
from ...sampling.draws import by_label
from .likelihood_ratio import at_an_edge, check, likelihood_ratio

NO_OTHER_SIDE = "no value lies beyond this one, so Wald's statistic is not normal and the posterior has one side only"


@dataclass(frozen=True)
class NullTest:
    """One quantity against ``null``; what could not be computed is None, and ``reason`` says why.

    ``likelihood_ratio`` is 2 (ℓ̂ − ℓ₀), its p-value that of ``reference``; beside it, where that is only rough,
    ``bootstrap_p`` from ``bootstrap_replicates`` data sets drawn under the null, with its Monte-Carlo error.
    ``wald`` is (estimate − null) / SE. ``direction`` is the posterior probability of the side of the null that has
    more of it, ``monte_carlo_error`` its own error.
    """

    quantity: str
    null: float
    likelihood_ratio: float | None = None
    likelihood_ratio_p: float | None = None
    reference: str | None = None
    bootstrap_p: float | None = None
    bootstrap_error: float | None = None
    bootstrap_replicates: int | None = None
    wald: float | None = None
    wald_p: float | None = None
    direction: float | None = None
    monte_carlo_error: float | None = None
    above: bool | None = None
    """Whether the more probable side is the one above the null."""
    reason: str | None = None

    @property
    def record(self) -> dict[str, Any]:
        """As JSON may hold it; an infinite null is text."""
        shown = {name: plain(value) for name, value in asdict(self).items()}
        return shown | ({} if np.isfinite(self.null) else {"null": f"{self.null:g}"})


def null_tests(fit: Fit, nulls: Mapping[str, float], seed: int = 0) -> tuple[NullTest, ...]:
    """Tests of each quantity in ``nulls``.

    Raises
    ------
    UsageError
        A quantity the model does not have, or a value outside its support.
    """
    for label, null in nulls.items():
        check(fit.program, label, null)
    return tuple(_test(fit, label, null, seed) for label, null in nulls.items())


def usual_nulls(fit: Fit) -> dict[str, float]:
    """Every coefficient but the intercept at 0, and what makes the model one of its special cases."""
    program = fit.program
    layout, axes = program.layout, {"term", *program.data.designs.values()}
    nulls: dict[str, float] = {}
    for p in layout.parameters:
        if axes & set(p.dims):
            places = product(*(layout.coords[dim] for dim in p.dims))
            nulls |= {
                label: 0.0 for label, at in zip(layout.labels_of[p.name], places, strict=True) if "Intercept" not in at
            }
    cases = program.model.special_cases.values()
    return nulls | {case.parameter: case.value for case in cases if not case.edge}


def _test(fit: Fit, label: str, null: float, seed: int) -> NullTest:
    mle, posterior = fit.estimates.get("mle"), fit.estimates.get("posterior")
    numbers: dict[str, Any] = {}
    reason: str | None = _no_answer("mle", mle)
    if mle is not None:
        ratio = partial(_ratio, fit, mle, label, null, seed)
        numbers, reason = optional_parts.afforded(ratio, lambda words: ({}, f"no likelihood ratio: {words}"))
    reasons = [reason]
    if posterior is None or not posterior.converged:
        reasons.append(_no_answer("posterior", posterior))
    if at_an_edge(fit.program, label, null):
        return NullTest(label, null, **numbers, reason=_joined([*reasons, NO_OTHER_SIDE]))
    if mle is not None and mle.has_some_errors:
        numbers |= _wald(fit, mle, label, null)
    if mle is not None and mle.converged and "wald" not in numbers:
        reasons.append(f"no Wald test: {mle.no_error}")
    if posterior is not None and posterior.tree is not None:
        numbers |= _direction(posterior, label, null)
    return NullTest(label, null, **numbers, reason=_joined(reasons))


def _joined(reasons: Sequence[str | None]) -> str | None:
    return "; ".join(reason for reason in reasons if reason) or None


def _no_answer(name: str, estimate: Estimate | None) -> str:
    return f"no {name} was asked for" if estimate is None else f"{name}: {estimate.reason}"


def _ratio(fit: Fit, mle: Estimate, label: str, null: float, seed: int) -> tuple[dict[str, Any], str | None]:
    test = likelihood_ratio(fit.program, mle, label, null, seed)
    numbers = {"likelihood_ratio": test.ratio, "likelihood_ratio_p": test.p, "reference": test.reference}
    if test.bootstrap is not None:
        numbers |= {"bootstrap_p": test.bootstrap.p, "bootstrap_error": test.bootstrap.error}
        numbers |= {"bootstrap_replicates": test.bootstrap.replicates}
    return numbers, test.reason


def _wald(fit: Fit, mle: Estimate, label: str, null: float) -> dict[str, float]:
    from scipy.special import ndtr

    program = fit.program
    assert mle.covariance is not None
    position = program.quantity_labels.index(label)
    se = standard_errors(program, mle.point, mle.covariance)[position]
    with np.errstate(all="ignore"):
        wald = float((program.quantities(mle.point)[position] - null) / se)
    return {"wald": wald, "wald_p": float(2 * ndtr(-abs(wald)))} if np.isfinite(wald) else {}


def _direction(posterior: Estimate, label: str, null: float) -> dict[str, Any]:
    import arviz_stats

    assert posterior.tree is not None
    side = by_label(posterior.tree)[label] > null
    above = float(np.mean(side))
    error = float(arviz_stats.mcse(side.astype(float))) if 0 < above < 1 else 0.0
    return {"direction": max(above, 1 - above), "monte_carlo_error": error, "above": above >= 0.5}
