"""What happens to variables that nobody has seen?

Question
    Does a linear autoencoder's bound reach the likelihood, and where does the joint mode of a hierarchy go?
Design
    Probabilistic PCA of 5 columns with 2 latent dimensions; a linear VAE at that maximum. Eight groups of sd τ = 5.
Prediction
    At W = U(Λ − σ²)^1/2, σ² the mean of the smaller eigenvalues, the ELBO with the exact Gaussian posterior of z is
    the log-likelihood of N(μ, WWᵀ + σ²I), with one twice as wide less by 1 − log 2. The joint density of groups and τ
    rises by 8 log 10 per factor of 10 in τ, without end; the marginal likelihood of τ is bounded.
Source
    Tipping & Bishop (1999), JRSS B 61, 611–622; Lucas et al. (2019), Don't blame the ELBO!, NeurIPS; τ computed.
"""

import numpy as np
from scipy import stats

from mle_vs_bayes.study import Equals, Scenario, Study


def elbo(x, mean, W, variance, wider):
    inverse = np.linalg.inv(W.T @ W + variance * np.eye(2))
    z, spread = (x - mean) @ W @ inverse, wider * variance * inverse
    error = np.sum((x - mean - z @ W.T) ** 2, axis=1) + np.trace(W @ spread @ W.T)
    prior = -np.log(2 * np.pi) - 0.5 * (np.sum(z**2, axis=1) + np.trace(spread))
    entropy = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * spread)[1]
    return np.mean(prior - 2.5 * np.log(2 * np.pi * variance) - error / (2 * variance)) + entropy


def autoencoder(replicate):
    x = replicate["x"]
    mean, (values, vectors) = x.mean(axis=0), np.linalg.eigh(np.cov(x.T, ddof=0))
    W = vectors[:, 3:] * np.sqrt(values[3:] - (variance := values[:3].mean()))
    exact = np.mean(stats.multivariate_normal(mean, W @ W.T + variance * np.eye(5)).logpdf(x))
    return {name: elbo(x, mean, W, variance, wider) - exact for name, wider in (("exact", 1.0), ("too wide", 2.0))}


def heights(replicate):
    y, effects = replicate["y"], 8 * stats.norm.logpdf(0, 0, [1e-3, 1e-4])
    marginal = [stats.norm.logpdf(y, y.mean(), np.hypot(10, tau)).sum() for tau in (1e-3, 1e-4)]
    return {"joint": np.diff(effects)[0] / (8 * np.log(10)) - 1, "marginal": np.diff(marginal)[0]}


factors = lambda n, rng: {"x": 2 * rng.normal(size=(n, 2)) @ rng.normal(size=(2, 5)) + rng.normal(size=(n, 5))}
groups = lambda n, rng: {"y": 5 * rng.normal(size=n) + 10 * rng.normal(size=n)}
study = Study(
    n=(100,),
    scenarios=[
        Scenario("autoencoder", generate=factors, functionals={"bound": autoencoder}),
        Scenario("hierarchy", generate=groups, n=(8,), functionals={"rise": heights}),
    ],
    replicates=200,
    estimators=(),
    predictions=[
        Equals("bound", within=1e-9, where={"parameter": "exact"}),
        Equals("bound", value=np.log(2) - 1, within=1e-9, where={"parameter": "too wide"}),
        Equals("rise", within=1e-6),
    ],
    answer="Integrated out, latent variables do no harm: the bound is tight; maximised over, they leave for the edge.",
)
