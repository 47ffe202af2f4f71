"""The scripts that a user would write without this package, one per model: what `compare_sizes` runs beside ours.

Each reads ``data.csv``, fits statsmodels, ``find_MAP`` and the posterior under the priors that `compare` takes, prints
the results, and last the least bulk effective sample size of the parameters.
"""

HEAD = """
import arviz as az
import numpy as np
import pandas as pd
import pymc as pm
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.base.model import GenericLikelihoodModel

data = pd.read_csv("data.csv")
y = data["y"].to_numpy()
"""

TAIL = """
    print(pm.find_MAP())
    draws = pm.sample(draws=1000, tune=1000, chains=4, random_seed=0, nuts_sampler="nutpie", progressbar=False)

summary = az.summary(draws, var_names=names, round_to="none")
print(summary)
print(summary["ess_bulk"].min())
"""

DESIGN = """
X = np.column_stack([np.ones(len(data)), data.drop(columns="y").to_numpy(dtype=float)])
deviations = np.array([1.0, *X[:, 1:].std(axis=0, ddof=1)])
"""

WEIBULL = """
class Weibull(GenericLikelihoodModel):
    def loglikeobs(self, params):
        shape, scale = params
        if shape <= 0 or scale <= 0:
            return np.full(len(self.endog), -np.inf)
        return stats.weibull_min.logpdf(self.endog, shape, scale=scale)


print(Weibull(y, extra_params_names=["shape", "scale"]).fit(start_params=[1.0, y.mean()], disp=False).summary())
names = ["shape", "scale"]
with pm.Model():
    shape = pm.Gamma("shape", alpha=2, beta=1)
    scale = pm.HalfNormal("scale", sigma=10 * y.mean())
    pm.Weibull("y", alpha=shape, beta=scale, observed=y)
"""

EXPONENTIAL = """
seen = data["event"].to_numpy() == 1


class Exponential(GenericLikelihoodModel):
    def loglikeobs(self, params):
        if params[0] <= 0:
            return np.full(len(self.endog), -np.inf)
        return np.where(seen, np.log(params[0]), 0.0) - params[0] * self.endog


print(Exponential(y, extra_params_names=["rate"]).fit(start_params=[1 / y.mean()], disp=False).summary())
names = ["rate"]
with pm.Model():
    rate = pm.Gamma("rate", alpha=1, beta=y.sum() / seen.sum())
    pm.Censored("y", pm.Exponential.dist(lam=rate), lower=None, upper=np.where(seen, np.inf, y), observed=y)
"""

LOGISTIC = (
    DESIGN
    + """
print(sm.Logit(y, X).fit(disp=False).summary())
names = ["beta"]
with pm.Model():
    beta = pm.Normal("beta", mu=0, sigma=2.5 / deviations, shape=X.shape[1])
    pm.Bernoulli("y", logit_p=pm.math.dot(X, beta), observed=y)
"""
)

LINEAR = (
    DESIGN
    + """
print(sm.OLS(y, X).fit().summary())
names = ["beta", "sigma"]
with pm.Model():
    middle = np.array([y.mean(), *np.zeros(X.shape[1] - 1)])
    beta = pm.Normal("beta", mu=middle, sigma=2.5 * y.std(ddof=1) / deviations, shape=X.shape[1])
    sigma = pm.Exponential("sigma", lam=1 / y.std(ddof=1))
    pm.Normal("y", mu=pm.math.dot(X, beta), sigma=sigma, observed=y)
"""
)

RANDOM_INTERCEPT = """
group, groups = pd.factorize(data["group"])
print(smf.mixedlm("y ~ 1", data, groups=group).fit(reml=False).summary())
names = ["mu", "tau", "sigma"]
with pm.Model():
    mu = pm.Normal("mu", mu=y.mean(), sigma=2.5 * y.std(ddof=1))
    tau = pm.HalfNormal("tau", sigma=2.5 * y.std(ddof=1))
    sigma = pm.Exponential("sigma", lam=1 / y.std(ddof=1))
    z = pm.Normal("z", shape=len(groups))
    pm.Normal("y", mu=mu + tau * z[group], sigma=sigma, observed=y)
"""

POISSON = (
    DESIGN
    + """
print(sm.GLM(y, X, family=sm.families.Poisson()).fit().summary())
names = ["beta"]
with pm.Model():
    middle = np.array([np.log(y.mean()), *np.zeros(X.shape[1] - 1)])
    beta = pm.Normal("beta", mu=middle, sigma=2.5 / deviations, shape=X.shape[1])
    pm.Poisson("y", mu=pm.math.exp(pm.math.dot(X, beta)), observed=y)
"""
)

SLOPES = """
group, groups = pd.factorize(data["group"])
x, spread = data["x"].to_numpy(), 2.5 * y.std(ddof=1)
print(smf.mixedlm("y ~ x", data, groups=group, re_formula="~x").fit(reml=False).summary())
names = ["beta", "sd", "cor", "sigma"]
with pm.Model():
    spreads = np.array([spread, spread / x.std(ddof=1)])
    beta = pm.Normal("beta", mu=np.array([y.mean(), 0.0]), sigma=spreads, shape=2)
    sds = pm.HalfNormal.dist(sigma=spreads, shape=2)
    root, cors, sds = pm.LKJCholeskyCov("root", n=2, eta=2, sd_dist=sds, compute_corr=True, store_in_trace=False)
    pm.Deterministic("sd", sds)
    pm.Deterministic("cor", cors[0, 1])
    sigma = pm.Exponential("sigma", lam=1 / y.std(ddof=1))
    z = pm.Normal("z", shape=(len(groups), 2))
    u = pm.math.dot(z, root.T)
    mean = beta[0] + u[group, 0] + (beta[1] + u[group, 1]) * x
    pm.Normal("y", mu=mean, sigma=sigma, observed=y)
"""

PROGRAM = """
import numpy as np
import pymc as pm


def model(data):
    y = data["y"].to_numpy()
    X = np.column_stack([np.ones(len(data)), data.drop(columns="y").to_numpy(dtype=float)])
    with pm.Model() as regression:
        beta = pm.Normal("beta", mu=0, sigma=10, shape=X.shape[1])
        sigma = pm.HalfNormal("sigma", sigma=10)
        pm.Normal("y", mu=pm.math.dot(X, beta), sigma=sigma, observed=y)
    return regression
"""

OF_PROGRAM = (
    DESIGN
    + """
from model import model

print(sm.OLS(y, X).fit().summary())
names = ["beta", "sigma"]
with model(data):
"""
)

SCRIPTS = {
    name: HEAD + own + TAIL
    for name, own in {
        "weibull": WEIBULL,
        "exponential": EXPONENTIAL,
        "logistic": LOGISTIC,
        "linear": LINEAR,
        "random_intercept": RANDOM_INTERCEPT,
        "poisson": POISSON,
        "slopes": SLOPES,
        "program": OF_PROGRAM,
    }.items()
}
"""By the names that `compare_sizes` reads."""
