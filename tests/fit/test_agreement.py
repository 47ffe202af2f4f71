"""How far apart estimators are is told whatever the size of the numbers: spread is judged against rounding."""

import numpy as np
import pytest
from scipy.stats import truncnorm

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.dataset import Dataset, rounding
from mle_vs_bayes.fit.agreement import agreements, predict
from mle_vs_bayes.intervals.delta import moves, standard_errors
from mle_vs_bayes.model.summaries import SUMMARIES
from mle_vs_bayes.sampling.draws import varies

STAMP = 1.7e15
"""Microseconds from 1970 to 2023."""
GAPS = np.array([-500.0, -100.0, 0.0, 100.0, 300.0, 800.0])


def fitted(shift):
    return compare("normal", {"y": shift + GAPS}, estimators=["mle", "map"], priors={"mu": f"Normal({shift}, 200)"})


def test_the_mean_of_time_stamps_is_compared_as_that_of_small_numbers_is():
    """Shifted by 1.7e15 a spacing of float64 numbers is 0.25, a thousandth of the standard error."""
    ours, theirs = ({a.parameter: a for a in fitted(shift).agreement} for shift in (STAMP, 0.0))
    assert list(ours) == list(theirs) == ["mu", "sigma", "variance"]
    for label, other in theirs.items():
        assert ours[label].in_se == pytest.approx(other.in_se, abs=5e-3)
        assert ours[label].expected == pytest.approx(other.expected, abs=5e-3)


def test_skewness_and_curvature_of_time_stamps_are_those_of_small_numbers():
    """In standard errors, to a spacing of the numbers: an optimum cannot be known better."""
    made = fitted(0.0)
    ours, theirs = (predict(f.fit.program, f["map"], f["mle"]) for f in (fitted(STAMP), made))
    scale = standard_errors(made.fit.program, made["mle"].point, made["mle"].covariance)
    assert ours.skewness / scale == pytest.approx(theirs.skewness / scale, abs=np.spacing(STAMP) / scale[0])


def test_two_lifetimes_have_every_cell_of_the_table_but_those_without_a_mean():
    """The posterior mean of the mean life was 1e17 among draws: its size said nothing of the MLE's spread."""
    made = compare("weibull", {"y": [1.0, 300.0]}, estimators=["mle", "map"])
    program, estimates = made.fit.program, dict(made.fit.estimates)
    values = {name: program.quantities(each.point) for name, each in estimates.items()}
    values["posterior"] = np.array([0.5, 800.0, 1e30, 300.0])
    errors = np.array([0.1, 10.0, np.nan, 10.0])
    seen = {(a.parameter, a.pair) for a in agreements(program, estimates, values, errors)}
    labels = ("shape", "scale", "mean", "median")
    assert {label for label, pair in seen if pair == "map - mle"} == set(labels)
    assert {label for label, pair in seen if pair == "posterior - mle"} == {"shape", "scale", "median"}


class Still:
    """Quantities of which the second is the same everywhere, but for rounding."""

    def __init__(self, program):
        self.model, self.layout = program.model, program.layout

    def quantities(self, theta):
        of = theta[..., 0] / 3 * 3 / theta[..., 0]
        return np.concatenate([theta, of[..., None]], axis=-1)


def test_what_does_not_move_is_told_from_what_moves_little():
    program = fitted(STAMP).fit.program
    point, covariance = np.array([STAMP, 400.0]), np.diag([245.0**2, 100.0**2])
    errors = standard_errors(Still(program), point, covariance)
    assert moves(Still(program), point, errors).tolist() == [True, True, False]


def test_draws_vary_if_they_differ_by_more_than_rounding():
    rng = np.random.default_rng(0)
    assert varies(STAMP + 245.0 * rng.normal(size=(2, 50)))
    third = rng.normal(size=(2, 50)) ** 2 + 1
    assert not varies(third / 3 * 3 / third)
    assert rounding(STAMP) < 245


def test_a_covariate_of_time_stamps_has_a_spread_of_its_own():
    x = STAMP + GAPS
    data = Dataset({"X": np.stack([x], axis=1), "y": GAPS}, {"term": ("x",)})
    assert SUMMARIES["1/sd(x)"](data) == pytest.approx(1 / np.std(x))
    constant = Dataset({"X": np.full((6, 1), STAMP), "y": GAPS}, {"term": ("x",)})
    assert SUMMARIES["1/sd(x)"](constant) == pytest.approx(1 / STAMP)
    assert models.get("linear").takes_formula


def test_theory_allows_for_what_an_end_of_a_support_cuts_off():
    """A standard deviation one or two standard errors from 0; far from it there is nothing to allow for."""
    for y, near in ((GAPS[:3], True), (np.tile(GAPS, 40), False)):
        made = compare("normal", {"y": y}, estimators=["mle", "map"])
        program, mode, fitted = made.fit.program, made["map"], made["mle"]
        distance = mode.point[1] / np.sqrt(mode.covariance[1, 1])
        moved = truncnorm(-distance, np.inf).mean()
        assert (moved > 1e-3) == near
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mle_vs_bayes.fit.agreement._cut_off", lambda *_: 0.0)
            without = predict(program, mode, fitted).remainder
        allowed = (np.sqrt(without) + moved) ** 2 + moved
        assert predict(program, mode, fitted).remainder == pytest.approx(allowed, rel=1e-9)
        assert (allowed > without + 1e-3) == near
