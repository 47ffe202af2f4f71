"""Predictions and effects of outcomes that are classes: the chance of each, by statsmodels, integrals and formulas."""

import json

import numpy as np
import pandas as pd
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
import statsmodels.formula.api as smf
from statsmodels.miscmodels.ordinal_model import OrderedModel

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.fit.prediction.mean_moments import lacking_moments
from mle_vs_bayes.models.trunks.thresholds import Cumulative

CLASSES = ("low", "middle", "high")
NEW = pd.DataFrame({"x": [-1.0, 0.3], "treat": [1, 0]})


@pytest.fixture(scope="module")
def frame():
    generator, n = np.random.default_rng(4), 120
    x, treat, g = generator.normal(size=n), generator.integers(0, 2, n), np.arange(n) % 6
    latent = x + treat + np.array([-2, -1, 0, 0, 1, 2])[g] + generator.logistic(size=n)
    y = np.searchsorted([-0.5, 1.5], latent)
    return pd.DataFrame({"x": x, "treat": treat, "g": g.astype(str), "code": y, "y": np.array(CLASSES)[y]})


def fitted(frame, model, formula="y ~ x + treat", **more):
    return compare(model, frame, formula=formula, order=CLASSES, **{"estimators": ("mle",), **more})


def table(rows, column="mean"):
    """A column by new row and class ``(m, 3)``."""
    return rows[column].to_numpy().reshape(-1, len(CLASSES))


@pytest.fixture(scope="module")
def multinomial(frame):
    return fitted(frame, "categorical")


@pytest.fixture(scope="module")
def theirs(frame):
    return smf.mnlogit("code ~ x + treat", frame).fit(disp=0, tol=1e-14)


def test_chances_of_the_multinomial_logit_are_those_of_statsmodels(multinomial, theirs):
    rows = multinomial.predict(NEW).rows
    np.testing.assert_allclose(table(rows), theirs.predict(NEW), rtol=1e-6)
    assert list(rows["class"]) == [*CLASSES] * len(NEW) and rows[["y_lower", "y_upper"]].isna().all(axis=None)
    assert list(rows["likeliest"]) == list((table(rows) == table(rows).max(axis=1, keepdims=True)).ravel())


def check_effects(multinomial, theirs):
    """Differences of the chance of each class between 1 and 0, averaged over rows, with the delta method's error."""
    margins = theirs.get_margeff(dummy=True, at="overall")
    rows = multinomial.effect("treat").rows
    assert list(rows["class"]) == [*CLASSES] and set(rows["effect"]) == {"treat: 1 − 0"}
    np.testing.assert_allclose(rows["estimate"], margins.margeff[1], rtol=1e-6)
    np.testing.assert_allclose(rows["se"], margins.margeff_se[1], rtol=1e-6)


def test_each_class_has_the_average_effect_of_statsmodels(multinomial, theirs):
    check_effects(multinomial, theirs)


def test_mutant_classes_in_another_order(multinomial, theirs, monkeypatch):
    kind = type(multinomial.model)
    chances = kind.mean_response
    monkeypatch.setattr(kind, "mean_response", lambda *request: np.roll(chances(*request), 1, axis=1))
    with pytest.raises(AssertionError):
        check_effects(multinomial, theirs)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_chances_of_ordered_classes_are_those_of_statsmodels(frame, link):
    """Its search ends where a slope of log L / n is 1e-6, some 1e-5 from the optimum in log odds.

    The error of its predictions is (J V Jᵀ)½, with J by differences of these.
    """
    distribution = scipy.stats.logistic if link == "logit" else scipy.stats.norm
    model = OrderedModel(frame["code"], frame[["x", "treat"]], distr=distribution)
    theirs = model.fit(method="bfgs", gtol=1e-6, disp=0)
    rows = fitted(frame, "ordered", link=link).predict(NEW).rows
    np.testing.assert_allclose(table(rows), theirs.predict(NEW), rtol=1e-4)
    step = 1e-5 * np.eye(len(theirs.params))
    sides = [[model.predict(theirs.params + sign * each, exog=NEW) for each in step] for sign in (1, -1)]
    slopes = (np.array(sides[0]) - np.array(sides[1])) / 2e-5
    variance = np.einsum("imk,jmk,ij->mk", slopes, slopes, theirs.cov_params())
    np.testing.assert_allclose(table(rows, "se"), np.sqrt(variance), rtol=1e-3)


