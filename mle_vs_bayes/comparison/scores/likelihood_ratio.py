"""The likelihood-ratio test of one value of one quantity, and the distribution its p-value is read from.

Inside the support 2 (ℓ̂ − ℓ₀) is χ²₁ in large samples. On a closed edge of it (tau = 0), or at a limit that the model
says what it is (a t distribution whose nu is infinite is the normal), the estimate lies on the edge half of the time,
where the ratio is 0: ½χ²₀ + ½χ²₁. [1]_ Where several parameters reach edges the weights depend on the information,
and no distribution is named. A ratio that could not be computed has no p-value.

.. [1] Self & Liang (1987), Journal of the American Statistical Association 82(398), 605–610.
"""

from dataclasses import dataclass

import numpy as np

from ... import models
from ...density.density import Density
from ...density.model_density import ModelDensity
from ...errors import UsageError
from ...estimators import maximum_likelihood
from ...estimators.estimate import Estimate
from ...fit import priors as prior_choice
from ...intervals.interval import supports
from ...intervals.profile.restricted import ROUNDING, Restricted, coordinate_of, edge_of, restricted
from ...model.model import Model
from ...model.support import Support
from .null_bootstrap import Bootstrap, Null, bootstrap


@dataclass(frozen=True)
class LikelihoodRatio:
    """The test of one value; numbers are None where there is none, and ``reason`` says why."""

    ratio: float | None = None
    reference: str | None = None
    """What ``p`` is read from: "χ²₁", or "½χ²₀ + ½χ²₁" on an edge; None where no distribution is known."""
    p: float | None = None
    bootstrap: Bootstrap | None = None
    """Where the reference is not to be trusted: on an edge, or with another parameter on one."""
    reason: str | None = None


def reference(degrees: int, *, edge: bool) -> str:
    """The name of the asymptotic distribution: χ² on ``degrees`` of freedom, half of it on one fewer at an edge."""
    low, high = (f"χ²{str(number).translate(_BELOW)}" for number in (degrees - 1, degrees))
    return f"½{low} + ½{high}" if edge else high


_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def p_value(ratio: float, degrees: int, *, edge: bool) -> float:
    """P(reference ≥ ratio); of χ² on no degree of freedom, which is 0, that is 1 at a ratio of 0."""
    from scipy.special import chdtrc

    tails = [float(chdtrc(k, ratio)) if k else float(ratio <= 0) for k in (degrees - 1, degrees)]
    return (tails[0] + tails[1]) / 2 if edge else tails[1]


def check(program: Density, label: str, null: float) -> None:
    """Refuse a value that the quantity cannot have.

    Raises
    ------
    UsageError
        No such quantity, or a value outside its support.
    """
    labels = program.quantity_labels
    if label not in labels:
        raise UsageError(f'{program.model.name} has no quantity "{label}" to test; it has {", ".join(labels)}.')
    support = supports(program)[labels.index(label)]
    if not (support.contains(null) or at_an_edge(program, label, null)):
        raise UsageError(_outside(program.model, label, null, support))


def _outside(model: Model, label: str, null: float, support: Support) -> str:
    cases = [(name, case) for name, case in model.special_cases.items() if case.parameter == label and case.edge]
    limits = "".join(f" (or {case.value:g}, the model {name})" for name, case in cases)
    ends = f"{support.lower:g} to {support.upper:g}"
    return f"the value {null:g} for {label} lies outside its support, {ends}{limits}; test a value inside."


def limit(model: Model, label: str, null: float) -> str | None:
    """The model of the catalogue that this one becomes at a value that the parameter only tends to, if one is."""
    cases = model.special_cases.items()
    names = [name for name, case in cases if np.isinf(null) and (case.parameter, case.value) == (label, null)]
    return names[0] if names else None


def at_an_edge(program: Density, label: str, null: float) -> bool:
    """Whether no value lies on the other side of this one."""
    at_limit = limit(program.model, label, null) is not None
    return at_limit or (np.isfinite(null) and edge_of(program, label, null) is not None)


