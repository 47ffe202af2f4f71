"""Is the likelihood a density of the parameter?

Question
    What is the area under the likelihood, does it depend on how the parameter is written, and the posterior's?
Design
    n trials with p = 0.3, over p and log odds, and lifetimes of rate 1/2, over the rate and its logarithm.
Prediction
    Not 1. ∫L dp = B(k + 1, n − k + 1), over log odds B(k, n − k), which is n(n + 1)/(k(n − k)) ≥ 4(n + 1)/n times as
    much; for lifetimes of total T: n!/Tⁿ⁺¹ over the rate, (n − 1)!/Tⁿ over its logarithm, which is T/n times as much
    and changes with the unit of time. The posterior's area is 1 on any scale: its density takes the Jacobian along.
Source
    Computed, by the Beta and Gamma integrals and the rule for densities under a change of variable.
"""

import numpy as np
from scipy.special import betaln, expit, gammaln, logit

from mle_vs_bayes.study import Equals, Scenario, Study, Value

Z = np.linspace(-15, 15, 601)


def exact(name, n, k):
    if name == "p":
        return betaln(k + 1, n - k + 1), betaln(k, n - k)
    return gammaln(n + 1) - (n + 1) * np.log(k), gammaln(n) - n * np.log(k)


def areas(replicate):  # of the likelihood in units of closed forms, of the posterior; and one over another
    (name,) = (parameter.name for parameter in replicate.model.parameters)
    at = replicate.estimate("mle", name)
    theta = expit(logit(at) + Z) if name == "p" else at * np.exp(Z / 2)
    z, jacobian = (Z, theta * (1 - theta)) if name == "p" else (Z / 2, theta)
    likelihood = np.array([replicate.log_likelihood([value]) for value in theta])
    posterior = np.exp(replicate.model.conjugate_posterior(replicate.data, replicate.priors)[name].logpdf(theta))
    n, k, turn = replicate.n, replicate["y"].sum(), [jacobian, np.ones_like(z)]
    plain, turned = exact(name, n, k)
    first, second = np.trapezoid(np.exp(likelihood - plain) * turn, z)
    ratio, theory = second / first, n * (n + 1) / (k * (n - k)) if name == "p" else k / n
    told = {"likelihood": first, "likelihood, transformed": second * np.exp(plain - turned)}
    told |= {"transformed over not": ratio, "over theory": ratio / theory, "posterior": np.trapezoid(posterior, theta)}
    return {**told, "posterior, transformed": np.trapezoid(posterior * jacobian, z)}


AREAS = ("likelihood", "likelihood, transformed", "posterior", "posterior, transformed", "over theory")
coin, life = {"model": "bernoulli", "truth": {"p": 0.3}}, {"model": "exponential", "truth": {"rate": 0.5}}
size = {"n": (20, 40), "replicates": 100, "estimators": ("mle",)}
study = Study(
    scenarios=[Scenario("trials", **coin), Scenario("lifetimes", **life)],
    functionals={"area": areas},
    predictions=[
        Equals("area", value=1.0, within=1e-3, where={"parameter": AREAS}),
        Value("area", least=4.1, where={"scenario": "trials", "parameter": "transformed over not"}),
    ],
    answer="The likelihood's area is not 1 and depends on the parameter's scale; the posterior's is 1 on any.",
    **size,
)
