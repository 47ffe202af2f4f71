"""Which optimiser finds the maximum, at what cost, and how near can it come?

Question
    How many evaluations does each need until 0.01 standard errors from the maximum, and where does it stop?
Design
    Logistic regressions of 200 rows from β = 0, one covariate in good units or in units 30 times as small.
Prediction
    Newton needs 10 evaluations in any units, gradient descent over 700 in bad ones. Values alone show nothing below
    √(2ε|ℓ|) SE (Nelder–Mead, to a factor of 10). SGD stays at η(n/b − 1)tr(H)/2 SE², to first order in its rate η.
Source
    Mandt, Hoffman & Blei (2017), JMLR 18, 1–35 (SGD at a constant rate has a stationary law); the numbers computed.
"""

import numpy as np

from mle_vs_bayes.study import Optimiser, Scenario, Study, Value


def regression(scale, n, rng):
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return {"y": rng.random(n) < 1 / (1 + np.exp(-(X @ [0.5, 1.0, -1.0]))), "X": X * [1, scale, 1]}


def distances(replicate, points):
    away, H = points - replicate.theta("mle"), -replicate.objective()(replicate.theta("mle"))[2]
    return np.sqrt(np.einsum("ki,ij,kj->k", away, H, away)), np.trace(H)


named = lambda r, start: dict(zip(r.density.layout.labels, start, strict=True))
path = lambda r, name, start, **more: Optimiser(name, start=named(r, start), **more).path(r)


def evaluations(replicate):
    paths = {name: path(replicate, name, np.zeros(3)) for name in ("newton", "nelder_mead", "gradient_descent")}
    return {name: min(p.until(distances(replicate, p.points)[0] < 0.01), 1000) for name, p in paths.items()}


def floors(replicate):
    noisy = path(replicate, "sgd", replicate.theta("mle"), rate=0.005, rows=50, budget=150)
    simplex, (away, trace) = path(replicate, "nelder_mead", np.zeros(3)), distances(replicate, noisy.points)
    nearest = distances(replicate, simplex.points[-1:])[0][0] / np.sqrt(2**-51 * abs(simplex.values[-1]))
    return {"nelder_mead": nearest, "sgd": np.mean(away[200:] ** 2) / (0.005 * 3 * trace / 2)}


cell = lambda name, scale: Scenario(name, model="logistic", generate=lambda n, rng: regression(scale, n, rng))
study = Study(
    n=(200,),
    scenarios=[cell("good units", 1.0), cell("bad units", 30.0)],
    replicates=60,
    quick_replicates=8,
    estimators=("mle",),
    functionals={"evaluations": evaluations, "floor": floors},
    predictions=[
        Value("evaluations", most=10, where={"parameter": "newton"}),
        Value("evaluations", least=700, where={"parameter": "gradient_descent", "scenario": "bad units"}),
        Value("floor", least=0.1, most=10, where={"parameter": "nelder_mead"}),
        Value("floor", least=0.8, most=1.25, where={"parameter": "sgd", "scenario": "good units"}),
    ],
    answer="Curvature makes an optimiser fast in any units; values alone, or noise, leave it where theory says.",
)
