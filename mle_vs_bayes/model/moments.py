"""Which moments a posterior has: a mean, a standard deviation, or neither.

The mean of draws is a number even where the posterior has no mean: each run then gives another one, and more draws do
not help. Draws cannot reveal it, so every model declares it of its parameters, and every derived quantity of itself,
as a function of the priors' tails (`families.tails`) and the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from ..concerns import Concern
from ..data.dataset import Dataset
from .families import PRIORS
from .families.tails import INFINITE, Tails
from .layout import Layout
from .model import Model
from .parameter import Moments
from .prior import Prior
from .support import Support

FINITE = Moments()
MEAN, DEVIATION = 1, 2


@dataclass(frozen=True)
class Missing:
    """Why one quantity has no posterior mean, and why no standard deviation, as phrases; None where it has one."""

    mean: str | None = None
    deviation: str | None = None
    improper: bool = False
    """Whether the posterior has no finite total, so that nothing has a moment."""

    @property
    def reason(self) -> str | None:
        """What is missing and why, as the reason of a row."""
        return self.reason_of("")

    def reason_of(self, label: str) -> str | None:
        """`reason` with the quantity's name in it."""
        of = f" of {label}" if label else ""
        if self.mean is not None:
            return f"the posterior mean{of} does not exist: {self.mean}"
        if self.deviation is not None:
            return f"the posterior standard deviation{of} does not exist: {self.deviation}"
        return None


def missing(
    model: Model, layout: Layout, data: Dataset, priors: Mapping[str, Prior], power: float = 1.0
) -> tuple[Missing, ...]:
    """What each quantity lacks, in the order of `Layout.quantity_labels`; nothing where the model declares nothing.

    A posterior without a finite total has no moment of anything.
    """
    labels = layout.quantity_labels(model.functions)
    declared = _declared(model, layout, data, priors, power)
    orders = [declared.get(label, FINITE) for label in labels]
    improper = next((label for label, each in zip(labels, orders, strict=True) if not each.has(0)), None)
    if improper is not None:
        reason = f"the posterior is improper, its total infinite along {improper} ({declared[improper].why})"
        return (Missing(reason, reason, improper=True),) * len(labels)
    return tuple(map(lacking, orders))


def lacking(moments: Moments) -> Missing:
    """Why something with these moments has no mean, and no standard deviation."""
    mean, deviation = (None if moments.has(order) else moments.why for order in (MEAN, DEVIATION))
    return Missing(mean, deviation)


def concerns(labels: Sequence[str], lacking: Sequence[Missing]) -> tuple[Concern, ...]:
    """One for each quantity without a mean, or with a mean and no standard deviation."""
    named = list(zip(labels, lacking, strict=True))
    means = [Concern("no_mean", f"{label}: {each.mean}") for label, each in named if each.mean]
    return (*means, *(Concern("no_deviation", f"{n}: {m.deviation}") for n, m in named if m.deviation and not m.mean))


def _declared(
    model: Model, layout: Layout, data: Dataset, priors: Mapping[str, Prior], power: float
) -> dict[str, Moments]:
    """What is declared, by label."""
    tails = PriorTails(model, layout, priors, power)
    moments: dict[str, Moments] = {}
    for name, each in model.moments(tails, data).items():
        moments |= _by_label(layout.labels_of[name], each)
    for function in model.functions:
        if function.moments is not None:
            moments |= _by_label(layout.function_labels(function), function.moments(tails, data))
    return moments


def _by_label(labels: tuple[str, ...], declared: Any) -> dict[str, Moments]:
    """One declaration for all elements, or one each."""
    each = (declared,) * len(labels) if isinstance(declared, Moments) else declared
    return dict(zip(labels, each, strict=True))


def tails_of(prior: Prior, support: Support, power: float = 1.0) -> Tails:
    """The tails of one element's ``prior`` to a ``power``, near the ends of its parameter's ``support``."""
    family = PRIORS[prior.family]
    assert family.tails is not None
    tails = family.tails(**family.in_first_form(prior.arguments)).raised(power)
    lower, upper = float(prior.support.lower), float(prior.support.upper)
    near_lower = tails.near_lower if lower <= support.lower else INFINITE
    near_upper = tails.near_upper if upper >= support.upper else INFINITE
    words = f"{prior}" if power == 1 else f"{prior} to the power {power:g}"
    return replace(tails, near_lower=near_lower, near_upper=near_upper, lower=lower, words=words)


@lru_cache(maxsize=256)
def _of_elements(prior: Prior, support: Support, count: int, power: float) -> tuple[Tails, ...]:
    """The tails of each element's prior; thousands of data sets may have the same priors."""
    return tuple(tails_of(prior.element(position), support, power) for position in range(count))


class PriorTails(Mapping[str, tuple[Tails, ...]]):
    """The tails of the priors of every parameter's elements, worked out when they are read.

    A program of the user's has priors of other kinds, and declares nothing that would read them.
    """

    def __init__(self, model: Model, layout: Layout, priors: Mapping[str, Prior], power: float) -> None:
        self.model, self.layout, self.priors, self.power = model, layout, priors, power

    def __getitem__(self, name: str) -> tuple[Tails, ...]:
        parameter = next(p for p in self.layout.parameters if p.name == name)
        prior, count = self.priors[name], len(self.layout.labels_of[name])
        if prior.family == "Jeffreys" and name in self.model.jeffreys_tails:
            return (self.model.jeffreys_tails[name].raised(self.power),) * count
        return _of_elements(prior, parameter.support, count, self.power)

    def __iter__(self) -> Any:
        return iter(self.priors)

    def __len__(self) -> int:
        return len(self.priors)
