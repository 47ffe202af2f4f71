"""Three correlated effects of a grouping: likelihood, LKJ prior and estimates, by dense matrices and by statsmodels."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy
import statsmodels.formula.api as smf

from mle_vs_bayes import compare
from mle_vs_bayes.density import parity
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.intervals.profile.profile import profile_curve
from mle_vs_bayes.models.trunks.mixed.trunk import Mixed

FORMULA = "y ~ x + z + (x + z | g)"
PAIRS = ("Intercept,x|g", "Intercept,z|g", "x,z|g")
GROUPS, ROWS = 20, 8
SPREADS, CORRELATIONS = np.array([1.0, 0.7, 0.5]), np.array([[1, 0.5, 0.2], [0.5, 1, 0.4], [0.2, 0.4, 1]])


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(3)
    of, n = np.repeat(np.arange(GROUPS), ROWS), GROUPS * ROWS
    x, z = rng.normal(size=n), rng.normal(size=n)
    u = rng.multivariate_normal(np.zeros(3), CORRELATIONS * np.outer(SPREADS, SPREADS), size=GROUPS)[of]
    y = 1 + 0.5 * x - 0.3 * z + u[:, 0] + u[:, 1] * x + u[:, 2] * z + 0.6 * rng.normal(size=n)
    return pd.DataFrame({"y": y, "x": x, "z": z, "g": of.astype(str)})


@pytest.fixture(scope="module")
def fitted(frame):
    return compare("normal", frame, formula=FORMULA, estimators=("mle", "map"))


def of_point(program, point, named="cor"):
    """θ by name, and R and Σ ``(3, 3)`` of the effects from the correlations that the model derives."""
    theta = program.layout.split(point)
    values = dict(zip(program.quantity_labels, program.quantities(point), strict=True))
    matrix = np.eye(3)
    matrix[np.triu_indices(3, 1)] = [values[f"{named}[{pair}]"] for pair in PAIRS]
    matrix = np.triu(matrix) + np.triu(matrix, 1).T
    return theta, matrix, matrix * np.outer(theta["sd"], theta["sd"])


def check_likelihood(frame, program, point, named="cor"):
    """log N(y; X β, Z Σ Zᵀ + σ² I) of each group's rows, with matrices as large as that."""
    theta, _, covariance = of_point(program, point, named)
    wanted = 0.0
    for _, rows in frame.groupby("g"):
        z = np.column_stack([np.ones(len(rows)), rows["x"], rows["z"]])
        whole = z @ covariance @ z.T + theta["sigma"] ** 2 * np.eye(len(rows))
        wanted += scipy.stats.multivariate_normal.logpdf(rows["y"], z @ theta["beta"], whole)
    np.testing.assert_allclose(program.log_likelihood(point), wanted, rtol=1e-10)


def test_the_marginal_likelihood_is_that_of_dense_matrices(frame, fitted):
    program, rng = fitted.fit.program, np.random.default_rng(1)
    assert parity.check(program) < 1e-10
    for partial in rng.uniform(-0.95, 0.95, size=(4, 3)):
        check_likelihood(frame, program, np.array([1, 0.4, -0.2, *rng.uniform(0.3, 2, 3), *partial, 0.7]))


def test_mutant_partial_correlations_for_correlations(frame, fitted):
    with pytest.raises(AssertionError):
        check_likelihood(frame, fitted.fit.program, np.array([1, 0.4, -0.2, 1, 1, 1, 0.5, 0.6, 0.7, 0.7]), "partial")


def check_prior(program):
    """Under LKJ(2) the density of a matrix R is its determinant, up to a constant.

    Of partial correlations r it is more by log |∂R/∂r| = ½ log (1 − r₁²)(1 − r₂²), r₁ and r₂ those with the first.
    """
    rng, apart = np.random.default_rng(2), []
    for partial in rng.uniform(-0.9, 0.9, size=(5, 3)):
        point = np.array([1, 0.4, -0.2, 1, 1, 1, *partial, 0.7])
        _, matrix, _ = of_point(program, point)
        known = np.log(np.linalg.det(matrix)) + 0.5 * np.log1p(-(partial[:2] ** 2)).sum()
        apart.append(program.log_prior(point) - known)
    np.testing.assert_allclose(apart, apart[0], atol=1e-10)


def test_the_prior_is_that_of_the_whole_matrix(fitted):
    check_prior(fitted.fit.program)


