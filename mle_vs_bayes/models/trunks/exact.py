"""Exact answers that several leaves share."""

import numpy as np
import scipy

from ...model.model import Model


def after_successes(prior, successes, failures):
    """The Beta posterior of a probability from the numbers of successes and failures; None under other priors. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.4.
    """
    if prior.signature != ("Beta", "alpha", "beta"):
        return None
    return scipy.stats.beta(prior.arguments["alpha"] + successes, prior.arguments["beta"] + failures)


def after_events(prior, events, exposure):
    """The Gamma posterior of a rate from the number of events and the total exposure; None under other priors. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6.
    """
    if prior.signature != ("Gamma", "alpha", "beta"):
        return None
    return scipy.stats.gamma(prior.arguments["alpha"] + events, scale=1 / (prior.arguments["beta"] + exposure))


class ConstantRate(Model):
    """One rate of events: their number and the total exposure are sufficient, and a Gamma prior is conjugate."""

    offers = frozenset({"closed_form_mle", "conjugate_posterior"})

    def totals(self, data):
        """Number of events and total exposure, or None where they are not all that the data say."""
        raise NotImplementedError

    def start(self, data):
        events, exposure = self.totals(data)
        return {"rate": (events + 0.5) / exposure}

    def closed_form_mle(self, data):
        if not self.exact(data):
            return None
        events, exposure = self.totals(data)
        return {"rate": events / exposure}

    def conjugate_posterior(self, data, priors):
        posterior = after_events(priors["rate"], *self.totals(data)) if self.exact(data) else None
        return posterior and {"rate": posterior}

    def exact(self, data):
        """Whether the totals are all that the data say; of times between two bounds they are not."""
        return "upper" not in data


def normal_information(theta, n):
    """The diagonal ``(2,)`` of the expected information of n normal values in mu and sigma."""
    return [n / theta["sigma"] ** 2, 2 * n / theta["sigma"] ** 2]


def restricted_normal(data, design_matrix, sigma):
    """−½ log |Xᵀ V⁻¹ X| + ½ k log 2π of independent normal values with standard deviations ``sigma``, complex too."""
    columns = np.asarray(design_matrix).shape[1]
    weights = np.broadcast_to(data.counts / sigma**2, len(design_matrix))
    # A complex determinant has its phase in the sign.
    sign, size = np.linalg.slogdet(design_matrix.T @ (design_matrix * weights[:, None]))
    return -0.5 * (size + np.log(sign)) + 0.5 * columns * np.log(2 * np.pi)


def normal_errors(data, priors, estimates, spreads, squares):
    """Posterior under p(locations, sigma) ∝ 1, by label, or None under other priors or with too few rows.

    ``estimates`` ``(k,)`` by label are those of least squares, which leave the sum of ``squares``; their standard
    errors are sigma × ``spreads`` ``(k,)``. On n − k − 1 degrees of freedom each location is t and sigma² inverse
    gamma. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 14.2 (there under p ∝ 1/sigma²).
    """
    freedom = data.size - len(estimates) - 1
    flat = all(prior.family == ("HalfFlat" if name == "sigma" else "Flat") for name, prior in priors.items())
    if not flat or freedom < 1:
        return None
    sigma, named = np.sqrt(squares / freedom), zip(estimates.items(), spreads, strict=True)
    posterior = {label: scipy.stats.t(freedom, loc=value, scale=sigma * spread) for (label, value), spread in named}
    return {**posterior, "variance": scipy.stats.invgamma(freedom / 2, scale=squares / 2)}
