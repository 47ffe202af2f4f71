"""Published fits of mixed models, each number to half a unit of its last digit.

Sources: test/pls.jl of MixedModels.jl, which prints many digits and fits by maximum likelihood; tests/glmer-1.R of R's
lme4, whose cbpp is by 25 nodes of adaptive quadrature; https://lme4.github.io/lme4/reference/lmer.html.
"""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import restricted
from mle_vs_bayes.fit import priors
from mle_vs_bayes.search.optimum import maximise
from mle_vs_bayes.search.problem import of_density

from . import mixed_data as published
from .test_published import check


def density(name, data, formula, columns=None):
    model, dataset, _ = prepared(models.get(name), data, columns or {}, formula, False)
    return ModelDensity(model, dataset, priors.resolve(model, {}, dataset))


def optimum(program):
    """The maximum of the likelihood: estimates and standard errors by label, and its value."""
    optima = maximise(of_density(program, 0.0), program.coordinates.z(program.start)[None])
    assert optima.status(0) == "ok", optima.reason(0)
    se = np.sqrt(np.diagonal(optima.covariance[0]))
    return dict(zip(program.layout.labels, zip(optima.theta[0], se, strict=True), strict=True)), optima.value[0]


def check_fit(program, printed, deviance):
    """Estimates and standard errors by label, and −2 log-likelihood; None where nothing is printed."""
    rows, height = optimum(program)
    for label, (value, se) in printed.items():
        check(rows[label][0], value, what=label)
        if se is not None:
            check(rows[label][1], se, what=f"SE of {label}")
    check(-2 * height, deviance, what="deviance")


def test_correlated_intercepts_and_slopes():
    printed = {
        "beta[Intercept]": ("251.40510", "6.6323"),
        "beta[Days]": ("10.467286", "1.5022"),
        "sd[Intercept|Subject]": ("23.78", None),
        "sd[Days|Subject]": ("5.7168", None),
        "cor[Intercept,Days|Subject]": ("0.08", None),
        "sigma": ("25.59182", None),
    }
    program = density("normal", published.sleep(), "Reaction ~ Days + (Days | Subject)")
    check_fit(program, printed, "1751.93934")
    # Restricted: lme4's page of lmer (variances 612.10 and 35.07, so SDs 24.741 and 5.922).
    restricted_fit = restricted.fit(program)
    printed = {"beta[Intercept]": "251.40510", "beta[Days]": "10.46729", "sigma": "25.592"}
    printed |= {"sd[Intercept|Subject]": "24.74", "sd[Days|Subject]": "5.922"}
    for label, value in printed.items():
        check(restricted_fit.point[restricted_fit.labels.index(label)], value, what=label)
    check(-2 * restricted_fit.log_likelihood, "1743.628", what="restricted criterion")


def test_uncorrelated_intercepts_and_slopes():
    printed = {"sd[Intercept|Subject]": ("24.17", None), "beta[Days]": ("10.467286", "1.519")}
    check_fit(density("linear", published.sleep(), "Reaction ~ Days + (Days || Subject)"), printed, "1752.00326")


def test_a_variance_of_0_is_an_answer():
    printed = {
        "beta[Intercept]": ("5.6656", "0.66699"),
        "sd[Intercept|Batch]": ("0.0000000000", None),
        "sigma": ("3.65323", None),
    }
    program = density("normal", published.dyestuff_2(), "Yield ~ 1 + (1 | Batch)")
    check_fit(program, printed, "162.87303665")
    # Restricted, on the same edge: without a spread of batches sigma² is the mean square on 29 degrees of freedom.
    labels, point = restricted.fit(program).labels, restricted.fit(program).point
    spread = np.std(published.dyestuff_2().Yield, ddof=1)
    np.testing.assert_allclose(
        point[[labels.index("sd[Intercept|Batch]"), labels.index("sigma")]], [0, spread], rtol=1e-9
    )


def test_nested_groupings():
    printed = {
        "beta[Intercept]": ("60.0533333", "0.6421"),
        "sd[Intercept|batch]": ("1.0951", None),
        "sd[Intercept|batch:cask]": ("2.904", None),
        "sigma": ("0.8234", None),
    }
    program = density("normal", published.pastes(), "strength ~ 1 + (1 | batch/cask)")
    assert program.units == 10  # a batch is what is independent
    check_fit(program, printed, "247.994466")


