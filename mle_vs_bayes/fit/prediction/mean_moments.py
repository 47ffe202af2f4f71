"""Which moments the posterior of the mean response of a row has, which draws cannot show.

A model that has its mean as a derived quantity has declared it. Of others it follows from the family, which has a mean
from some value of its shape on, and from how the mean grows with the location: like it under the identity, like
exp(x·β) under a log link.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ...data.dataset import Dataset, rounding
from ...data.formulas.parts import effect
from ...density.density import Density
from ...model import families, links
from ...model.families.tails import INFINITE
from ...model.model import Model
from ...model.moments import Missing, PriorTails, lacking
from ...model.parameter import Moments
from ...models.trunks import falls, separation
from ...models.trunks.fixed import Fixed, HeldTails
from ...models.trunks.moments import FINITE, squared
from ...models.trunks.regression import Regression
from .means import of_rows, predicts_classes, whole

Array = NDArray[np.float64]
Tails = Mapping[str, Any]
MOST_PROGRAMMES = 1000
"""Rows for each of which a linear programme is solved; of more the prior alone is asked."""


def lacking_moments(program: Density, data: Dataset) -> list[Missing]:
    """Why the mean response of each row of ``data`` has no posterior mean, and why no standard deviation."""
    if program.missing_moments[0].improper:
        return [program.missing_moments[0]] * data.n
    model, tails = whole(program.model), _tails(program)
    if predicts_classes(model):  # chances have all moments
        return [lacking(FINITE)] * data.n
    declared = next((f for f in program.model.functions if f.name == "mean" and f.moments), None)
    if declared is not None and declared.moments is not None:
        held = PriorTails(program.model, program.layout, program.priors, program.prior_power)
        return [lacking(declared.moments(held, program.data))] * data.n
    without = _without_mean(model, tails, getattr(program.model, "scalars", {}))
    if without is not None:
        return [lacking(without)] * data.n
    grouped = model.given_effects is not None
    regression = of_rows(program.model)
    if not isinstance(regression, Regression):
        return [lacking(_of_parameters(model, tails, program.data))] * data.n
    of_location = _of_location(regression, tails, program.data, data["X"], grouped)
    rows = [[FINITE] * data.n if _is_bounded(regression) else of_location]
    rows += [_of_effects(model, tails, data)] if grouped else []
    rows += [_of_others(regression, tails, data)]
    return [lacking(min(each, key=lambda m: (m.order, m.attained))) for each in zip(*rows, strict=True)]


def _tails(program: Density) -> Tails:
    """Tails of the priors of the whole model, where a value that is held is its own prior's end."""
    tails = PriorTails(program.model, program.layout, program.priors, program.prior_power)
    return HeldTails(tails, program.model.values) if isinstance(program.model, Fixed) else tails


def _without_mean(model: Any, tails: Tails, held: Mapping[str, float]) -> Moments | None:
    """No moment, where a prior reaches to values of a shape at which the family has no mean or an enormous one.

    A prior may begin at such a value, which then has no chance; a value that is held may not be one.
    """
    rows = {argument.name: argument.row for argument in model.family.arguments}
    for name, least in model.family.mean_from.items():
        row = rows[name]
        prior = tails[row][0] if row in tails else None
        if prior is None or prior.lower < least or held.get(row) == least:
            words = "its formula" if prior is None else prior.words if row in held else f"the prior {prior.words}"
            where = f"near {row} = 0" if least < 1 else f"where {row} is at most 1"
            has = "grows faster than every power" if least < 1 else "does not exist"
            return Moments(0.0, f"the mean of the family {has} {where}, which {words} allows", attained=True)
    return None


def _is_bounded(model: Any) -> bool:
    """Whether the mean cannot leave an interval: of chances, and of shares of trials."""
    family = model.family
    return "n" in family.names or bool(np.isfinite(family.support.lower) and np.isfinite(family.support.upper))


def _least(moments: Any) -> Moments:
    return moments if isinstance(moments, Moments) else min(moments, key=lambda m: (m.order, m.attained))


def _of_parameters(model: Model, tails: Tails, data: Dataset) -> Moments:
    """The fewest of the parameters that the mean moves with, of which it is no more than a multiple or a product."""
    known = model.moments(tails, data)
    point = {p.name: np.asarray(p.typical, dtype=float) for p in model.parameters}
    mean = model.mean_response(point, data)
    moved = [p for p in known if np.any(model.mean_response({**point, p: 1.1 * point[p]}, data) != mean)]
    return _least([FINITE, *(_least(known[name]) for name in moved)])


