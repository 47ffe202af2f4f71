"""Every kind of interval, by its name in rows: the one list of them.

Adding a kind touches its own file and one line here.
"""

from collections.abc import Mapping, Sequence

from ..errors import UsageError
from ..words import closest
from .bootstrap import bca, percentile
from .credible import equal_tailed, highest_density
from .exact import exact, normal_theory, proportion, rate
from .exact.theory import theoretical
from .expected import wald_expected
from .interval import IntervalKind
from .profile.profile import profile, profile_penalised
from .sandwich import sandwich
from .wald import wald, wald_transformed

KINDS: dict[str, IntervalKind] = {
    "wald": IntervalKind(("mle", "reml", "mle_exact"), wald, "Wald, symmetric on the model scale"),
    "wald_transformed": IntervalKind(
        ("mle", "reml", "mle_exact"), wald_transformed, "Wald, symmetric on the unconstrained scale"
    ),
    "profile": IntervalKind(("mle",), profile, "profile likelihood"),
    "profile_penalised": IntervalKind(("map",), profile_penalised, "profile of likelihood × prior", also="profile"),
    "laplace": IntervalKind(("map",), wald, "normal approximation at the MAP", also="wald"),
    "laplace_transformed": IntervalKind(
        ("map",),
        wald_transformed,
        "normal approximation at the MAP, on the unconstrained scale",
        also="wald_transformed",
    ),
    "eti": IntervalKind(("posterior", "posterior_exact"), equal_tailed, "equal-tailed credible"),
    "hdi": IntervalKind(("posterior", "posterior_exact"), highest_density, "highest-density credible"),
    "wald_expected": IntervalKind(("mle",), wald_expected, "Wald from the expected information, as of R's glm()"),
    "sandwich": IntervalKind(("mle",), sandwich, "Wald with a robust (clustered) standard error"),
    "bootstrap": IntervalKind(("mle",), percentile("parametric"), "parametric bootstrap, percentile"),
    "bootstrap_bca": IntervalKind(("mle",), bca("parametric"), "parametric bootstrap, BCa"),
    "bootstrap_case": IntervalKind(("mle",), percentile("case"), "case resampling, percentile"),
    "bootstrap_case_bca": IntervalKind(("mle",), bca("case"), "case resampling, BCa"),
    "bootstrap_block": IntervalKind(("mle",), percentile("block"), "blocks of a series, percentile"),
    "bootstrap_bayesian": IntervalKind(("mle",), percentile("bayesian"), "Bayesian bootstrap, percentile"),
    "exact": IntervalKind(("mle", "mle_exact"), exact, "the model's exact one"),
    "t": IntervalKind(("mle", "mle_exact"), theoretical("t", normal_theory.t), "Student-t of a normal mean"),
    "chi_square": IntervalKind(
        ("mle", "mle_exact"), theoretical("chi_square", normal_theory.chi_square), "χ² of a normal SD"
    ),
    "clopper_pearson": IntervalKind(
        ("mle", "mle_exact"), proportion.kind(proportion.clopper_pearson), "exact proportion"
    ),
    "wilson": IntervalKind(("mle", "mle_exact"), proportion.kind(proportion.wilson), "score interval of a proportion"),
    "jeffreys": IntervalKind(("mle", "mle_exact"), proportion.kind(proportion.jeffreys), "Jeffreys' of a proportion"),
    "garwood": IntervalKind(("mle", "mle_exact"), theoretical("garwood", rate.of_counts), "exact Poisson rate"),
    "gamma_pivot": IntervalKind(
        ("mle", "mle_exact"), theoretical("gamma_pivot", rate.of_times), "exact exponential rate"
    ),
}

DEFAULTS = ("wald_transformed", "laplace_transformed", "eti")
"""Shown unless others are asked for: one per estimator, inside the support of its quantity."""

STUDIED = ("wald", "laplace", "eti")
"""What studies measure unless they say otherwise: the textbooks' intervals, which may leave the support."""


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The kinds asked for: ``all``, some of the list, or none, which stands for the defaults.

    Raises
    ------
    UsageError
        A kind that is not in the list; the sentence names the nearest.
    """
    if "all" in names:
        return tuple(KINDS)
    for name in names:
        if name not in KINDS:
            near = closest(name, KINDS)
            hint = f"did you mean {near}?" if near else f"choose from {', '.join(KINDS)} or all."
            raise UsageError(f'there is no interval "{name}"; {hint}')
    return tuple(names)


def of(estimator: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of one estimator among those asked for, in the order of the list; else its default.

    A kind that another estimator has under another name is meant by both: the MAP's ``profile`` is its
    ``profile_penalised``.
    """
    kinds = {name: kind.also for name, kind in KINDS.items() if estimator in kind.estimators}
    asked = tuple(name for name, also in kinds.items() if name in names or also in names)
    return asked or tuple(name for name in kinds if name in DEFAULTS)


def in_place_of_wald(estimator: str, exact: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The defaults where an estimate has no standard error: the model's ``exact`` intervals, if any, and the profile.

    They do not need one: of no success in 25 trials Clopper and Pearson's goes from 0 to 0.137, and the profile of a
    spread between groups that is estimated as 0 from 0 to where the likelihood ratio is too large.
    """
    kinds = tuple(dict.fromkeys(kind for kind in exact.values() if estimator in KINDS[kind].estimators))
    profiles = tuple(name for name in ("profile", "profile_penalised") if estimator in KINDS[name].estimators)
    return (kinds if len(kinds) < 2 else ("exact",)), profiles


def notes(estimators: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """A sentence on each estimator that has none of the kinds asked for and keeps its default.

    Raises
    ------
    UsageError
        A kind that none of the estimators has; the sentence says whose it is, and what these have.
    """
    asked = [] if "all" in names or tuple(names) in (DEFAULTS, STUDIED, tuple(KINDS)) else list(names)
    for name in asked:
        if not any(_has(estimator, name) for estimator in estimators):
            owners = " and ".join(
                e for kind, each in KINDS.items() if name in (kind, each.also) for e in each.estimators
            )
            available = dict.fromkeys(kind for kind, each in KINDS.items() if set(estimators) & set(each.estimators))
            raise UsageError(
                f"the interval {name} is one of {owners}, and fitted is {' and '.join(estimators)}; "
                f"take another estimator, or {', '.join(available)}."
            )
    without = [e for e in estimators if asked and not any(_has(e, name) for name in asked)]
    return tuple(f"{e} has no {' or '.join(asked)} interval and keeps {', '.join(of(e, ()))}" for e in without)


def _has(estimator: str, name: str) -> bool:
    return any(estimator in each.estimators for kind, each in KINDS.items() if name in (kind, each.also))
