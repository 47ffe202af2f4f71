"""How far off are Laplace's approximation and Gauss–Hermite quadrature of an integral that is known?

Question
    What does it cost to replace an integral over a latent variable by its mode's curvature, or by k nodes around it?
Design
    Two Poisson counts of a rate ~ Gamma(2, 1) (the total is negative binomial), Laplace at the log rate. Logistic
    random intercepts of groups of m rows: the package's adaptive quadrature against 6,001 values.
Prediction
    With s = 2 + total, Laplace has Stirling's formula for Γ(s), its error is −1/(12s) + 1/(360s³) less a share of
    1/(1260s⁵); the package's evidence has none. At order m^-i an integrand has powers up to 6i, and k nodes are exact
    below 2k: a group's error falls as m^-⌈k/3⌉. (Left out: the normal's 1 beside m/10 or more in the information, which
    adds up to 0.07 ⌈k/3⌉ to the slope.) Where the package chooses k, doubling it adds less than 1e-5 in all.
Source
    Pinheiro & Bates (1995), JCGS 4, 12–35 (adaptive quadrature); Stirling's series, DLMF 5.11.1; the orders computed.
"""

import numpy as np
import pandas as pd
from scipy import special, stats

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.comparison.scores.bayes_factor import evidence
from mle_vs_bayes.study import Equals, Mode, Scenario, Slope, Study, Value

NODES, V = (1, 4, 7), np.linspace(-12, 12, 6001)[:, None]


def conjugate(r):
    s = 2 + r["y"].sum()  # given the total, a count of two is binomial
    exact = stats.nbinom.logpmf(s - 2, 2, 1 / 3) + stats.binom.logpmf(r["y"][0], s - 2, 0.5)
    theta = Mode(scale="unconstrained")(r)["rate"]["estimate"]
    value, gradient, hessian = (float(np.squeeze(part)) for part in r.objective(1.0)(np.array([theta])))
    off = value + np.log(theta) + 0.5 * np.log(2 * np.pi / (-(theta**2) * hessian - theta * gradient)) - exact
    share = (-off - 1 / (12 * s) + 1 / (360 * s**3)) * 1260 * s**5
    return {"evidence": evidence(r.density).value - exact, "Laplace": off, "share": share}


def grouped(r):  # a group's mean error by k nodes, and that of all by as many as the package takes
    model, data, _ = prepared(models.get("bernoulli"), pd.DataFrame(r.data), {}, "y ~ 1 + (1 | g)", False)
    theta, m, eta = {"beta": np.array([1.0]), "sd": np.array([r.at["SD"]])}, r.at["m"], 1 + r.at["SD"] * V
    seen = r["y"].reshape(-1, m).sum(axis=1)
    heights = seen * special.log_expit(eta) + (m - seen) * special.log_expit(-eta) + stats.norm.logpdf(V)
    off = lambda by: by.log_likelihood(theta, data) - special.logsumexp(heights, axis=0) - np.log(V[1] - V[0])
    sizes = {"chosen": abs(np.sum(off(model.settled(theta, data))))}
    return sizes | {f"{k} nodes": np.mean(abs(off(model.with_nodes(k)))) for k in NODES}


success, g = lambda sd: special.expit(1 + sd * np.linspace(-1, 1, 20)), np.arange(10, 30).astype(str)
draw = lambda sd, m: lambda n, rng: {"y": rng.binomial(1, np.repeat(success(sd), m)), "g": np.repeat(g, m)}
fits = {"functionals": {"error": grouped}, "n": (20,), "replicates": 20}
cell = lambda sd, m: Scenario(f"SD {sd}, {m} rows", at={"SD": sd, "m": m}, generate=draw(sd, m), **fits)
gamma = {"priors": {"rate": "Gamma(2, 1)"}, "truth": {"rate": 2.0}, "functionals": {"Gamma": conjugate}}
cells = [cell(1.0, 128), cell(1.0, 512), cell(1.0, 2048), cell(4.0, 5), Scenario("conjugate", model="poisson", **gamma)]
falls = {"along": "m", "within": 0.3}
claims = [Slope("error", slope=-np.ceil(k / 3), **falls, where={"parameter": f"{k} nodes", "SD": 1.0}) for k in NODES]
claims += [Value("error", most=1e-5, where={"parameter": "chosen"}), Equals("Gamma", where={"parameter": "evidence"})]
claims += [Equals("Gamma", value=0.5, within=0.5, where={"parameter": "share"})]
words = "Laplace's error falls as one over the rows of a group; with a few nodes more it hardly matters."
study = Study(n=(2,), scenarios=cells, replicates=100, estimators=(), predictions=claims, answer=words)
