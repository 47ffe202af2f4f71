"""How far should groups' means be pulled together, and who says so?

Question
    What do no pooling, complete pooling and the partial pooling of a mixed model cost, in total squared error?
Design
    10 means from N(0, τ²), each measured by N(0, 1). Partial pooling: the MLE of τ plugged in (empirical Bayes), and
    the posterior mean of each under τ ~ HalfNormal(5), from draws.
Prediction
    No pooling: 10. Complete: 9τ² + 1. With B = 1/(1 + τ²) known and μ not: 10 − 9B. With another share pulled, that is
    a function of S = Σ(y − ȳ)² ~ χ²/B on 9: E[(share − B)² S] more. Of the MLE the share is min(1, 10/S), of the
    posterior E(B | S). So partial pooling is below no pooling everywhere, below complete pooling from τ = 1 on.
Source
    Morris (1983), JASA 78, 47–55 (parametric empirical Bayes); risks computed, by one integral each.
"""

import numpy as np
from scipy import integrate, stats

from mle_vs_bayes.study import Ratio, Scenario, Study, Theory

GRID, PRIOR = 1 + np.linspace(0, 20, 2001) ** 2, {"mu": "Normal(0, 100)", "tau": "HalfNormal(5)"}  # 1 + τ²
of_s = lambda s: np.average(1 / GRID, weights=np.exp(stats.chi2.logpdf(s / GRID, 9) - np.log(GRID) - GRID / 50))
SHARE = {"none": lambda s: 0, "complete": lambda s: 1, "partial": lambda s: min(1, 10 / s), "hierarchy": of_s}


def risk(at):
    b, share = 1 / (1 + at["τ"] ** 2), SHARE[at["estimator"]]
    excess = lambda s: (share(s) - b) ** 2 * s * stats.chi2.pdf(s * b, 9) * b
    return 10 - 9 * b + integrate.quad(excess, 0, 60 / b, points=[10], limit=200)[0]


def means(tau, rng):
    theta = tau * rng.normal(size=10)
    return {"y": theta + rng.normal(size=10), "se": np.ones(10)}, {f"mean[{i}]": t for i, t in enumerate(theta)}


def hierarchy(replicate):
    share, mu = 1 / (1 + replicate.draws("tau").ravel() ** 2), replicate.draws("mu").ravel()
    return {"mean": np.mean(share * mu) + (1 - share.mean()) * replicate["y"]}


def pooling(name, share):
    estimator = lambda replicate: {"mean": replicate["y"] + share(replicate) * (replicate["y"].mean() - replicate["y"])}
    estimator.name = name
    return estimator


plugged = pooling("partial", lambda replicate: 1 / (1 + replicate.estimate("mle", "tau") ** 2))
plain = ("mle", pooling("none", lambda replicate: 0), pooling("complete", lambda replicate: 1), plugged)
drawn = {"estimators": ("posterior", hierarchy), "replicates": 600, "priors": PRIOR}
cell = lambda τ, name="", **more: Scenario(f"τ = {τ}{name}", at={"τ": τ}, generate=lambda n, rng: means(τ, rng), **more)
cells = [cell(t) for t in (0, 0.5, 1, 2, 4)] + [cell(t, ", drawn", **drawn) for t in (0, 1, 4)]
near = {"value": risk, "relative": True, "along": "τ"}
close = lambda within, *names: Theory("total_mse", within=within, where={"estimator": names}, **near)
below = lambda to, **where: Ratio("total_mse", of="partial", to=to, most=1.0, where=where)
claims = [close(0.05, *list(SHARE)[:3]), close(0.1, "hierarchy"), below("none"), below("complete", τ=(1, 2, 4))]
answer = "Partial pooling costs what theory says: less than none, and less than complete unless groups are alike."
fits = {"models": ("eight_schools",), "n": (10,), "replicates": 4000, "batch": 500, "estimators": plain}
study = Study(scenarios=cells, predictions=claims, answer=answer, **fits)
