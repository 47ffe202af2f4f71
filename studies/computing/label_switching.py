"""What does a posterior of a mixture say before its components have an order?

Question
    Does a chain exchange the components, what are its means then, and is the posterior of ordered means the same?
Design
    50 values from two normals of one unknown standard deviation, 2 of it apart. 60 walkers (Metropolis) in share, means
    and it, all begun with the components in one order; the package's posterior, whose means rise.
Prediction
    Exchanging the components changes neither prior nor likelihood: half of the draws have the first mean below the
    second, and the means' difference is 0. The posterior of ordered means is that of the walkers' draws, sorted: gaps
    in posterior SDs are 0. Bands: the error of 100 free draws, 1/√100.
Source
    Stephens (2000), JRSS B 62, 795–809 (label switching, and that sorting is one way out); the rest is symmetry.
"""

import numpy as np

from mle_vs_bayes.study import Scenario, Study, Theory

sample = lambda n, rng: {"y": 2.0 * (rng.random(n) < 0.5) + rng.normal(size=n)}
PRIORS = {"weight": "Dirichlet([5, 5])", "mu": "Normal(0, 5)", "sigma": "InverseGamma(2, 0.5)"}


def log_posterior(at, y):  # at log odds of the share, means and logarithm of the standard deviation
    share, mu, log_sd = -np.logaddexp(0, at[:, :1] * [-1, 1]), at[:, 1:3], at[:, 3]
    rows = share[:, :, None] - 0.5 * ((y - mu[:, :, None]) / np.exp(log_sd)[:, None, None]) ** 2
    prior = np.sum(5 * share - mu**2 / 50, axis=1) - 2 * log_sd - 0.5 * np.exp(-log_sd)
    return np.logaddexp(rows[:, 0], rows[:, 1]).sum(axis=1) - len(y) * log_sd + prior


def walk(y, rng, steps=6_000):
    height, path = log_posterior(at := np.tile([0, *np.quantile(y, [0.25, 0.75]), 0], (60, 1)), y), []
    for _ in range(steps):
        ahead = at + rng.normal(size=at.shape) * rng.choice([0.1, 0.4, 1.0], size=(60, 1))
        taken = np.log(rng.random(60)) < (top := log_posterior(ahead, y)) - height
        at, height = np.where(taken[:, None], ahead, at), np.where(taken, top, height)
        path.append(at[:, 1:3])
    return np.array(path[steps // 3 :])


def switching(replicate):
    ordered = np.sort(path := walk(replicate["y"], replicate.generator("walk")))
    means = [replicate.estimate("posterior", label) for label in ("mu[1]", "mu[2]")]
    lower, upper = (ordered.mean(axis=(0, 1)) - means) / ordered.std(axis=(0, 1))
    rising, apart = np.mean(path[..., 0] < path[..., 1]), np.diff(path.mean(axis=(0, 1)))[0] / path.std()
    return {"rising": rising, "difference": apart, "lower": lower, "upper": upper}


def traces(figure, tables):
    path = walk(sample(50, np.random.default_rng(1))["y"], np.random.default_rng(2))[::4, 0]
    for axes, draws, name in zip(figure.subplots(2), (path, np.sort(path)), ("as drawn", "sorted"), strict=True):
        axes.plot(draws, linewidth=0.5)
        axes.set_ylabel(f"means, {name}")


cells = [Scenario(model="normal_mixture(components=2, common_sigma=1)", generate=sample, priors=PRIORS)]
claims = [Theory("labels", value=lambda at: 0.5 * (at["parameter"] == "rising"), within=0.1, quick_within=0.2)]
answer = "Unordered components take turns and have one mean; the posterior of ordered means is what sorting gives."
fits = {"functionals": {"labels": switching}, "figures": {"traces": traces}, "replicates": 30, "quick_replicates": 4}
study = Study(n=(50,), scenarios=cells, estimators=("posterior",), predictions=claims, answer=answer, **fits)
