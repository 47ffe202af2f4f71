"""Is the posterior that is sampled the one that quadrature integrates? Of models with at most three free parameters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..estimators import exact
from ..estimators.estimate import Estimate
from ..sampling.diagnostics import diagnose
from ..sampling.draws import by_label
from .finding import FAILED, Finding, Measured, NotApplicableError
from .subject import Subject

Array = NDArray[np.float64]
TAIL = 0.025
"""Beyond each end of the interval of 95 %."""


def posterior(subject: Subject) -> Measured | Finding:
    """Draws have the exact mean, and their share beyond either exact end of the equal-tailed interval is 2.5 %.

    Both are means over draws, with a Monte-Carlo error. A share's is made the same for all shares by 2 arcsin √share,
    whose variance is 1 / ESS, as so small a share is skewed.
    """
    truth = exact.fit_posterior(subject.program)
    if truth.status != "ok":
        raise NotApplicableError(str(truth.reason))
    sampled = subject.estimate("posterior")
    if not sampled.converged or sampled.tree is None:
        return Finding("", FAILED, None, None, "z", str(sampled.reason))
    draws = by_label({"posterior": sampled.tree["posterior"].to_dataset()})
    labels = [label for label in truth.distributions if label in draws]
    values = np.stack([draws[label] for label in labels])
    measured = diagnose(values)
    means = np.array([truth.distributions[label].mean() for label in labels])
    scores = np.concatenate([(measured.mean - means) / measured.mcse, *_shares(truth, labels, values)])
    names = [f"{what} of {label}" for what in ("mean", "lower end", "upper end") for label in labels]
    known = np.concatenate([~_without_mean(subject, labels), np.full(2 * len(labels), True)])
    # The integrals' own error is in posterior standard deviations, which are that many Monte-Carlo errors.
    integration_error = (truth.quadrature_error or 0.0) * np.sqrt(values[0].size)
    limits = np.full(len(scores), subject.budget.z(int(known.sum())) + integration_error)
    kept = np.flatnonzero(known)
    return Measured(scores[kept].tolist(), limits[kept].tolist(), "z", [names[place] for place in kept])


def _shares(truth: Estimate, labels: Sequence[str], values: Array) -> tuple[Array, Array]:
    """How far the shares of draws ``(K, chains, draws)`` beyond each end are from `TAIL`, in standard errors."""
    ends = np.array([truth.distributions[label].interval(1 - 2 * TAIL) for label in labels])
    size = 2 * np.sqrt(diagnose(values).ess_tail)

    def score(beyond: NDArray[np.bool_]) -> Array:
        return np.asarray(size * (np.arcsin(np.sqrt(beyond.mean(axis=(1, 2)))) - np.arcsin(np.sqrt(TAIL))))

    return score(values < ends[:, :1, None]), score(values > ends[:, 1:, None])


def _without_mean(subject: Subject, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Whose mean or standard deviation the posterior has not, so that a mean over draws settles on nothing."""
    program = subject.program
    lacking = dict(zip(program.quantity_labels, program.missing_moments, strict=True))
    return np.array([bool(lacking[label].mean or lacking[label].deviation) for label in labels])
