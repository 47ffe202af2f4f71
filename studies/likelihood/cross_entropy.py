"""Are the losses of machine learning log-likelihoods?

Question
    Is the negative log-likelihood the loss that neural networks are trained with, and what does minimising it do?
Design
    The package's log-likelihoods of classes, trials, values and counts, at random parameters, against statsmodels'
    deviances and multinomial logit and SciPy's entropies; shares of three classes against 200 points near them.
Prediction
    Identities up to the constants stated. With D the deviance, −ℓ/n is D/2n, the binary cross-entropy; D/2nσ² +
    log σ√(2π), D/n the mean squared error; D/2n + mean(y − y log y + log y!) of counts, up to its constant the Poisson
    loss; softmax's cross-entropy; and of shares p̂ the cross-entropy H(p̂) + KL(p̂‖q), which is least at q = p̂.
Source
    Bishop (2006), Pattern Recognition and Machine Learning, sections 1.2.5, 4.3.2 and 5.2; Cover & Thomas (2006),
    Elements of Information Theory, theorem 2.6.3 (KL ≥ 0).
"""

import numpy as np
import statsmodels.api as sm
from scipy import special, stats

from mle_vs_bayes.study import Equals, Scenario, Study

share = lambda y: np.bincount(y.astype(int), minlength=3) / len(y)
half = lambda f, y, X, w: (family := getattr(sm.families, f)()).deviance(y, family.link.inverse(X @ w)) / (2 * len(y))
LOSSES = {
    "logistic": lambda y, X, w: half("Binomial", y, X, w),
    "linear": lambda y, X, w: half("Gaussian", y, X, w[:-1]) / w[-1] ** 2 + np.log(2 * np.pi * w[-1] ** 2) / 2,
    "poisson_regression": lambda y, X, w: half("Poisson", y, X, w) + np.mean(counts(y)),
    "multinomial_logit": lambda y, X, w: -sm.MNLogit(y, X).loglike(w) / len(y),
    "categorical": lambda y, X, w: stats.entropy(share(y)) + stats.entropy(share(y), w),
}
counts = lambda y: y - special.xlogy(y, y) + special.gammaln(y + 1)


def sides(r):
    name, start, rng = r.model.name, r.density.start, r.generator("theta")
    w = rng.dirichlet(np.ones(3)) if name == "categorical" else start + rng.normal(size=len(start)) ** 2 / 4
    return {"−ℓ/n": -r.log_likelihood(w) / r.n, "loss": LOSSES[name](r["y"], dict(r.data).get("X"), w)}


def drawn(figure, tables):
    rows = tables.functionals.query("name == 'sides'")
    both = rows.pivot(index=["model", "replicate"], columns="part", values="value")
    for axes, name in zip(figure.subplots(1, len(LOSSES)), LOSSES, strict=True):
        both.loc[name].plot.scatter("loss", "−ℓ/n", s=4, ax=axes, title=name.replace("_", "\n"))
        axes.axline(both.loc[name].to_numpy()[0], slope=1, color="0.8")


near = lambda r: r.generator("near").dirichlet(200 * share(r["y"]) + 1e-9, size=200)
lower = lambda r: sum(r.log_likelihood(q) > r.log_likelihood(share(r["y"])) + 1e-9 for q in near(r))
shares = Scenario("shares", model="categorical", functionals={"lower": lower})
size = {"n": (40,), "replicates": 200, "estimators": ()}
study = Study(
    scenarios=[*(Scenario(name, model=name) for name in LOSSES), shares],
    functionals={"gap": lambda r: np.subtract(*sides(r).values()), "sides": sides},
    predictions=[Equals("gap", within=1e-10), Equals("lower")],
    figures={"sides": drawn},
    answer="Cross-entropy, squared error and the Poisson loss are negative log-likelihoods, up to stated constants.",
    **size,
)
