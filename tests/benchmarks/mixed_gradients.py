"""What maximum likelihood of a logistic random intercept costs: gradient evaluations, and each beside one NumPy pass.

A line of `compare_sizes`, or by hand::

    uv run python tests/benchmarks/mixed_gradients.py          # 500 groups of 20 rows
    uv run python tests/benchmarks/mixed_gradients.py 25       # 25 groups: a look

The pass evaluates what quadrature adds up, the log density of every row at every node around its group's mode, and sums
it by group: rows × nodes exponentials. An evaluation of ours has value, gradient and Hessian, and finds the modes too.
Required: at most 30 evaluations, each at most 3 times the pass.
"""

import sys
import time
from statistics import median

import numpy as np
import pandas
from compare_weibull import machine

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.fit import priors

GROUPS, EACH = 500, 20
MOST_EVALUATIONS, MOST_PASSES = 30, 3
REPEATS = 15


def intercepts(groups, rng):
    """Yes-or-no rows with one covariate and an intercept of their group."""
    of = np.repeat(np.arange(groups), EACH)
    x = rng.standard_normal(groups * EACH)
    log_odds = -0.5 + 0.8 * x + rng.standard_normal(groups)[of]
    seen = rng.random(len(x)) < 1 / (1 + np.exp(-log_odds))
    return pandas.DataFrame({"y": seen.astype(int), "x": x, "group": np.char.add("g", of.astype(str))})


def density(frame):
    model, data, _ = prepared(models.get("logistic"), frame, {}, "y ~ x + (1 | group)", False)
    return ModelDensity(model, data, priors.resolve(model, {}, data))


def one_pass(frame, nodes):
    """Σ log density of each group's rows at its nodes ``(groups, nodes)``, in one NumPy expression."""
    y, eta = frame["y"].to_numpy(dtype=float)[:, None], -0.5 + 0.8 * frame["x"].to_numpy()[:, None]
    at = eta + np.linspace(-3, 3, nodes)[None, :]
    return np.add.reduceat(y * at - np.logaddexp(0.0, at), np.arange(0, len(y), EACH), axis=0)


def seconds(what):
    """Of the processor, over `REPEATS` calls: median, least and most."""
    spent = []
    for _ in range(REPEATS):
        began = time.process_time()
        what()
        spent.append(time.process_time() - began)
    return median(spent), min(spent), max(spent)


def show(groups=GROUPS) -> None:
    frame = intercepts(groups, np.random.default_rng(0))
    program, calls = density(frame), []
    nodes = len(program.model.grid[0])
    genuine = program.evaluate
    program.evaluate = lambda z, power: calls.append(z) or genuine(z, power)
    estimate = maximum_likelihood.fit(program, count=1)
    ours, numpy = seconds(lambda: genuine(calls[-1], 0.0)), seconds(lambda: one_pass(frame, nodes))
    print(f"\nlogistic random intercept, {groups} groups of {EACH} rows, {nodes} nodes: {estimate.status}")
    verdict = "met" if len(calls) <= MOST_EVALUATIONS else "NOT met"
    print(f"  evaluations              {len(calls):6d}; at most {MOST_EVALUATIONS}: {verdict}")
    ratio = ours[0] / numpy[0]
    verdict = "met" if ratio <= MOST_PASSES else "NOT met"
    for name, (middle, least, most) in (("one evaluation", ours), ("one NumPy pass", numpy)):
        print(f"  {name:24} {1e3 * middle:6.2f} ms ({1e3 * least:.2f} to {1e3 * most:.2f})")
    print(f"  ratio                    {ratio:6.2f}; at most {MOST_PASSES}: {verdict}")


if __name__ == "__main__":
    print(machine())
    show(*map(int, sys.argv[1:2]))
