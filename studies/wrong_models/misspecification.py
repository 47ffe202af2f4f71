"""What does a wrong model estimate, and which intervals still cover?

Question
    Where do MLE, MAP and posterior go when no parameter is true; do Wald, sandwich and Bayesian intervals cover that?
Design
    A normal model for Laplace and for exponential data, a Poisson model for counts with twice their mean as variance.
    To be covered is the KL projection: mean, standard deviation, mean of the counts. Jeffreys' posteriors, closed form.
Prediction
    Every RMSE is of order n^-1/2. With a the true variance of the score over the information, Wald, Laplace and the
    posterior cover 2Φ(1.96/√a) − 1, the sandwich 95 %: a = (κ − 1)/2 of a standard deviation, 2.5 for Laplace's
    kurtosis 6, 4 for the exponential's 9; of counts 2, of a mean 1. Left out is a term of order κ/n, 0.02 on average;
    of the sandwich, nearly Student's t of squares (of counts), Hall's in their skewness and kurtosis. 0.01 is claimed.
Source
    White (1982), Econometrica 50, 1–25 (projection, sandwich); Kleijn & van der Vaart (2012), Electronic Journal of
    Statistics 6, 354–381 (posterior); Hall (1988) as in Owen (2025), arXiv 2501.07645 (t); a, coverage computed.
"""

import numpy as np
from scipy import special, stats

from mle_vs_bayes.study import Scenario, Slope, Study, Theory

A, SIZES, Z = {"laplace": 2.5, "exponential": 4.0, "counts": 2.0}, (200, 800, 3200), stats.norm.ppf(0.975)
LAWS = {"laplace": stats.laplace(1), "exponential": stats.expon(), "counts": stats.nbinom(3, 0.5)}
a_of = lambda line: 1.0 if line["parameter"] == "mu" else A[line["scenario"]]
row = lambda ends: {"lower": ends[0], "estimate": ends[1], "upper": ends[2], "interval": "eti"}


def lack(name):  # of a t interval in 95 %: 2zφ(z)(γ²(z⁴ + 2z² − 3)/18 + (z² + 3)/4 − κ(z² − 3)/12)/n, on average over n
    law, (power, mean) = LAWS[name], (1, 0.0) if name == "counts" else (2, LAWS[name].var())
    two, three, four = (law.expect(lambda x, k=k: ((x - law.mean()) ** power - mean) ** k) for k in (2, 3, 4))
    by_skewness, by_kurtosis = three**2 / two**3 * (Z**4 + 2 * Z**2 - 3) / 18, (four / two**2 - 3) * (Z**2 - 3) / 12
    return 2 * Z * stats.norm.pdf(Z) * (by_skewness + (Z**2 + 3) / 4 - by_kurtosis) * sum(1 / n for n in SIZES) / 3


def posterior(replicate):  # σ² is S over χ² on n − 1, μ Student's t, a rate Gamma(½ + Σy, n)
    n, mean, spread, tails = replicate.n, replicate["y"].mean(), replicate["y"].var(), np.array([0.025, 0.5, 0.975])
    if replicate.model.name == "poisson":
        return {"rate": row(special.gammaincinv(0.5 + n * mean, tails) / n)}
    sigma = np.sqrt(n * spread / (2 * special.gammaincinv((n - 1) / 2, 1 - tails)))
    return {"mu": row(mean + special.stdtrit(n - 1, tails) * np.sqrt(spread / (n - 1))), "sigma": row(sigma)}


draw = lambda law: lambda n, rng: {"y": law.rvs(size=n, random_state=rng).astype(float)}
goal = lambda law: {"rate": law.mean()} if law is LAWS["counts"] else {"mu": law.mean(), "sigma": law.std()}
model = lambda name: "poisson" if name == "counts" else "normal"
cell = lambda name, law: Scenario(name, model=model(name), generate=draw(law), target=goal(law))
based, consistent = {"interval": ("wald", "laplace", "eti")}, Slope("rmse", slope=-0.5, within=0.03, quick_within=0.12)
robust = lambda name: {"where": {"interval": "sandwich", "scenario": name}, "within": 0.01 + lack(name)}
honest = [Theory("coverage", value=lambda line: 0.95, quick_within=0.07, **robust(name)) for name in LAWS]
value = lambda line: 2 * stats.norm.cdf(Z / a_of(line) ** 0.5) - 1
answer = "A wrong model is consistent for its KL projection, of which only the sandwich gives honest intervals."
fits = {"replicates": 16_000, "batch": 1000, "n": SIZES, "estimands": ("mu", "sigma", "rate"), "answer": answer}
study = Study(
    scenarios=[cell(*each) for each in LAWS.items()],
    estimators=("mle", "map", posterior),
    intervals=("wald", "laplace", "sandwich"),
    predictions=[Theory("coverage", value=value, within=0.02, quick_within=0.06, where=based), *honest, consistent],
    **fits,
)
