"""Data sets of every listed model, without naming one: as simulated, and with each optional column it reads.

How an outcome is censored never depends on its value, so that the likelihood of what is left is the true one.
"""

from functools import cache, lru_cache

import numpy as np

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.fit.simulated import filled

from ..agreement.checks import program, typical


def _outcomes(model, n, rng):
    design = model.design(n, rng)
    return model.simulate(typical(model, design)[0], design, rng)["y"]


def _with_design(**columns):
    """A data set simulated from a design with other columns: functions of (model, n, rng)."""

    def make(model, n, rng):
        design = model.design(n, rng)
        design = design.replace(**{role: of(model, n, rng) for role, of in columns.items()})
        return model.simulate(typical(model, design)[0], design, rng)

    return make


def _inspected(model, n, rng):
    """Some values exact, the others seen at two inspections: left-, interval- or right-censored; one never seen."""
    design = model.design(n, rng)
    y = model.simulate(typical(model, design)[0], design, rng)["y"]
    first, second = np.sort([_outcomes(model, n, rng) for _ in range(2)], axis=0)
    exact, least = rng.random(n) < 0.3, model.family.support.lower
    lower = np.where(exact, y, np.where(y < first, least, np.where(y < second, first, second)))
    upper = np.where(exact, y, np.where(y < first, first, np.where(y < second, second, np.inf)))
    lower[-1], upper[-1] = least, np.inf
    bare = {role: values for role, values in design.items() if role != "unit"}
    return Dataset({**bare, "lower": lower, "upper": upper}, design.coords)


def _entries(model, n, rng):
    """Half of the rows are there from the beginning."""
    late = rng.random(n) < 0.5
    return np.where(late, 0.5 * _outcomes(model, n, rng), 0.0)


OPTIONAL = {
    "event": _with_design(cutoff=_outcomes),
    "upper": _inspected,
    "entry": _with_design(entry=_entries),
    "trials": _with_design(trials=lambda model, n, rng: rng.integers(1, 9, size=n)),
    "exposure": _with_design(exposure=lambda model, n, rng: rng.uniform(0.2, 5.0, size=n)),
    "offset": _with_design(offset=lambda model, n, rng: rng.normal(size=n)),
}
"""By the role of the optional column: how to simulate data that have it."""


def variants(name):
    """``plain`` and the optional columns that the model reads."""
    roles = [column.role for column in models.get(name).columns]
    return ["plain", *(role for role in OPTIONAL if role in roles)]


STRUCTURES = [
    ("normal(formula='y, sigma')", "plain"),
    ("normal(formula='y', censored=1)", "event"),
    ("normal(formula='y', censored=1)", "upper"),
    ("normal(censored=1)", "entry"),
    ("normal(formula='y', link='log')", "plain"),
    ("beta(censored=1)", "upper"),
    ("weibull(formula='y, shape')", "event"),
    ("weibull(formula='y')", "upper"),
    ("exponential(formula='y')", "entry"),
    ("poisson(formula='y')", "exposure"),
    ("poisson(formula='y', link='sqrt')", "offset"),
    ("bernoulli(formula='y', link='cloglog')", "trials"),
    ("ordered(link='loglog')", "plain"),
]
"""A structure that a family can take, each with one of its columns; between them every link and way of censoring."""


CENSORED = ("event", "upper")
"""Roles under which each distribution has a formula of its own, its survival function's."""


def _cases(always):
    """Every model with the columns ``always``; others once for each trunk that reads them."""
    read = set()
    for name in models.MODELS:
        leaf = type(models.get(name))
        for variant in variants(name):
            way = variant, leaf.arguments if hasattr(leaf, "arguments") else leaf, leaf.log_likelihood
            if variant in always or way not in read:
                yield name, variant
            read.add(way)


CASES = [*_cases(("plain", *CENSORED)), *STRUCTURES]
TRUNKS = [*_cases(()), *(pair for pair in STRUCTURES if pair[0] != "beta(censored=1)")]
"""One leaf of each trunk with each column: what never reads a family's formulas, only how a trunk joins them, is tested
on these. The beta is censored as the normal is, and its derivatives take 20 s to compile."""
SAMPLED = ("bernoulli", "poisson", "hurdle_poisson", "exponential", "weibull", "normal", "linear", "logistic")
SAMPLED += ("student_t", "eight_schools", "random_intercept", "neyman_scott", "uniform", "normal_mixture")
"""One model of each trunk and of each way in which a density is written: what samples is tested on these."""


@cache
def dataset(name, variant, n):
    """The data set of one case; the same each time."""
    model = models.get(name)
    make = _with_design() if variant == "plain" else OPTIONAL[variant]
    return filled(model, make(model, n, np.random.default_rng([n, *variant.encode()])))


@lru_cache(maxsize=8)
def case(name, variant, n):
    """The program of one case under the default priors; the last few are kept, as each has graphs of tens of MB."""
    return program(models.get(name), dataset(name, variant, n))
