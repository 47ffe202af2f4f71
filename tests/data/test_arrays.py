"""Arrays that a person makes: names for terms and labels where there are none, and a sentence where nothing fits."""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes import compare, fit_replicates
from mle_vs_bayes.data.arrays import named, read
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.models import get

X = np.column_stack([np.ones(6), np.arange(6.0)])
Y = np.array([0.0, 1.0, 1.0, 3.0, 3.0, 6.0])


def test_terms_without_names_are_named_wherever_a_data_set_is_given():
    data = Dataset({"y": Y, "X": X})
    found = compare("linear", data, estimators=["mle"])
    rows = found.rows.set_index("parameter")["estimate"]
    slope, intercept = np.polyfit(X[:, 1], Y, 1)
    assert rows["beta[x1]"] == pytest.approx(slope)
    assert rows["beta[Intercept]"] == pytest.approx(intercept)
    many = fit_replicates("linear", [data], ["mle"]).rows.set_index("parameter")["estimate"]
    assert many["beta[x1]"] == pytest.approx(slope)


def test_labels_without_names_are_named_by_their_values():
    data = named(get("neyman_scott"), Dataset({"y": Y, "group": np.array([7.0, 7, 2, 2, 5, 5])}))
    assert data.coords["group"] == ("2", "5", "7")
    assert data["group"].tolist() == [2, 2, 0, 0, 1, 1]


def test_a_constant_that_is_not_one_is_a_covariate():
    assert named(get("linear"), Dataset({"y": Y, "X": 2 * X})).coords["term"] == ("x1", "x2")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"y": Y, "X": X[:3]}, ("y has 6 and X has 3",)),
        ({"y": Y, "X": np.ones((6, 2, 2))}, ("(6, 2, 2)",)),
        ({"y": 1.0, "X": X}, ("y is one number, 1",)),
        ({}, ("no columns",)),
        (Dataset({"y": np.array(["a"] * 6), "X": X}), ("y cannot be read as numbers", "give an array of numbers")),
        ({"z": Y, "X": X}, ("the data have no column y (there is z and X)", "linear reads y")),
        (pd.DataFrame({"y": Y, "x": Y}), ("linear needs a formula for the columns of a frame", 'formula="y ~ x"')),
        ([1.0, 2.0], ("the data are a list; give a Dataset",)),
    ],
)
def test_what_is_no_data_set_is_refused_in_one_sentence(data, words):
    with pytest.raises((DataError, UsageError)) as caught:
        read(get("linear"), data)
    assert [word for word in words if word not in str(caught.value)] == []


def test_a_data_set_without_a_design_matrix_is_refused_before_anything_is_fitted():
    with pytest.raises(DataError, match="does not fit: the data have y, and the model linear reads a design matrix X"):
        compare("linear", Dataset({"y": Y}))
