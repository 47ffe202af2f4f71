"""The path figure, read through its axes and gids, from rows made by hand."""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes.report.figures.estimates import save
from mle_vs_bayes.report.figures.prior_path import path
from mle_vs_bayes.report.palette import LOOKS

POWERS = np.linspace(0, 4, 9)
STATIONS = {"mle": 0.0, "map": 1.0, "posterior": 1.0}


def rows_of(label, along, stations, **fields):
    """A path ``(9,)`` and (estimate, se) of stations; NaN stands for no mode."""
    shared = {"model": "weibull", "n": 1200, "parameter": label, "se": np.nan, "truth": np.nan, "status": "ok"} | fields
    path_rows = [{**shared, "estimator": "path", "power": p, "estimate": v} for p, v in zip(POWERS, along, strict=True)]
    own = [
        {**shared, "estimator": name, "power": STATIONS[name], "estimate": value, "se": se}
        | ({} if np.isfinite(value) else {"status": "divergent"})
        for name, (value, se) in stations.items()
    ]
    return pd.DataFrame(path_rows + own)


def pulled(**fields):
    along = 2 + 3 / (1 + POWERS)
    return rows_of("shape", along, {"mle": (5.0, 1.0), "map": (3.5, 0.8), "posterior": (3.9, 0.9)}, **fields)


def lines(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


def test_path_goes_through_mle_and_map():
    (axes,) = path(pulled()).axes
    (line,) = lines(axes, "prior line")
    np.testing.assert_array_equal(line.get_xdata(), POWERS)
    assert (line.get_ydata()[0], line.get_ydata()[2]) == (5.0, 3.5)
    for name, at in (("mle", (0.0, 5.0)), ("map", (1.0, 3.5)), ("posterior", (1.0, 3.9))):
        (point,) = lines(axes, f"{name} point")
        assert (point.get_xdata()[0], point.get_ydata()[0]) == at
        assert point.get_color() == LOOKS[name].colour
    (arrow,) = lines(axes, "prior cut")
    assert (arrow.get_xdata()[0], arrow.get_marker()) == (4.0, ">")


def test_words_say_what_is_what():
    figure = path(pulled())
    assert figure.get_suptitle() == "Weibull, n = 1,200: the estimate as the prior grows stronger"
    caption = figure.get_supxlabel().replace("\n", " ")
    assert "Band: MLE ± one standard error. Diamond: posterior mean." in caption
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0\nMLE", "1\nMAP", "2", "3", "4"]


def test_caption_names_only_what_is_drawn():
    rows = pulled()
    caption = path(rows[rows["estimator"].isin(["path", "map"])]).get_supxlabel()
    assert "Band" not in caption
    assert "Diamond" not in caption


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_a_prior_without_effect_is_a_level_line(size):
    """At least two standard errors high, whatever the unit."""
    rows = rows_of("mu", size * np.full(9, 7.0), {"mle": (7.0 * size, size), "map": (7.0 * size, size)})
    (axes,) = path(rows).axes
    low, high = axes.get_ylim()
    assert low < 6 * size < 8 * size < high < 9 * size


def test_band_is_one_standard_error_of_the_mle():
    (axes,) = path(pulled()).axes
    box = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (box.y0, box.y1) == (pytest.approx(4.0), pytest.approx(6.0))


def test_without_an_mle_the_path_is_broken_and_its_far_end_left_outside():
    along = np.r_[np.nan, 1000.0, 8.0, 6.0, 5.0, 4.5, 4.2, 4.1, 4.0]
    (axes,) = path(rows_of("beta[x1]", along, {"mle": (np.nan, np.nan), "map": (8.0, 2.0)})).axes
    assert axes.get_ylim()[1] < 8 + 8 * 2 + 5
    assert [text.get_text() for text in axes.texts if text.get_gid() == "mle status"] == ["divergent"]
    assert lines(axes, "mle point") == []
    assert len(axes.patches) == 0


def test_a_path_that_ends_early_has_no_arrow():
    along = np.r_[np.linspace(5, 1, 8), np.nan]
    (axes,) = path(rows_of("rate", along, {"mle": (5.0, 1.0), "map": (4.0, 1.0)})).axes
    assert lines(axes, "prior cut") == []


def test_truth_is_a_line_inside_the_limits():
    (axes,) = path(pulled(truth=11.0)).axes
    (line,) = lines(axes, "truth")
    assert line.get_ydata()[0] == 11.0
    assert axes.get_ylim()[1] > 11.0


def test_a_panel_per_quantity_and_no_more_than_24():
    rows = pd.concat([pulled().assign(parameter=f"beta[{i}]") for i in range(30)])
    figure = path(rows)
    assert len(figure.axes) == 24
    assert figure.get_suptitle().endswith(", first 24 of 30 quantities")


def test_it_can_be_written(tmp_path):
    (written,) = save({"path": path(pulled())}, tmp_path)
    assert written.stat().st_size > 10_000
