"""Checks that a test shares with its mutant: each is told a claim and raises AssertionError where it is false.

Tolerances are derived. A statistic that is standard normal when the claim holds is compared with `K`: the
two-sided normal quantile that leaves one false alarm in a thousand to a family of a hundred checks,
2 (1 − Φ(4.42)) = 1e-5. A number with a numerical error is compared with a bound on that error.
"""

import numpy as np
import scipy

from mle_vs_bayes.checks.densities import DERIVATIVE, STEP, derivative
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators.estimate import Estimate
from mle_vs_bayes.fit import priors
from mle_vs_bayes.model.layout import Layout
from mle_vs_bayes.search.optimum import maximum

K = 4.42
FAMILY = 1e-3 / 100
"""Two-sided error rate of one check in a family of a hundred: what `K` is for a normal, and t quantiles for slopes."""

FIXED = {"real": "Normal(0, 1)", "positive": "Exponential(1)", "unit": "Beta(2, 1)"}
FIXED |= {
    "nonnegative": "HalfNormal(2)",
    "ordered": "Normal(0, 1)",
    "ordered_positive": "Exponential(1)",
    "stationary": "Normal(0, 1)",
    "simplex": "Dirichlet(2)",
}
"""Numbers, not multiples of the data's spread, with a slope at every model's typical values."""


def program(model, data, given=None):
    return ModelDensity(model, data, priors.resolve(model, given or {}, data))


def by_support(model, families):
    """A prior for each parameter of ``model`` from a table by support, `FLAT` or `FIXED`."""
    return {p.name: families[p.support.name] for p in model.parameters}


def typical(model, data):
    """Every parameter at its typical value on a data set or a design: by name, and as a vector ``(p,)``."""
    layout = Layout(model, data)
    values = [
        np.broadcast_to(np.asarray(p.typical, dtype=float), len(layout.labels_of[p.name])) for p in model.parameters
    ]
    vector = np.concatenate(values)
    return layout.split(vector), vector


def standard_errors(hessian):
    """One standard error in each coordinate as if the others were known: the unit of steps and errors.

    At most 1, as coordinates of cases are of that order: a spread's likelihood has an inflection with no curvature, and
    a step of so long a unit leaves the fifth derivative in every difference.
    """
    return np.minimum(1 / np.sqrt(np.abs(np.diag(hessian))), 1.0)


def check_gradient(program, z, power):
    """The exact gradient and Hessian in z are those of the log density: relative error of `DERIVATIVE`, in SE units."""
    exact = program.evaluate(z, power)
    unit = standard_errors(program.evaluate(program.coordinates.z(program.start), power).hessian)
    gradient = derivative(lambda at: program.evaluate(at, power).value, z, STEP * unit)
    hessian = derivative(lambda at: program.evaluate(at, power).gradient, z, STEP * unit)
    close(gradient * unit, exact.gradient * unit, DERIVATIVE, "gradient")
    close(hessian * np.outer(unit, unit), exact.hessian * np.outer(unit, unit), DERIVATIVE, "Hessian")


def check_unit_scores(program, z):
    """Each unit's score is the derivative of its log-likelihood in z, and their sum is the gradient to rounding."""
    unit = standard_errors(program.evaluate(z, 0.0).hessian)
    exact = unit_scores(program, z) * unit
    numeric = derivative(lambda at: program.log_likelihood_units(program.coordinates.theta(at)), z, STEP * unit) * unit
    close(numeric, exact, DERIVATIVE, "score of a unit")
    # A sum of n terms rounds by at most n × 2⁻⁵³ times the sum of their sizes, and each term by a few 2⁻⁵³.
    rounding = (len(exact) + 100) * 2.0**-53 * np.abs(exact).sum(axis=0)
    gap = np.abs(exact.sum(axis=0) - program.evaluate(z, 0.0).gradient * unit)
    assert np.all(gap <= rounding), f"the scores of units do not sum to the gradient (off by {np.max(gap):.2g})"


def unit_scores(program, z):
    """Scores of units with respect to z, shape ``(units, f)``."""
    coordinates = program.coordinates
    return program.score_units(coordinates.theta(z)) @ coordinates.linear @ coordinates.jacobian(z)


def close(found, expected, tolerance, what):
    """|found − expected| ≤ tolerance × (1 + |expected|), elementwise."""
    gap = np.abs(found - expected) / (1 + np.abs(expected))
    assert np.all(gap <= tolerance), f"{what} is off by {np.max(gap):.2g}, more than {tolerance:.0e}"


