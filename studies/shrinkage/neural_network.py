"""Who predicts best with a neural network?

Question
    What do maximum likelihood, weight decay and the posterior of a network predict from little data, and from more?
Design
    A hidden layer of 2 tanh units (7 weights, truths from their prior N(0, 1)), x one of 25 places, three losses, all
    A(f) − yf. MLE, MAP (weight decay ‖w‖²/2): best of 4 searches of 60 steps. Posterior: 50,000 weighted prior draws.
Prediction
    No predictor has a higher mean log score than the posterior (to 0.5/n); a new y lies in the outer tenth of its law
    with probability 0.1 (to 0.03). It lacks λ/n of the truth's score for large n, λ ≤ 7/2. The MLE's is mostly worse.
Source
    Watanabe (2010), JMLR 11, 3571–3594, and Aoyagi (2019), Entropy 21, 561 (λ); KL ≥ 0 (score); computed (0.1).
"""

import numpy as np
from scipy import optimize, special, stats

from mle_vs_bayes.study import Difference, Scenario, Study, Theory, Value

X, STEP, rate = np.linspace(-3, 3, 25)[:, None], 1e-5 * np.eye(7), lambda f: np.exp(np.minimum(f, 300) - 1)
A = {"squared error": lambda f: f**2 / 8, "cross-entropy": lambda f: np.logaddexp(0, f), "Poisson loss": rate}
LAW = {"squared error": lambda f: stats.norm(f / 4, 0.5), "Poisson loss": lambda f: stats.poisson(rate(f))}
LAW["cross-entropy"], BIG = lambda f: stats.bernoulli(special.expit(f)), {"Poisson loss": 1000}
output = lambda w: np.sum(np.tanh(w[..., None, 2:4] + X * w[..., None, :2]) * w[..., None, 4:6], axis=-1) + w[..., 6:]


def rows(loss, n, rng):
    f, at = output(rng.normal(size=7)), rng.integers(25, size=n)
    y = LAW[loss](f[at]).rvs(n, random_state=rng)
    return {"f": f, "count": np.bincount(at, minlength=25), "sum": np.bincount(at, y, 25)}


def network(replicate):
    loss, f, random, worth = replicate.at["loss"], replicate["f"], replicate.generator, {}
    height = lambda g: g @ replicate["sum"] - A[loss](g) @ replicate["count"]
    target = lambda w, decay: decay * np.sum(w**2, axis=-1) / 2 - height(output(w))
    slope = lambda w, decay: (target(w + STEP, decay) - target(w - STEP, decay)) / 2e-5
    search = lambda w, decay: optimize.minimize(target, w, decay, jac=slope, options={"maxiter": 60})
    best = lambda decay: min((search(w, decay) for w in random("w").normal(size=(4, 7))), key=lambda end: end.fun)
    drawn, new = output(random("draws").normal(size=(50_000, 7))), LAW[loss](f).rvs(25, random_state=random("new"))
    plugged = {name: (output(best(decay).x)[None], np.ones(1)) for name, decay in (("mle", 0), ("map", 1))}
    for name, (g, weight) in {**plugged, "posterior": (drawn, special.softmax(height(drawn)))}.items():
        worth[name] = -replicate.n * np.log(weight @ np.exp(new * (g - f) - A[loss](g) + A[loss](f))).mean()
        below, upto = (weight @ LAW[loss](g).cdf(new - step) for step in (loss != "squared error", 0))
        worth[f"tails of {name}"] = np.mean(abs(below + random("u").random(25) * (upto - below) - 0.5) > 0.45)
    return worth | {"mle worse": worth.pop("mle") > worth["posterior"]}


fits = {"n": (10, 20, 40), "replicates": 200, "estimators": (), "functionals": {"network": network}}
study = Study(
    scenarios=[Scenario(x, at={"loss": x}, generate=lambda n, g, x=x: rows(x, n, g), replicates=BIG.get(x)) for x in A],
    predictions=[
        Difference("network", of="map", to="posterior", least=-0.5),
        Theory("network", value=lambda line: 0.1, within=0.03, where={"parameter": "tails of posterior"}),
        Value("network", most=3.5, where={"parameter": "posterior"}),
        Value("network", least=0.5, where={"parameter": "mle worse"}),
    ],
    **{"answer": "The posterior predicts best, weight decay nearly as well, and the MLE mostly worse.", **fits},
    quick_scenarios=("squared error",),
)
