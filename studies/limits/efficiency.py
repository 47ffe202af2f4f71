"""Which estimators waste data?

Question
    Does n · Var · I of the MLE tend to 1 (Cramér–Rao), and what do median, moments and superefficiency pay?
Design
    Rates, proportions; a normal median; a Gamma's shape 2 by moments; Hodges' estimator (0 where |ȳ| < n^-1/4) at θ = 0
    and, the worst place, the edge θ = n^-1/4.
Prediction
    n · Var · I is n³/((n − 1)²(n − 2)) for lifetimes, 1 for the others. Asymptotic efficiency of the median: 2/π; of
    moments 1/(2(a + 1)(aψ′(a) − 1)) = 0.575 (computed by the delta method). Hodges over the mean, in mean squared
    error: below 0.01 at 0; at n^-1/4 above √n/4, as half of the time it is off by all of θ.
Source
    Computed, by the exact moments of each estimator or the delta method; the bound is Cramér's and Rao's.
"""

import numpy as np
from scipy import optimize, special

from mle_vs_bayes.study import Ratio, Scenario, Study, Theory

SHAPE, RATES = 1 / (6 * (2 * special.polygamma(1, 2) - 1)), {"parameter": ("rate", "p")}
TRUTHS = {"exponential": {"rate": 0.5}, "poisson": {"rate": 3.0}, "bernoulli": {"p": 0.3}}
VARIANCES = {"poisson": lambda n: 3 / n, "bernoulli": lambda n: 0.21 / n}
VARIANCES["exponential"] = lambda n: 0.25 * n**2 / ((n - 1) ** 2 * (n - 2))


def shape(y):
    gap = np.log(y.mean()) - np.log(y).mean()
    return optimize.brentq(lambda a: np.log(a) - special.digamma(a) - gap, 1e-3, 1e3)


def scenario(name, truth, sample, **estimators):
    generate = lambda n, rng: ({"y": sample(n, rng)}, {"theta": truth(n)})
    functions = {key: lambda replicate, f=f: {"theta": f(replicate["y"])} for key, f in estimators.items()}
    return Scenario(name, generate=generate, estimators=functions, replicates=10_000)


bound = {"value": lambda line: VARIANCES[line["model"]](line["n"]) ** 0.5, "relative": True, "where": RATES}
zero, edge, normal = lambda n: 0.0, lambda n: n**-0.25, lambda n, rng: rng.normal(size=n)
hodges = {"mean": np.mean, "hodges": lambda y: np.mean(y) * (abs(np.mean(y)) >= len(y) ** -0.25)}
moments = {"mle": shape, "moments": lambda y: np.mean(y) ** 2 / np.var(y)}
size = {"n": (50, 200, 800), "quick_n": (50, 800), "replicates": 20_000}
study = Study(
    scenarios=[
        *(Scenario(name, model=name, truth=truth, estimators=("mle",)) for name, truth in TRUTHS.items()),
        scenario("normal", zero, normal, mean=np.mean, median=np.median),
        scenario("gamma", lambda n: 2.0, lambda n, rng: rng.gamma(2.0, size=n), **moments),
        scenario("zero", zero, normal, **hodges),
        scenario("edge", edge, lambda n, rng: edge(n) + rng.normal(size=n), **hodges),
    ],
    **size,
    predictions=[
        Theory("empirical_se", within=0.02, quick_within=0.08, **bound),
        Ratio("mse", of="mean", to="median", least=2 / np.pi - 0.05, most=2 / np.pi + 0.05, where={"n": 800}),
        Ratio("mse", of="mle", to="moments", least=SHAPE - 0.05, most=SHAPE + 0.05, where={"n": 800}),
        Ratio("mse", of="hodges", to="mean", most=0.01, where={"n": 800, "scenario": "zero"}),
        Ratio("mse", of="hodges", to="mean", least=800**0.5 / 4, where={"n": 800, "scenario": "edge"}),
    ],
    answer="The MLE attains the Cramér–Rao bound; what beats it somewhere pays elsewhere.",
)
