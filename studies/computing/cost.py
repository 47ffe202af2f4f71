"""What do a fit and an effective draw cost?

Question
    How do steps, gradients and time of MLE, MAP and posterior grow with n and p, alone and together?
Design
    Logistic regressions of p terms; Poisson counts (p = 1), whose total is sufficient. Times of `compare`, and per data
    set of four fitted together, of a posterior per effective draw; their unit is the floor, a log-likelihood by NumPy.
Prediction
    Newton's digits double with each step: from one half to 16 in 6, and 2 more from a poor start. A posterior in units
    of its spread tends to N(0, I), so that gradients per effective draw are flat in n. Both are counts and repeat.
    Times do not, nor do the tables that hold them; they are observations, as is growth in p, beside HMC's p^1/4.
Source
    Nocedal & Wright (2006), Numerical Optimization, theorem 3.5; Beskos et al. (2013), Bernoulli 19, 1501–1534 (p^1/4).
"""

import timeit

import numpy as np

from mle_vs_bayes import compare, fit_replicates
from mle_vs_bayes.fit.replicates import Plan
from mle_vs_bayes.study import Scenario, Slope, Study, Value

STEPS, GRADIENTS, SHORT = "Newton steps", "gradients per draw", {"draws": 100, "tune": 100}
seconds = lambda work, times=2: min(timeit.repeat(work, number=1, repeat=times))  # the first of which compiles


def costs(r):
    sets, theta, plan = [r.fresh(again=k) for k in range(4)], r.theta("mle"), Plan(size=4, target=100, cores=1, **SHORT)
    alone = lambda name: compare(r.model, sets[0], estimators=[name], **SHORT)
    together = lambda name: fit_replicates(r.model, sets, (name,), plan=plan)
    floor = seconds(lambda: r.log_likelihood(theta), times=50)
    found = {STEPS: r.column("iterations", "mle", r.density.layout.labels[0])}
    for words, engine, fits in (("alone", alone, 1), ("together", together, 4)):
        drawn = engine("posterior")
        sizes = drawn.rows.groupby("replicate", dropna=False)[["ess_bulk", "ess_tail"]].min().min(axis=1).sum()
        for name, units in (("mle", fits), ("map", fits), ("posterior", sizes)):
            found[f"{name} {words}"] = seconds(lambda name=name, engine=engine: engine(name)) / units / floor
    return {**found, GRADIENTS: drawn.evaluations / sizes}


def regression(p, n, rng):
    X = np.column_stack([np.ones(n), rng.normal(size=(n, p - 1))])
    return {"y": rng.random(n) < 1 / (1 + np.exp(-X @ np.full(p, p**-0.5))), "X": X}


cell = lambda p: Scenario(f"p = {p}", at={"p": p}, model="logistic", generate=lambda n, rng: regression(p, n, rng))
fits = {"n": (300, 1200, 4800), "quick_n": (300, 4800), "replicates": 8, "quick_replicates": 8, "estimators": ("mle",)}
study = Study(
    scenarios=[Scenario("counts", at={"p": 1}, model="poisson"), cell(2), cell(8)],
    quick_scenarios=("counts",),
    functionals={"cost": costs},
    predictions=[
        Value("cost", most=8, where={"parameter": STEPS}),
        Slope("cost", slope=0.0, within=0.15, where={"parameter": GRADIENTS}),
    ],
    answer="A maximum takes a few steps and an effective draw some gradients, whatever the size of the data.",
    **fits,
)