# The simulator. At the truth the score of a unit has mean zero, and its outer product plus the Hessian too (Bartlett's
# identities). Both are sums of independent terms divided by the root of their sum of squares: standard normal to
# O(1/√n), with tails like a normal's (Hoeffding's bound, of symmetric terms), so K applies.


def check_simulator(program, truth):
    """At ``truth`` ``(p,)``, where the data were drawn, the score in z has mean zero and variance minus the Hessian."""
    z = program.coordinates.z(truth)
    scores = unit_scores(program, z)
    away = np.abs(scores.sum(axis=0)) / np.sqrt(np.sum(scores**2, axis=0))
    assert np.all(away <= K), f"the score at the truth is {np.max(away):.1f} standard errors from zero"
    bends = derivative(lambda at: unit_scores(program, at), z, STEP * standard_errors(program.evaluate(z, 0.0).hessian))
    products = scores[:, :, None] * scores[:, None, :]
    excess = products + bends
    # Where a unit's square and bend cancel exactly (one Bernoulli trial), what is left is the differences' error.
    noise = np.sqrt(np.sum(excess**2, axis=0)) + DERIVATIVE * np.sum(np.abs(products), axis=0)
    away = np.abs(excess.sum(axis=0)) / np.where(noise > 0, noise, 1.0)  # no unit has two of many groups' means
    assert np.all(away <= K), f"the score's variance is {np.max(away):.1f} standard errors from the information"


# Optima.

OPTIMUM = 1e-6
"""In standard errors: what DESIGN section 5 asks of every estimate."""


def check_optimum(program, theta, power):
    """θ is a maximum of log-likelihood + power · log prior: √(gᵀ(−H)⁻¹g) ≤ `OPTIMUM` with −H positive definite."""
    z = program.coordinates.z(theta)
    found = program.evaluate(z, power)
    root = np.linalg.cholesky(-found.hessian)
    length = float(np.linalg.norm(np.linalg.solve(root, found.gradient)))
    assert length <= OPTIMUM, f"the point is {length:.2g} SE from the maximum"


def check_standard_errors(program, estimate, power):
    """The covariance is the curvature of the density's *values*: along any c with cᵀΣ⁻¹c = 1 it falls by ½h² + O(h⁴).

    Central second differences of fourth order with a step of h = 0.05 SE: the sixth derivative adds
    h⁴/90 × O(n⁻²) = 7e-8 × O(n⁻²), rounding 64/12 × 1e-16 × |log density|/h² < 1e-9 for |log density| < 5e3.
    """

    def value(theta):
        prior = power * program.log_prior(theta) if power else 0.0
        return float(np.sum(program.log_likelihood_units(theta))) + prior

    values, vectors = np.linalg.eigh(estimate.covariance)
    columns = (vectors * np.sqrt(np.maximum(values, 0)))[:, -program.layout.free_size :].T  # f ≤ p with shares
    mixed = [(a + b) / np.sqrt(2) for i, a in enumerate(columns) for b in columns[:i]]
    h, centre = 0.05, value(estimate.point)
    for column in [*columns, *mixed]:
        near, far = (value(estimate.point + k * h * column) + value(estimate.point - k * h * column) for k in (1, 2))
        bend = (16 * near - far - 30 * centre) / (12 * h**2)
        assert abs(bend + 1) <= DERIVATIVE, f"the curvature along a standard error is {-bend:.6g}, not 1"


def check_same_point(first, second, tolerance):
    """Two estimates are the same to ``tolerance`` of the first's standard errors."""
    gap = float(np.max(np.abs(first.point - second.point) / first.se))
    assert gap <= tolerance, f"{first.estimator} and {second.estimator} are {gap:.2g} SE apart"


# Exact posteriors.


def check_density(exact, log_density, grid):
    """``exact`` has a density proportional to exp(log_density): the log ratio is constant over the grid.

    Both sides are sums of some hundred terms of the size of the log density: rounding of 1e-16 × 100 × |log density|
    at the worst, 1e-9 with room for special functions that keep 13 digits.
    """
    ours = np.array([log_density(value) for value in grid])
    ratio = exact.logpdf(grid) - ours
    spread = np.max(np.abs(ratio - ratio[0])) / (1 + np.max(np.abs(ours)))
    assert spread <= 1e-9, (
        f"the exact posterior is not proportional to likelihood × prior (log ratio varies by {spread:.2g})"
    )


