"""What a profile interval costs, counted in evaluations of the log density with its derivatives, beside a refit.

Run by hand::

    uv run python tests/benchmarks/profile.py

A regression with 4 coefficients and sigma (5 parameters), and a logistic one with 5 coefficients, on 1,000 rows. One
refit is a search for the maximum from the leaf's own start, moved off the answer where that is exact. Required: the
95 % profile interval of each parameter at most 40 refits' worth of evaluations. Counts do not depend on the machine.
"""

import numpy as np

from mle_vs_bayes import models
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.fit import priors
from mle_vs_bayes.intervals.profile.profile import profile_curve
from mle_vs_bayes.search.optimum import maximum
from mle_vs_bayes.search.starts import starts_of

ROWS, MOST = 1000, 40


def regression(name, coefficients):
    model, rng = models.get(name), np.random.default_rng(7)
    X = np.column_stack([np.ones(ROWS), rng.normal(size=(ROWS, coefficients - 1))])
    terms = ("Intercept", *(f"x{j}" for j in range(1, coefficients)))
    truth = {"beta": np.linspace(0.5, -0.5, coefficients), "sigma": 1.0}
    columns = {"X": X, "offset": np.zeros(ROWS), "trials": np.ones(ROWS)}
    known = {column.role for column in model.columns} | {"X"}
    design = Dataset({role: values for role, values in columns.items() if role in known}, {"term": terms})
    data = model.simulate(truth, design, rng)
    return ModelDensity(model, data, priors.resolve(model, {}, data))


def refit_cost(program):
    """Evaluations of one search, from a start about two standard errors away."""
    calls = 0
    genuine = program.evaluate

    def counted(z, power):
        nonlocal calls
        calls += 1
        return genuine(z, power)

    program.evaluate = counted
    try:
        maximum(program, 0.0, starts_of(program, 2, seed=1)[1])
    finally:
        del program.evaluate
    return calls


def main() -> None:
    for name, coefficients in (("linear", 4), ("logistic", 5)):
        program = regression(name, coefficients)
        estimate, one = maximum_likelihood.fit(program), refit_cost(program)
        print(f"\n{name}, {program.layout.size} parameters, {ROWS:,} rows; one refit: {one} evaluations")
        for label in program.layout.labels:
            curve = profile_curve(program, estimate, label)
            found = curve.interval(0.95)
            worth = curve.evaluations / one
            ends = f"{found.lower:8.4f} to {found.upper:8.4f}"
            told = "met" if worth <= MOST else "NOT met"
            print(f"  {label:16} {ends}  {curve.evaluations:4d} = {worth:.1f} refits, {told}")


if __name__ == "__main__":
    main()
