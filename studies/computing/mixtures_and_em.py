"""How does a mixture go wrong?

Question
    Does EM climb, and to the same maximum as a direct search; is the likelihood bounded, and are its maxima unique?
Design
    Two normals, 4 standard deviations apart, 100 values. EM runs from the model's own start until a step gains less
    than 1e-10. One component is then put on the first value and made narrow, and the two are exchanged.
Prediction
    No step of EM lowers the log-likelihood; it ends at the direct maximum. With a component at a value the likelihood
    rises by log 10 for each factor of 10 in its width, without end. Exchanging the components changes nothing: there
    are two maxima of one height, and only the order of the means tells them apart.
Source
    Dempster, Laird & Rubin (1977), JRSS B 39, 1–38, theorem 1; Day (1969), Biometrika 56, 463–474 (unbounded); Redner &
    Walker (1984), SIAM Review 26, 195–239 (exchange).
"""

import numpy as np
from scipy.stats import norm

from mle_vs_bayes.study import Equals, ExpectationMaximisation, Scenario, Study

EM = ExpectationMaximisation(steps=5000, gain=1e-10)


def log_likelihood(y, weight, mu, sigma):
    """Written out, as the package's parameters are ordered and cannot be exchanged."""
    return np.sum(np.log(norm.pdf(y[:, None], mu, sigma) @ weight))


def climb(replicate):
    """The largest drop of a step, and how far EM's end lies below the direct maximum."""
    path, top = EM.path(replicate), replicate.log_likelihood(replicate.theta("mle"))
    drop = max(0.0, -np.min(np.diff(path.values)) - 1e-9)
    return {"largest drop": drop, "below the direct maximum": min(0, path.values[-1] - top + 1e-6)}


def trouble(replicate):
    """Rise per factor of 10 once a component is narrow, over log 10, and what exchanging does."""
    y, theta = replicate["y"], replicate.theta("mle")
    weight, mu, sigma = theta[:2], theta[2:4], theta[4:]
    narrow = [log_likelihood(y, weight, [y[0], mu[1]], [width, sigma[1] + 3]) for width in (1e-8, 1e-9)]
    swapped = log_likelihood(y, weight[::-1], mu[::-1], sigma[::-1])
    written = log_likelihood(y, weight, mu, sigma)
    gaps = {"exchanged": swapped - written, "written out": written - replicate.log_likelihood(theta)}
    return {"collapse": (narrow[1] - narrow[0]) / np.log(10) - 1, **gaps}


study = Study(
    n=(100,),
    scenarios=[Scenario("two normals", model="normal_mixture")],
    replicates=100,
    estimators=("mle",),
    functionals={"climb": climb, "trouble": trouble},
    predictions=[Equals("climb"), Equals("trouble", within=1e-6)],
    answer="EM climbs to a maximum; above every maximum the likelihood has poles, and each maximum has a twin.",
)
