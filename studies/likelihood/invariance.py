"""What becomes of an estimate when the parameter is transformed?

Question
    Is the estimate of the odds p/(1 − p) the odds of the estimate of p, for MLE, MAP and posterior mean?
Design
    n trials with p = 0.3 under Beta(2, 2), where everything is known in closed form with k successes. The MAP is also
    taken on the scale of log odds, where the density has the Jacobian p(1 − p) as a further factor.
Prediction
    MLE: exactly. MAP: (k + 1)/(n + 2) on the scale of p, (k + 2)/(n + 4) on that of log odds, the Jacobian being worth
    one success and one failure; posterior mean: E[odds] = (k + 2)/(n − k + 1) is not the odds of the mean,
    (k + 2)/(n − k + 2). Both gaps fall as 1/n.
Source
    Casella & Berger (2002), Statistical Inference, theorem 7.2.10 (invariance of the MLE); Gelman et al. (2013),
    Bayesian Data Analysis, section 2.4 (Beta posterior); the modes and means computed.
"""

from mle_vs_bayes.study import Equals, Mode, Scenario, Slope, Study

odds = lambda p: p / (1 - p)


def beta(replicate):
    """The posterior of p as the package says it; means under it are integrals."""
    return replicate.model.conjugate_posterior(replicate.data, replicate.priors)["p"]


def gap(replicate):
    """The estimate of the odds less the odds of the estimate; of the MAP, that of log odds, transformed."""
    turned, posterior = replicate.estimate("map_unconstrained", "p"), beta(replicate)
    return {
        "mle": replicate.estimate("mle", "odds") - odds(replicate.estimate("mle", "p")),
        "map": abs(odds(turned) - odds(replicate.estimate("map", "p"))),
        "posterior mean": posterior.expect(odds) - odds(posterior.mean()),
    }


def closed_form(replicate):
    """What was computed less what the closed forms say."""
    k, n = replicate["y"].sum(), replicate.n
    return {
        "map": replicate.estimate("map", "p") - (k + 1) / (n + 2),
        "map of log odds": replicate.estimate("map_unconstrained", "p") - (k + 2) / (n + 4),
        "mean of odds": beta(replicate).expect(odds) - (k + 2) / (n - k + 1),
    }


study = Study(
    n=(40, 80, 160, 320, 640),
    scenarios=[Scenario("p = 0.3", model="bernoulli", truth={"p": 0.3}, priors={"p": "Beta(alpha=2, beta=2)"})],
    replicates=200,
    estimators=("mle", "map", Mode(scale="unconstrained")),
    functionals={"gap": gap, "closed_form": closed_form},
    predictions=[
        Equals("gap", where={"parameter": "mle"}, within=1e-7),
        Equals("closed_form", within=1e-7),
        # within: a prior worth 4 trials tilts the slope by up to 4/(n + 4), 0.09 at the smallest n
        Slope("gap", slope=-1.0, within=0.12, where={"parameter": ("map", "posterior mean")}),
    ],
    answer="Only the MLE of the odds is the odds of the MLE; modes move with the scale, means with the function.",
)
