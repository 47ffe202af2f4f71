"""PyMC programs of varied structure in our own words, on simulated or tiny well-known data; by name in `PROGRAMS`."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt

EFFECTS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
ERRORS = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
"""The eight schools: Rubin (1981), Journal of Educational Statistics 6, 377–401."""

PROGRAMS = {}


def listed(of):
    PROGRAMS[of.__name__] = of
    return of


def numbers():
    return np.random.default_rng(20)


@listed
def regression():
    """Coefficients with named elements, an intercept without prior, a derived quantity, fitted values."""
    x = numbers().normal(size=(40, 2))
    y = 1 + x @ [1.0, 2.0] + numbers().normal(size=40)
    with pm.Model(coords={"x": ["u", "v"]}) as model:
        beta = pm.Normal("beta", 0, 10, dims="x")
        intercept, sigma = pm.Flat("intercept"), pm.HalfNormal("sigma", 5)
        pm.Deterministic("ratio", beta[0] / beta[1])
        mu = pm.Deterministic("mu", intercept + x @ beta)
        pm.Normal("y", mu, sigma, observed=y)
    return model


@listed
def classes():
    """A matrix of coefficients along two named axes: multinomial regression."""
    x, y = numbers().normal(size=(80, 2)), numbers().integers(0, 3, size=80)
    with pm.Model(coords={"term": ["u", "v"], "class": ["b", "c"]}) as model:
        beta = pm.Normal("beta", 0, 2, dims=("term", "class"))
        score = pt.concatenate([pt.zeros((80, 1)), x @ beta], axis=1)
        pm.Categorical("y", p=pm.math.softmax(score, axis=1), observed=y)
    return model


@listed
def moving_average():
    """A recursion over time, whose likelihood is a Potential."""
    y = numbers().normal(size=40)
    with pm.Model() as model:
        mu, theta, sigma = pm.Normal("mu", 0, 10), pm.Uniform("theta", -1, 1), pm.HalfCauchy("sigma", 2.5)
        errors = pytensor.scan(
            lambda now, before, mu, theta: now - mu - theta * before,
            sequences=[pt.as_tensor(y)],
            outputs_info=[pt.as_tensor(np.float64(0))],
            non_sequences=[mu, theta],
            return_updates=False,
        )
        pm.Potential("likelihood", pm.logp(pm.Normal.dist(0, sigma), errors))
    return model


@listed
def two_groups():
    """A mixture whose means rise."""
    y = np.concatenate([numbers().normal(-3, 1, 60), numbers().normal(3, 1, 40)])
    with pm.Model() as model:
        rising = pm.distributions.transforms.ordered
        mu = pm.Normal("mu", 0, 5, shape=2, transform=rising, initval=[-1, 1])
        share, sigma = pm.Beta("share", 5, 5), pm.HalfNormal("sigma", 2)
        pm.Mixture("y", w=pt.stack([share, 1 - share]), comp_dists=pm.Normal.dist(mu, sigma), observed=y)
    return model


@listed
def shares():
    """Shares that sum to one, once for all and once per row."""
    with pm.Model() as model:
        pm.Multinomial("y", 100, pm.Dirichlet("p", np.ones(4)), observed=[10, 20, 30, 40])
        each = pm.Dirichlet("each", np.ones(3), shape=(2, 3))
        pm.Multinomial("z", [30, 40], each, observed=[[5, 10, 15], [8, 12, 20]])
    return model


@listed
def covariance():
    """A Cholesky factor, whose correlations and spreads PyMC derives."""
    y = numbers().multivariate_normal([1, 2], [[1, 0.5], [0.5, 2]], size=60)
    with pm.Model() as model:
        root, _, _ = pm.LKJCholeskyCov("root", n=2, eta=2, sd_dist=pm.HalfNormal.dist(5, shape=2))
        pm.MvNormal("y", pm.Normal("mu", 0, 50, shape=2), chol=root, observed=y)
    return model


@listed
def contrasts():
    """Effects that sum to zero."""
    group = np.repeat(np.arange(3), 10)
    y = np.array([1.0, 2, 4])[group] + numbers().normal(size=30)
    with pm.Model(coords={"group": ["a", "b", "c"]}) as model:
        effect = pm.ZeroSumNormal("effect", 500, dims="group")
        pm.Normal("y", pm.Normal("mean", 0, 500) + effect[group], pm.HalfNormal("sigma", 500), observed=y)
    return model


@listed
def directions():
    """Angles, and a likelihood that has a first but no second derivative in PyTensor."""
    with pm.Model() as model:
        mu, kappa = pm.VonMises("mu", 0, 0.1), pm.HalfNormal("kappa", 5)
        pm.VonMises("y", mu, kappa, observed=numbers().vonmises(1, 3, 40))
    return model


@listed
def surface():
    """A Gaussian process: one unit, however many points."""
    x = np.linspace(-3, 3, 12)
    y = np.sin(x) + 0.2 * numbers().normal(size=12)
    with pm.Model() as model:
        length, height, noise = pm.Gamma("length", 5, 4), pm.Gamma("height", 4, 4), pm.Gamma("noise", 2, 8)
        cov = height**2 * pt.exp(-0.5 * ((x[:, None] - x) / length) ** 2) + noise**2 * pt.eye(12)
        pm.MvNormal("y", np.zeros(12), cov=cov, observed=y)
    return model


@listed
def two_outcomes():
    """Two observed variables of unequal length: too many zeros, and too much spread."""
    zeros = numbers().poisson(3, 60) * (numbers().random(60) < 0.7)
    with pm.Model() as model:
        pm.ZeroInflatedPoisson("zeros", pm.Beta("psi", 1, 1), pm.Exponential("rate", 0.5), observed=zeros)
        spread = numbers().negative_binomial(2, 0.4, size=30)
        pm.NegativeBinomial("spread", mu=pm.Exponential("mean", 0.5), alpha=pm.Exponential("alpha", 1), observed=spread)
    return model


@listed
def own_density():
    """A density written by hand, and an interval per element."""
    with pm.Model() as model:
        a, b = pm.HalfNormal("a", 5), pm.HalfNormal("b", 5)
        pm.CustomDist(
            "y",
            a,
            b,
            logp=lambda y, a, b: a * pt.log(b) - pt.gammaln(a) + (a - 1) * pt.log(y) - b * y,
            observed=numbers().gamma(2, 1, 40),
        )
        u = pm.Uniform("u", np.array([0.0, 1]), np.array([3.0, 5]), shape=2)
        pm.Normal("z", u, 1, observed=numbers().normal([1, 3], 1, size=(20, 2)))
    return model


@listed
def cut_points():
    """Ordered categories, and a time that was not always seen."""
    x, y = numbers().normal(size=80), numbers().integers(0, 4, size=80)
    with pm.Model() as model:
        rising = pm.distributions.transforms.ordered
        cuts = pm.Normal("cuts", 0, 5, shape=3, transform=rising, initval=[-1.0, 0, 1])
        pm.OrderedLogistic("y", eta=pm.Normal("slope", 0, 2) * x, cutpoints=cuts, observed=y)
        times = np.minimum(3 * numbers().weibull(1.5, 40), 4)
        lifetime = pm.Weibull.dist(pm.Gamma("shape", 2, 1), pm.HalfNormal("scale", 10))
        pm.Censored("times", lifetime, lower=None, upper=4.0, observed=times)
    return model


def schools(centred):
    """Effects around a common mean: latent, written either way."""
    with pm.Model(coords={"school": list("ABCDEFGH")}) as model:
        mu, tau = pm.Normal("mu", 0, 5), pm.HalfCauchy("tau", 5)
        if centred:
            theta = pm.Normal("theta", mu, tau, dims="school")
        else:
            theta = pm.Deterministic("theta", mu + tau * pm.Normal("z", 0, 1, dims="school"), dims="school")
        pm.Normal("y", theta, ERRORS, observed=EFFECTS, dims="school")
    return model


def normal(y, sigma=None):
    """Mean and spread without any prior."""
    with pm.Model() as model:
        mu = pm.Flat("mu")
        pm.Normal("y", mu, pm.HalfFlat("sigma") if sigma is None else sigma, observed=y)
    return model