@pytest.mark.parametrize("name", ["bernoulli", "logistic_random_intercept"])
def test_logistic_regression_with_random_intercepts(name):
    """With the groups in the formula, or as the column of the named model, whose SD is ``sd[Intercept|group]``."""
    named = name != "bernoulli"
    columns = {"trials": "size", **({"group": "herd"} if named else {})}
    program = density(name, published.cbpp(), f"incidence ~ C(period){'' if named else ' + (1 | herd)'}", columns)
    rows, _ = optimum(program)
    printed = {"Intercept": "-1.3992", "C(period)[T.2]": "-0.9914", "C(period)[T.3]": "-1.1278"}
    for term, value in {**printed, "C(period)[T.4]": "-1.5795"}.items():
        check(rows[f"beta[{term}]"][0], value, what=term)
    assert f"sd[Intercept|{'group' if named else 'herd'}]" in rows


def test_ordered_logit_with_random_intercepts():
    """Printed by tidy.clmm of R's broom, https://broom.tidymodels.org/reference/tidy.clmm.html, of clmm's own example.

    That is Laplace's approximation, which the six estimates do not feel in the digits printed; two of its standard
    errors do, in the third.
    """
    program = density("ordered", published.wine(), "rating ~ temp + contact + (1 | judge)")
    rows, _ = optimum(program)
    printed = {"beta[temp[T.warm]]": "3.06", "beta[contact[T.yes]]": "1.83"}
    cuts = ("-1.62", "1.51", "4.23", "6.09")
    for label, value in {**printed, **{f"cutpoints[{k}]": cut for k, cut in enumerate(cuts, 1)}}.items():
        check(rows[label][0], value, what=label)


def test_times_whose_logarithms_are_published():
    """Log-normal times of which a normal mixed model's fit is printed (`test_correlated_intercepts_and_slopes`).

    With reaction = 100 log t, −2 log-likelihood grows by 2 Σ log t + 2 n log 100; the integrals are by quadrature here.
    """
    sleep = published.sleep()
    logs = sleep.Reaction / 100
    program = density("lognormal", sleep.assign(time=np.exp(logs)), "time ~ Days + (Days | Subject)")
    rows, height = optimum(program)
    printed = {"beta[Intercept]": ("251.40510", "6.6323"), "beta[Days]": ("10.467286", "1.5022")}
    printed |= {"sd[Intercept|Subject]": ("23.78", None), "sd[Days|Subject]": ("5.7168", None)}
    for label, (value, se) in {**printed, "sigma": ("25.59182", None)}.items():
        check(rows[label][0], value, 100.0, label)
        if se is not None:
            check(rows[label][1], se, 100.0, f"SE of {label}")
    check(rows["cor[Intercept,Days|Subject]"][0], "0.08")
    check(-2 * height - 2 * logs.sum() + 2 * len(logs) * np.log(100), "1751.93934")


def test_lifetimes_known_by_bounds_whose_odds_are_published():
    """Whether a log-logistic time of shape 1 exceeds 1 has the log odds log scale: cbpp's fit once more.

    Each animal is known by bounds alone, above 1 where it fell ill and below it where not, counted by weights, and the
    shape is held. The mutant has the bounds the other way round, which changes every sign.
    """
    data = published.cbpp()
    ill = data.assign(lower=1.0, upper=np.inf, weights=data.incidence.astype(float))
    well = data.assign(lower=0.0, upper=1.0, weights=(data["size"] - data.incidence).astype(float))
    rows = pd.concat([ill, well]).query("weights > 0")
    columns = {role: role for role in ("lower", "upper", "weights")}
    formula = "~ C(period) + (1 | herd)"
    model = models.specified("loglogistic", formula=formula, fix={"shape": 1.0}, roles=columns)
    model, dataset, _ = prepared(model, rows, columns, formula, False)
    fitted, _ = optimum(ModelDensity(model, dataset, priors.resolve(model, {}, dataset)))
    printed = {"Intercept": "-1.3992", "C(period)[T.2]": "-0.9914", "C(period)[T.3]": "-1.1278"}
    for term, value in {**printed, "C(period)[T.4]": "-1.5795"}.items():
        check(fitted[f"beta[{term}]"][0], value, what=term)
        with pytest.raises(AssertionError):
            check(-fitted[f"beta[{term}]"][0], value)
