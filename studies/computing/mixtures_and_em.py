"""How does a mixture go wrong?

Question
    Does EM climb, and to the same maximum as a direct search; is the likelihood bounded, and are its maxima unique?
Design
    Two normals, 4 standard deviations apart, 100 values. EM runs from the model's start until a step gains 1e-10.
    One component is then put on the first value and made narrow, and the two are exchanged.
Prediction
    No step of EM lowers the log-likelihood; it ends at the direct maximum. With a component at a value the likelihood
    rises by log 10 for each factor of 10 in its width, without end. Exchanging the components changes nothing: there
    are two maxima of one height, and only the order of the means tells them apart.
Source
    Dempster et al. (1977), JRSS B 39, 1–38; Day (1969), Biometrika 56, 463–474; Redner & Walker (1984), SIAM Rev. 26.
"""

import numpy as np
from scipy.stats import norm

from mle_vs_bayes.study import Equals, ExpectationMaximisation, Scenario, Study

EM = ExpectationMaximisation(steps=5000, gain=1e-10)
height = lambda y, weight, mu, sigma: np.sum(np.log(norm.pdf(y[:, None], mu, sigma) @ weight))  # in any order of them
narrow = lambda y, weight, mu, sigma, width: height(y, weight, [y[0], mu[1]], [width, sigma[1] + 3])


def climb(r):  # the largest drop of a step, and how far EM's end lies below the direct maximum
    values = EM.path(r).values
    below = values[-1] - r.log_likelihood(r.theta("mle")) + 1e-6
    return {"largest drop": max(0.0, -np.min(np.diff(values)) - 1e-9), "below the direct maximum": min(0, below)}


def trouble(r):  # rise per factor of 10 once a component is narrow, over log 10, and what exchanging does
    y, best, top = r["y"], np.split(r.theta("mle"), 3), r.log_likelihood(r.theta("mle"))
    gaps = {"exchanged": height(y, *(each[::-1] for each in best)) - top, "written out": height(y, *best) - top}
    return {"collapse": (narrow(y, *best, 1e-9) - narrow(y, *best, 1e-8)) / np.log(10) - 1, **gaps}


def picture(r):  # how far steps of EM are below the maximum, and a component of width 10^-k on a value above it
    best, top = np.split(r.theta("mle"), 3), r.log_likelihood(r.theta("mle"))
    both = {"EM": top - EM.path(r).values[:60], "width": [narrow(r["y"], *best, 10.0**-k) - top for k in range(60)]}
    return {f"{name} {k:03}": x for name, path in both.items() for k, x in enumerate(path)}


def drawn(figure, tables):
    values = tables.functionals.query("name == 'picture' and replicate == 0").set_index("part")["value"]
    axes = figure.subplots(1, 2)
    axes[0].semilogy(values.filter(like="EM").to_numpy(), ".-")
    axes[1].plot(values.filter(like="width").to_numpy())
    figure.supxlabel("left: steps of EM, below the maximum; right: −log₁₀ of a component's width, above the maximum")


one, data = {"replicates": 1, "functionals": {"picture": picture}}, {"model": "normal_mixture", "data": "two normals"}
fits = {"n": (100,), "replicates": 100, "estimators": ("mle",), "figures": {"climb_and_collapse": drawn}}
study = Study(
    scenarios=[Scenario("two normals", **data), Scenario("one", **data, **one)],
    functionals={"climb": climb, "trouble": trouble},
    predictions=[Equals("climb"), Equals("trouble", within=1e-6)],
    answer="EM climbs to a maximum; above every maximum the likelihood has poles, and each maximum has a twin.",
    **fits,
)
