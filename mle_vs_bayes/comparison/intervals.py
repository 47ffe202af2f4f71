"""One interval of one quantity, asked for from Python."""

from .. import intervals as kinds
from ..errors import UsageError
from ..intervals.interval import Interval, IntervalRequest, check_level
from .outcome import Outcome


def interval(outcome: Outcome, label: str, kind: str, estimator: str | None, level: float) -> Interval:
    """The interval of ``kind`` of the quantity ``label``: of the estimator named, or the first it belongs to.

    Raises
    ------
    UsageError
        No such quantity, kind or estimator, or a level outside (0, 1).
    """
    kinds.chosen((kind,))
    program, fitted = outcome.fit.program, outcome.fit.estimates
    if label not in program.quantity_labels:
        known = ", ".join(program.quantity_labels)
        raise UsageError(f'{program.model.name} has no quantity "{label}"; it has {known}.')
    check_level(level)
    own = [name for name in kinds.KINDS[kind].estimators if name in fitted and estimator in (None, name)]
    if not own:
        wanted = " or ".join(kinds.KINDS[kind].estimators)
        raise UsageError(f"an interval of kind {kind} is one of {wanted}; fit one of them and name no other estimator.")
    request = IntervalRequest(program, fitted[own[0]], level, outcome.seed)
    return kinds.KINDS[kind].compute(request)[program.quantity_labels.index(label)]
