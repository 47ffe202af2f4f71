"""The one JSON document of a comparison: null, never NaN."""

from collections.abc import Iterable
from dataclasses import asdict
from importlib import metadata
from typing import Any

from ...concerns import Concern
from ...estimators.estimate import Estimate
from ...rows import plain, records
from .. import verdict
from ..outcome import Outcome
from ..scores.scores import criteria

PACKAGES = ("mle-vs-bayes", "pymc", "pytensor", "nutpie", "arviz", "statsmodels", "numpy", "scipy")


def versions() -> dict[str, str]:
    """Versions of everything a number here depends on."""
    return {name: metadata.version(name) for name in PACKAGES}


def document(outcome: Outcome) -> dict[str, Any]:
    """``model, n, level, seed, versions, priors, fit, rows, agreement, verdict, model_fit, notes …``; no NaN."""
    fit = outcome.fit
    size = fit.program.layout.free_size
    return {
        "model": outcome.model.name,
        "n": outcome.n,
        "level": outcome.level,
        "seed": outcome.seed,
        "versions": versions(),
        "columns": outcome.columns,
        "priors": {name: str(prior) for name, prior in fit.program.priors.items()},
        "prior_power": fit.program.prior_power,
        "fit": {name: _fit(estimate, outcome.n, size) for name, estimate in fit.estimates.items()},
        "rows": records(outcome.judged_rows),
        "agreement": [{key: plain(value) for key, value in asdict(a).items()} for a in fit.agreement],
        "verdict": verdict.headline(fit),
        "model_fit": outcome.model_fit.record,
        "notes": list(fit.notes),
        "concerns": [_concern(name, concern) for name, concern in outcome.concerns],
        "lost": [lost.record for lost in outcome.lost],
    }


def complete(outcome: Outcome, parts: Iterable[Any]) -> dict[str, Any]:
    """What ``--json`` prints: the document, what was asked for beside it, and what of all that was lost."""
    whole = document(outcome)
    for part in parts:
        whole |= part.document()
    return whole | {"lost": [lost.record for lost in outcome.lost]}


def _concern(name: str, concern: Concern) -> dict[str, str]:
    """What is the case, with the value seen, and what to do."""
    return {"estimator": name, **asdict(concern), "severity": concern.severity, "next_step": concern.next_step}


def _fit(estimate: Estimate, n: int, size: int) -> dict[str, Any]:
    """Log-likelihood at the point, number of free parameters; AIC and BIC belong to maximum likelihood only."""
    log_likelihood = estimate.log_likelihood
    is_maximum = estimate.estimator.startswith("maximum_likelihood") and log_likelihood is not None
    aic, bic = criteria(float(log_likelihood), size, n) if is_maximum and log_likelihood is not None else (None, None)
    return {
        "log_likelihood": None if log_likelihood is None else plain(float(log_likelihood)),
        "aic": plain(aic),
        "bic": plain(bic),
        "parameters": size,
        "seconds": round(estimate.seconds, 3),
        "status": estimate.status,
        "reason": estimate.reason,
    }
