"""Every start of an optimiser is on record, and in the waterfall."""

import numpy as np
import pandas
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.comparison.forms.material import SEARCH_COLUMNS, search_rows
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.report.figures.waterfall import waterfall

Y = [3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0]


def test_one_row_per_start_and_all_on_the_plateau():
    """A Weibull likelihood has one maximum: searches judged within 1e-6 SE of it lose under 1e-12 of log density."""
    fit = compare("weibull", {"y": Y}, estimators=["mle", "map"], starts=4).fit
    rows = search_rows(fit)
    assert rows.groupby("estimator")["rank"].apply(list).to_dict() == {"mle": [1, 2, 3, 4], "map": [1, 2, 3, 4]}
    assert set(rows["status"]) == {"ok"}
    assert rows["gap"].max() < 1e-11


def test_without_an_optimum_there_is_no_waterfall():
    separated = {"y": [0, 0, 1, 1], "x": [1.0, 2.0, 3.0, 4.0]}
    fit = compare("logistic", separated, formula="y ~ x", estimators=["mle"]).fit
    assert len(search_rows(fit)) == 0


def test_no_start_is_refused():
    with pytest.raises(UsageError, match="starts is 0; it must be a whole number, 1 or above"):
        compare("weibull", {"y": Y}, starts=0)


def test_marks_say_how_each_search_ended():
    found = [("mle", "trust region", 1, 0.0, "ok"), ("mle", "EM", 2, 3.0, "ok"), ("mle", "EM", 3, np.nan, "divergent")]
    figure = waterfall(pandas.DataFrame(found, columns=list(SEARCH_COLUMNS)), "normal_mixture, n = 40")
    (axes,) = figure.axes
    lines = {(line.get_gid(), line.get_marker(), line.get_markerfacecolor() == "white") for line in axes.lines}
    assert lines == {("mle ok", "o", False), ("mle ok", "^", False), ("mle divergent", "^", True)}
    assert axes.get_ylim()[0] > 3 > axes.get_ylim()[1]  # the best on top
    assert "divergent" in figure.get_supxlabel() and "Triangles: EM" in figure.get_supxlabel()