def test_mutant_one_eta_for_all_partial_correlations(frame, monkeypatch):
    monkeypatch.setattr(Mixed, "_eta_beyond", ())
    with pytest.raises(AssertionError):
        check_prior(compare("normal", frame, formula=FORMULA, estimators=("mle",)).fit.program)


def test_estimates_are_those_of_statsmodels(frame, fitted):
    """Its search ends some 1e-7 below the maximum of log L, which is √2e-7 standard errors away at most."""
    theirs = smf.mixedlm("y ~ x + z", frame, groups=frame["g"], re_formula="~ x + z").fit(reml=False, method=["bfgs"])
    program, ours = fitted.fit.program, fitted["mle"]
    assert 0 <= ours.log_likelihood - theirs.llf < 1e-6
    theta, _, covariance = of_point(program, ours.point)
    scale = np.sqrt(np.outer(*[np.diag(covariance)] * 2))
    np.testing.assert_allclose(covariance / scale, theirs.cov_re.to_numpy() / scale, atol=1e-3)
    np.testing.assert_allclose(theta["beta"], theirs.fe_params, atol=1e-3)
    labels = [f"cor[{pair}]" for pair in PAIRS]
    rows = fitted.rows.set_index(["parameter", "estimator"])
    assert (rows.loc[labels, "status"] == "ok").all() and rows.loc[labels, "lower"].between(-1, 1).all()


def test_a_singular_matrix_is_an_answer(frame):
    """Without an effect of z, and one of x that follows the intercept's: correlations of ±1, as high as statsmodels."""
    rng = np.random.default_rng(8)
    u = rng.normal(size=GROUPS)[frame["g"].astype(int)]
    flat = frame.assign(y=1 + u + 0.5 * frame["x"] + rng.normal(size=len(frame)))
    fit = compare("normal", flat, formula=FORMULA, estimators=("mle",))
    assert fit["mle"].converged and "boundary" in [concern.code for concern in fit["mle"].concerns]
    theirs = smf.mixedlm("y ~ x + z", flat, groups=flat["g"], re_formula="~ x + z")
    _, _, covariance = of_point(fit.fit.program, fit["mle"].point)
    assert np.linalg.eigvalsh(covariance)[0] < 1e-8
    assert fit["mle"].log_likelihood > best_of(theirs) - 1e-6
    labels = ("partial[Intercept,x|g]", "cor[Intercept,x|g]", "cor[x,z|g]")
    first, derived, other = (profile_curve(fit.fit.program, fit["mle"], label).interval() for label in labels)
    assert 1 in (-first.lower, first.upper)
    assert (derived.lower, derived.upper) == pytest.approx((first.lower, first.upper), abs=1e-4)  # the same number
    assert -1 <= other.lower < other.upper <= 1


def best_of(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its optimum lies on the edge
        return model.fit(reml=False, method=["bfgs"]).llf


def test_other_outcomes_have_their_posterior_alone(frame):
    counts = frame.assign(y=np.random.default_rng(1).poisson(np.exp(0.3 * frame["y"])))
    fit = compare("poisson", counts, formula=FORMULA, chains=2, draws=50, tune=100)
    for name in ("mle", "map"):
        assert fit[name].status == "not_applicable" and "one grouping with up to two effects" in fit[name].reason
    assert fit["posterior"].converged
    tree = fit["posterior"].tree
    labels = [f"u[{effect}|g]" for effect in ("Intercept", "x", "z")]
    assert all(tree["latent"][label].shape == (2, 50, GROUPS) for label in labels)
    rows = fit.rows[fit.rows["estimator"] == "posterior"].set_index("parameter")
    assert rows.loc[[f"cor[{pair}]" for pair in PAIRS], "estimate"].between(-1, 1).all()


@pytest.mark.parametrize(
    ("fix", "words"),
    [({"cor[x,z|g]": 0}, "none is held alone"), ({"partial[x,z|g]": 0}, "no parameter")],
)
def test_one_of_several_correlations_is_not_held(frame, fix, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        compare("normal", frame, formula=FORMULA, fix=fix, estimators=("mle",))


def test_an_effect_that_is_held_at_0_leaves_the_other_two(frame, fitted):
    fit = compare("normal", frame, formula=FORMULA, fix={"sd[z|g]": 0}, estimators=("mle",))
    two = compare("normal", frame, formula="y ~ x + z + (x | g)", estimators=("mle",))
    assert fit["mle"].labels == two["mle"].labels
    np.testing.assert_allclose(fit["mle"].log_likelihood, two["mle"].log_likelihood, rtol=1e-9)
