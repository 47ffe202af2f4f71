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


def autoencoder(r):
    mean, (values, vectors) = r["x"].mean(axis=0), np.linalg.eigh(np.cov(r["x"].T, ddof=0))
    W = vectors[:, 3:] * np.sqrt(values[3:] - (variance := values[:3].mean()))
    exact = np.mean(stats.multivariate_normal(mean, W @ W.T + variance * np.eye(5)).logpdf(r["x"]))
    return {name: elbo(r["x"], mean, W, variance, wide) - exact for name, wide in (("exact", 1.0), ("too wide", 2.0))}


def drawn(figure, tables):
    curves = tables.functionals.query("name == 'curve' and replicate == 0")["value"].to_numpy()
    figure.subplots(subplot_kw=LABELS).plot(TAU, curves.reshape(2, -1).T, label=("joint with effects", "marginal"))
    figure.axes[0].legend()


LABELS, TAU = {"xscale": "log", "xlabel": "τ", "ylabel": "log density"}, np.logspace(-4, 2, 40)
log_pdf = lambda y, sd: stats.norm.logpdf(y, y.mean(), sd).sum()
joint = lambda y, tau: 8 * stats.norm.logpdf(0, 0, tau) + log_pdf(y, 10)  # at effects of 0
marginal, rises = lambda y, tau: log_pdf(y, np.hypot(10, tau)), lambda f, y: f(y, 1e-4) - f(y, 1e-3)
rise = lambda r: {"joint": rises(joint, r["y"]) / (8 * np.log(10)) - 1, "marginal": rises(marginal, r["y"])}
curve = lambda r: {f"{i} {tau:.3g}": f(r["y"], tau) for i, f in enumerate((joint, marginal)) for tau in TAU}
factors = lambda n, rng: {"x": 2 * rng.normal(size=(n, 2)) @ rng.normal(size=(2, 5)) + rng.normal(size=(n, 5))}
hierarchy = {"generate": lambda n, rng: {"y": 5 * rng.normal(size=n) + 10 * rng.normal(size=n)}, "n": (8,)}
bound = lambda part, value: Equals("bound", value=value, where={"parameter": part})
auto = Scenario("autoencoder", generate=factors, functionals={"bound": autoencoder})
one = Scenario("one", **hierarchy, data="hierarchy", functionals={"curve": curve}, replicates=1)
size = {"n": (100,), "replicates": 200, "estimators": (), "figures": {"joint_and_marginal": drawn}}
study = Study(
    scenarios=[auto, Scenario("hierarchy", **hierarchy, functionals={"rise": rise}), one],
    predictions=[bound("exact", 0.0), bound("too wide", np.log(2) - 1), Equals("rise", within=1e-6)],
    answer="Integrated out, latent variables do no harm: the bound is tight; maximised over, they leave for the edge.",
    **size,
)
