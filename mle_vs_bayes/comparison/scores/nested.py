"""The likelihood-ratio test of one model inside another: a special case, or one with values that are held.

Where one of q values that are held lies on an edge of its support (a variance of 0) the ratio is ½χ²_{q−1} + ½χ²_q in
large samples: a correlation with what does not vary is one of the q. [1]_ Where several do the weights depend on the
information, and no distribution is named. A parametric bootstrap stands beside either.

.. [1] Self & Liang (1987), Journal of the American Statistical Association 82(398), 605–610, cases 5 to 7.
"""

from typing import Any

from ...estimators.estimate import Estimate
from ...intervals.profile.restricted import ROUNDING
from ...model.model import Model
from ...model.parameter import SpecialCase
from ..outcome import Outcome
from .likelihood_ratio import lower_than, p_value, reference
from .null_bootstrap import Bootstrap, Null, bootstrap


def nested(first: Outcome, other: Outcome) -> dict[str, Any]:
    """The test of the smaller model inside the larger one, whichever of the two that is; empty where neither is."""
    for large, small in ((first, other), (other, first)):
        case = _case(large.model, small.model)
        if case is not None:
            words, edges = case
            return {"nested": f"{small.model.name} is {large.model.name} with {words}", **_test(large, small, edges)}
    return {}


def _case(large: Model, small: Model) -> tuple[str, int] | None:
    """What is held of the larger model to make the smaller one, in words, and on how many edges that lies."""
    special: SpecialCase | None = large.special_cases.get(small.name)
    if special is not None:
        return str(special), int(special.edge)
    if small.larger is None or small.larger.name != large.name:
        return None
    words = ", ".join(f"{label} = {value:g}" for label, value in small.held.items())
    return words, sum(_on_edge(large, label, value) for label, value in small.held.items())


def _on_edge(model: Model, label: str, value: float) -> bool:
    """Whether no value of this quantity lies on the other side of this one."""
    name = label.partition("[")[0]
    support = next((p.support for p in model.parameters if p.name == name), None)
    return support is not None and value in support.closed_ends.values()


def _test(large: Outcome, small: Outcome, edges: int) -> dict[str, Any]:
    top, low = (each.fit.estimates.get("mle") for each in (large, small))
    if top is None or low is None or not (top.converged and low.converged):
        return {"no_ratio": "one of the two has no maximum of its likelihood to compare"}
    assert top.log_likelihood is not None
    assert low.log_likelihood is not None
    lost = top.log_likelihood - low.log_likelihood
    degrees = large.fit.program.layout.free_size - small.fit.program.layout.free_size
    if lost < -ROUNDING * (1 + abs(low.log_likelihood)):
        return {"no_ratio": lower_than(small.model.name, -lost)}
    ratio = 2 * lost if lost > ROUNDING * (1 + abs(low.log_likelihood)) else 0.0
    test: dict[str, Any] = {"likelihood_ratio": ratio, "degrees": degrees}
    if edges <= 1:
        test |= {"p": p_value(ratio, degrees, edge=edges == 1), "reference": reference(degrees, edge=edges == 1)}
    return test | (_bootstrapped(large, small, top, low, ratio) if edges else {})


def _bootstrapped(large: Outcome, small: Outcome, top: Estimate, low: Estimate, ratio: float) -> dict[str, Any]:
    """Data sets are drawn from the smaller model, so that the same of them stand against every larger one."""
    shares: Bootstrap | str = Bootstrap(1.0, 0.0, 0, 0)  # no ratio is smaller than 0, whatever data are drawn
    if ratio > 0:
        program, null = large.fit.program, Null(small.fit.program, low.point)
        shares = bootstrap(program, (top.point, program.start), null, ratio, large.seed)
    if isinstance(shares, str):
        return {"no_bootstrap": shares}
    columns = {"bootstrap_p": shares.p, "bootstrap_error": shares.error, "bootstrap_replicates": shares.replicates}
    return columns | ({"no_bootstrap": shares.left_out} if shares.left_out else {})
