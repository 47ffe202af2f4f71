"""How far is the variance off in small samples?

Question
    By how much do MLE, divisor n − 1, posterior mean and mode miss a normal variance? What does one observation say?
Design
    Normal data with σ = 2, n from 5 to 80; the posterior of σ² is Jeffreys', in closed form. Of one observation (which
    `compare` refuses) what a search for MLE and MAP ends as, and heights at mu = y as sigma falls from 1e-3 to 1e-9.
Prediction
    With S = Σ(y − ȳ)²: the bias of S/n is −σ²/n, of S/(n − 1) 0, of the posterior mean S/(n − 3) 2σ²/(n − 3), of the
    mode S/(n + 1) −2σ²/(n + 1), exactly. One observation: the likelihood rises as 1/sigma without end, the MLE is
    `divergent`, and so is the MAP under an exponential prior of sigma; a log-normal prior stops it. Either posterior is
    there: its mass is at most 1/(5√(2π)), as mu has a N(0, 5) prior.
Source
    Computed: S/σ² is χ² on n − 1, and given the data under Jeffreys' prior σ² is S over such a variable.
"""

import numpy as np

from mle_vs_bayes.study import Equals, Mode, Scenario, Study, Theory, Value

LESS = {"mle": 0, "divisor n − 1": 1, "posterior mean": 3, "posterior mode": -1}
exact = lambda line: 4 * (line["n"] - 1) / (line["n"] - LESS[line["parameter"]])


def variance(replicate):
    squares = np.sum((replicate["y"] - replicate["y"].mean()) ** 2)
    all_but_mle = {name: squares / (replicate.n - less) for name, less in LESS.items() if less}
    return {"mle": replicate.estimate("mle", "sigma") ** 2, **all_but_mle}


def rise(replicate):  # of log-likelihood (power 0) and log posterior (1) per unit of −log sigma
    ends = [[replicate["y"][0], sigma] for sigma in (1e-3, 1e-9)]
    both = {name: [replicate.objective(power)(end)[0] for end in ends] for power, name in enumerate(("L", "posterior"))}
    return {name: (height[1] - height[0]) / np.log(1e6) for name, height in both.items()}


SAID = (("map^0", "divergent"), ("map", "divergent"), ("map", "ok"))  # of the prior to the power 0, and of all of it
status = lambda replicate: {f"{name} {word}": replicate.column("status", name, "sigma") == word for name, word in SAID}
values = {"generate": lambda n, rng: {"y": rng.normal(0, 2, size=n)}}
EXPONENTIAL, LOG_NORMAL = "Exponential(lam=1)", "LogNormal(mu=0, sigma=1)"
priors = lambda sigma: {**values, "priors": {"mu": "Normal(mu=0, sigma=5)", "sigma": sigma}}
fits = {"n": (1,), "functionals": {"rise": rise, "status": status}, "estimators": (Mode(power=0.0), Mode())}
one = lambda prior: Scenario(f"one, {prior}", replicates=50, **priors(prior), **fits)
samples = Scenario("samples", estimators=("mle",), **values)
exponential, log_normal = {"scenario": f"one, {EXPONENTIAL}"}, {"scenario": f"one, {LOG_NORMAL}"}
size = {"n": (5, 10, 20, 40, 80), "models": ("normal",), "replicates": 5000}
study = Study(
    scenarios=[samples, one(EXPONENTIAL), one(LOG_NORMAL)],
    functionals={"variance": variance},
    predictions=[
        Theory("variance", value=exact, within=0.02, relative=True),
        Equals("rise", value=1.0, within=1e-3, where=exponential),
        Value("rise", most=-1.0, where={**log_normal, "parameter": "posterior"}),
        Equals("status", value=1.0, where={**exponential, "parameter": ("map^0 divergent", "map divergent")}),
        Equals("status", value=1.0, where={**log_normal, "parameter": ("map^0 divergent", "map ok")}),
    ],
    answer="The MLE of a variance is too small by σ²/n; one observation has no MLE, and a MAP only under some priors.",
    **size,
)