@pytest.fixture(scope="module")
def grouped(frame):
    return fitted(frame, "ordered", "y ~ x + (1 | g)")


def check_group(frame, grouped):
    """∫ P(class | u) p(u | y) du by SciPy's quadrature, of a member that was seen and of a new one."""
    theta = grouped.fit.program.layout.split(grouped["mle"].point)
    ends = np.array([-np.inf, *theta["cutpoints"], np.inf])
    mine = frame[frame["g"] == "5"]

    def joint(u, k, seen):
        def chance(x, of):
            eta = x * theta["beta"][0] + u
            return scipy.special.expit(ends[of + 1] - eta) - scipy.special.expit(ends[of] - eta)

        likelihood = np.prod(chance(mine["x"].to_numpy(), mine["code"].to_numpy())) if seen else 1.0
        return likelihood * scipy.stats.norm.pdf(u, scale=theta["sd"][0]) * (1.0 if k is None else chance(0.3, k))

    def integral(k, seen):
        return scipy.integrate.quad(joint, -12, 12, args=(k, seen), epsabs=0, epsrel=1e-10, limit=200)[0]

    chances = table(grouped.predict({"x": [0.3, 0.3], "g": ["5", "new"]}).rows)
    for seen, ours in zip((True, False), chances, strict=True):
        wanted = [integral(k, seen) / integral(None, seen) for k in range(len(CLASSES))]
        np.testing.assert_allclose(ours, wanted, rtol=1e-6)


def test_chances_of_groups_are_integrals_over_their_effects(frame, grouped):
    check_group(frame, grouped)


def test_mutant_classes_that_forget_the_effects_of_groups(frame, grouped, monkeypatch):
    exact = Cumulative.class_chances
    monkeypatch.setattr(
        Cumulative, "class_chances", lambda self, theta, data: exact(self, theta, {"X": data["X"], "offset": 0.0})
    )
    with pytest.raises(AssertionError):
        check_group(frame, grouped)


def test_the_posterior_of_chances_is_that_of_the_conjugate_answer(frame):
    """Dirichlet(1 + counts): its means are the posterior predictive of the class, its ends quantiles of betas."""
    fit = compare("categorical", frame[["y"]], estimators=("posterior",), draws=500, chains=2)
    rows = fit.predict({"y": ["low"]}).rows
    after = 1 + frame["y"].value_counts().sort_index().to_numpy()
    results = fit["posterior"].results
    for line, a, label in zip(rows.to_dict("records"), after, results.index, strict=True):
        marginal = scipy.stats.beta(a, after.sum() - a)
        assert abs(line["mean"] - marginal.mean()) < 4 * results.loc[label, "mcse_mean"]
        # A quantile's standard error is √(q (1 − q)/ess) over the density there, of which four are allowed.
        error = np.sqrt(0.025 * 0.975 / results.loc[label, "ess_bulk"]) / marginal.pdf(marginal.ppf(0.025))
        assert abs(line["lower"] - marginal.ppf(0.025)) < 4 * error
    assert np.isclose(rows["mean"].sum(), 1) and lacking_moments(fit.fit.program, fit.fit.program.data)[0].mean is None


def test_a_coefficient_that_is_held_counts(frame):
    """Classes at x = 0 and at x = 2 with beta[x] = 1, in log odds of the first against others."""
    fit = fitted(frame, "ordered", fix={"beta[x]": 1.0})
    first = table(fit.predict({"x": [0.0, 2.0], "treat": [0, 0]}).rows)[:, 0]
    np.testing.assert_allclose(np.diff(scipy.special.logit(first)), -2.0, rtol=1e-9)


def test_screen_and_files_have_the_classes(frame, multinomial, tmp_path):
    asked = multinomial.predict(pd.concat([NEW] * 3))
    shown = str(asked)
    assert "* is the most probable class of the row" in shown and "4 more rows are in predictions.csv" in shown
    assert "class" in str(multinomial.effect("treat"))
    line = json.loads(json.dumps(asked.document()))["predictions"][0]
    assert line["class"] == "low" and line["y_lower"] is None and line["likeliest"] in (True, False)
    multinomial.save(tmp_path)
    assert multinomial.lost == []
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "95 % of the chance" in page and "row 2, class high" in page and "treat: 1 − 0, class high" in page
    assert "95 % of y" not in page
    assert list(pd.read_csv(tmp_path / "predictions.csv")["class"][:3]) == [*CLASSES]
