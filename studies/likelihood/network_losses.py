"""Are the losses of a neural network likelihoods?

Question
    Is training a network maximising a likelihood, what is weight decay, and is there one maximum?
Design
    One hidden layer of 2 tanh units, 7 weights with priors N(0, 1), as a PyMC program with an outcome of each kind at
    25 places x, drawn from it; and independently in NumPy, with losses written out. At random weights, against w = 0.
Prediction
    Up to constants of the data −log likelihood is the sum of losses: 2Σ(y − f/4)² for y ~ N(f/4, 1/4), cross-entropy
    of log odds f, Σ(μ − y log μ) with μ = exp(f − 1); weight decay ‖w‖²/2 is −log prior. Exchanging units, or turning a
    unit's signs, changes nothing: every maximum has 2² · 2! = 8 copies.
Source
    Bishop (2006), Pattern Recognition and Machine Learning, sections 5.1.1 (copies), 5.2 (losses) and 5.5 (decay).
"""

import numpy as np

from mle_vs_bayes.study import Equals, Scenario, Study, own_model

X, output = np.linspace(-3, 3, 25), lambda w: np.tanh(np.outer(X, w[:2]) + w[2:4]) @ w[4:6] + w[6]
COPIES = {"units exchanged": lambda w: w[[1, 0, 3, 2, 5, 4, 6]], "signs turned": lambda w: w * [-1, 1, -1, 1, -1, 1, 1]}


def network(data):
    import pymc as pm

    with pm.Model() as program:
        w = pm.Normal("w", 0.0, 1.0, shape=7)
        f = pm.math.tanh(data["x"][:, None] * w[:2] + w[2:4]) @ w[4:6] + w[6]
        pm.Normal("value", f / 4, 0.5, observed=data["value"])
        pm.Bernoulli("label", pm.math.sigmoid(f), observed=data["label"])
        pm.Poisson("count", pm.math.exp(f - 1), observed=data["count"])
    return program


def sides(replicate):
    w, data, model = replicate.generator("w").normal(size=7), replicate.data, replicate.model
    likelihood, prior = lambda w: model.log_likelihood({"w": w}, data).sum(), model.own_density(data).log_prior
    each = lambda f: 2 * (data["value"] - f / 4) ** 2 + np.exp(f - 1) - data["count"] * (f - 1)
    loss = lambda w: np.sum(each(f := output(w)) + np.logaddexp(0, f) - data["label"] * f)
    copies = {name: likelihood(copy(w)) - likelihood(w) for name, copy in COPIES.items()}
    gaps = {"decay": prior(w) - prior(0 * w) + w @ w / 2, **copies}
    return {"−ℓ": likelihood(0 * w) - likelihood(w), "losses": loss(w) - loss(0 * w)}, gaps


def drawn(figure, tables):
    both = tables.functionals.query("name == 'sides'").pivot(index="replicate", columns="part", values="value")
    both.plot.scatter("losses", "−ℓ", ax=figure.subplots(), xlabel="sum of the losses, above that of w = 0")
    figure.axes[0].axline(both[["losses", "−ℓ"]].to_numpy()[0], slope=1, color="0.8")


gap = lambda r: {"losses": np.diff(list((both := sides(r))[0].values()))[0], **both[1]}
places = dict.fromkeys(("value", "label", "count"), 0 * X) | {"x": X}
size = {"n": (25,), "replicates": 20, "estimators": (), "figures": {"sides": drawn}, "predictions": [Equals("gap")]}
fits = {"model": own_model(__file__, places, "network"), "functionals": {"gap": gap, "sides": lambda r: sides(r)[0]}}
study = Study(
    scenarios=[Scenario("network", **fits)],
    answer="The three losses are negative log-likelihoods, weight decay is a prior, and every maximum has copies.",
    **size,
)
