"""Yes or no, with covariates."""

import numpy as np
import scipy

from ..data.column import Column, count, number, positive_count
from ..model.model import Model
from ..model.parameter import Function, Parameter
from ..model.prior import Prior, Scaled
from ..model.support import positive, real
from . import _regression as regression


class Logistic(Model):
    """Successes whose log odds are linear in the covariates.

        beta ~ Normal(0, 2.5 × 1/sd(x))
        y[i] ~ Binomial(trials[i], logit⁻¹(X[i] · beta + offset[i]))

    Here because the maximum likelihood estimate does not exist under separation, and the MAP does. [1]_

    .. [1] Gelman et al. (2008), A weakly informative default prior distribution for logistic and other
       regression models, Annals of Applied Statistics 2(4), 1360–1383.
    """

    name = "logistic"
    parameters = (
        Parameter("beta", "β", real, Prior("Normal", mu=0, sigma=Scaled(2.5, "1/sd(x)")), typical=0.5, dims=("term",)),
    )
    weighted = True
    columns = (
        Column("y", count),
        Column("trials", positive_count, optional=True, default=1.0),
        Column("offset", number, optional=True, default=0.0),
    )
    functions = (Function("odds_ratio", lambda theta: np.exp(theta["beta"]), dims=("term",), support=positive),)
    takes_formula = True

    def design(self, n, rng):
        return regression.design(n, rng).replace(trials=np.ones(n), offset=np.zeros(n))

    def simulate(self, theta, design, rng):
        p = scipy.special.expit(design["X"] @ theta["beta"] + design["offset"])
        return design.replace(y=rng.binomial(design["trials"].astype(int), p))

    def log_likelihood(self, theta, data):
        log_odds = data["X"] @ theta["beta"] + data["offset"]
        y, trials = data["y"], data["trials"]
        ways = -np.log1p(trials) - scipy.special.betaln(y + 1, trials - y + 1)
        return ways - y * np.logaddexp(0, -log_odds) - (trials - y) * np.logaddexp(0, log_odds)

    def likelihood(self, theta, data):
        import pymc as pm

        log_odds = data["X"] @ theta["beta"] + data["offset"]
        return pm.Binomial("y", n=data["trials"].astype("int64"), logit_p=log_odds, observed=data["y"])

    def start(self, data):
        return {"beta": np.zeros(data["X"].shape[1])}

    def fisher_information(self, theta, data):
        import pymc as pm

        log_odds = data["X"] @ theta["beta"] + data["offset"]
        weights = data["trials"] * pm.math.sigmoid(log_odds) * pm.math.sigmoid(-log_odds)
        weights = data.get("weights", 1.0) * weights
        return data["X"].T @ (weights[:, None] * data["X"])

    def divergence(self, data):
        term = regression.separating_term(data)
        return None if term is None else f"{term} runs off: the covariates separate the successes from the failures"
