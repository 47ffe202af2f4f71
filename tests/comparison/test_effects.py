"""Average effects: statsmodels' own, a line's coefficients, the posterior's by formula, what is refused and said."""

import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from mle_vs_bayes.cli.app import app
from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.errors import UsageError


@pytest.fixture(scope="module")
def frame():
    generator, n = np.random.default_rng(3), 80
    x, treat, g = generator.normal(size=n), generator.integers(0, 2, n), generator.choice(list("abc"), n)
    yes = (generator.random(n) < 1 / (1 + np.exp(-x - treat))).astype(int)
    return pd.DataFrame({"x": x, "treat": treat, "g": g, "yes": yes, "y": 1 + 2 * x + treat + generator.normal(size=n)})


@pytest.fixture(scope="module")
def logistic(frame):
    return compare("logistic", frame, formula="yes ~ x + treat", estimators=("mle",))


def check_against_statsmodels(frame, logistic):
    """Differences of chances between 1 and 0 averaged over rows, with the delta method's error."""
    theirs = smf.logit("yes ~ x + treat", frame).fit(disp=0, tol=1e-14).get_margeff(dummy=True, at="overall")
    ours = logistic.effect("treat").rows.iloc[0]
    np.testing.assert_allclose((ours["estimate"], ours["se"]), (theirs.margeff[1], theirs.margeff_se[1]), rtol=1e-6)


def test_a_column_of_zeros_and_ones_has_the_marginal_effect_of_statsmodels(frame, logistic):
    check_against_statsmodels(frame, logistic)


def test_mutant_at_the_mean_of_the_covariates(frame, logistic, monkeypatch):
    kind = type(logistic.model)
    mean = kind.mean_response

    def at_means(model, theta, data):
        return mean(model, theta, data.replace(X=np.tile(data["X"].mean(axis=0), (data.n, 1))))

    monkeypatch.setattr(kind, "mean_response", at_means)
    with pytest.raises(AssertionError):
        check_against_statsmodels(frame, logistic)


def test_of_a_line_effects_are_coefficients_by_every_estimator(frame):
    """Also of the posterior, whose mean over draws is the coefficient's own."""
    fitted = compare("linear", frame, formula="y ~ x + C(treat) + g", draws=200, tune=300)
    found = fitted.effect("x", "treat", "g").rows
    assert list(dict.fromkeys(found["effect"])) == ["x: +1", "treat: 1 − 0", "g: b − a", "g: c − a"]
    labels = ("beta[x]", "beta[C(treat)[T.1]]", "beta[g[T.b]]", "beta[g[T.c]]")
    wanted = fitted.model_scale.set_index(["parameter", "estimator"])
    for effect, label in zip(dict.fromkeys(found["effect"]), labels, strict=True):
        for line in found[found["effect"] == effect].to_dict("records"):
            row = wanted.loc[[(label, line["estimator"])]].iloc[0]
            np.testing.assert_allclose((line["estimate"], line["se"]), (row["estimate"], row["se"]), rtol=1e-6)
    assert "beyond the data in" in found["remark"][0]


def test_rows_count_as_often_as_their_weights_say(frame):
    times = np.arange(len(frame)) % 3
    written = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    weighted = frame.assign(times=times)
    options = {"formula": "yes ~ x + treat", "estimators": ("mle",)}
    one = compare("logistic", weighted, columns={"weights": "times"}, **options).effect("treat").rows
    other = compare("logistic", written, **options).effect("treat").rows
    np.testing.assert_allclose(one[["estimate", "se"]], other[["estimate", "se"]], rtol=1e-6)


@pytest.mark.parametrize(
    ("covariate", "said"),
    [("tret", "there is no covariate tret"), ("one", "one is 1 in every row; an effect needs two values")],
)
def test_what_has_no_effect_is_said(frame, covariate, said):
    fitted = compare(
        "linear", frame.assign(one=1, two=frame["x"]), formula="y ~ x + I(one * two**2)", estimators=("mle",)
    )
    with pytest.raises(UsageError, match=said):
        fitted.effect(covariate)


def test_on_the_command_line(frame, tmp_path, capsys):
    frame.to_csv(tmp_path / "data.csv", index=False)
    asked = ["compare", "logistic", str(tmp_path / "data.csv"), "--formula", "yes ~ x + treat", "--estimator", "mle"]
    code = app([*asked, "--effect", "treat", "--json"], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    assert not code and told["effects"][0]["effect"] == "treat: 1 − 0"
