"""Autoregressions beside statsmodels' state space, beside R's printed digits, and what one sign changes."""

from functools import cache

import numpy as np
import pytest
import scipy
from statsmodels.tsa.arima.model import ARIMA

from mle_vs_bayes import compare, models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density import parity
from mle_vs_bayes.errors import DataError, ModelError, UsageError
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.models.autoregressive import Autoregressive
from mle_vs_bayes.models.trunks.stationary import stationary

from ..agreement.checks import program

LH = "2.4 2.4 2.4 2.2 2.1 1.5 2.3 2.3 2.5 2.0 1.9 1.7 2.2 1.8 3.2 3.2 2.7 2.2 2.2 1.9 1.9 1.8 2.7 3.0 2.3 2.0 2.0 2.9 "
LH += "2.9 2.7 2.7 2.3 2.6 2.4 1.8 1.7 1.5 1.4 2.1 3.3 3.5 3.5 3.1 2.6 2.1 3.4 3.0 2.9"
"""Luteinizing hormone in 48 blood samples, ten minutes apart: R's data set ``lh``, as it prints it."""
POINTS = 5


@cache
def of(order, conditional=0, regression=0, n=40):
    """The program of a drawn series."""
    model = Autoregressive(order, conditional, regression)
    rng = np.random.default_rng(order)
    design = model.design(n, rng)
    location = {"beta": np.array([1.0, 2.0])} if regression else {"mu": 3.0}
    theta = {**location, "phi": np.array(model.parameters[1].typical), "sigma": 1.5}
    return program(model, model.simulate(theta, design, rng))


def points(made):
    """Stationary values of all parameters."""
    rng, layout = np.random.default_rng(7), made.layout
    for _ in range(POINTS):
        yield made.coordinates.theta(rng.normal(size=layout.free_size))


def check_state_space(made, sign=1.0):
    """The log-likelihood is that of statsmodels' Kalman filter started from the stationary distribution."""
    y, data, p = made.data["y"], made.data, made.model.lags
    for theta in points(made):
        values = made.layout.split(theta)
        exog, location = (data["X"], values["beta"]) if "X" in data else (np.ones((len(y), 1)), [values["mu"]])
        theirs = ARIMA(y, exog=exog, order=(p, 0, 0), trend="n")
        phi = np.r_[sign, np.ones(p - 1)] * values["phi"]
        expected = theirs.loglike(np.concatenate([location, phi, [values["sigma"] ** 2]]))
        assert made.log_likelihood(theta) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("order", "regression"), [(1, 0), (2, 0), (4, 0), (2, 1)])
def test_likelihood_is_that_of_the_state_space_model(order, regression):
    check_state_space(of(order, regression=regression))


def test_mutant_sign_of_the_first_coefficient():
    with pytest.raises(AssertionError):
        check_state_space(of(2), sign=-1.0)


