"""Digits of a table: as many as an error has, and no more because of a constant or of one number that ran off."""

import pandas as pd
import pytest

from mle_vs_bayes.report.numbers import number, number_format


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
