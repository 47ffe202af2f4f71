"""The estimators by the short names that people type and rows carry: the one list of them."""

from collections.abc import Callable
from dataclasses import dataclass

from .. import optional_parts
from ..density.density import Density
from ..errors import UsageError
from ..sampling.interrupt import interruptible
from ..sampling.plan import Plan
from . import exact, maximum_a_posteriori, maximum_likelihood, posterior, restricted
from .estimate import Estimate, missing


@dataclass(frozen=True)
class Settings:
    """What estimators are given besides the program."""

    seed: int = 0
    plan: Plan = posterior.ALONE
    """Of the sampler."""
    progress: bool = False
    """Whether the sampler shows PyMC's bar."""
    groups: tuple[str, ...] = ()
    starts: int | None = None
    """Of each optimiser; its own number unless given."""
    top: Estimate | None = None
    """The MAP, where it is known already."""


@dataclass(frozen=True)
class EstimatorKind:
    """One estimator: how it is fitted, and the words for it."""

    fit: Callable[[Density, Settings], Estimate]
    words: str


def _top(program: Density, settings: Settings) -> Estimate:
    return settings.top or maximum_a_posteriori.fit(program, settings.seed, settings.starts)


ESTIMATORS: dict[str, EstimatorKind] = {
    "mle": EstimatorKind(lambda p, s: maximum_likelihood.fit(p, s.seed, s.starts), "maximum likelihood"),
    "reml": EstimatorKind(lambda p, s: restricted.fit(p, s.seed, s.starts), "restricted maximum likelihood"),
    "map": EstimatorKind(lambda p, s: maximum_a_posteriori.fit(p, s.seed, s.starts), "maximum a posteriori"),
    "posterior": EstimatorKind(
        lambda p, s: posterior.fit(p, s.plan, s.seed, s.groups, lambda: _top(p, s), s.progress), "posterior mean"
    ),
    "mle_exact": EstimatorKind(lambda p, s: exact.fit_mle(p), "exact maximum likelihood"),
    "posterior_exact": EstimatorKind(lambda p, s: exact.fit_posterior(p), "exact posterior mean"),
}

CHOICES: dict[str, tuple[str, ...]] = {
    "mle": ("mle",),
    "reml": ("reml",),
    "map": ("map",),
    "posterior": ("posterior",),
    "exact": ("mle_exact", "posterior_exact"),
    "mle_exact": ("mle_exact",),
    "posterior_exact": ("posterior_exact",),
}
"""What ``--estimator`` takes, and the rows each choice gives."""


def chosen(choices: tuple[str, ...]) -> tuple[str, ...]:
    """The estimators for these choices, in table order; `mle`, `map` and `posterior` when none is given.

    Raises
    ------
    UsageError
        A choice that is not in `CHOICES`.
    """
    for choice in choices:
        if choice not in CHOICES:
            raise UsageError(f'there is no estimator "{choice}"; choose from {", ".join(CHOICES)}.')
    names = {name for choice in choices or ("mle", "map", "posterior") for name in CHOICES[choice]}
    return tuple(name for name in ESTIMATORS if name in names)


def fit(name: str, program: Density, settings: Settings) -> Estimate:
    """The estimate of one estimator by its short name; one that stops on an error has failed and says so."""

    def stopped(reason: str) -> Estimate:
        return missing(name, program.layout.labels, "failed", f"it stopped on an error ({reason})")

    with interruptible():
        return optional_parts.attempt(lambda: ESTIMATORS[name].fit(program, settings), stopped)
