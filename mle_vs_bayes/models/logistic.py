"""Yes or no, with covariates."""

from ..data.column import offset, trials
from ..model import families, links
from .trunks.regression import Regression


class Logistic(Regression):
    """Successes whose log odds are linear in the covariates.

        beta ~ Normal(0, 2.5 × 1/sd(x))
        y[i] ~ Binomial(trials[i], logit⁻¹(X[i] · beta + offset[i]))

    Here because the maximum likelihood estimate does not exist under separation, and the MAP does. [1]_

    .. [1] Gelman et al. (2008), A weakly informative default prior distribution for logistic and other
       regression models, Annals of Applied Statistics 2(4), 1360–1383.
    """

    name, family, link = "logistic", families.binomial, links.logit
    weighted = True
    takes_order = True
    beside = (trials, offset)
    typical = {"beta": 0.5}
    offers = frozenset({"fisher_information"})

    def fisher_information(self, theta, data):
        weights = data["trials"] * self.link.slope(self.predictor(theta, data))
        weights = data.get("weights", 1.0) * weights
        return data["X"].T @ (weights[:, None] * data["X"])