def check_draws(summary, exact):
    """Mean and SD of draws are exact within K Monte-Carlo errors; ``summary`` has mean, sd, mcse_mean, mcse_sd."""
    for found, error, truth in (("mean", "mcse_mean", exact.mean()), ("sd", "mcse_sd", exact.std())):
        away = abs(summary[found] - truth) / summary[error]
        assert away <= K, f"{found} {summary[found]:.6g} is {away:.1f} Monte-Carlo errors from the exact {truth:.6g}"


def check_shift(found, expected, error, tolerance):
    """Two estimators differ as predicted: Monte-Carlo error K × ``error`` and the neglected terms aside; any unit."""
    away = np.abs(np.asarray(found) - expected) - K * np.asarray(error) - tolerance
    assert np.all(away <= 0), f"the shift is {np.max(away):.2g} further from its prediction than allowed"


# Orders in n.


def slope(n, size):
    """Slope of log ``size`` on log ``n``, its standard error and degrees of freedom.

    ``size`` is c n^slope (1 + d/n + …) times a function of estimates, so its logarithm is linear in log n and 1/n
    and scatters with variance ∝ 1/n: least squares on both with weights n; the residual variance tells the constant.
    """
    n = np.asarray(n, dtype=float)
    regressors = np.column_stack([np.ones_like(n), np.log(n), 1 / n]) * np.sqrt(n)[:, None]
    outcome = np.log(size) * np.sqrt(n)
    found, squares, *_ = np.linalg.lstsq(regressors, outcome)
    freedom = len(n) - regressors.shape[1]
    variance = np.linalg.inv(regressors.T @ regressors)[1, 1] * squares[0] / freedom
    return float(found[1]), float(np.sqrt(variance)), freedom


def check_slope(n, size, expected, apart):
    """``size`` falls as n to the power ``expected``: within t SE, known well enough to tell orders ``apart``."""
    found, error, freedom = slope(n, size)
    reach = scipy.stats.t.ppf(1 - FAMILY / 2, freedom) * error
    assert reach < apart, f"the slope is only known to ± {reach:.2g}"
    assert abs(found - expected) <= reach, f"the slope is {found:.3f} ± {reach:.2g}, not {expected:g}"


# Units.

POWERS = {"weight": 0, "mu": 1, "tau": 1, "sigma": 1, "rate": -1, "shape": 0, "scale": 1, "beta": 1}
"""How each parameter's unit goes with y's."""


def rescaled(data, y=1.0, x=1.0):
    """The data with y, or the covariate x1, in other units."""
    columns = dict(data.columns)
    if "X" in data:
        columns["X"] = data["X"] * np.where(np.array(data.coords["term"]) == "x1", x, 1.0)
    return Dataset({**columns, "y": data["y"] * y}, data.coords)


def units(program, y=1.0, x=1.0):
    """What each parameter of the program is multiplied by when the data are `rescaled`, shape ``(p,)``."""
    labels = program.layout.labels
    return np.array([y ** POWERS[label.partition("[")[0]] / (x if label == "beta[x1]" else 1) for label in labels])


def check_equivariance(first, second, factor, tolerance):
    """Estimates and standard errors follow the units, to ``tolerance`` relative; status and length of gradient stay."""
    assert (first.status, second.status) == ("ok", "ok"), f"{first.status}, {second.status}: {second.reason}"
    for found, expected in ((second.point, first.point * factor), (second.se, first.se * np.abs(factor))):
        gap = np.max(np.abs(found - expected) / np.maximum(np.abs(expected), first.se * np.abs(factor)))
        assert gap <= tolerance, f"rescaling the data moved an estimate by {gap:.2g} of itself"


def optimum(program, power, start):
    """The estimate from θ = ``start`` as the drivers' search gives it, without statsmodels or PyMC around it."""
    found = maximum(program, power, program.coordinates.z(start))
    assert found.status == "ok", found.reason
    covariance = program.coordinates.covariance(found.z, found.evaluation.hessian)
    return claimed(program, program.coordinates.theta(found.z), covariance)


def claimed(program, theta, covariance=None):
    """An `Estimate` of a point and covariance that were not found by a driver."""
    point = np.asarray(theta, dtype=float)
    return Estimate(estimator="claimed", labels=program.layout.labels, point=point, covariance=covariance)
