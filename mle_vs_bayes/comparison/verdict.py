"""The verdict in words: does it matter which estimator is used, and can the numbers be trusted?"""

import numpy as np

from ..concerns import KINDS
from ..estimators import ESTIMATORS
from ..estimators.estimate import Estimate
from ..fit.agreement import Agreement
from ..fit.fit import Fit

SMALL, LARGE = 0.1, 0.5
"""Gaps in standard errors: below 0.1 a 95 % interval's coverage changes by under 0.1 %, above 0.5 by over 2 %
(normal approximation: Φ(1.96 ± d))."""


def word(fit: Fit) -> str:
    """The headline in a word: ``agree``, ``differ``, ``matters``, ``no answer`` or ``nothing to compare``."""
    if any(estimate.status in ("failed", "divergent") for estimate in fit.estimates.values()):
        return "no answer"
    if not fit.agreement:
        return "nothing to compare"
    worst = max(abs(each.in_se) for each in fit.agreement)
    return "agree" if worst < SMALL else "differ" if worst < LARGE else "matters"


def headline(fit: Fit) -> str:
    """One sentence with a number: the largest gap between two estimators and what it means."""
    failed = [
        f"{ESTIMATORS[n].words}: {e.reason}" for n, e in fit.estimates.items() if e.status in ("failed", "divergent")
    ]
    if failed:
        return f"Not every estimator has an answer ({'; '.join(failed)})."
    refused = {str(e.reason): ESTIMATORS[n].words for n, e in reversed(list(fit.estimates.items())) if _refused(n, e)}
    if not fit.agreement and refused:
        sentence = "; ".join(f"no {words}: {reason}" for reason, words in refused.items())
        return f"{sentence[:1].upper()}{sentence[1:]}."
    if not fit.agreement:
        return "No two of maximum likelihood, MAP and posterior, with a standard error to measure in, to compare."
    worst = max(fit.agreement, key=lambda a: abs(a.in_se))
    gap = f"the largest gap is {abs(worst.in_se):.2f} SE ({worst.parameter}, {_pair(worst)})"
    if abs(worst.in_se) < SMALL:
        return f"It hardly matters which estimator you use: {gap}."
    if abs(worst.in_se) < LARGE:
        return f"The estimators differ by less than their uncertainty: {gap}, {_cause(fit, worst)}."
    return f"It matters which estimator you use: {gap}, {_cause(fit, worst)}."


def _refused(name: str, estimate: Estimate) -> bool:
    return name in ("mle", "map") and estimate.status == "not_applicable"


def _cause(fit: Fit, worst: Agreement) -> str:
    """Prior or skewness: which of the two steps MLE → MAP → mean is the longer one for this quantity."""
    steps = {a.pair: abs(a.in_se) for a in fit.agreement if a.parameter == worst.parameter}
    if steps.get("map - mle", 0.0) >= steps.get("posterior - map", 0.0):
        return "from the prior"
    return "from the skewness of the posterior, whose mean is not its mode"


def missing(fit: Fit) -> list[str]:
    """Why an estimator has no answer or a quantity no number or interval, as far as the headline does not say it."""
    sentence = headline(fit)
    absent = {name: str(e.reason) for name, e in fit.estimates.items() if not e.converged and e.reason}
    lines = [f"no {ESTIMATORS[name].words}: {reason}" for name, reason in absent.items() if reason not in sentence]
    labels: dict[tuple[str, str, str], list[str]] = {}
    for row in fit.rows:
        if row.reason and row.estimate is not None and row.status != "ok":
            labels.setdefault((row.estimator, f"{row.interval} interval", row.reason), []).append(row.parameter)
        elif row.reason and row.converged and row.estimate is None and row.median is None:
            labels.setdefault((row.estimator, "estimate", row.reason), []).append(row.parameter)
    lines += [f"{name}: no {what} of {_few(of)}: {why}" for (name, what, why), of in labels.items()]
    return [f"{line.rstrip('.')}." for line in (*lines, *fit.notes)]


def _few(labels: list[str]) -> str:
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return f"{', '.join(labels[:3])}{more}"


def answered(fit: Fit) -> bool:
    """Whether any estimator has an answer, or none has failed: then there is none to be had."""
    statuses = {estimate.status for estimate in fit.estimates.values()}
    return "ok" in statuses or "failed" not in statuses


def diagnostics(fit: Fit) -> str:
    """One line for all estimators: gradients, R-hat, effective draws, divergences, parity."""
    parts = []
    for name in ("mle", "map"):
        if name in fit.estimates:
            estimate = fit.estimates[name]
            state = f"gradient {_power(estimate.gradient)} SE" if estimate.converged else estimate.status
            parts.append(f"{name} {state}")
    posterior = fit.estimates.get("posterior")
    if posterior is not None and posterior.converged:
        table = posterior.results
        divergences = next((r.divergences for r in fit.rows if r.estimator == "posterior"), 0)
        ess = np.minimum(table["ess_bulk"], table["ess_tail"]).min()
        rhat = f"R-hat ≤ {table['r_hat'].max():.3f}" if table["r_hat"].notna().all() else "no R-hat"
        parts.append(f"posterior {rhat}, ESS ≥ {ess:,.0f}, {divergences} divergences")
    elif posterior is not None:
        parts.append(f"posterior {posterior.status}")
    if fit.parity is not None:
        parts.append(f"likelihoods agree to {_power(fit.parity)}" if fit.parity else "likelihoods agree exactly")
    return " · ".join(parts)


def concerns(fit: Fit) -> list[str]:
    """Each code once per estimator: the first detail, how many more, meaning and next step."""
    details: dict[tuple[str, str], list[str]] = {}
    for name, concern in fit.concerns:
        details.setdefault((name, concern.code), []).append(concern.detail)
    return [f"{name}: {_sentence(code, texts)} [{code}]" for (name, code), texts in details.items()]


def _sentence(code: str, details: list[str]) -> str:
    kind = KINDS[code]
    more = f" and {len(details) - 1} more" if len(details) > 1 else ""
    return f"{kind.meaning} ({details[0]}{more}); {kind.next_step}."


def times(fit: Fit) -> str:
    """Seconds of each estimator."""
    return " · ".join(f"{name} {estimate.seconds:.1f} s" for name, estimate in fit.estimates.items())


def strict(fit: Fit) -> bool:
    """Whether something is of concern: a warning, or an estimator without an answer."""
    warned = any(concern.severity == "warning" for _, concern in fit.concerns)
    return warned or any(e.status in ("failed", "divergent") for e in fit.estimates.values())


def _pair(agreement: Agreement) -> str:
    first, second = agreement.pair.split(" - ")
    short = {"mle": "MLE", "map": "MAP", "posterior": "posterior mean"}
    return f"{short[first]} − {short[second]}"


def _power(value: float | None) -> str:
    return "?" if value is None else "0" if value == 0 else f"10^{int(np.ceil(np.log10(value)))}"
