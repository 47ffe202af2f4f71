"""What if there are as many parameters as a share of the rows?

Question
    How biased and how variable is a logistic MLE with p = κn coefficients, and how much does a prior help?
Design
    500 rows of independent normal covariates of variance 1/n, κ from 0.05 to 0.2, ‖β‖² = 5n; a prior N(0, 5/κ) on β.
Prediction
    The MLE is near αβ + σN(0, 1): with γ² = 5, S = αγZ₁ + σ√κZ₂, P = prox(λy + S), P(y = 1) = 1/(1 + exp(−γZ₁)),
    α, σ, λ solve κ²σ² = E(P − S)², σ√κ(1 − κ) = E[Z₂P], αγ = E[Z₁P]. At κ = 0.2 α is 1.499. MAP, a ridge,
    has less error, and the posterior mean, as the prior is where the β come from, the least of all.
Source
    Sur & Candès (2019), PNAS 116, 14516–14525; equations as in the documentation of R's glmhd, α computed from them.
"""

import numpy as np
from scipy import optimize, special

from mle_vs_bayes.study import Ratio, Scenario, Study, Theory

(Z, W), G, KNOWN = np.polynomial.hermite_e.hermegauss(40), 5**0.5, ("inflation", "spread")


def system(unknown, kappa):
    (alpha, _, size), s, sides = unknown, unknown[1] * kappa**0.5, 0.0
    for y in (0, 1):
        S = P = alpha * G * Z[:, None] + s * Z
        for _ in range(50):
            P = P - (P + size * special.expit(P) - S - size * y) / (1 + size * special.expit(P) * special.expit(-P))
        law = np.outer(W * special.expit((2 * y - 1) * G * Z), W) / (2 * np.pi)
        sides += np.array([np.sum(law * each) for each in ((P - S) ** 2, Z * P, Z[:, None] * P)])
    return sides - [kappa * s**2, s * (1 - kappa), alpha * G]


def rows(p, n, rng):
    X, beta = rng.normal(size=(n, p)) / n**0.5, rng.normal(size=p)
    beta *= G * n**0.5 / np.linalg.norm(beta)
    return {"X": X, "y": rng.random(n) < special.expit(X @ beta)}, {f"beta[x{i + 1}]": b for i, b in enumerate(beta)}


def parts(replicate):
    beta, mle = np.array([replicate.truth[label] for label in replicate.density.layout.labels]), replicate.theta("mle")
    errors = {name: np.mean((replicate.theta(name) - beta) ** 2) for name in ("mle", "map", "posterior")}
    return {"inflation": (alpha := mle @ beta / (beta @ beta)), "spread": np.std(mle - alpha * beta), **errors}


theory = lambda line: optimize.root(system, (1.2, 3.0, 1.0), args=(line["κ"],)).x[KNOWN.index(line["parameter"])]
prior = lambda k: {"beta": f"Normal(mu=0, sigma={(5 / k) ** 0.5})"}
draw = lambda k: {"model": "logistic", "generate": lambda n, rng: rows(round(k * n), n, rng), "priors": prior(k)}
near = {"relative": True, "along": "κ", "where": {"parameter": KNOWN}}
size = {"n": (500,), "replicates": 200, "quick_scenarios": ("κ = 0.1",)}
study = Study(
    scenarios=[Scenario(f"κ = {k}", at={"κ": k}, **draw(k)) for k in (0.05, 0.1, 0.2)],
    **size,
    functionals={"beta": parts},
    predictions=[
        Theory("beta", value=theory, within=0.05, quick_within=0.15, **near),
        *(Ratio("beta", of=of, to=to, most=1.0) for of, to in (("map", "mle"), ("posterior", "map"))),
    ],
    answer="With p a share of n the MLE is too long and too noisy, by factors that theory gives; a prior helps.",
)
