"""Does an optimiser see the units of the covariates?

Question
    Is the path to the maximum another one, within 20 steps, when a covariate is measured in other units?
Design
    Logistic regressions of 200 rows from 0: as they are, and with the first of two terms in units 3 times as small.
Prediction
    Newton's steps −H⁻¹g turn with any linear change: both paths are the same to rounding. A step along g is 9 times as
    long in the first coefficient, so that the paths of others that follow gradients (SGD: of the same 100 rows) come
    apart by 0.1 SE or more. Of Nelder–Mead, which follows none, nothing is predicted.
Source
    Boyd & Vandenberghe (2004), Convex Optimization, section 9.5.1 (affine invariance of Newton's step); the 9 computed.
"""

from dataclasses import replace

import numpy as np

from mle_vs_bayes.study import Equals, Optimiser, Scenario, Study, Value

METHODS, UNITS = ("newton", "bfgs", "gradient_descent", "sgd", "adam", "nelder_mead"), np.array([3.0, 1.0])
LINE, rows = np.linspace(-0.3, 2.3, 27), {"sgd": 100}
made = lambda n, rng: {"X": (X := rng.normal(size=(n, 2))), "y": rng.random(n) < 1 / (1 + np.exp(-X @ [1.5, 1.0]))}


def paths(replicate):
    other = replace(replicate, data=replace(replicate.data, columns={**replicate.data, "X": replicate["X"] * UNITS}))
    search = {m: Optimiser(m, start=(0, 0), rows=rows.get(m), budget=40) for m in METHODS}
    walks = {m: [search[m].path(r).points[:21] for r in (replicate, other)] for m in METHODS}
    return {m: (first[: len(second)], second[: len(first)] * UNITS) for m, (first, second) in walks.items()}


def picture(replicate):
    walks = {f"{name} {units}": both[units] for name, both in paths(replicate).items() for units in (0, 1)}
    heights = {"height": np.array([[replicate.log_likelihood([x, y]) for x in LINE] for y in LINE])}
    return {f"{name} {j:02} {k:02}": x for name, z in (walks | heights).items() for (k, j), x in np.ndenumerate(z)}


def drawn(figure, tables):
    values = tables.functionals.query("name == 'picture' and replicate == 0").set_index("part")["value"].sort_index()
    of = lambda name: values[values.index.str.startswith(name)].to_numpy()
    for units, axes in enumerate(figure.subplots(1, 2, sharey=True)):
        levels, heights = of("height").max() - np.array([40, 20, 10, 5, 2, 0.5]), of("height").reshape(len(LINE), -1).T
        axes.contour(LINE, LINE, heights, levels=levels, colors="0.8", linestyles="solid")
        axes.plot(*(of(f"{name} {units} 0{j}") for name in METHODS for j in (0, 1)), marker=".")
        axes.set(title=f"first covariate × {UNITS[0] if units else 1:g}", xlim=LINE[[0, -1]], ylim=LINE[[0, -1]])
    axes.legend(METHODS)


apart = lambda r: {m: r.standard_errors_from(r.theta("mle") + a - b).max() for m, (a, b) in paths(r).items()}
size = {"n": (200,), "replicates": 100, "estimators": ("mle",)}
fit, newton, others = {"model": "logistic", "generate": made}, {"parameter": "newton"}, {"parameter": METHODS[1:5]}
study = Study(
    scenarios=[Scenario("regressions", **fit), Scenario("one", **fit, replicates=1, functionals={"picture": picture})],
    functionals={"apart": apart},
    predictions=[Equals("apart", within=1e-6, where=newton), Value("apart", least=0.1, where=others)],
    figures={"paths": drawn},
    answer="Newton's path is the same in any units; every other path bends when a covariate is measured in other ones.",
    **size,
)
