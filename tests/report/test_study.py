"""Figures and pages of studies: what is drawn and said, without looking at pixels."""

import pandas
import pytest

from mle_vs_bayes.report import study_figures, study_page
from mle_vs_bayes.report.palette import LOOKS


def table(**columns):
    rows = [
        {"model": "m", "scenario": "default", "parameter": "p", "estimator": name, "interval": kind, "n": n}
        | {"measure": "rmse", "value": n**-0.5, "mcse": 0.01 * n**-0.5, "slope": -0.5, "low": None, "high": None}
        for name, kind in (("mle", "wald"), ("mle", "profile"), ("map", "laplace"), ("own", "none"))
        for n in (10, 100, 1000)
    ]
    return pandas.DataFrame(rows).assign(**columns).astype({"low": float, "high": float})


def test_one_curve_per_estimator_in_its_colour_with_the_predicted_slope():
    figure = study_figures.measure(table(), "title")
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    drawn = {line.get_gid(): line.get_color() for line in axes.lines}
    assert drawn["mle point"] == LOOKS["mle"].colour
    assert drawn["map point"] == LOOKS["map"].colour
    assert drawn["own point"] in study_figures.OTHERS
    assert [line.get_gid() for line in axes.lines].count("guide") == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["maximum likelihood", "MAP", "own"]
    assert study_figures.png(figure) == study_figures.png(figure)


def test_coverage_has_a_curve_per_interval_the_level_and_the_band():
    figure = study_figures.measure(table(measure="coverage", slope=None, low=0.9, high=1.0), "title", level=0.95)
    (axes,) = figure.axes
    gids = [artist.get_gid() for artist in (*axes.lines, *axes.patches)]
    assert axes.get_yscale() == "linear"
    assert (gids.count("mle point"), gids.count("level"), gids.count("band")) == (2, 1, 1)
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words[:2] == ["maximum likelihood, Wald", "maximum likelihood, profile"]


def test_many_intervals_give_each_estimator_a_panel():
    parts = [table(measure="coverage", interval=f"kind {i}") for i in range(5)]
    figure = study_figures.measure(pandas.concat(parts), "title")
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


def test_the_page_says_question_verdict_and_every_prediction():
    line = {"claim": "|gap| small", "where": "m · p", "measured": 0.1, "mcse": 0.01, "verdict": "holds"}
    document = {"study": "s", "question": "Why?", "verdict": "holds", "predictions": [line], "cells": 2, "quick": True}
    page = study_page.page({**document, "replicates": 5, "seed": 0, "fits": 10, "failed": 1}, ["rmse"])
    assert "**Question.** Why?" in page
    assert "| \\|gap\\| small | m · p | 0.100 ± 0.01 | holds |" in page
    assert "1 of 10 fits failed" in page and "a quick run" in page and "![rmse](rmse.png)" in page
