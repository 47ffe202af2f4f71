"""Which optimiser finds the maximum, and at what cost?

Question
    How many evaluations does each need until 0.01 standard errors from the maximum, if it comes there within 1,000?
Design
    Logistic regressions of 200 rows from 0; a covariate in units 30 times as small; from (0, −4, 4); of 5,000 rows.
    SGD with half of the rows at a time, which cost half an evaluation. What is not reached counts 1,000, and is named.
Prediction
    Newton needs 10 evaluations in any units at any n, 40 from afar, where it halves steps; gradient descent over 700 in
    bad units. A step of Adam is at most 0.01 · 0.1/√0.001 in each coordinate: on average it needs 31 or more from 0.
    SGD at a rate of one over the largest curvature stays some √½ SE away (`optimiser_floors`): 900 or more.
Source
    Kingma & Ba (2015), arXiv 1412.6980, section 2.1 (Adam's steps); the numbers computed.
"""

import numpy as np

from mle_vs_bayes.study import Optimiser, Scenario, Study, Value

CELLS = {"good units": (), "bad units": (30.0,), "afar": (1.0, (0, -4, 4)), "large n": (1.0, (0, 0, 0), 5000)}
MOST, METHODS = 1000, ("newton", "bfgs", "nelder_mead", "gradient_descent", "sgd", "adam")


def regression(scale, n, rng):
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return {"y": rng.random(n) < 1 / (1 + np.exp(-(X @ [0.5, 1.0, -1.0]))), "X": X * [1, scale, 1]}


def evaluations(replicate):
    begin, rows = {"start": replicate.at["from"]}, {"sgd": replicate.n // 2}
    paths = {name: Optimiser(name, rows=rows.get(name), **begin).path(replicate) for name in METHODS}
    return {name: min(p.until(replicate.standard_errors_from(p.points) < 0.01), MOST) for name, p in paths.items()}


def bars(figure, tables):
    values = tables.functionals.assign(lost=tables.functionals["value"] == MOST)
    means = values.pivot_table(index="part", columns="scenario", values=["value", "lost"]).loc[list(METHODS)]
    axes = means["value"].plot.barh(ax=figure.subplots(), xlabel="mean evaluations until 0.01 SE", ylabel="", logx=True)
    for each, scenario in zip(axes.containers, means["value"], strict=True):
        axes.bar_label(each, [f" not by {lost:.0%}" * (lost > 0) for lost in means["lost"][scenario]], fontsize=6)


made = lambda scale: lambda n, rng: regression(scale, n, rng)
cell = lambda name, scale=1.0, start=(0, 0, 0), n=200: Scenario(name, at={"from": start}, n=(n,), generate=made(scale))
of = lambda parameter, *names: {"parameter": parameter, "scenario": names or tuple(CELLS)}
size = {"n": (200,), "replicates": 60, "quick_replicates": 4, "estimators": ("mle",), "models": ("logistic",)}
size |= {"quick_scenarios": ("good units", "bad units", "afar"), "figures": {"mean_evaluations": bars}}
study = Study(
    scenarios=[cell(name, *how) for name, how in CELLS.items()],
    functionals={"evaluations": evaluations},
    predictions=[
        Value("evaluations", most=10, where=of("newton", "good units", "bad units", "large n")),
        Value("evaluations", most=40, where=of("newton", "afar")),
        Value("evaluations", least=700, where=of("gradient_descent", "bad units")),
        Value("evaluations", least=900, where=of("sgd")),
        Value("evaluations", least=31, where=of("adam", "good units")),
    ],
    answer="Curvature makes an optimiser fast in any units, at any n; one rate for all coordinates makes it slow.",
    **size,
)
