"""Whether the posterior of a mean response has a mean, for every model that predicts; where not, nothing is one.

The table is what each formula of the mean and each default prior come to: a shape that may be near 0 (Weibull) or at
most 1 (log-logistic, Pareto, Student's t), and exp(sigma²/2) under an exponential prior.
"""

import json

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.fit.prediction.mean_moments import lacking_moments
from mle_vs_bayes.fit.prediction.means import has_mean
from mle_vs_bayes.model.model import Model
from mle_vs_bayes.models.trunks.fixed import Fixed
from mle_vs_bayes.report import text

from ..agreement.checks import program

NONE = {
    **dict.fromkeys(("weibull", "weibull_regression"), "near shape"),
    **dict.fromkeys(("loglogistic", "pareto"), "at most 1"),
    **dict.fromkeys(("student_t", "robust_regression"), "nu is at most 1"),
    "lognormal": "exp(sigma²/2) grows",
}


def lacking(name, priors=None, held=None):
    """What the mean response of the first row has not, on twenty values that the model drew."""
    model, generator = models.get(name), np.random.default_rng(3)
    design = model.design(20, generator)
    data = model.completed(model.simulate(Model.start(model, design), design, generator))
    model = Fixed(model, held, name) if held else model
    made = program(model, model.arranged(data), priors)
    return lacking_moments(made, made.data)[0]


@pytest.mark.parametrize("name", [name for name in models.MODELS if has_mean(models.get(name))])
def test_a_mean_response_has_a_posterior_mean_or_there_is_a_reason(name):
    told = lacking(name).mean
    assert NONE[name] in told if name in NONE else told is None


@pytest.mark.parametrize(
    ("name", "priors", "held"),
    [
        ("weibull", {"shape": "Uniform(0.5, 5)"}, None),
        ("weibull_regression", {"shape": "Uniform(0.5, 5)"}, None),
        ("weibull", {}, {"shape": 2.0}),
        ("weibull_regression", {}, {"shape": 2.0}),
        ("loglogistic", {}, {"shape": 1.5}),
        ("pareto", {"alpha": "Uniform(1.1, 9)"}, None),
        ("student_t", {"nu": "Uniform(1, 50)"}, None),
        ("robust_regression", {}, {"nu": 5.0}),
        ("lognormal", {"sigma": "Uniform(0, 3)"}, None),
        ("lognormal", {}, {"sigma": 1.0}),
    ],
)
def test_where_the_prior_or_a_value_held_keeps_away_the_mean_is_there(name, priors, held):
    assert lacking(name, priors, held).mean is None


@pytest.mark.parametrize(
    ("name", "priors", "held"),
    [
        ("loglogistic", {"shape": "Uniform(1, 9)"}, None),  # 1/(shape − 1) has no integral at 1
        ("robust_regression", {}, {"nu": 1.0}),
        ("weibull_regression", {"beta": "Cauchy(0, 1)"}, {"shape": 2.0}),  # exp(β) of a power of β
        ("gamma_regression", {"beta": "Flat()"}, None),
        ("linear", {"beta": "Flat()", "sigma": "HalfFlat()"}, None),
        ("poisson_regression", {"beta": "Cauchy(0, 1)"}, None),
    ],
)
def test_heavy_priors_of_what_the_mean_grows_with(name, priors, held):
    """Of a line of twenty values under flat priors there is a mean, and of Poisson counts that hold every direction."""
    exists = name in ("linear", "poisson_regression")
    assert (lacking(name, priors, held).mean is None) == exists


@pytest.fixture(scope="module")
def lives():
    generator, x = np.random.default_rng(2), np.tile([0.0, 1.0], 10)
    frame = pd.DataFrame({"x": x, "y": np.exp(1 + 0.5 * x) * generator.weibull(1.5, 20)})
    fitted = compare(
        "weibull_regression", frame, formula="y ~ x", estimators=("mle", "posterior"), draws=200, tune=200, chains=2
    )
    return fitted.predict(frame[:2]), fitted.effect("x")


def test_predictions_and_effects_show_the_median_and_nothing_of_a_mean(lives):
    predicted, effects = lives
    for asked, of in ((predicted, "mean"), (effects, "estimate")):
        rows = asked.rows.set_index("estimator")
        mle, posterior = rows.loc[["mle"]], rows.loc[["posterior"]]
        assert (mle["status"] == "ok").all() and mle[of].notna().all() and mle["median"].isna().all()
        assert (posterior["status"] == "no_mean").all() and posterior["reason"].str.contains("near shape = 0").all()
        assert posterior[[of, "se", "from_mle"]].isna().all(axis=None)
        assert (posterior["lower"] < posterior["median"]).all() and (posterior["median"] < posterior["upper"]).all()
        screen = text.plain(asked.screen())
        assert "posterior median" in screen and "posterior mean  " not in screen and not asked.apart
        assert json.loads(json.dumps(asked.document(), allow_nan=False))
