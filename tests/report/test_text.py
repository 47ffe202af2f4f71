"""Digits of a table: as many as an error has, and no more because of a constant or of one number that ran off.

And colour where a terminal has it.
"""

import pandas as pd
import pytest

from mle_vs_bayes.report.numbers import number, number_format, or_dash
from mle_vs_bayes.report.text import paragraph, terminal


def shown(estimates, errors):
    style = number_format(pd.DataFrame({"estimate": estimates, "se": errors}))
    return [number(value, style) for value in estimates]


@pytest.mark.parametrize(
    ("estimates", "errors", "expected"),
    [
        ([2.512, 2.634], [0.31, 0.33], ["2.51", "2.63"]),
        ([1.0, 1.0, 1.0], [None, 2e-17, 1e-16], ["1.0000"] * 3),  # the ones of a correlation matrix
        ([1e15, 2.512, 2.634], [3e14, 0.31, 0.33], ["1.00e+15", "2.51", "2.63"]),
        ([1e15, 2.512], [3e14, 0.31], ["1.00e+15", "2.51"]),
        ([1.7e15, 1.7e15], [245.0, 245.0], ["1,700,000,000,000,000"] * 2),
        ([1.5e15, 1.6e15], [2.4e14, 2.4e14], ["1.50e+15", "1.60e+15"]),
        ([3.12e-9, 3.24e-9], [1e-10, 1e-10], ["3.120e-09", "3.240e-09"]),
        ([1e9 + 3, 1e9 + 5], [3e-3, 3e-3], ["1,000,000,003.0000", "1,000,000,005.0000"]),
        ([float("nan"), 0.0], [float("nan"), float("nan")], ["–", "0.0000"]),
    ],
)
def test_digits_are_those_of_the_error(estimates, errors, expected):
    assert shown(estimates, errors) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"FORCE_COLOR": "1", "TERM": "xterm"}, "\x1b[1;33mseparated\x1b[0m\n"),
        ({"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"}, "separated\n"),
        ({}, "separated\n"),  # a pipe
    ],
)
def test_bold_and_colour_where_a_terminal_has_them_and_no_color_is_not_set(settings, expected, monkeypatch, capsys):
    for name in ("FORCE_COLOR", "NO_COLOR", "TERM", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    terminal().print(paragraph("separated", "bold yellow"))
    assert capsys.readouterr().out == expected


def test_a_large_number_has_the_sign_of_its_format():
    """A likelihood ratio has none, a difference has."""
    assert [or_dash(1234.0, style) for style in ("{:.2f}", "{:+.2f}")] == ["1e+03", "+1e+03"]
    assert or_dash(1234.0, "{:,.2f}", most=1e7) == "1,234.00"
