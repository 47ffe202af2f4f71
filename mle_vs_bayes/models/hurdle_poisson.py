"""Whether anything happens, and then how often."""

import numpy as np

from ..data import counts
from ..model import families
from ..model.parameter import Function
from ..model.support import positive
from .trunks import dispersed
from .trunks.dispersed import Dispersed
from .trunks.exact import after_successes


class HurdlePoisson(Dispersed):
    """Counts that are above 0 with probability psi, and then Poisson ones that are not 0.

        psi  ~ Beta(alpha=2, beta=2)
        mu   ~ Gamma(alpha=1, beta=exposure/events)
        y[i] ~ HurdlePoisson(psi, mu × exposure[i])         i = 1 … n, exposure = 1 unless given

    Here because it takes apart what zero_inflated_poisson mixes: psi is a coin with an exact posterior, mu is known
    from the counts above 0 alone, and where none is above 1 its estimate is 0 and its posterior is not. [1]_

    .. [1] Mullahy (1986), Specification and testing of some modified count data models, Journal of Econometrics 33(3),
       341–365.
    """

    name = "hurdle_poisson"
    offers = frozenset({"closed_form_mle", "conjugate_posterior"})
    family = families.hurdle_poisson
    runs_to_0 = "psi"
    functions = (
        Function(
            "mean",
            lambda theta: theta["psi"] * theta["mu"] / -np.expm1(-theta["mu"]),
            support=positive,
            moments=dispersed.mean_beside_zeros,
        ),
    )

    def moments(self, tails, data):
        return {"mu": dispersed.mean_beside_zeros(tails, data)}

    def start(self, data):
        share, mean = dispersed.of_positive(data)
        mu = max(dispersed.untruncated(mean), 0.1) / counts.mean(data, data["exposure"])
        return {"psi": min(max(share, 0.02), 0.98), "mu": mu}

    def closed_form_mle(self, data):
        share, mean = dispersed.of_positive(data)
        if data["exposure"].min() < data["exposure"].max() or mean <= 1 or share == 1:
            return None
        return {"psi": share, "mu": dispersed.untruncated(mean) / data["exposure"][0]}

    def conjugate_posterior(self, data, priors):
        """The posterior of psi, which the counts above 0 say nothing more of."""
        above = counts.total(data, (data["y"] > 0).astype(float))
        posterior = after_successes(priors["psi"], above, data.size - above)
        return posterior and {"psi": posterior}

    def divergence(self, data):
        return "mu runs to 0: no y is above 1" if data["y"].max() == 1 else super().divergence(data)
