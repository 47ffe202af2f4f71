"""When does the prior stop to matter for the mode?

Question
    How fast does the distance between MAP and MLE fall, and what do wrong, conflicting and stronger priors change?
Design
    Successes with p = 0.3 and exponential lifetimes. Priors: flat; the default; wrong (Beta(8, 2), mean 0.8);
    conflicting (worth 98 trials, met by the first hundred); and Beta(2, 2) to the power α from 0 (MLE) by 1 (MAP) to 4.
    Every prior sees the same data sets.
Prediction
    MAP − MLE is the inverse information times the slope of the log prior, so its size falls as n^-1 whatever the prior,
    and it is zero under a flat one.
Source
    Computed, by one Newton step from the MLE.
"""

from mle_vs_bayes.study import Scenario, Slope, Study, Value

ALPHAS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
LARGE = (2000, 4000, 8000, 16000)
NAMES = {"bernoulli": "p", "exponential": "rate"}


def distance(replicate):
    """|MAP − MLE| of the model's one parameter."""
    name = NAMES[replicate.model.name]
    return abs(replicate.estimate("map", name) - replicate.estimate("mle", name))


def coin(name, prior, **more):
    return Scenario(name, model="bernoulli", truth={"p": 0.3}, priors={"p": prior}, data="coin", **more)


study = Study(
    n=(50, 100, 200, 400, 800),
    scenarios=[
        *(coin(f"α = {a:g}", f"Beta(alpha={1 + a}, beta={1 + a})") for a in ALPHAS),
        coin("wrong", "Beta(alpha=8, beta=2)"),
        coin("conflicting", "Beta(alpha=80, beta=20)", n=LARGE),
        Scenario("lifetimes", model="exponential"),
    ],
    replicates=2000,
    estimators=("mle", "map"),
    estimands=("p", "rate"),
    functionals={"distance": distance},
    predictions=[
        # within: a prior worth A trials tilts the slope by A/(n + A): up to 0.14 at the smallest n
        Slope("distance", slope=-1.0, within=0.12, where={"scenario": tuple(f"α = {a:g}" for a in ALPHAS[1:])}),
        Slope("distance", slope=-1.0, within=0.12, where={"scenario": ("wrong", "conflicting", "lifetimes")}),
        Value("distance", least=0.0, most=1e-8, where={"scenario": "α = 0"}, why="a flat prior has no slope"),
    ],
    answer="MAP and MLE come together as 1/n under weak, strong and wrong priors; under a flat one they are equal.",
)
