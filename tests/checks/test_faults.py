"""A right model passes every check, and each planted fault is caught by the check that is there for it."""

from dataclasses import replace

import pytest

from mle_vs_bayes.checks.run import check
from mle_vs_bayes.estimators import maximum_a_posteriori

from . import mutants


def failed(model):
    return {each.check for each in check(model, quick=True).failed}


def test_right_model_passes():
    report = check(mutants.Right(), quick=True)
    assert {each.check: each.outcome for each in report.findings if each.outcome != "passed"} == {}
    assert all(each.statistic <= each.tolerance for each in report.findings)


@pytest.mark.parametrize(
    ("mutant", "by"),
    [
        (mutants.DroppedConstant, {"likelihood parity"}),
        (mutants.ScaleForRate, {"likelihood parity"}),
        (mutants.SimulatedByScale, {"simulator", "SBC ranks"}),
        (mutants.SimulatedLonger, {"simulator"}),
        (mutants.Jacobian, {"sampled density"}),
        (mutants.PriorScale, {"prior densities"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_fault_is_caught(mutant, by):
    assert by <= failed(mutant())


def test_mode_on_the_log_scale_is_caught(monkeypatch):
    """(n + a)/(n + a − 1) times the MAP: what an optimiser that keeps the Jacobian reports."""
    right = maximum_a_posteriori.fit

    def with_jacobian(program, seed=0, count=None):
        found = right(program, seed, count)
        shape = program.data.n + 2
        return replace(found, point=found.point * shape / (shape - 1))

    monkeypatch.setattr(maximum_a_posteriori, "fit", with_jacobian)
    assert {"optimum", "several starts"} <= failed(mutants.Right())


def test_standard_errors_off_by_a_factor_are_caught(monkeypatch):
    """Curvature of the deviance for that of the likelihood, in the batch that refits simulated data sets."""
    from mle_vs_bayes.fit import quantities

    right = quantities.OF_NORMAL["wald"]

    def narrow(scales, values, errors, level, no_error):
        return right(scales, values, errors / 2**0.5, level, no_error)

    monkeypatch.setitem(quantities.OF_NORMAL, "wald", narrow)
    assert "coverage, wald" in failed(mutants.Right())
