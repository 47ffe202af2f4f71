"""Figures and pages of studies: what is drawn and said, without looking at pixels."""

import numpy as np
import pandas
import pytest

from mle_vs_bayes.report import study_page
from mle_vs_bayes.report.drawn import png
from mle_vs_bayes.report.figures import study
from mle_vs_bayes.report.pages.parts import Picture
from mle_vs_bayes.report.palette import LOOKS


def table(**columns):
    rows = [
        {"model": "m", "scenario": "default", "parameter": "p", "estimator": name, "interval": kind, "n": n}
        | {"measure": "rmse", "value": n**-0.5, "mcse": 0.01 * n**-0.5, "slope": -0.5, "low": None, "high": None}
        | {"theory": None}
        for name, kind in (("mle", "wald"), ("mle", "profile"), ("map", "laplace"), ("own", "none"))
        for n in (10, 100, 1000)
    ]
    return pandas.DataFrame(rows).assign(**columns).astype({"low": float, "high": float, "theory": float})


def test_one_curve_per_estimator_in_its_colour_with_the_predicted_slope():
    figure = study.measure(table(), "title")
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    drawn = {line.get_gid(): line.get_color() for line in axes.lines}
    assert drawn["mle point"] == LOOKS["mle"].colour
    assert drawn["map point"] == LOOKS["map"].colour
    assert drawn["own point"] in study.OTHERS
    assert [line.get_gid() for line in axes.lines].count("guide") == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["maximum likelihood", "MAP", "own"]
    assert png(figure) == png(figure)


def test_coverage_has_a_curve_per_interval_the_level_and_the_band():
    figure = study.measure(table(measure="coverage", slope=None, low=0.9, high=1.0), "title", level=0.95)
    (axes,) = figure.axes
    gids = [artist.get_gid() for artist in (*axes.lines, *axes.patches)]
    assert axes.get_yscale() == "linear"
    assert (gids.count("mle point"), gids.count("level"), gids.count("band")) == (2, 1, 1)
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[:2] == ["maximum likelihood, Wald", "maximum likelihood, profile"]


@pytest.mark.parametrize(("low", "high"), [(-float("inf"), 0.05), (0.2, float("inf")), (0.0, 0.5)])
def test_a_band_is_grey_though_it_has_no_end_and_stands_only_where_it_is_predicted(low, high):
    whole = table(slope=None, low=low, high=high)
    (axes,) = study.measure(whole, "title").axes
    (band,) = [each for each in axes.patches if each.get_gid() == "band"]
    edge = {0.05: band.get_y() + band.get_height(), 0.2: band.get_y()}
    assert band.get_height() > 0.04 and all(edge[end] == pytest.approx(end) for end in (low, high) if end in edge)
    partly = whole.assign(low=whole["low"].where(whole["n"] == 1000))
    (axes,) = study.measure(partly, "title").axes
    (band,) = [each for each in axes.lines if each.get_gid() == "band"]
    assert not axes.patches and set(band.get_xdata()) == {1000}


def test_values_that_differ_by_rounding_alone_do_not_fill_the_panel():
    for step, height in ((1e-9, 0.1 * 11.8), (1e-3, 1.1 * 0.99)):  # mutant: those that do differ
        values = table(slope=None, mcse=0.0, value=lambda frame, step=step: -11.8 + step * frame["n"])
        (axes,) = study.measure(values, "title").axes
        assert np.ptp(axes.get_ylim()) == pytest.approx(height, rel=0.01)


def test_many_intervals_give_each_estimator_a_panel():
    parts = [table(measure="coverage", interval=f"kind {i}") for i in range(5)]
    figure = study.measure(pandas.concat(parts), "title")
    assert len(figure.axes) == 3


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (0.948123, 0.00223, "0.9481 ± 0.0022"),
        (12.3, 4.5, "12.3 ± 4.5"),
        (1.0, 0.0, "1"),
        (None, None, "nothing measured"),
    ],
)
def test_a_value_is_told_to_the_digits_of_its_error(value, error, words):
    assert study_page.measured(value, error) == words


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.9, 1, "0.9 to 1"), (None, 1, "≤ 1"), (0, None, "≥ 0"), (None, None, "–")]
)
def test_a_band_is_told_though_it_has_no_end(low, high, words):
    line = {"claim": "c", "where": "w", "measured": 0.95, "mcse": 0.01, "verdict": "holds", "low": low, "high": high}
    (table,) = study_page._predictions({"predictions": [line]})
    assert table.lines[0][3].text == words


def test_the_readme_says_question_verdict_and_every_prediction():
    line = {"claim": "|gap| small", "where": "m · p", "measured": 0.1, "mcse": 0.01, "verdict": "holds"}
    document = {"study": "s", "question": "Why?", "verdict": "holds", "predictions": [line], "cells": 2, "quick": True}
    counts = {"replicates": 5, "replicates_in_all": 10, "seed": 0, "fits": 10, "failed": 1}
    page = study_page.readme({**document, **counts}, ["rmse"])
    assert "2 cells × 5 replicates" in page
    assert "2 cells of up to 5 replicates, 8 in all" in study_page.readme(
        {**document, **counts, "replicates_in_all": 8}, []
    )
    alone = study_page.readme({**document, **counts, "cells": 1, "replicates": 1, "replicates_in_all": 1}, [])
    assert "1 cell × 1 replicate, seed 0" in alone
    assert "**Question.** Why?" in page
    assert "| \\|gap\\| small | m · p | 0.100 ± 0.01 | holds |" in page
    assert "; 1 of 10 fits failed." in page
    lacking = study_page.readme({**document, **counts, "without_estimate": 2}, [])
    assert "; 1 of 10 fits failed, 2 more have no estimate (no maximum, or not applicable)." in lacking
    assert "a quick run" in page and "![rmse](rmse.png)" in page