def _of_location(model: Regression, tails: Tails, fitted: Dataset, X: Array, grouped: bool) -> list[Moments]:
    """Moments of g⁻¹(x·β) for each row x of ``X``; by the priors alone where effects of groups may follow β."""
    if model.link is links.log:
        return _of_growth(model, tails, fitted, X, grouped)
    if model.link is links.inverse:
        return _of_inverse(model, fitted, X)
    each = FINITE if grouped else model.moments(tails, fitted).get("beta", FINITE)
    each = (each,) * X.shape[1] if isinstance(each, Moments) else each
    rows = [_least([FINITE, *(m for m, part in zip(each, x, strict=True) if part != 0)]) for x in X]
    return [squared(m) for m in rows] if model.link is links.sqrt else rows


def _of_growth(model: Regression, tails: Tails, fitted: Dataset, X: Array, grouped: bool) -> list[Moments]:
    """Moments of exp(x·β); of equal rows it is worked out once."""
    rows, place = np.unique(X, axis=0, return_inverse=True)
    known = None if grouped or len(rows) > MOST_PROGRAMMES else falls.of(model.family, model.link)
    heavy = any(np.isfinite(min(t.above.rate, t.below.rate)) for t in tails["beta"])
    cost = known(fitted) if known is not None and heavy else None
    each = [separation.of_growth(cost, tails["beta"], x) for x in rows]
    return [each[where] for where in place.ravel()]


def _of_inverse(model: Any, fitted: Dataset, X: Array) -> list[Moments]:
    """Moments of 1/(x·β), which every row of the fit keeps above 0, and with them what is a sum of such rows.

    The likelihood of gamma outcomes vanishes with the predictor as a power; of others it need not.
    """
    why = "its predictor may be 0 or less, where 1/(x·β) has a pole"
    if model.family.name != families.gamma.name:
        return [Moments(1.0, why)] * len(X)
    inside = [nnls(fitted["X"].T, x)[1] <= 8 * rounding(np.linalg.norm(x)) * len(fitted["X"]) for x in X]
    return [FINITE if each else Moments(1.0, why) for each in inside]


def _of_effects(model: Any, tails: Tails, data: Dataset) -> list[Moments]:
    """Moments of exp(z²sd²/2), the mean over a new member's effect under a log link.

    It outgrows every tail of sd but that of a half-normal prior of width s, as long as the order times E (z s)² of E
    effects is below 1, and that of a bounded one: the likelihood falls only as a power of sd.
    """
    if model.link is not links.log:
        return [FINITE] * data.n
    zs = np.array([np.abs(data[effect(label)]) for label in model.groups.effects])
    squares = np.array([each.above.square for each in tails["sd"]])[: len(zs)]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = 2 * squares[:, None] / (len(zs) * zs**2)
    orders = np.min(np.where(zs == 0, INFINITE, each), axis=0)
    why = (
        f"exp of a new member's effect outgrows the prior {tails['sd'][0].words} of its spread; "
        "take --prior 'sd=HalfNormal(0.5)' if that is what you believe"
    )
    return [Moments(float(order), why) for order in orders]


def _of_others(model: Regression, tails: Tails, data: Dataset) -> list[Moments]:
    """Moments of what multiplies the location: exp(σ²/2) of a log-normal; and of a scale that is added to it."""
    if model.family.name == families.log_normal.name:
        if "sigma" in model.further:
            why = "exp(sigma²/2) outgrows every prior of the coefficients of log sigma"
            return [Moments(0.0, why, attained=True)] * data.n
        (sigma,) = tails["sigma"]
        order = 2 * sigma.above.square
        why = f"the posterior of sigma falls no faster than {sigma.words} while exp(sigma²/2) grows"
        return [Moments(order, why, attained=order == 0)] * data.n
    rows = [FINITE] * data.n
    for name in model.further:
        X = data[f"X_{name}"]
        added = model.family.name in (families.gumbel.name, families.skew_normal.name)
        each = [separation.of_growth(None, tails[f"beta_{name}"], x) if added else FINITE for x in X]
        rows = [_least(pair) for pair in zip(rows, each, strict=True)]
    return rows
