"""How fast does the posterior become normal?

Question
    How far is the posterior from N(θ̂, I⁻¹) in total variation, and how fast does it come closer?
Design
    Conjugate posteriors, so that the distance is an integral and not an estimate: exponential rate under a flat prior,
    proportions at p = 0.3, and at p = 1/2, where the likelihood's third derivative vanishes. 2000 data sets each.
Prediction
    n^-1/2; n^-1 at p = 1/2. For the rate √n times the distance tends to E|Z³|/6 = √(8/π)/6 = 0.266: the log posterior
    at θ̂(1 + z/√n) is −z²/2 + z³/(3√n) + O(1/n).
Source
    van der Vaart (1998), Asymptotic Statistics, theorem 10.1; Johnson (1970), Annals of Mathematical Statistics 41,
    851–864 (expansions of posteriors); the one here, and 0.266, computed.
"""

import numpy as np
import scipy

from mle_vs_bayes.study import Scenario, Slope, Study, Value

LIMIT = np.sqrt(8 / np.pi) / 6


def total_variation(replicate):
    """½∫|posterior − normal at the MLE|, by the trapezoid rule over ten standard errors to either side."""
    (name,) = (parameter.name for parameter in replicate.model.parameters)
    centre, se = replicate.estimate("mle", name), replicate.se("mle", name)
    grid = centre + se * np.linspace(-10, 10, 8001)
    posterior = replicate.model.conjugate_posterior(replicate.data, replicate.priors)[name].pdf(grid)
    return 0.5 * np.trapezoid(np.abs(posterior - scipy.stats.norm.pdf(grid, centre, se)), grid)


study = Study(
    n=(50, 100, 200, 400, 800),
    scenarios=[
        Scenario("rate", model="exponential", priors={"rate": "Gamma(alpha=1, beta=1e-9)"}),
        Scenario("p = 0.3", model="bernoulli", truth={"p": 0.3}),
        Scenario("p = 1/2", model="bernoulli", truth={"p": 0.5}),
    ],
    replicates=2000,
    estimators=("mle",),
    estimands=("rate", "p"),
    functionals={
        "total_variation": total_variation,
        "against_theory": lambda replicate: total_variation(replicate) * np.sqrt(replicate.data.n) / LIMIT,
    },
    predictions=[
        # within: corrections of order 1/n to the distance (those of order n^-1/2 cancel by symmetry)
        Slope("total_variation", slope=-0.5, within=0.05, where={"scenario": ("rate", "p = 0.3")}),
        Slope("total_variation", slope=-1.0, within=0.05, where={"scenario": "p = 1/2"}),
        Value("against_theory", least=0.99, most=1.01, where={"scenario": "rate", "n": (200, 400, 800)}),
    ],
    answer="The posterior becomes normal as n^-1/2, with theory's constant, and as 1/n without skewness.",
)
