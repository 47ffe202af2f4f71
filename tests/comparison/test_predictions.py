"""Predictions of new rows: statsmodels' own means and errors, the posterior's by formula, what is refused and said."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.integrate
import scipy.stats
import statsmodels.api as sm
import statsmodels.formula.api as smf

from mle_vs_bayes import models
from mle_vs_bayes.cli.app import app
from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.fit.prediction import predict as module
from mle_vs_bayes.fit.prediction.mean_moments import lacking_moments
from mle_vs_bayes.fit.prediction.mean_scale import of_difference, of_means

NEW = pd.DataFrame({"x": [0.0, 1.0, 9.0, 0.2], "g": ["a", "b", "c", "z"], "time": [1.0, 2.0, 3.0, 1.0]})


@pytest.fixture(scope="module")
def frame():
    generator, n = np.random.default_rng(1), 60
    x, g = generator.normal(size=n), generator.choice(list("abc"), n)
    y, count = 1 + x + (g == "b") + generator.normal(size=n), generator.poisson(np.exp(0.5 + 0.3 * x))
    yes = (generator.random(n) < 1 / (1 + np.exp(-x))).astype(int)
    return pd.DataFrame({"x": x, "g": g, "y": y, "count": count, "yes": yes, "h": np.arange(n) % 6})


@pytest.fixture(scope="module")
def fitted(frame):
    return _mle(frame, "linear", formula="y ~ x + g")


def _mle(frame, model, **options):
    return compare(model, frame, estimators=("mle",), **options)


@pytest.mark.parametrize(
    ("model", "formula", "family", "tolerance"),
    [
        ("linear", "y ~ center(x) + g", sm.families.Gaussian(), 1e-9),
        ("poisson", "count ~ x + g", sm.families.Poisson(), 1e-6),
        ("logistic", "yes ~ x", sm.families.Binomial(), 1e-6),
    ],
)
def test_mean_error_and_interval_are_those_of_statsmodels(frame, model, formula, family, tolerance):
    """The tolerance is where statsmodels' own iterations end; maximum likelihood divides the variance by n.

    Intervals of a mean around 0.5 ± 0.07 made on the log odds and on the chance differ by far more.
    """
    ours = _mle(frame, model, formula=formula).predict(NEW[:3]).rows
    fitted = smf.glm(formula, frame, family=family).fit(tol=1e-14)
    theirs = fitted.get_prediction(NEW[:3]).summary_frame()
    scale = np.sqrt(fitted.df_resid / len(frame)) if model == "linear" else 1.0
    np.testing.assert_allclose(ours["mean"], theirs["mean"], rtol=tolerance)
    np.testing.assert_allclose(ours["se"], scale * theirs["mean_se"], rtol=tolerance)
    for end in ("lower", "upper"):
        distance = scale * (theirs[f"mean_ci_{end}"] - theirs["mean"])
        np.testing.assert_allclose(ours[end] - ours["mean"], distance, rtol=10 * tolerance)
        symmetric = np.allclose(np.abs(distance), 1.96 * ours["se"], rtol=1e-3)
        assert symmetric == (model == "linear")


def test_a_mean_and_a_difference_have_the_ends_of_where_they_can_lie():
    """Also of trials and of counts from 1 on; the mutant is the interval on the scale of the mean, which leaves it."""
    trials = Dataset({"trials": np.array([1.0, 6.0])})
    chance, few = of_means(models.get("logistic"), trials), of_means(models.get("geometric"), trials)
    apart = of_difference(models.get("logistic"), trials, np.ones(2))
    told = [(chance, np.array([0.95, 5.7]), 0.0, np.array([1, 6])), (few, np.array([1.1, 3.0]), 1.0, np.inf)]
    for scale, mean, least, most in [*told, (apart, np.array([3.4]), -3.5, 3.5)]:
        se = 0.1 * mean
        lower, upper, reason = scale.ends(mean, se, 0.95)
        assert (least < lower).all() and (lower < mean).all() and (mean < upper).all() and (upper < most).all()
        assert not ((least < mean - 1.96 * se) & (mean + 1.96 * se < most)).all() and not reason.any()
        np.testing.assert_allclose(scale.apart(upper, mean, se), 1.959964, rtol=1e-6)
    assert "edge" in chance.ends(np.array([1.0, 3.0]), np.array([0.1, 0.1]), 0.95)[2][0]


def test_an_error_that_forgets_covariances_is_another(fitted, monkeypatch):
    """The mutant of the test above: variances alone are not within its tolerance."""

    def forgetful(estimate, of, exact=module.delta_error):
        return exact(replace(estimate, covariance=np.diag(np.diag(estimate.covariance))), of)

    right = fitted.predict(NEW[:3]).rows["se"]
    monkeypatch.setattr(module, "delta_error", forgetful)
    assert not np.allclose(fitted.predict(NEW[:3]).rows["se"], right, rtol=1e-6, atol=0)


def test_weights_stand_for_rows_written_out(frame):
    """Transforms of a whole column, too: their state is that of the rows that the weights stand for."""
    times = np.arange(len(frame)) % 3 + 1
    written = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    weighted = _mle(frame.assign(times=times), "linear", formula="y ~ poly(x, 2)", columns={"weights": "times"})
    means = [fit.predict(NEW[:3]).rows["mean"] for fit in (weighted, _mle(written, "linear", formula="y ~ poly(x, 2)"))]
    np.testing.assert_allclose(*means, rtol=1e-9)


def test_plug_in_interval_is_the_quantiles_of_the_normal(fitted):
    """20,000 draws: the error of their 97.5 % quantile is 0.02 sigma, of which five are allowed."""
    row = fitted.predict(NEW[:1]).rows.iloc[0]
    sigma = fitted["mle"].point[-1]
    assert abs(row["y_upper"] - row["mean"] - 1.96 * sigma) < 5 * 0.019 * sigma


@pytest.mark.parametrize("model", ["poisson", "pareto"])
def test_without_a_formula_every_new_row_has_its_line(frame, model):
    """So that the lines are those of the file; a model that reads nothing of a row says the same of each."""
    rows = _mle(frame.assign(count=frame["count"] + 1), model, columns={"y": "count"}).predict(NEW).rows
    assert list(rows["row"]) == [1, 2, 3, 4] and (rows["status"] == "ok").all()
    assert rows[["mean", "se", "lower", "y_lower", "y_upper"]].nunique().eq(1).all()


def test_a_group_that_is_new_adds_its_spread(frame):
    """E exp(η + u) = exp(η + sd²/2), and of y itself the spread of groups is part of the interval."""
    moved = frame.assign(
        count=np.random.default_rng(2).poisson(np.exp(1 + np.array([-1, -0.5, 0, 0.3, 0.7, 1])[frame["h"]]))
    )
    comparison = _mle(moved, "poisson", formula="count ~ x + (1 | h)")
    theta = comparison.fit.program.layout.split(comparison["mle"].point)
    row = comparison.predict(NEW[:1]).rows.iloc[0]
    np.testing.assert_allclose(row["mean"], np.exp(theta["beta"][0] + theta["sd"][0] ** 2 / 2), rtol=1e-10)


def test_posterior_is_that_of_the_conjugate_answer():
    """A Poisson rate under Gamma(2, 1): mean (2 + Σy)/(1 + n); its predictive is a negative binomial."""
    y = np.array([3, 1, 4, 1, 5, 2, 2, 6])
    comparison = compare(
        "poisson", {"y": y}, estimators=("posterior",), priors={"rate": "Gamma(alpha=2, beta=1)"}, draws=500, chains=2
    )
    (row,) = comparison.predict({"y": [0]}).rows.to_dict("records")
    shape, rate = 2 + y.sum(), 1 + len(y)
    mcse = float(comparison["posterior"].results.loc["rate", "mcse_mean"])
    assert abs(row["mean"] - shape / rate) < 4 * mcse
    error = 4 / np.sqrt(2 * comparison["posterior"].results.loc["rate", "ess_bulk"])  # four standard errors of an SD
    assert row["se"] == pytest.approx(np.sqrt(shape) / rate, rel=float(error))
    predictive = scipy.stats.nbinom(shape, rate / (rate + 1))
    assert [row["y_lower"], row["y_upper"]] == list(predictive.ppf([0.025, 0.975]))


def test_the_outcome_may_be_text_or_lie_between_bounds(frame):
    """New rows say nothing of the outcome, so that neither its classes nor its bounds are read."""
    alike = {
        "logistic": (
            (frame, {"formula": "yes ~ x"}),
            (
                frame.assign(yes=np.where(frame["yes"], "sick", "well")),
                {"formula": "yes ~ x", "order": ["well", "sick"]},
            ),
        ),
        "normal": (
            (frame, {"formula": "y ~ x + g"}),
            (frame.assign(high=frame["y"]), {"formula": "~ x + g", "columns": {"lower": "y", "upper": "high"}}),
        ),
    }
    for model, pair in alike.items():
        numbers, others = (_mle(table, model, **options) for table, options in pair)
        for ask in (lambda fit: fit.predict(NEW[:3]).rows["mean"], lambda fit: fit.effect("x").rows["estimate"]):
            np.testing.assert_allclose(ask(others), ask(numbers), rtol=1e-6)


def test_what_was_not_in_the_fit_is_said(fitted):
    rows = fitted.predict(NEW).rows
    assert "x is 9, outside" in rows["remark"][2]
    assert rows["status"][3] == "unseen_level" and 'g is "z"' in rows["reason"][3] and np.isnan(rows["mean"][3])


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (NEW.drop(columns="g"), "no column g"),
        (NEW.assign(x=[np.nan, 1, 2, 3]), "column x of the new data has no value in row 1"),
        (NEW[:0], "no rows"),
        (NEW.assign(x="tall"), "x"),
    ],
)
def test_new_data_that_cannot_be_used_are_refused(fitted, new, words):
    with pytest.raises(DataError, match=words):
        fitted.predict(new)


def test_an_outcome_without_a_mean_is_refused(frame):
    with pytest.raises(UsageError, match="no mean"):
        _mle(frame, "autoregressive", columns={"y": "y"}).predict(NEW)


def test_command_prints_and_leaves_the_rows(frame, tmp_path):
    from typer.testing import CliRunner

    frame.to_csv(tmp_path / "old.csv", index=False)
    NEW.to_csv(tmp_path / "new.csv", index=False)
    typed = ["compare", "linear", str(tmp_path / "old.csv"), "--formula", "y ~ x", "--estimator", "mle", "--json"]
    typed += ["--predict", str(tmp_path / "new.csv"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, typed)
    document = json.loads(result.stdout)
    left = pd.read_csv(tmp_path / "out" / "predictions.csv")
    np.testing.assert_allclose(left["mean"], [line["mean"] for line in document["predictions"]])
    assert len(left) == len(NEW)


SCHOOLS = pd.DataFrame(
    {
        "h": list("aaabbbcccdddd"),
        "y": [52.0, 61, 60, 44, 50, 57, 60, 66, 75, 49, 61, 60, 47],
        "count": [1, 2, 0, 4, 6, 5, 1, 1, 3, 9, 7, 8, 6],
    }
)
MEMBERS = pd.DataFrame({"h": ["b", "z", "d"]})


def test_a_member_that_was_seen_has_its_own_effect():
    """The conditional law of a normal effect by its formula: shrunk mean τ²/(σ²/n + τ²), variance τ² σ²/(σ² + n τ²)."""
    fitted = _mle(SCHOOLS, "linear", formula="y ~ 1 + (1 | h)")
    theta = fitted.fit.program.layout.split(fitted["mle"].point)
    mu, tau2, noise = theta["beta"][0], theta["sd"][0] ** 2, theta["sigma"] ** 2
    values = SCHOOLS.groupby("h")["y"]
    size, mean = values.size()["b"], values.mean()["b"]
    shrunk, left_open = tau2 / (noise / size + tau2), tau2 * noise / (noise + size * tau2)
    seen, new, _ = fitted.predict(MEMBERS).rows.to_dict("records")
    np.testing.assert_allclose((seen["mean"], new["mean"]), (mu + shrunk * (mean - mu), mu), rtol=1e-9)
    assert seen["se"] ** 2 > left_open and not seen["remark"] and '"z", which is new' in new["remark"]
    half = 1.96 * np.sqrt(noise + left_open)  # of y; 20,000 draws, of whose quantile's error five are allowed
    assert abs(seen["y_upper"] - seen["mean"] - half) < 5 * 0.019 * half / 1.96


def test_a_seen_member_of_counts_by_an_integral_of_its_own():
    """∫ exp(η + u) p(u | y) du by SciPy's quadrature; a member taken for a new one, the mutant, has another mean."""
    fitted = _mle(SCHOOLS, "poisson", formula="count ~ 1 + (1 | h)")
    theta = fitted.fit.program.layout.split(fitted["mle"].point)
    eta, sd, y = theta["beta"][0], theta["sd"][0], SCHOOLS.loc[SCHOOLS["h"] == "d", "count"].to_numpy()

    def joint(u, power):
        rate = np.exp(eta + u)
        return rate**power * np.exp(np.sum(y * (eta + u) - rate)) * scipy.stats.norm.pdf(u, scale=sd)

    moments = [scipy.integrate.quad(joint, -12 * sd, 12 * sd, args=(power,), epsrel=1e-12)[0] for power in (0, 1)]
    (_, new, seen) = fitted.predict(MEMBERS).rows["mean"]
    np.testing.assert_allclose(seen, moments[1] / moments[0], rtol=1e-8)
    assert abs(new - seen) > 1


