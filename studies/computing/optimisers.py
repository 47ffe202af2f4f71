"""Which optimiser finds the maximum, and at what cost?

Question
    How many evaluations does each need until 0.01 standard errors from the maximum, at most 1,000?
Design
    Logistic regressions of 200 rows from 0; a covariate in units 30 times as small; from (0, −4, 4); of 5,000 rows.
Prediction
    Newton needs 10 evaluations in any units at any n, 40 from afar, where it halves steps; gradient descent over 700 in
    bad units. A step of Adam is at most 0.01 · 0.1/√0.001 in each coordinate: on average it needs 31 or more from 0.
Source
    Kingma & Ba (2015), arXiv 1412.6980, section 2.1 (Adam's steps); the numbers computed.
"""

import numpy as np

from mle_vs_bayes.study import Optimiser, Scenario, Study, Value

CELLS = {"good units": (), "bad units": (30.0,), "afar": (1.0, (0, -4, 4)), "large n": (1.0, (0, 0, 0), 5000)}
METHODS = ("newton", "bfgs", "nelder_mead", "gradient_descent", "adam")


def regression(scale, n, rng):
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return {"y": rng.random(n) < 1 / (1 + np.exp(-(X @ [0.5, 1.0, -1.0]))), "X": X * [1, scale, 1]}


def evaluations(replicate):
    paths = {name: Optimiser(name, start=replicate.at["from"]).path(replicate) for name in METHODS}
    return {name: min(p.until(replicate.standard_errors_from(p.points) < 0.01), 1000) for name, p in paths.items()}


def bars(figure, tables):
    counts = tables.performance.query("measure == 'evaluations'")
    counts = counts.pivot(index="parameter", columns="scenario", values="value").loc[list(METHODS)]
    counts.plot.barh(ax=figure.subplots(), xlabel="mean evaluations until 0.01 SE", ylabel="", logx=True)


def cell(name, scale=1.0, start=(0, 0, 0), n=200):
    own = {"model": "logistic", "at": {"from": start}, "n": (n,)}
    return Scenario(name, generate=lambda n, rng: regression(scale, n, rng), **own)


newton, most = {"parameter": "newton"}, ("good units", "bad units", "large n")
study = Study(
    n=(200,),
    scenarios=[cell(name, *how) for name, how in CELLS.items()],
    replicates=60,
    quick_replicates=6,
    estimators=("mle",),
    functionals={"evaluations": evaluations},
    predictions=[
        Value("evaluations", most=10, where={**newton, "scenario": most}),
        Value("evaluations", most=40, where={**newton, "scenario": "afar"}),
        Value("evaluations", least=700, where={"parameter": "gradient_descent", "scenario": "bad units"}),
        Value("evaluations", least=31, where={"parameter": "adam", "scenario": "good units"}),
    ],
    figures={"mean_evaluations": bars},
    answer="Curvature makes an optimiser fast in any units, at any n; one rate for all coordinates makes it slow.",
)
