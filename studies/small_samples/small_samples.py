"""What do the estimators say when there is hardly any data?

Question
    What do separation and 0 of n do to MLE, Firth's and weakly informative estimates, and who predicts better?
Design
    Logistic regressions of 12 rows, separated or not; trials with p = 0.1; mean log scores of normal predictions.
Prediction
    The MLE is there exactly where no plane separates the classes, the modes under Jeffreys' prior (Firth) and a normal
    prior always. Of n trials none or all succeed with probability 0.9ⁿ + 0.1ⁿ; then the plug-in's log score of the
    other outcome is −∞ (counted, not averaged). Normal: the plug-in's mean log score is −log(2π)/2 − E log σ̂ −
    (n + 1)/(2(n − 3)), as nσ̂²/σ² is χ² on n − 1 (it has a variance from n = 6 on); the predictive t's is higher.
Source
    Albert & Anderson (1984), Biometrika 71, 1–10 (separation); Heinze & Schemper (2002), Statistics in Medicine 21,
    2409–2419 (Firth's estimates are finite); log scores computed.
"""

import numpy as np
from scipy import optimize, special, stats

from mle_vs_bayes.study import Difference, Equals, Scenario, Study, Theory

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def there(replicate):
    signed = (2 * replicate["y"] - 1)[:, None] * replicate["X"]
    best = optimize.linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(replicate.n), bounds=(-1, 1))
    ended = {name: float(replicate.column("status", name, "beta[x1]") == "ok") for name in ("mle", "map")}
    return {"mle": float(ended["mle"] == (best.fun > -1e-9)), "map": ended["map"]}


def score(replicate):
    """Mean log density of y ~ N(0, 1) that each predicts."""
    mean, spread, n = replicate["y"].mean(), replicate["y"].std(), replicate.n
    predictive = stats.t(n - 1, mean, spread * np.sqrt((n + 1) / (n - 1)))
    laws = {"plug-in": stats.norm(mean, spread), "predictive": predictive}
    return {name: law.logpdf(NODES) @ WEIGHTS / WEIGHTS.sum() for name, law in laws.items()}


plug_in = lambda n: -0.5 * (np.log(4 * np.pi / n) + special.digamma((n - 1) / 2)) - (n + 1) / (2 * (n - 3))
rows = {"model": "logistic", "n": (12,), "replicates": 40, "functionals": {"there": there}}
normal, coin = lambda n, rng: {"y": rng.normal(size=n)}, lambda n, rng: {"y": rng.random(n) < 0.1}
study = Study(
    n=(8, 16, 32),
    scenarios=[
        Scenario("normal prior", **rows),
        Scenario("Firth", priors={"beta": "jeffreys"}, data="normal prior", **rows),
        Scenario("trials", generate=coin, functionals={"infinite": lambda r: r["y"].mean() in (0, 1)}, estimators=()),
        Scenario("normal", generate=normal, functionals={"score": score}, estimators=()),
    ],
    replicates=10_000,
    estimators=("mle", "map"),
    predictions=[
        Equals("there", value=1.0),
        Theory("infinite", value=lambda line: 0.9 ** line["n"] + 0.1 ** line["n"], within=0.02),
        Theory("score", value=lambda line: plug_in(line["n"]), within=0.03, where={"parameter": "plug-in"}),
        Difference("score", of="predictive", to="plug-in", least=0.0),
    ],
    answer="With little data the MLE may be infinite and its predictions overconfident; the posterior's are neither.",
)
