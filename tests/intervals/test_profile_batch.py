"""Profile intervals by Newton's method are those of the walk along the curve."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.fit import quantities
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.intervals.profile import newton_ends

COUNT = 6
ENDS = 1e-6
"""In SE: to what `profile` finds an end (`trace`)."""
CASES = [("bernoulli", 12), ("exponential", 15), ("normal", 15), ("weibull", 20), ("logistic", 40)]


def fitted(name, rows, kind, estimator):
    sets = [simulated(models.get(name), rows, {}, seed)[0] for seed in range(COUNT)]
    return fit_replicates(name, sets, (estimator,), intervals=(kind,)).rows


def apart(ours, theirs):
    """The largest distance of two ends, in SE."""
    return max(np.nanmax(np.abs(ours[end] - theirs[end]) / theirs["se"]) for end in ("lower", "upper"))


@pytest.mark.parametrize(("name", "rows"), CASES)
@pytest.mark.parametrize(("kind", "estimator"), [("profile", "mle"), ("profile_penalised", "map")])
def test_ends_are_those_of_the_walk(monkeypatch, name, rows, kind, estimator):
    together = fitted(name, rows, kind, estimator)
    monkeypatch.setattr(
        quantities, "at_once", lambda problem, theta, covariance, level: [np.full((len(theta), 1), np.nan)] * 2
    )
    alone = fitted(name, rows, kind, estimator)
    assert apart(together, alone) <= ENDS
    assert (together["status"] == alone["status"]).all()


def test_nearly_all_are_found_together(monkeypatch):
    """Where the walk is never called, no more than one in six needs it."""
    called = []
    monkeypatch.setattr(quantities, "_of_one", lambda kind, subjects, modes, i: called.append(i) or [])
    fitted("weibull", 20, "profile", "mle")
    assert len(called) <= COUNT / 6


def test_mutant_other_quantile(monkeypatch):
    alone = fitted("weibull", 20, "profile", "mle")
    monkeypatch.setattr(newton_ends, "normal_quantile", lambda level: 2.0)
    assert apart(fitted("weibull", 20, "profile", "mle"), alone) > 100 * ENDS
