"""Successes whose chance differs from row to row."""

import numpy as np

from ..data import counts
from ..data.column import trials
from ..data.dataset import Dataset
from ..model import families
from ..model.parameter import Function
from ..model.support import unit
from .trunks import moments
from .trunks.plain import Plain

TRIALS = 10.0
"""Trials of each row of a design: one trial a row says nothing of how chances differ."""


class BetaBinomial(Plain):
    """Successes in trials whose chance is the same within a row and beta distributed over rows.

        alpha ~ Gamma(alpha=2, beta=0.1)
        beta  ~ Gamma(alpha=2, beta=0.1)
        y[i]  ~ BetaBinomial(trials[i], alpha, beta)        i = 1 … n

    Here because rows whose successes vary no more than a coin's have no estimate, alpha and beta running off together,
    while the prior keeps the posterior where chances differ. [1]_

    .. [1] Williams (1975), The analysis of binary responses from toxicological experiments involving reproduction and
       teratogenicity, Biometrics 31(4), 949–952.
    """

    name = "beta_binomial"
    weighted = True
    family = families.beta_binomial
    beside = (trials,)
    functions = (
        Function("mean", lambda t: t["alpha"] / (t["alpha"] + t["beta"]), support=unit, moments=moments.bounded),
        Function("correlation", lambda t: 1 / (t["alpha"] + t["beta"] + 1), support=unit, moments=moments.bounded),
    )
    edges = {
        f"{name} runs to infinity": "successes vary no more than those of one coin (the model bernoulli)"
        for name in ("alpha", "beta")
    }

    def arguments(self, theta, data):
        return {"n": data["trials"].astype("int64"), "alpha": theta["alpha"], "beta": theta["beta"]}

    def design(self, n, rng):
        return Dataset({"trials": np.full(n, TRIALS)})

    def moments(self, tails, data):
        """Both grow together without a cost; alone alpha falls by one power for each failure, beta for each success."""
        (alpha,), (beta,) = tails["alpha"], tails["beta"]
        both, y = alpha.above.power + beta.above.power, counts.total(data, data["y"])
        alone = {"alpha": counts.total(data, data["trials"]) - y + alpha.above.power, "beta": y + beta.above.power}
        return {name: moments.power(name, min(both, float(order)), alpha, beta) for name, order in alone.items()}

    def start(self, data):
        """The mean share, and what its spread leaves over for the chances'."""
        share, trials = data["y"] / data["trials"], counts.mean(data, data["trials"])
        mean = (counts.total(data, data["y"]) + 0.5) / (counts.total(data, data["trials"]) + 1)
        # The variance of a share is μ(1 − μ)/m · (1 + (m − 1) ρ) with ρ = 1/(α + β + 1), here solved for ρ.
        inflation = counts.variance(data, share) / (mean * (1 - mean)) * trials
        correlation = np.clip((inflation - 1) / max(trials - 1, 1), 0.02, 0.9)
        return {"alpha": mean * (1 / correlation - 1), "beta": (1 - mean) * (1 / correlation - 1)}

    def divergence(self, data):
        if not data["y"].any():
            return "alpha/beta runs to 0: no trial is a success"
        return "alpha/beta runs to infinity: every trial is a success" if np.all(data["y"] == data["trials"]) else None

    def unusable(self, data):
        single = data["trials"].max() == 1
        return (
            "every row has one trial, which shows no spread of chances (the model bernoulli fits it)"
            if single
            else None
        )
