"""When is it better to shrink many means than to take each as it is?

Question
    How large is the total squared error of MLE, James–Stein and a hierarchical posterior mean of p normal means?
Design
    One observation of each of p means, ‖θ‖² = r · p (risk depends on the length alone). Hierarchy: θ ~ N(0, A), A flat.
Prediction
    MLE: p. James–Stein: p − (p − 2)² E[1/(p − 2 + 2K)], K Poisson with mean ‖θ‖²/2, below p from p = 3 on; judged from
    p = 5 on, as its loss has no variance below. The hierarchical mean (prior ∝ ‖θ‖^(2 − p)) is below p, too.
Source
    James & Stein (1961), Estimation with quadratic loss, Fourth Berkeley Symposium 1; risk computed (‖x‖² is a Poisson
    mixture of χ²).
"""

import numpy as np
from scipy import special, stats

from mle_vs_bayes.study import Ratio, Scenario, Study, Theory


def draw(p, r, rng):
    theta = np.append(np.sqrt(r * p), np.zeros(p - 1))
    return {"x": theta + rng.normal(size=p)}, {f"theta[{i}]": value for i, value in enumerate(theta)}


def each(replicate):
    return {"theta": replicate["x"]}


def james_stein(replicate, share=1.0):
    p, x = len(replicate["x"]), replicate["x"]
    return {"theta": (1 - share * (p - 2) / (x @ x)) * x}


def hierarchical(replicate):
    """(1 − E[B | x])x with B = 1/(1 + A), whose posterior is ∝ B^(p/2 − 2) exp(−B‖x‖²/2) on (0, 1)."""
    half, energy = len(replicate["x"]) / 2, replicate["x"] @ replicate["x"] / 2
    return james_stein(replicate, special.gammainc(half, energy) / special.gammainc(half - 1, energy))


def risk(line):
    p, k = line["p"], np.arange(2000)
    gain = (p - 2) ** 2 * np.sum(stats.poisson.pmf(k, line["r"] * p / 2) / (p - 2 + 2 * k))
    return p - gain if line["estimator"] == "james_stein" else float(p)


cell = lambda p, r: Scenario(f"p = {p}, r = {r:g}", at={"p": p, "r": r}, generate=lambda n, rng: draw(p, r, rng))
known = {"estimator": ("each", "james_stein"), "p": (5, 10, 30)}
study = Study(
    n=(1,),
    scenarios=[cell(p, r) for r in (0.0, 0.5, 4.0) for p in (3, 5, 10, 30)],
    replicates=20_000,
    estimators=(each, james_stein, hierarchical),
    predictions=[
        Theory("total_mse", value=risk, within=0.04, quick_within=0.1, relative=True, along="p", where=known),
        Ratio("total_mse", of="james_stein", to="each", most=1.0, where={"p": known["p"]}),
        Ratio("total_mse", of="hierarchical", to="each", most=1.0),
    ],
    answer="From three means on, shrinking all of them has less total squared error than the MLE, wherever they are.",
)
