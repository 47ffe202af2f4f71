"""What an exact posterior by quadrature costs beside sampling it: seconds, and the ratio, which shall be at most 0.1.

    python -m tests.benchmarks.quadrature

One data set is what `compare` does (four chains of 1,000 draws by NUTS); many are `fit_replicates`, whose draws stop
at 400 effective ones. Everything has been compiled before the clock starts; of several runs the fastest counts.
"""

import time

from mle_vs_bayes import models
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import exact, posterior
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.fit.quantities import rows
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.row_table import Context
from mle_vs_bayes.fit.simulated import simulated

NAMES = {"exponential": 1, "bernoulli": 1, "normal": 2, "weibull": 2}
"""Free parameters by model."""
ROWS, MANY, RUNS, MOST = 100, 200, 3, 0.1


def fastest(run):
    """Seconds of the fastest of some runs, after one that compiles."""
    run()
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def one(name):
    """Seconds of quadrature and of NUTS on one data set, each with its rows."""
    model = models.get(name)
    data = simulated(model, ROWS, {}, 1)[0]
    program = ModelDensity(model, data, resolve(model, {}, data))
    sampling = posterior.ALONE

    def by_quadrature():
        return rows("posterior_exact", exact.fit_posterior(program), program, Context(0.95, 1))

    def by_nuts():
        return rows("posterior", posterior.fit(program, sampling, 1), program, Context(0.95, 1))

    return fastest(by_quadrature), fastest(by_nuts)


def many(name):
    """The same of each of many data sets."""
    sets = [simulated(models.get(name), ROWS, {}, seed)[0] for seed in range(MANY)]
    return tuple(
        fastest(lambda name=name, what=what: fit_replicates(name, sets, (what,), seed=1)) / MANY
        for what in ("posterior_exact", "posterior")
    )


def main():
    print(f"{'model':12} {'parameters':>10} {'data sets':>9} {'quadrature':>12} {'NUTS':>12} {'ratio':>7}")
    for count, measured in ((1, one), (MANY, many)):
        for name, size in NAMES.items():
            ours, theirs = measured(name)
            verdict = "" if ours <= MOST * theirs else f"  above {MOST}"
            times = f"{1e3 * ours:9.2f} ms {1e3 * theirs:9.2f} ms"
            print(f"{name:12} {size:10} {count:9} {times} {ours / theirs:7.3f}{verdict}")


if __name__ == "__main__":
    main()
