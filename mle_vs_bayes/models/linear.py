"""A line through the data: ordinary regression."""

import numpy as np

from ..data import counts
from ..data.column import offset
from ..model import families, links
from .trunks import moments
from .trunks.exact import normal_errors
from .trunks.regression import Regression, beyond_offset, least_squares, rounding, triangle


class Linear(Regression):
    """A normal outcome whose mean is linear in the covariates.

        beta  ~ Normal(mean(y) at Intercept else 0, 2.5 × sd(y)/sd(x))
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(X[i] · beta + offset[i], sigma)     i = 1 … n

    Here because least squares is the estimate and every other answer can be checked against it. [1]_

    .. [1] Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 14.2.
    """

    offers = frozenset({"closed_form_mle", "conjugate_posterior"})

    name, family, link = "linear", families.normal, links.identity
    weighted = True
    beside = (offset,)
    typical = {"beta": 1.0, "sigma": 1.5}
    exact_intervals = {"beta": "t", "sigma": "chi_square"}
    one_value = "there is nothing for covariates to explain"

    def moments(self, tails, data):
        return moments.location_scale(tails, counts.size(data), location="beta")

    def closed_form_mle(self, data):
        y = beyond_offset(data)
        beta = least_squares(data, y)
        return {"beta": beta, "sigma": np.sqrt(counts.mean(data, (y - data["X"] @ beta) ** 2))}

    def start(self, data):
        """Least squares; where they leave nothing of y, sigma as wide as y: there is no estimate to start from."""
        known, y = self.closed_form_mle(data), beyond_offset(data)
        return known if known["sigma"] > rounding(y) else {**known, "sigma": float(np.std(y))}

    def conjugate_posterior(self, data, priors):
        theta, roots = self.closed_form_mle(data), np.reshape(counts.roots(data), (-1, 1))
        # XᵀWX = RᵀR, so that the variances in (XᵀWX)⁻¹ are the squared lengths of the rows of R⁻¹: without squaring X
        # no digit is lost.
        inverse = np.linalg.inv(np.linalg.qr(data["X"] * roots, mode="r"))
        labels = [f"beta[{term}]" for term in data.coords["term"]]
        estimates, spreads = dict(zip(labels, theta["beta"], strict=True)), np.sqrt(np.sum(inverse**2, axis=1))
        posterior = normal_errors(data, priors, estimates, spreads, data.size * theta["sigma"] ** 2)
        return posterior and {label: posterior[label] for label in labels}

    def condense(self, data):
        return triangle(data)