@pytest.mark.parametrize(("prior", "exists"), [("HalfNormal(0.9)", True), ("HalfNormal(1.1)", False)])
def test_the_posterior_of_a_new_members_mean_may_have_none(prior, exists):
    """E exp(sd²/2) = 1/√(1 − s²) under HalfNormal(s), and infinite from s = 1 on, where the likelihood falls slower."""
    program = _mle(SCHOOLS, "poisson", formula="count ~ 1 + (1 | h)", priors={"sd": prior}).fit.program
    assert all((each.mean is None) == exists for each in lacking_moments(program, program.data))


def test_draws_of_the_posterior_have_the_members_own_effects():
    """Means over draws of η + u, from the tree itself; beside the new member's they are less uncertain."""
    fitted = compare(
        "linear", SCHOOLS, formula="y ~ 1 + (1 | h)", estimators=("posterior",), draws=200, tune=300, chains=2
    )
    tree = fitted["posterior"].tree
    own = tree["posterior"]["beta"][..., 0] + tree["latent"]["u[Intercept|h]"][..., 3]
    _, new, seen = fitted.predict(MEMBERS).rows.to_dict("records")
    np.testing.assert_allclose((seen["mean"], seen["se"]), (own.mean(), own.std(ddof=1)), rtol=1e-9)
    assert seen["y_upper"] - seen["y_lower"] < new["y_upper"] - new["y_lower"]
