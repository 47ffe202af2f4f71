"""A model inside another: what must be fixed for the larger one to become the smaller."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpecialCase:
    """``parameter`` = ``value`` makes a model the smaller one.

    On the edge of the parameter's support (``edge``) twice the log-likelihood ratio is χ² on 0 and 1 degrees of
    freedom, each half of the time, and not on 1. [1]_

    .. [1] Self & Liang (1987), Journal of the American Statistical Association 82(398), 605–610, case 5.
    """

    parameter: str
    value: float
    edge: bool = False

    def __str__(self) -> str:
        return f"{self.parameter} {'→ ∞' if self.value == float('inf') else f'= {self.value:g}'}"
