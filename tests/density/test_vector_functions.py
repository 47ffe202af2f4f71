"""Polynomials in the place of the C library's exponentials: right to the last places, and really used."""

import numpy as np
import pytest
from scipy.special import expit

from mle_vs_bayes.density import vector_functions

UNIT = np.finfo(float).eps
GRIDS = {
    "exp": np.concatenate([np.linspace(-707, 708, 20001), np.logspace(-300, 0, 601), -np.logspace(-300, 0, 601)]),
    "log": np.concatenate([np.logspace(-320, 308, 20001), 1 + np.linspace(-0.3, 0.5, 20001)]),
    "log1p": np.concatenate([np.logspace(-300, 300, 20001), np.linspace(-0.999, 1, 20001)]),
    "softplus": np.concatenate([np.linspace(-600, 600, 20001), np.linspace(-3, 3, 20001)]),
    "sigmoid": np.linspace(-700, 700, 20001),
}
TRUTHS = {"exp": np.exp, "log": np.log, "log1p": np.log1p, "softplus": lambda x: np.logaddexp(0, x), "sigmoid": expit}


def over(function, x):
    import numba

    @numba.njit
    def each(values):
        out = np.empty_like(values)
        for i in range(len(values)):
            out[i] = function(values[i])
        return out

    return each(x)


def worst(name, function):
    """The largest error in units of the last place."""
    x = GRIDS[name]
    truth = TRUTHS[name](x)
    return float(np.max(np.abs(over(function, x) - truth) / (UNIT * np.maximum(np.abs(truth), np.finfo(float).tiny))))


@pytest.mark.parametrize("name", GRIDS)
def test_each_function_is_that_of_numpy_to_a_few_units_in_the_last_place(name):
    # NumPy's own are good to about one; each step of ours rounds once more
    assert worst(name, vector_functions.functions()[name]) <= 4


def test_one_coefficient_that_is_wrong_in_its_seventh_digit_is_seen(monkeypatch):
    genuine = vector_functions.TAYLOR
    monkeypatch.setattr(vector_functions, "TAYLOR", (*genuine[:-4], genuine[-4] * (1 + 1e-7), *genuine[-3:]))
    vector_functions.functions.cache_clear()
    try:
        assert worst("exp", vector_functions.functions()["exp"]) > 1000
    finally:
        vector_functions.functions.cache_clear()


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("exp", {np.nan: np.nan, np.inf: np.inf, -np.inf: 0.0, -800.0: 0.0, 800.0: np.inf}),
        ("log", {np.nan: np.nan, np.inf: np.inf, 0.0: -np.inf, -1.0: np.nan}),
        ("log1p", {np.nan: np.nan, np.inf: np.inf, -1.0: -np.inf, -2.0: np.nan, 0.0: 0.0}),
        ("softplus", {np.nan: np.nan, np.inf: np.inf, -np.inf: 0.0}),
        ("sigmoid", {np.nan: np.nan, np.inf: 1.0, -np.inf: 0.0, 0.0: 0.5}),
    ],
)
def test_at_the_ends_they_are_what_numpy_says(name, ends):
    found = over(vector_functions.functions()[name], np.array(list(ends)))
    np.testing.assert_array_equal(found, list(ends.values()))


def total(of):
    """The exponentials of what ``of`` takes from (0.5, 1.5), added up, and the compiled graph as text."""
    import pytensor
    import pytensor.tensor as pt

    x = pt.vector("x")
    function = pytensor.function([x], pt.exp(of(x)).sum(), mode=vector_functions.mode())
    return float(function(np.array([0.5, 1.5]))), pytensor.dprint(function, file="str")


def test_a_density_over_rows_is_computed_with_them_and_one_number_is_not():
    value, graph = total(lambda x: x)
    assert value == pytest.approx(np.exp(0.5) + np.exp(1.5), rel=1e-15)
    assert "Vector_exp" in graph
    value, graph = total(lambda x: x[0])
    assert value == pytest.approx(np.exp(0.5), rel=1e-15)
    assert "Vector_exp" not in graph


def test_where_pytensor_has_moved_its_names_scalar_functions_stay_and_it_says_so_once(monkeypatch):
    def moved():
        raise ImportError("cannot import name 'numba_njit'")

    monkeypatch.setattr(vector_functions, "_register", moved)
    vector_functions._known.cache_clear()
    try:
        with pytest.warns(UserWarning, match="scalar exponentials, which is slower: cannot import name 'numba_njit'"):
            vector_functions.mode()
        value, graph = total(lambda x: x)  # a second warning would be an error
    finally:
        vector_functions._known.cache_clear()
    assert value == pytest.approx(np.exp(0.5) + np.exp(1.5), rel=1e-15)
    assert "Vector_exp" not in graph
