"""Are the losses of machine learning log-likelihoods?

Question
    Is the negative log-likelihood the loss that neural networks are trained with, and what does minimising it do?
Design
    Logistic, linear and Poisson models at random parameters against losses written with SciPy; a die of four sides
    against SciPy's entropy and multinomial distribution, at random probabilities and near the observed shares.
Prediction
    Identities up to the constants stated: −ℓ/n is the binary cross-entropy; (mean squared error)/(2σ²) + log σ√(2π);
    mean(μ − y log μ) + mean log y!; and of a die the cross-entropy H(p̂) + KL(p̂‖q), which is least at q = p̂.
Source
    Bishop (2006), Pattern Recognition and Machine Learning, sections 1.2.5, 4.3.2 and 5.2; Cover & Thomas (2006),
    Elements of Information Theory, theorem 2.6.3 (KL ≥ 0).
"""

import numpy as np
from scipy import special, stats

from mle_vs_bayes.study import Equals, Scenario, Study

MODELS = ("logistic", "linear", "poisson")


def losses(name, theta, data):
    y = data["y"]
    if name == "poisson":
        return np.mean(theta[0] - y * np.log(theta[0])) + np.mean(special.gammaln(y + 1))
    predictor = data["X"] @ theta[: data["X"].shape[1]]
    if name == "linear":
        return np.mean((y - predictor) ** 2) / (2 * theta[-1] ** 2) + np.log(theta[-1] * np.sqrt(2 * np.pi))
    return -np.mean(y * special.log_expit(predictor) + (1 - y) * special.log_expit(-predictor))


def gap(replicate):
    """−ℓ/n less loss and constant, at a random θ; of a die at random probabilities q."""
    rng = replicate.generator("theta")
    if replicate.model is not None:
        theta = replicate.density.start + rng.normal(size=len(replicate.density.start)) ** 2 / 4
        name = replicate.model.name
        return {name: -replicate.log_likelihood(theta) / replicate.n - losses(name, theta, replicate.data)}
    counts, q = np.bincount(replicate["y"], minlength=4), rng.dirichlet(np.ones(4))
    share, orders = counts / replicate.n, special.gammaln(replicate.n + 1) - special.gammaln(counts + 1).sum()
    loss = (orders - stats.multinomial.logpmf(counts, replicate.n, q)) / replicate.n
    near = rng.dirichlet(200 * share + 1e-9, size=200)
    closer = sum(np.sum(special.xlogy(share, other)) > np.sum(special.xlogy(share, share)) for other in near)
    return {"die": loss - stats.entropy(share) - stats.entropy(share, q), "points below the shares": closer}


study = Study(
    n=(40,),
    scenarios=[
        Scenario("die", generate=lambda n, rng: {"y": rng.integers(4, size=n)}),
        *(Scenario(name, model=name) for name in MODELS),
    ],
    replicates=200,
    estimators=(),
    functionals={"gap": gap},
    predictions=[Equals("gap", within=1e-10)],
    answer="Cross-entropy, squared error and the Poisson loss are negative log-likelihoods, up to stated constants.",
)
