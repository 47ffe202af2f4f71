"""From which n on is a product of densities 0?

Question
    How many densities can be multiplied before the product is 0 or infinite, and does the sum of their logs ever fail?
Design
    Densities of normal data are multiplied in double precision; h = log sd + log(2πe)/2 is their entropy.
Prediction
    Below 2^-1075 a product rounds to 0, above 2^1024 it overflows. −log of the product is a random walk of drift h and
    variance 1/2 per step, so by Wald's identity the first n beyond A = 1075 log 2 (or 1024 log 2) is (A + e)/|h| on
    average, with an overshoot e of about half a step. The sum of logarithms is always finite.
Source
    IEEE 754-2019, table 3.5 (the range of double precision); the rest computed, by Wald's identity.
"""

from functools import partial

import numpy as np

from mle_vs_bayes.study import Equals, Scenario, Study, Theory

ZERO, INFINITE = 1075 * np.log(2), 1024 * np.log(2)
values = lambda sd, n, rng: {"y": rng.normal(0, sd, size=n), "sd": sd}


def log_densities(replicate):
    return -0.5 * (replicate["y"] / replicate["sd"]) ** 2 - np.log(replicate["sd"]) - 0.5 * np.log(2 * np.pi)


def first(replicate):
    """The first n at which the product is 0 or infinite."""
    with np.errstate(over="ignore", under="ignore"):
        product = np.cumprod(np.exp(log_densities(replicate)))
    return float(np.argmax((product == 0) | np.isinf(product)) + 1)


def expected(line):
    h = line["entropy"]
    return ((ZERO if h > 0 else INFINITE) + (0.5 + h**2) / abs(2 * h)) / abs(h)


def scenario(sd):
    h = round(float(np.log(sd) + 0.5 * np.log(2 * np.pi * np.e)), 4)
    return Scenario(f"sd = {sd:g}", at={"entropy": h}, generate=partial(values, sd))


study = Study(
    n=(3000,),
    scenarios=[scenario(sd) for sd in (0.01, 0.02, 0.05, 1.0, 2.0, 5.0, 20.0)],
    replicates=1000,
    batch=500,
    estimators=(),
    functionals={"first_n": first, "lost_sums": lambda r: np.sum(~np.isfinite(np.cumsum(log_densities(r))))},
    predictions=[
        # within: the overshoot is known to half a step of 170 or more, which below 2^-1022 have fewer digits, too
        Theory("first_n", value=expected, within=0.005, relative=True, along="entropy"),
        Equals("lost_sums"),
    ],
    answer="A product of densities is lost after some hundred observations, a sum of their logarithms never.",
)
