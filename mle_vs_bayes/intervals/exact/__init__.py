"""The exact interval of each parameter, by the formula its model declares: coverage is what it says at every n."""

from collections.abc import Mapping

from ..interval import Interval, IntervalRequest, refused
from . import normal_theory, proportion, rate
from .theory import Formula, assembled

FORMULAS: Mapping[str, Formula] = {
    proportion.FAMILY: proportion.of_counts(proportion.clopper_pearson),
    rate.GARWOOD: rate.of_counts,
    rate.GAMMA_PIVOT: rate.of_times,
    normal_theory.T: normal_theory.t,
    normal_theory.CHI_SQUARE: normal_theory.chi_square,
}
"""By the names that models declare in ``exact_intervals``."""


def exact(request: IntervalRequest) -> list[Interval]:
    """Every quantity's exact interval; not applicable where the model declares none."""
    declared = request.program.model.exact_intervals
    if not declared:
        return refused(request, "not_applicable", f"no exact interval is known for {request.program.model.name}")
    return assembled(request, {name: FORMULAS[kind] for name, kind in declared.items()})