def test_two_figures_are_shown_and_the_others_are_behind_a_heading():
    counts = {"replicates": 5, "replicates_in_all": 10, "seed": 0, "fits": 10, "failed": 1, "cells": 2}
    document = {"study": "s", "verdict": "holds", "predictions": [], "quick": False, **counts}
    pictures = [Picture(name, name, "<svg/>", "", "") for name in ("bias", "mean_width", "rmse")]
    page = study_page.page(document, pictures)
    (section,) = (section for section in page.sections if section.anchor == "figures")
    *shown, others = section.parts
    assert (shown, others.title, list(others.parts)) == (pictures[:2], "1 more", pictures[2:])
    (section,) = (
        section for section in study_page.page(document, pictures[:2]).sections if section.anchor == "figures"
    )
    assert section.parts == pictures[:2]
    text = study_page.readme(document, [picture.name for picture in pictures])
    assert "![mean width](mean_width.png)" in text and "\nMore figures: [rmse](rmse.png).\n" in text


def coverage(sizes, kinds):
    """Lines of one model's coverage at these n."""
    rows = [
        {"model": "m", "scenario": scenario, "parameter": "p", "estimator": "mle", "interval": kind, "n": n}
        | {"measure": "coverage", "value": 0.94, "mcse": 0.01, "slope": None, "low": None, "high": None, "theory": 0.95}
        for scenario in ("s", "t")
        for kind in kinds
        for n in sizes
    ]
    return pandas.DataFrame(rows)


def test_many_n_give_a_small_panel_per_interval_and_scenario():
    found = study.figures(coverage(range(10, 30), ("wald", "wilson", "profile")), "title", level=0.95)
    (figure,) = found.values()
    assert list(found) == ["_over_n"] and len(figure.axes) == 6
    for axes in figure.axes:
        gids = [artist.get_gid() for artist in (*axes.lines, *axes.collections)]
        assert sorted(gids) == ["band", "level", "mle line", "theory"]
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["Wald", "Wilson", "profile"]


def test_many_kinds_at_few_n_are_rows_of_marks():
    kinds = ("wald", "wilson", "profile", "jeffreys", "sandwich")
    (figure,) = study.figures(coverage((10, 40), kinds), "title", level=0.95).values()
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()][:2] == ["Wald", "Wilson"]
    assert [line.get_gid() for line in axes.lines].count("mle point") == 10


def test_both_sorts_and_the_rest_have_figures_of_their_own():
    dense, rows = coverage(range(10, 30), ("wald",)), coverage((10, 40), tuple("abcdef")).assign(model="other")
    rest = coverage((10, 40), ("wald",)).assign(model="third")
    assert set(study.figures(pandas.concat([dense, rows, rest]), "title")) == {"", "_over_n", "_by_kind"}


def test_exact_twins_of_maximum_likelihood_are_not_drawn_again():
    lines = coverage(range(10, 30), ("wald",))
    both = pandas.concat([lines, lines.assign(estimator="mle_exact")])
    (figure,) = study.figures(both, "title").values()
    assert len(figure.axes) == 2


def test_another_axis_takes_the_place_of_n_and_scenarios_are_its_points():
    parts = [table(scenario=f"a = {a}", a=a, value=float(a), theory=float(a))[:1] for a in (2, 4, 8)]
    lines = pandas.concat(parts)
    lines.attrs["axes"] = ("a",)
    (figure,) = study.figures(lines, "title", axis="a").values()
    (axes,) = figure.axes
    assert axes.get_xlabel() == "a"
    assert next(line for line in axes.lines if line.get_gid() == "theory").get_ydata().tolist() == [2, 4, 8]
    assert len(study.figures(lines, "title")[""].axes) == 3  # over n, each scenario is a panel


def test_a_panel_of_zeros_says_so():
    lines = pandas.concat([table(), table(model="flat", value=1e-14)])
    zero = study.measure(lines, "title").axes
    said = {axes.get_title(loc="left"): [text.get_text() for text in axes.texts] for axes in zero}
    assert said == {"m · p": [], "flat · p": ["0 at every n"]}


def test_a_page_has_every_measure_in_a_table_that_is_folded():
    of_mle = {"scenario": "a", "n": 10, "estimator": "mle", "parameter": "mu", "mcse": 0.02, "at": "a"}
    of_part = {"scenario": "b", "n": 10, "estimator": None, "measure": "score", "mcse": float("nan"), "at": "b"}
    bias, rmse = {**of_mle, "measure": "bias", "value": 0.1}, {**of_mle, "measure": "rmse", "value": 0.3}
    scores = [{**of_part, "parameter": name, "value": value} for name, value in (("low", 1.5), ("high", float("nan")))]
    (fold,) = study_page._measures(pandas.DataFrame([bias, rmse, *scores]), {"rmse": "root mean squared error"})
    (table,) = fold.parts
    assert table.headings == [
        "scenario",
        "estimator",
        "parameter",
        "bias",
        "root mean squared error",
        "score: low",
        "score: high",
    ]
    assert [cell.text for cell in table.lines[0]] == ["a", "mle", "mu", "0.100 ± 0.02", "0.300 ± 0.02", "", ""]
    assert [cell.text for cell in table.lines[1]][-2:] == ["1.5", "nothing measured"]
    many = pandas.DataFrame([{**bias, "n": n} for n in range(study_page.MOST_LINES + 1)])
    (words,) = study_page._measures(many, {})
    assert words.words == "performance.csv beside this page has 101 measures of 101 groups."
