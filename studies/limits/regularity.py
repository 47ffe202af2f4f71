"""Which property of the MLE needs which condition?

Question
    One condition is dropped at a time: what becomes of the MLE, and what does a posterior do instead?
Design
    Open space: a normal mean that is at least 0, and is 0. Smoothness: Uniform(0, 1). Identifiability: y ~ N(a + b, 1)
    under N(0, 1) priors. Fixed number of parameters: n pairs of normals with own means. Flat priors of log θ, log σ.
Prediction
    At the edge √n times the MLE has the mean φ(0) = 0.399 and is 0 half of the time. The uniform's MLE has the RMSE
    √(2/((n + 1)(n + 2))), of order 1/n. The posterior variance of a + b falls as 1/n, that of a − b stays its prior's,
    2. The MLE of the pairs' variance tends to half of it. Intervals of both scales' posteriors cover exactly.
Source
    Neyman & Scott (1948), Econometrica 16, 1–32 (pairs); the others computed.
"""

import numpy as np
from scipy import stats

from mle_vs_bayes.study import Scenario, Slope, Study, Theory

TAILS = np.array([0.025, 0.975])


def interval(name, estimate, ends):
    return {name: {"estimate": estimate, "lower": min(ends), "upper": max(ends), "interval": "eti"}}


def pairs(r):  # the squares over σ² are χ² on n, given the data as well
    squares = np.sum(np.diff(r["y"], axis=1) ** 2) / 2
    return interval("variance", squares / (2 * r.n), squares / stats.chi2.ppf(TAILS, r.n))


maximum = lambda r: interval("theta", r["y"].max(), r["y"].max() / TAILS ** (1 / r.n))  # density ∝ θ^-(n + 1)
short = lambda line: (2 / (line["n"] + 1) / (line["n"] + 2)) ** 0.5
spread = lambda w, n: w @ np.linalg.inv(np.eye(2) + n * np.ones((2, 2))) @ w
sums = lambda r: {name: spread(np.array(w), r.n) for name, w in (("a + b", (1, 1)), ("a − b", (1, -1)))}
edge = lambda r: {"mean": (z := max(r["y"].sum(), 0) / r.n**0.5), "at 0": z == 0}
limit = lambda line: {"mean": stats.norm.pdf(0), "at 0": 0.5}[line["parameter"]]
cell = lambda name, draw, truth, **more: Scenario(name, generate=lambda n, rng: ({"y": draw(n, rng)}, truth), **more)
normal, flat = lambda n, rng: rng.normal(size=n), lambda n, rng: rng.random(n)
twos = lambda n, rng: 3 * rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))
study = Study(
    n=(10, 40, 160),
    scenarios=[
        cell("open space", normal, {}, functionals={"edge": edge}, estimators=()),
        cell("smoothness", flat, {"theta": 1.0}, estimators={"maximum": maximum}),
        cell("identifiability", normal, {}, functionals={"posterior_variance": sums}, estimators=()),
        cell("number of parameters", twos, {"variance": 1.0}, estimators=(pairs,)),
    ],
    replicates=10_000,
    predictions=[
        Theory("edge", value=limit, within=0.03),
        Theory("rmse", value=short, within=0.03, relative=True, where={"parameter": "theta"}),
        Theory("coverage", value=lambda line: 0.95, within=0.01),
        Slope("posterior_variance", slope=-1.0, within=0.06, where={"parameter": "a + b"}),
        Theory("posterior_variance", value=lambda line: 2.0, within=1e-6, where={"parameter": "a − b"}),
        Theory("bias", value=lambda line: -0.5, within=0.03, where={"parameter": "variance"}),
    ],
    answer="Each condition holds one property up; the posterior is right where its model is, wherever the MLE is not.",
)
