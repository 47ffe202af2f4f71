"""What does a wrong model estimate, and which intervals still cover?

Question
    Where do estimates go when no parameter is true, and do Wald, sandwich, Laplace and bootstrap intervals cover that?
Design
    A normal model for Laplace and for exponential data, a Poisson model for counts with twice their mean as variance.
    What is to be covered is the KL projection: mean and standard deviation, and the mean of the counts.
Prediction
    With a the true variance of the score over the information, Wald and posterior (here Laplace's) cover
    2Φ(1.96/√a) − 1 in large samples, the sandwich 95 %. For a standard deviation a = (κ − 1)/2: 2.5 for Laplace's
    kurtosis 6, 4 for the exponential's 9. For the counts a = 2, for a mean 1.
Source
    White (1982), Econometrica 50, 1–25 (projection, sandwich); Kleijn & van der Vaart (2012), Electronic Journal of
    Statistics 6, 354–381 (the posterior does not cover); a and coverage computed.
"""

import numpy as np
from scipy.stats import norm

from mle_vs_bayes.study import Scenario, Slope, Study, Theory

INFLATION = {"laplace": 2.5, "exponential": 4.0, "counts": 2.0}


def covered(line):
    """What the model's own standard error covers when the variance is a times as large."""
    a = 1.0 if line["parameter"] == "mu" else INFLATION[line["scenario"]]
    return 2 * norm.cdf(1.959964 / np.sqrt(a)) - 1


def normal(name, draw, spread):
    generate = lambda n, rng: {"y": draw(rng, n)}
    return Scenario(name, model="normal", generate=generate, target={"mu": 1.0, "sigma": spread})


counts = {"generate": lambda n, rng: {"y": rng.negative_binomial(3, 0.5, size=n)}, "target": {"rate": 3.0}}
own = {"estimator": ("mle", "map"), "interval": ("wald", "laplace")}
study = Study(
    n=(200, 800, 3200),
    scenarios=[
        normal("laplace", lambda rng, n: rng.laplace(1.0, size=n), np.sqrt(2)),
        normal("exponential", lambda rng, n: rng.exponential(size=n), 1.0),
        Scenario("counts", model="poisson", **counts),
    ],
    replicates=16_000,
    batch=1000,
    estimators=("mle", "map"),
    intervals=("wald", "laplace", "sandwich"),
    estimands=("mu", "sigma", "rate"),
    predictions=[
        # within: coverage at n = 200 is off by skewness, of order κ/n, and the sandwich by twice that
        Theory("coverage", value=covered, within=0.02, where=own),
        Theory("coverage", value=lambda line: 0.95, within=0.02, where={"interval": "sandwich"}),
        Slope("rmse", slope=-0.5, within=0.03, where={"estimator": "mle"}, why="consistent for the projection"),
    ],
    answer="A wrong model is consistent for its KL projection, of which only the sandwich gives honest intervals.",
)