class WrongSign(Autoregressive):
    """φ and −φ have the same variances, so that only the predictions tell."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood({**theta, "phi": -theta["phi"]}, data)


def test_mutant_sign_in_one_wording_fails_parity():
    with pytest.raises(ModelError, match="the two likelihoods"):
        parity.check(program(WrongSign(), of(1).data))


@pytest.mark.parametrize(("order", "conditional", "regression"), [(3, 0, 0), (2, 1, 0), (2, 0, 1)])
def test_both_wordings_agree(order, conditional, regression):
    assert parity.check(of(order, conditional, regression)) < 1e-10


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_stationary_coefficients_and_their_derivatives(size):
    """Every u is a stationary series, all roots of whose polynomial lie outside the unit circle.

    Derivatives are compared with complex steps of the map, and PyMC's determinant with theirs.
    """
    import pytensor.tensor as pt

    rng = np.random.default_rng(size)
    u, gradient, step = rng.normal(size=size), rng.normal(size=size), 1e-5
    phi = stationary.constrain(u)
    assert np.all(np.abs(np.roots(np.append(-phi[::-1], 1.0))) > 1)
    np.testing.assert_allclose(stationary.unconstrain(phi), u, atol=1e-10)
    moved = np.array([stationary.constrain(u + 1j * 1e-20 * axis).imag / 1e-20 for axis in np.eye(size)]).T
    np.testing.assert_allclose(stationary.jacobian(u), moved, atol=1e-12)
    bent = [(stationary.jacobian(u + step * e) - stationary.jacobian(u - step * e)).T @ gradient for e in np.eye(size)]
    np.testing.assert_allclose(stationary.curvature(u, gradient), np.array(bent) / (2 * step), atol=1e-8)
    vector, transform = pt.vector("u", shape=(size,), dtype="float64"), stationary.transform(size)
    volume = float(np.asarray(transform.log_jac_det(vector).eval({vector: u})))
    assert volume == pytest.approx(np.linalg.slogdet(stationary.jacobian(u))[1], abs=1e-10)


def test_a_series_that_is_not_stationary_is_outside():
    assert not stationary.contains(np.array([0.6, 0.5]))
    assert not stationary.contains(np.array([-1.0]))
    made = of(2)
    assert made.log_likelihood(made.layout.join({"mu": 0.0, "phi": [0.6, 0.5], "sigma": 1.0})) == -np.inf


def test_printed_by_r():
    """R's ``arima(lh, order = c(1, 0, 0))``, as a tutorial on its plots of autocorrelations prints it.

    ar1 0.5739, intercept 2.4133 with s.e. 0.1466, sigma^2 estimated as 0.1975, log likelihood = -29.38, aic = 64.76.
    Its s.e. of ar1, 0.1161, is from a Hessian by differences; the exact one is 0.1162.
    """
    y = np.array([float(value) for value in LH.split()])
    found = maximum_likelihood.fit(program(Autoregressive(), Dataset({"y": y})))
    mu, phi, sigma = found.point
    assert (round(phi, 4), round(mu, 4), round(found.se[0], 4)) == (0.5739, 2.4133, 0.1466)
    assert (round(sigma**2, 4), round(found.log_likelihood, 2)) == (0.1975, -29.38)
    assert round(2 * 3 - 2 * found.log_likelihood, 2) == 64.76


@pytest.mark.parametrize("order", [1, 3])
def test_the_conditional_maximum_is_least_squares(order):
    made = of(order, conditional=1)
    found = maximum_likelihood.fit(made)
    closed = made.layout.join(made.model.closed_form_mle(made.data))
    np.testing.assert_allclose(found.point, closed, rtol=1e-8)
    mutant = made.layout.join(Autoregressive(order, 0).start(made.data))
    assert np.max(np.abs(found.point - mutant) / found.se) > 1e-3


def test_drawn_series_have_the_covariances_of_the_model():
    """Of 4,000 series of order 2 the first values and the last: the variance and correlation of a stationary series."""
    model, rng = Autoregressive(2), np.random.default_rng(1)
    theta = {"mu": 1.0, "phi": np.array([0.6, 0.2]), "sigma": 2.0}
    drawn = np.array([model.simulate(theta, model.design(6, rng), rng)["y"] for _ in range(4000)])
    variance, correlation = 4 * (1 - 0.2) / ((1 + 0.2) * ((1 - 0.2) ** 2 - 0.6**2)), 0.6 / (1 - 0.2)
    for t in (0, 1, 5):
        assert abs(drawn[:, t].var() / variance - 1) < 4.42 * np.sqrt(2 / 4000)
    for t in (0, 4):
        z = np.arctanh(np.corrcoef(drawn[:, t], drawn[:, t + 1])[0, 1]) - np.arctanh(correlation)
        assert abs(z) < 4.42 / np.sqrt(4000)
    assert abs(np.var(drawn[:, 0]) / 4 - 1) > 0.5  # the mutant starts from sigma alone


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("autoregressive(order=0)", "a series remembers at least 1 value"),
        ("autoregressive(conditional=2)", "are 0 \\(no\\) or 1 \\(yes\\)"),
        ("autoregressive(lag=2)", "takes no argument lag"),
    ],
)
def test_no_such_model(text, words):
    with pytest.raises(UsageError, match=words):
        models.get(text)


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([1.0, 2.0, 0.5, 3.0], "the series has 4 values; autoregressive\\(order=3\\) needs at least 8"),
        ([1.0, 2.0, None, 3.0, 2.5, 1.0, 2.0, 1.5, 2.0], "row 3 has no value, and a series must have no gaps"),
        ([2.0] * 12, "a constant series has no memory to see"),
    ],
)
def test_series_that_are_refused(y, words):
    with pytest.raises(DataError, match=words):
        compare("autoregressive(order=3)", {"y": y}, estimators=["mle"], drop_missing=True)


def test_text_names_the_model():
    for text in ("autoregressive", "autoregressive(order=2)", "autoregressive(order=2, conditional=1)"):
        assert models.get(text).name == text
    assert models.get("autoregressive(order=1)").name == "autoregressive"


def test_autocovariances_are_those_of_a_long_moving_average():
    """γ(h) = Σ ψ[i] ψ[i + h], with ψ the response of the series to one new value."""
    from mle_vs_bayes.models.trunks.series import autocovariances

    phi = np.array([0.5, -0.2, 0.1])
    response = scipy.signal.lfilter([1.0], np.append(1.0, -phi), np.eye(1, 400)[0])
    expected = [response[: 400 - lag] @ response[lag:] for lag in range(4)]
    np.testing.assert_allclose(autocovariances(phi), expected, rtol=1e-12)


def test_a_formula_makes_it_the_errors_of_a_regression():
    rng = np.random.default_rng(3)
    frame = {"y": rng.normal(size=30), "x": rng.normal(size=30)}
    found = compare("autoregressive(order=2)", frame, formula="y ~ x", estimators=["mle"])
    assert found["mle"].labels == ("beta[Intercept]", "beta[x]", "phi[1]", "phi[2]", "sigma")
    assert found.model.name == "autoregressive(order=2, regression=1)"
    theirs = ARIMA(frame["y"], exog=np.column_stack([np.ones(30), frame["x"]]), order=(2, 0, 0), trend="n").fit()
    np.testing.assert_allclose(found["mle"].log_likelihood, theirs.llf, atol=1e-4)
    np.testing.assert_allclose(found["mle"].point[:4], theirs.params[:4], atol=2e-3)