def likelihood_ratio(program: Density, mle: Estimate, label: str, null: float, seed: int) -> LikelihoodRatio:
    """The test of ``label`` = ``null`` around the maximum likelihood estimate ``mle``."""
    if not program.model.regular:
        return LikelihoodRatio(reason="the data's support follows the parameter, so the ratio is no χ²")
    if (name := limit(program.model, label, null)) is not None:
        return _at_limit(program, mle, name, seed)
    if not mle.converged:
        return LikelihoodRatio(reason=f"mle: {mle.reason}")
    smaller = restricted(program, mle, label, null)
    if isinstance(smaller, str):
        return LikelihoodRatio(reason=f"no likelihood ratio, as {smaller}")
    edges = int(np.sum(smaller.held)), int(np.sum(smaller.at_edges))
    known = edges[0] <= 1 and not (edges[0] and edges[1]) and not smaller.idle.any()
    distribution = reference(1, edge=edges[0] == 1) if known else None
    p = p_value(smaller.ratio, 1, edge=edges[0] == 1) if known else None
    shares = _bootstrap(program, mle, smaller, label, seed) if any(edges) else None
    reason = None if known else "several parameters lie on edges or are idle there, and no reference is known"
    if smaller.better is not None:
        reason = f"a higher maximum than the estimate was met, with log-likelihood {smaller.better:.6g}"
    return _result(smaller.ratio, distribution, p, shares, reason)


def _bootstrap(program: Density, mle: Estimate, smaller: Restricted, label: str, seed: int) -> Bootstrap | str:
    if smaller.ratio == 0:  # no ratio is smaller, whatever data are drawn
        return Bootstrap(1.0, 0.0, 0, 0)
    held = smaller.held | smaller.idle if smaller.held.any() else coordinate_of(program, label)
    if held is None:
        return f"{label} is no coordinate of its own that could be held at its value"
    return bootstrap(program, (mle.point, program.start), Null(program, smaller.theta, held), smaller.ratio, seed)


def _at_limit(program: Density, mle: Estimate, name: str, seed: int) -> LikelihoodRatio:
    """Against the model that this one becomes: its own maximum, and the larger one's, which is never lower."""
    model = models.get(name)
    small = ModelDensity(model, program.data, prior_choice.resolve(model, {}, program.data))
    of_small = maximum_likelihood.fit(small)
    if not of_small.converged or of_small.log_likelihood is None:
        return LikelihoodRatio(reason=f"no likelihood ratio, as {name} has no maximum: {of_small.reason}")
    highest = max((search.value for search in mle.searches if np.isfinite(search.value)), default=-np.inf)
    lost = highest - of_small.log_likelihood
    if lost <= ROUNDING * (1 + abs(of_small.log_likelihood)):  # the supremum is the limit's
        reason = f"the likelihood is nowhere higher than that of {name}"
        return LikelihoodRatio(0.0, reference(1, edge=True), 1.0, Bootstrap(1.0, 0.0, 0, 0), reason)
    if not mle.converged:
        return LikelihoodRatio(reason=f"mle: {mle.reason}")
    shares = bootstrap(program, (mle.point, program.start), Null(small, of_small.point), 2 * lost, seed)
    return _result(2 * lost, reference(1, edge=True), p_value(2 * lost, 1, edge=True), shares, None)


def lower_than(name: str, gap: float) -> str:
    """Why there is no ratio where the larger model's maximum lies below the smaller one's."""
    return f"the log-likelihood of {name} is {gap:.3g} higher: the larger model's search ended at a lower maximum"


def _result(
    ratio: float, name: str | None, p: float | None, shares: Bootstrap | str | None, reason: str | None
) -> LikelihoodRatio:
    reasons = [reason, f"no bootstrap: {shares}" if isinstance(shares, str) else None]
    drawn = shares if isinstance(shares, Bootstrap) else None
    if drawn is not None and drawn.left_out:
        reasons.append(f"bootstrap: {drawn.left_out}")
    return LikelihoodRatio(ratio, name, p, drawn, "; ".join(each for each in reasons if each) or None)
