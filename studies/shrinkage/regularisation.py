"""Is a penalty a prior?

Question
    Are ridge, weight decay and the lasso modes of posteriors?
Design
    Logistic regressions of 60 rows and 3 terms along λ: the package's MAP against gradient steps that pull every
    coefficient towards 0, by a factor (weight decay) or by a fixed amount that stops at 0 (soft threshold).
Prediction
    A Normal(0, τ) prior is the penalty λ‖β‖²/2 with λ = 1/τ², a Laplace(0, b) prior λ‖β‖₁ with λ = 1/b: equal to 1e-6.
    The lasso has a coefficient of exactly 0 where |∂ℓ/∂β| ≤ λ there, and MAP has the same zeros; ridge has none.
Source
    James, Witten, Hastie & Tibshirani, An Introduction to Statistical Learning, chapter 6 (modes); zeros computed.
"""

import numpy as np
from scipy import special

from mle_vs_bayes.study import Equals, Scenario, Study

shrink = {"ridge": lambda b, size: b / (1 + size), "lasso": lambda b, size: np.sign(b) * np.maximum(abs(b) - size, 0)}
STEP, prior = 0.03, {"ridge": "Normal(mu=0, sigma={})", "lasso": "Laplace(mu=0, b={})"}


def rows(n, rng):
    X = rng.normal(size=(n, 3))
    return {"y": rng.random(n) < special.expit(X @ [1.0, -0.5, 0.1]), "X": X}


def gap(replicate):
    """Where β ← shrink(β + η∇ℓ, ηλ) comes to rest the slope of the penalty is that of the log-likelihood."""
    X, y, beta, mode = replicate["X"], replicate["y"], np.zeros(3), replicate.theta("map")
    for _ in range(2000):
        step = STEP * X.T @ (y - special.expit(X @ beta))
        beta = shrink[replicate.at["penalty"]](beta + step, STEP * replicate.at["λ"])
    zeros = np.sum(beta == 0) - np.sum(abs(mode) < 1e-9)
    return {"coefficients": abs(beta - mode).max(), "zeros": zeros, "length": np.linalg.norm(mode)}


def length(figure, tables):
    lines = tables.performance.query("parameter == 'length'").pivot(index="λ", columns="penalty", values="value")
    lines.plot(ax=figure.subplots(), marker="o", ylabel="mean length of the mode")


def cell(penalty, size):
    priors = {"beta": prior[penalty].format(size**-0.5 if penalty == "ridge" else 1 / size)}
    common = {"at": {"penalty": penalty, "λ": size}, "model": "logistic", "generate": rows, "data": "rows"}
    return Scenario(f"{penalty}, λ = {size:g}", priors=priors, **common)


study = Study(
    n=(60,),
    scenarios=[cell(penalty, size) for penalty in prior for size in (0.5, 2.0, 8.0)],
    replicates=40,
    quick_replicates=8,
    estimators=("map",),
    functionals={"gap": gap},
    predictions=[Equals("gap", within=1e-6, where={"parameter": ("coefficients", "zeros")})],
    figures={"length_of_the_mode": length},
    answer="Ridge and weight decay are the mode under a normal prior, the lasso the mode under a Laplace prior.",
)
