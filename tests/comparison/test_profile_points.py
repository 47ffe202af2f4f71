"""The curves of one quantity: the profile meets its interval, the normal its standard error, the draws their bulk."""

from functools import cache

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.comparison.forms.material import curve_rows, prior_densities
from mle_vs_bayes.intervals.profile.profile import profile_curve
from mle_vs_bayes.report.figures.profile import curves as draw

Y = [3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0]


@cache
def fit():
    return compare("weibull", {"y": Y}, chains=2, draws=500, tune=500).fit


@cache
def frame():
    return curve_rows(fit(), prior_densities(fit()))


def curve(label, name):
    own = frame().query("parameter == @label and curve == @name")
    return own["value"].to_numpy(), own["height"].to_numpy()


def check_cut(label, height):
    """At the ends of the 95 % interval; between points the root of the deviance is interpolated to 1 % of itself."""
    interval = profile_curve(fit().program, fit().estimates["mle"], label).interval(0.95)
    at_ends = np.interp([interval.lower, interval.upper], *curve(label, "mle"))
    np.testing.assert_allclose(np.sqrt(-2 * np.log(at_ends)), np.sqrt(-2 * np.log(height)), rtol=0.01)


@pytest.mark.parametrize("label", ["shape", "scale"])
def test_the_profile_is_at_the_cut_off_where_its_interval_ends(label):
    check_cut(label, np.exp(-scipy.stats.chi2.ppf(0.95, 1) / 2))


def test_mutant_deviance_without_its_factor_of_two():
    with pytest.raises(AssertionError):
        check_cut("shape", np.exp(-scipy.stats.chi2.ppf(0.95, 1)))


def test_every_curve_is_relative_to_its_maximum_and_where_it_belongs():
    assert set(frame()["curve"]) == {"mle", "map", "posterior", "prior"}
    assert np.all(frame().groupby(["parameter", "curve"])["height"].max().round(2) == 1)
    value, height = curve("shape", "map")
    estimate = fit().estimates["map"]
    assert np.interp(estimate.point[0] + estimate.se[0], value, height) == pytest.approx(np.exp(-0.5), abs=1e-3)


def test_a_curve_that_does_not_exist_is_not_there():
    flat = compare("bernoulli", {"y": [1, 1, 1, 1]}, estimators=["mle", "map"]).fit
    assert set(curve_rows(flat, prior_densities(flat))["curve"]) == {"map", "prior"}


def test_one_panel_per_parameter_with_its_curves_and_the_cut():
    figure = draw(frame(), "weibull, n = 10", 0.95)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["shape", "scale"]
    for axes in figure.axes:
        lines = {line.get_gid(): line for line in axes.lines}
        assert {"mle density", "map density", "posterior density", "prior density", "cut"} <= set(lines)
        assert lines["cut"].get_ydata()[0] == pytest.approx(0.1465, abs=1e-4)  # exp(−3.841/2)
