"""What do the estimators say when there is hardly any data?

Question
    What do separation and 0 of n do to MLE, Firth's and weakly informative estimates, and who predicts better?
Design
    Logistic regressions of 12 rows, separated or not; 0 of n trials; trials with p = 0.1; mean log scores of normals.
Prediction
    The MLE is there exactly where no plane separates the classes, the modes under Jeffreys' prior (Firth) and a normal
    prior always. Of 0 of n the MLE is 0, Firth's mode, under √Beta(2, 2), ½/(n + 1), Beta(2, 2)'s 1/(n + 2). All or
    none succeed with probability 0.9ⁿ + 0.1ⁿ; then the plug-in's log score of the other outcome is −∞ (counted, not
    averaged). Normal: the plug-in's mean log score is −log(2π)/2 − E log σ̂ − (n + 1)/(2(n − 3)), as nσ̂²/σ² is χ² on
    n − 1; the predictive t's is higher. At n = 4 it has no variance (from n = 6 on) and is shown, not judged.
Source
    Albert & Anderson (1984), Biometrika 71, 1–10; Heinze & Schemper (2002), Statistics in Medicine 21, 2409–2419.
"""

import numpy as np
from scipy import optimize, special, stats

from mle_vs_bayes.study import Difference, Equals, Mode, Scenario, Study, Theory

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80) / np.array([[1], [(2 * np.pi) ** 0.5]])


def there(r):
    signed = (2 * r["y"] - 1)[:, None] * r["X"]
    best = optimize.linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(r.n), bounds=(-1, 1)).fun
    ended = {name: float(r.column("status", name, "beta[x1]") == "ok") for name in ("mle", "map")}
    return {"mle": float(ended["mle"] == (best > -1e-9)), "map": ended["map"]}


def score(r):  # mean log density of y ~ N(0, 1) that each predicts
    mean, spread, n = r["y"].mean(), r["y"].std(), r.n
    predictive = stats.t(n - 1, mean, spread * ((n + 1) / (n - 1)) ** 0.5).logpdf(NODES)
    return {"plug-in": stats.norm.logpdf(NODES, mean, spread) @ WEIGHTS, "predictive": predictive @ WEIGHTS}


plug_in = lambda n: -0.5 * (np.log(4 * np.pi / n) + special.digamma((n - 1) / 2)) - (n + 1) / (2 * (n - 3))
normal, coin = lambda n, rng: {"y": rng.normal(size=n)}, lambda n, rng: {"y": rng.random(n) < 0.1}
rows, judged = {"model": "logistic", "n": (12,), "replicates": 40, "functionals": {"there": there}}, {"n": (8, 16, 32)}
off = lambda r: {e: r.estimate(e, "p") - c / (r.n + 2 * c) for e, c in {"mle": 0, "map^0.5": 0.5, "map": 1}.items()}
zeros = {"generate": lambda n, rng: {"y": np.zeros(n)}, "priors": {"p": "Beta(alpha=2, beta=2)"}, "replicates": 1}
size = {"n": (4, 8, 16, 32), "replicates": 10_000, "estimators": ("mle", "map")}
study = Study(
    scenarios=[
        Scenario("normal prior", **rows),
        Scenario("Firth", priors={"beta": "jeffreys"}, data="normal prior", **rows),
        Scenario("0 of n", model="bernoulli", functionals={"off": off}, estimators=("mle", "map", Mode(0.5)), **zeros),
        Scenario("trials", generate=coin, functionals={"infinite": lambda r: r["y"].mean() in (0, 1)}, estimators=()),
        Scenario("normal", generate=normal, functionals={"score": score}, estimators=()),
    ],
    predictions=[
        *(Equals("there", value=1.0), Equals("off", within=1e-6)),
        Theory("infinite", value=lambda line: 0.9 ** line["n"] + 0.1 ** line["n"], within=0.02, quick_within=0.05),
        Theory("score", value=lambda at: plug_in(at["n"]), within=0.03, where={"parameter": "plug-in", **judged}),
        Difference("score", of="predictive", to="plug-in", least=0.0, where=judged),
    ],
    answer="With little data the MLE may be infinite and its predictions overconfident; the posterior's are neither.",
    **size,
)
