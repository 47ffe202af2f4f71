"""The expected information: what textbooks have, standard errors that R prints, and why there is none."""

import numpy as np
import pytest
from scipy.special import polygamma

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.intervals.expected import expected_information

TRIGAMMA = {x: float(polygamma(1, x)) for x in (2.0, 3.0, 5.0)}
TEXTBOOK = {
    "poisson": ({"rate": 3.0}, [[1 / 3.0]]),
    "geometric": ({"p": 0.3}, [[1 / (0.3**2 * 0.7)]]),
    "student_t": ({"nu": 5.0, "mu": 1.0, "sigma": 2.0}, [[..., 0, ...], [0, 6 / 8 / 4, 0], [..., 0, 2 * 5 / 8 / 4]]),
    "gamma": ({"shape": 2.0, "rate": 0.5}, [[TRIGAMMA[2.0], -2.0], [-2.0, 2 / 0.25]]),
    "beta": (
        {"alpha": 2.0, "beta": 3.0},
        [
            [TRIGAMMA[2.0] - TRIGAMMA[5.0], -TRIGAMMA[5.0]],
            [-TRIGAMMA[5.0], TRIGAMMA[3.0] - TRIGAMMA[5.0]],
        ],
    ),
    "negative_binomial": ({"mu": 3000.0, "alpha": 0.5}, [[1 / (3000 + 0.5 * 3000**2), 0], [0, ...]]),
}
"""Per observation; ``...`` where it is not written out. Of t: Lange, Little & Taylor (1989), JASA 84, 881–896."""
ROWS = np.array([1.0, 2.0, 2.0])
"""How often each of three rows was seen."""


def information(name, theta, **columns):
    y = np.full(len(ROWS), 0.5 if name == "beta" else 2.0)
    program = ModelDensity(models.get(name), Dataset({"y": y, "weights": ROWS, **columns}), {})
    return expected_information(program, program.layout.join(theta), np.random.default_rng(1))


@pytest.mark.parametrize("name", TEXTBOOK)
def test_textbook(name):
    theta, printed = TEXTBOOK[name]
    columns = {"exposure": np.ones(3)} if name in ("poisson", "negative_binomial") else {}
    got = information(name, theta, **columns) / ROWS.sum()
    for i, j in np.ndindex(got.shape):
        if printed[i][j] is not ...:
            size = np.sqrt(got[i, i] * got[j, j])
            assert abs(got[i, j] - printed[i][j]) <= 1e-5 * size, (i, j, got[i, j], printed[i][j])


def test_a_sum_that_is_not_one_is_no_information():
    assert "could not be found" in information("uniform", {"upper": 5.0})


@pytest.mark.parametrize(
    ("name", "frame", "reason"),
    [
        ("weibull", {"y": [1.0, 2, 3, 5], "event": [1, 1, 0, 1]}, "would have been censored"),
        ("autoregressive", {"y": [1.0, 3, 2, 4, 2, 5, 3, 4]}, "rows are independent"),
    ],
)
def test_what_has_none_says_why(name, frame, reason):
    rows = compare(name, frame, estimators=["mle"], intervals=["wald_expected"]).rows
    assert all(reason in said for said in rows["reason"])
    assert rows["lower"].isna().all()
