"""How far is the variance off in small samples?

Question
    By how much do MLE, divisor n − 1, posterior mean and mode miss a normal variance? What does one observation say?
Design
    Normal data with σ = 2, n from 5 to 80; the posterior of σ² is Jeffreys', in closed form. With one observation the
    log-likelihood and log posterior are followed at mu = y while sigma falls from 1e-3 to 1e-9.
Prediction
    With S = Σ(y − ȳ)²: the bias of S/n is −σ²/n, of S/(n − 1) 0, of the posterior mean S/(n − 3) 2σ²/(n − 3), of the
    mode S/(n + 1) −2σ²/(n + 1), exactly. One observation: the likelihood rises as 1/sigma without end, and so does
    the posterior under an exponential prior, which has no MAP; a log-normal prior stops it.
Source
    Computed: S/σ² is χ² on n − 1, and given the data under Jeffreys' prior σ² is S over such a variable.
"""

import numpy as np

from mle_vs_bayes.study import Equals, Scenario, Study, Theory, Value

LESS = {"mle": 0, "divisor n − 1": 1, "posterior mean": 3, "posterior mode": -1}
exact = lambda line: 4 * (line["n"] - 1) / (line["n"] - LESS[line["parameter"]])
values = lambda n, rng: {"y": rng.normal(0, 2, size=n)}


def variance(replicate):
    """S/(n − less) of several; the MLE's is the square of the package's MLE of σ, by invariance."""
    squares = np.sum((replicate["y"] - replicate["y"].mean()) ** 2)
    rest = {name: squares / (replicate.n - less) for name, less in LESS.items() if less and replicate.n > 1}
    return {"mle": replicate.estimate("mle", "sigma") ** 2, **rest} if rest else {}


def rise(replicate):
    """Of log-likelihood (power 0) and log posterior (1) per unit of −log sigma."""
    ends = [[replicate["y"][0], sigma] for sigma in (1e-3, 1e-9)] if replicate.n == 1 else ()
    both = {name: [replicate.objective(power)(end)[0] for end in ends] for power, name in enumerate(("L", "posterior"))}
    return {name: (height[1] - height[0]) / np.log(1e6) for name, height in both.items() if height}


def one(name, prior):
    own = {"model": "normal", "generate": values, "priors": {"mu": "Normal(mu=0, sigma=5)", "sigma": prior}}
    return Scenario(name, **own, n=(1,), replicates=100, estimators=())


study = Study(
    n=(5, 10, 20, 40, 80),
    scenarios=[
        Scenario("samples", model="normal", generate=values),
        *(one(f"one, {name}", f"{name}") for name in ("Exponential(lam=1)", "LogNormal(mu=0, sigma=1)")),
    ],
    replicates=5000,
    estimators=("mle",),
    functionals={"variance": variance, "rise": rise},
    predictions=[
        Theory("variance", value=exact, within=0.02, relative=True),
        Equals("rise", value=1.0, within=1e-3, where={"scenario": "one, Exponential(lam=1)"}),
        Value("rise", most=-1.0, where={"parameter": "posterior", "scenario": "one, LogNormal(mu=0, sigma=1)"}),
    ],
    answer="The MLE of a variance is too small by σ²/n; one observation has no MLE, and a MAP only under some priors.",
)
