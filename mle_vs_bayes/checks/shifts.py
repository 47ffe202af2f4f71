"""MLE, MAP and posterior mean are as far apart as theory expects on these data: the prior's pull and the skewness.

The prediction is of first order; the next terms are of the size of its ``remainder`` (`fit.agreement`), which
is allowed besides Monte-Carlo error. Where that is as large as a standard error, theory says nothing and so do we.
"""

import numpy as np

from ..estimators.estimate import Estimate
from ..fit.agreement import Agreement, agreements, predict
from .finding import FAILED, Finding, Measured, NotApplicableError
from .subject import Subject

MOST = 1.0
"""Standard errors that the neglected terms may have."""


def shifts(subject: Subject) -> Measured | Finding:
    """MAP − MLE = Σ∇log π and posterior mean − MAP = ½Σ(∂³ℓ:Σ), within Monte-Carlo error and the next order."""
    found = {name: subject.estimate(name) for name in ("mle", "map", "posterior")}
    failed = [f"{name}: {each.reason}" for name, each in found.items() if not each.converged]
    if failed:
        return Finding("", FAILED, None, None, "SE", failed[0])
    if not (found["mle"].has_errors and found["map"].has_errors):
        raise NotApplicableError("an estimate lies on the edge of its support, where there is no such theory")
    pairs, remainder = _pairs(subject, found)
    if remainder > MOST:
        raise NotApplicableError(f"the terms that theory neglects are of the order of {remainder:.2g} SE at this n")
    k = subject.budget.z(len(pairs))
    gaps = [pair.in_se - float(pair.expected or 0.0) for pair in pairs]
    limits = [k * pair.monte_carlo_error + remainder + 1e-6 for pair in pairs]
    return Measured(gaps, limits, "SE", [f"{pair.pair}, {pair.parameter}" for pair in pairs])


def _pairs(subject: Subject, found: dict[str, Estimate]) -> tuple[list[Agreement], float]:
    """MAP − MLE and mean − MAP of every parameter, and the size of what their prediction neglects."""
    program = subject.program
    labels = list(program.quantity_labels)
    table = found["posterior"].results.loc[labels]
    values = {name: program.quantities(found[name].point) for name in ("mle", "map")}
    values["posterior"] = table["mean"].to_numpy(dtype=float)
    remainder = predict(program, found["map"], found["mle"]).remainder
    pairs = agreements(program, found, values, table["mcse_mean"].to_numpy(dtype=float))
    own = set(program.layout.labels)
    return [p for p in pairs if p.pair in ("map - mle", "posterior - map") and p.parameter in own], float(
        np.nan_to_num(remainder, nan=np.inf)
    )
