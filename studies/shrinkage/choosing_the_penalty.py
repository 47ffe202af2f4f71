"""Which penalty predicts best?

Question
    How large is the prediction error along λ for a mode, for the whole posterior, and for a λ that the data choose?
Design
    30 orthonormal terms in 60 rows, σ = 1, z their least squares: ridge along λ and at the λ of generalised
    cross-validation (GCV) where all β are 1; lasso along λ and posterior mean (prior λ = 1) where β are Laplace's.
Prediction
    The error of ridge, both mode and mean of the posterior under Normal(0, λ^-1/2), is 30(1 + λ²)/(1 + λ)², least at
    λ = 30/‖β‖² = 1. GCV shrinks by 30σ̂²/‖z‖² (where its slope is 0): its error is 30 − 720 E[1/‖z‖²]. Where the
    Laplace prior is true the posterior mean has the least error of all estimators, so less than the lasso of any λ.
Source
    Golub, Heath & Wahba (1979), Technometrics 21, 215–223 (GCV); all errors computed, GCV's by Stein's identity.
"""

import numpy as np
from scipy import special, stats

from mle_vs_bayes.study import Ratio, Scenario, Study, Theory

LESS, P, K = np.linspace(0, 2, 2001), 30, np.arange(200)
ridge = lambda replicate: {"beta": replicate["z"] / (1 + replicate.at["λ"])}
lasso = lambda replicate: {"beta": np.sign(replicate["z"]) * np.maximum(abs(replicate["z"]) - replicate.at["λ"], 0)}


def draw(law, n, rng):
    beta = np.ones(P) if law == "ones" else rng.laplace(size=P)
    truth = {f"beta[{i}]": value for i, value in enumerate(beta)}
    return {"z": beta + rng.normal(size=P), "S": rng.chisquare(n - P)}, truth


def gcv(replicate):  # residual squares over squared degrees of freedom, at every λ/(1 + λ)
    scores = (replicate["S"] + LESS**2 * np.sum(replicate["z"] ** 2)) / (replicate.n - P + P * LESS) ** 2
    return {"beta": replicate["z"] * (1 - LESS[np.argmin(scores)])}


def mean(replicate):  # of N(z − 1, 1) above 0 and N(z + 1, 1) below, with these weights
    above, below = (np.exp(-z) * special.ndtr(z - 1) for z in (replicate["z"], -replicate["z"]))
    return {"beta": replicate["z"] - (above - below) / (above + below)}


def cells(law, **functions):
    common = {"generate": lambda n, rng: draw(law, n, rng), "estimators": functions}
    return [Scenario(f"{law}, λ = {at:g}", at={"λ": at}, **common) for at in (0.25, 0.5, 1.0, 2.0, 4.0)]


# ‖z‖² is a mixture of χ² with 30 + 2k degrees of freedom
chosen = P - 720 * np.sum(stats.poisson.pmf(K, P / 2) / (P - 2 + 2 * K))
error = lambda line: chosen if line["estimator"] == "gcv" else P * (1 + line["λ"] ** 2) / (1 + line["λ"]) ** 2
study = Study(
    n=(60,),
    scenarios=[*cells("ones", ridge=ridge, gcv=gcv), *cells("laplace", lasso=lasso, mean=mean)],
    replicates=5000,
    quick_replicates=1000,
    predictions=[
        Theory("total_mse", value=error, within=0.02, relative=True, along="λ", where={"estimator": ("ridge", "gcv")}),
        Ratio("total_mse", of="mean", to="lasso", most=1.0),
    ],
    answer="The best fixed λ needs the truth; cross-validation comes near it, and no mode predicts like the mean.",
)
