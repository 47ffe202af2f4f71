"""With few groups, which intervals of their standard deviation cover?

Question
    How often do profile, Wald and posterior intervals of τ cover, with 5, 10 or 40 groups, and what if τ is 0?
Design
    Balanced one-way layouts of n groups with 5 rows each, σ = 1, τ = 1 or at the closed edge 0.
Prediction
    MLE, Wald's intervals and likelihood ratio are functions of the squares between groups, (1 + 5τ²)χ² on n − 1, and
    within, χ² on 4n, so that coverage is an integral over the two, known before data are drawn; a data set without an
    interval counts as not covered. The MLE is 0 where F ≤ n/(n − 1): of 5 groups at τ = 0 with probability 0.678.
    There the logarithm's Wald and equal tails never cover, Wald's needs a τ̂ above 0, and the profile covers too often.
Source
    Searle, Casella & McCulloch (1992), Variance Components, chapter 3 (the layout); coverage computed.
"""

import numpy as np
from scipy import stats

from mle_vs_bayes.study import Scenario, Study, Theory, Value

LEVELS, GRID = (np.arange(200) + 0.5) / 200, np.exp(np.linspace(np.log(0.01), np.log(50), 400))
Z, KINDS = stats.norm.ppf(0.975), ("wald", "wald_transformed")


def exact(at):
    """Coverage of τ by each interval from every pair of squares, of equal probability."""
    n, tau = at["n"], at["τ"]
    within, between = stats.chi2.ppf(LEVELS, 4 * n), (1 + 5 * tau**2) * stats.chi2.ppf(LEVELS, n - 1)[:, None]
    deviance = lambda s, big: 4 * n * np.log(s) + within / s + n * np.log(big) + between / big  # of σ² and σ² + 5τ²
    edge, pooled = between / n <= within / (4 * n), (within + between) / (5 * n)
    s, big = np.where(edge, pooled, within / (4 * n)), np.where(edge, pooled, between / n)
    spread = np.sqrt(np.where(edge, np.nan, big - s) / 5)
    reach = Z * np.sqrt(2 * big**2 / n + s**2 / (2 * n)) / (10 * spread)
    held = np.minimum.reduce([deviance(v, v + 5 * tau**2) for v in GRID])
    covers = {"wald": abs(spread - tau) <= reach, "profile": held - deviance(s, big) <= Z**2}
    covers["wald_transformed"] = (tau > 0) & (abs(np.log(spread / max(tau, 1e-300))) <= reach / spread)
    return np.mean(covers[at["interval"]])


edge = lambda at: stats.f.cdf(at["n"] / (at["n"] - 1) / (1 + 5 * at["τ"] ** 2), at["n"] - 1, 4 * at["n"])
rows = lambda t, n, rng: (t * rng.normal(size=(n, 1)) + rng.normal(size=(n, 5))).ravel()
draw = lambda t: lambda n, rng: {"y": rows(t, n, rng), "group": np.repeat(np.arange(n), 5)}
options = lambda t, more: {"at": {"τ": t}, "generate": draw(t), "target": {"tau": t}, **more}
drawn = {"estimators": ("posterior",), "intervals": ("eti", "hdi"), "functionals": {}, "replicates": 100, "n": (5, 10)}
profile = {"intervals": ("profile",), "functionals": {}, "replicates": 200}
WAYS = {"": {}, ", profile": profile, ", posterior": drawn}
known = lambda kinds, **more: {"value": exact, "where": {"parameter": "tau", "interval": kinds, **more}}
claims = [
    Theory("coverage_worst_case", within=0.03, quick_within=0.06, **known(KINDS)),
    Theory("coverage_worst_case", within=0.06, **known("profile", scenario=("τ = 0, profile", "τ = 1, profile"))),
    Theory("edge", value=edge, within=0.03, quick_within=0.06),
    Value("coverage", most=0.15, where={"parameter": "tau", "interval": "eti", "τ": 0}),
]
cells = [Scenario(f"τ = {t}{name}", **options(t, more)) for t in (0, 1) for name, more in WAYS.items()]
answer = "With few groups Wald's intervals of their spread fall short, and none covers 0 as often as it says."
fits = {"n": (5, 10, 40), "models": ("random_intercept",), "replicates": 4000, "estimators": ("mle",), "answer": answer}
quick = {"quick_scenarios": ("τ = 0", "τ = 1", "τ = 0, posterior"), "quick_n": (5, 10)}
of_tau = {"intervals": KINDS, "estimands": ("tau",), "functionals": {"edge": lambda r: r.estimate("mle", "tau") == 0}}
study = Study(scenarios=cells, predictions=claims, **fits, **of_tau, **quick)
