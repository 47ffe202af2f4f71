"""The mean response of every model that predicts is that of its own simulator, whatever the request says beside it.

The mean of 4,000 outcomes of a row is normal around it, with their standard deviation over √4,000 as its error; five of
these are allowed for the largest of some hundred rows. The mutant is a mean that is off by a tenth.
"""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.fit.prediction.means import check, predicts_classes
from mle_vs_bayes.model.model import Model

DRAWS = 4000
UNABLE = {
    *("gompertz", "random_intercept", "neyman_scott", "normal_means", "autoregressive"),
}
"""Series, groups with means of their own, and a family whose mean is not in the table."""


def agree(model, theta, data, mean):
    """Whether means ``(n,)``, or chances of classes ``(n, K)``, are those of outcomes that the model draws at θ."""
    generator = np.random.default_rng(8)
    drawn = np.array([model.simulate(theta, data, generator)["y"] for _ in range(DRAWS)])
    if predicts_classes(model):
        drawn = (drawn[..., None] == np.arange(mean.shape[1])).astype(float)
    error = drawn.std(axis=0, ddof=1) / np.sqrt(DRAWS)
    return bool((np.abs(drawn.mean(axis=0) - mean) < 5 * error).all())


@pytest.mark.parametrize("name", models.MODELS)
def test_a_model_predicts_the_mean_that_it_draws_or_says_why_not(name):
    model = models.get(name)
    if name in UNABLE:
        with pytest.raises(UsageError, match="no mean"):
            check(model)
        return
    check(model)
    data = model.design(6, np.random.default_rng(3))
    theta = Model.start(model, data)
    mean = model.mean_response(theta, data)
    assert agree(model, theta, data, mean)
    assert not agree(model, theta, data, mean + 0.5 * np.abs(mean) + 0.5)


def table():
    """Outcomes of several kinds under one covariate, with exposure and trials."""
    generator, x = np.random.default_rng(5), np.tile([0.0, 1.0, 2.0, 3.0, 4.0], 6)
    return pd.DataFrame(
        {
            "x": x,
            "real": 1 + 0.5 * x + generator.standard_t(5, len(x)),
            "count": generator.negative_binomial(2, 1 / (1 + np.exp(0.2 * x))),
            "successes": generator.binomial(6, 1 / (1 + np.exp(1 - 0.4 * x))),
            "trials": 6.0,
            "hours": generator.uniform(1, 3, len(x)),
        }
    )


CASES = {
    "exposure": ("poisson", {"formula": "count ~ x", "columns": {"exposure": "hours"}}),
    "trials": ("bernoulli", {"formula": "successes ~ x", "columns": {"trials": "trials"}}),
    "offset": ("linear", {"formula": "real ~ x", "columns": {"offset": "hours"}}),
    "spread by x": ("normal", {"formula": ["real ~ x", "sigma ~ x"]}),
    "fixed scalar": ("negative_binomial", {"formula": "count ~ x", "fix": {"alpha": 0.5}}),
    "fixed coefficient": ("linear", {"formula": "real ~ x", "fix": {"beta[x]": 0.4}}),
    "several subsets": ("linear", {"formula": "real ~ x", "n": [20, "all"]}),
}


@pytest.mark.parametrize("name", CASES)
def test_rows_of_the_fit_have_the_mean_that_the_model_draws(name):
    """And the interval of y holds 95 % of what is drawn: no less, up to what quantiles of counts round."""
    model, options = CASES[name]
    comparison = compare(model, table(), estimators=("mle",), **options)
    program, rows = comparison.fit.program.written_out, comparison.predict(table()).rows
    theta = program.layout.split(comparison["mle"].point)
    assert (rows["status"] == "ok").all() and (rows["se"] > 0).all()
    assert agree(program.model, theta, program.data, rows["mean"].to_numpy())
    assert not agree(program.model, theta, program.data, 1.1 * rows["mean"].to_numpy())
    drawn = np.array([program.model.simulate(theta, program.data, np.random.default_rng(k))["y"] for k in range(500)])
    inside = (rows["y_lower"].to_numpy() <= drawn) & (drawn <= rows["y_upper"].to_numpy())
    assert inside.mean() > 0.95 - 5 * np.sqrt(0.05 * 0.95 / 500 / len(rows))


def test_without_a_mean_there_is_a_reason_and_where_y_will_lie():
    """Student's t with one degree of freedom."""
    comparison = compare("student_t", table(), formula="real ~ x", fix={"nu": 1}, estimators=("mle",))
    rows = comparison.predict(table()[:2]).rows
    assert (rows["status"] == "no_mean").all() and rows[["mean", "se"]].isna().all(axis=None)
    assert np.isfinite(rows["y_upper"]).all() and rows["reason"].str.contains("no finite mean").all()
