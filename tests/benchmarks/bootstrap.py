"""1,000 parametric bootstrap refits: vectorised beside a loop of statsmodels' GenericLikelihoodModel.fit.

Run by hand, on a machine that does nothing else::

    uv run python tests/benchmarks/bootstrap.py

Both refit the same simulated data sets, side by side in pieces of 50, so that whatever else the machine does falls
on both. The loop is what statsmodels' documentation shows: a subclass with ``loglike`` in NumPy, numerical
derivatives, and ``fit`` from the estimate as its start, with its default search (Nelder–Mead) and with BFGS.
Compiling, once per model and process, is told apart. Required: at least 20 times faster than the loop.
"""

import time
import warnings
from statistics import median

import numpy as np
from statsmodels.base.model import GenericLikelihoodModel

from mle_vs_bayes import models
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.search.batch import fit_batch

REFITS, PIECE, ROWS = 1000, 50, 100


class Plain(GenericLikelihoodModel):
    """A model's NumPy likelihood as a user of statsmodels would write it."""

    def __init__(self, program, data):
        self.program, self.replicate = program, data
        super().__init__(data["y"], extra_params_names=list(program.layout.labels))

    def loglike(self, params):
        with np.errstate(all="ignore"):
            units = self.program.model.log_likelihood(self.program.layout.split(params), self.replicate)
            return float(np.nan_to_num(np.sum(units), nan=-1e10, neginf=-1e10))


def timed(work):
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def loop(program, columns, start, method):
    def fit(replicate):
        data = program.data.replace(**{role: values[replicate] for role, values in columns.items()})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Plain(program, data).fit(start_params=start, method=method, disp=False, maxiter=1000).params

    return np.array([fit(replicate) for replicate in range(len(columns["y"]))])


def compare(name):
    data, _ = simulated(models.get(name), ROWS, {}, seed=1)
    program = ModelDensity(models.get(name), data, {})
    start = maximum_likelihood.fit(program).point
    columns = program.outcomes(start, REFITS, np.random.default_rng(1))
    compiling, _ = timed(
        lambda: fit_batch(program, {role: values[:1] for role, values in columns.items()}, start=start)
    )
    pieces = [
        {role: values[first : first + PIECE] for role, values in columns.items()} for first in range(0, REFITS, PIECE)
    ]
    rows = []
    for piece in pieces:
        ours, batch = timed(lambda piece=piece: fit_batch(program, piece, start=start))
        simplex, by_simplex = timed(lambda piece=piece: loop(program, piece, start, "nm"))
        bfgs, by_bfgs = timed(lambda piece=piece: loop(program, piece, start, "bfgs"))
        se = np.sqrt(np.diagonal(batch.covariance, axis1=1, axis2=2))
        away = [np.nanmax(np.abs(found - batch.theta) / se) for found in (by_simplex, by_bfgs)]
        rows.append((ours, simplex, bfgs, *away, np.sum(~batch.converged)))
    whole, _ = timed(lambda: fit_batch(program, columns, start=start))
    report(name, np.array(rows), whole, compiling)


def report(name, rows, whole, compiling):
    ours, simplex, bfgs, *_, failed = rows.T
    print(f"\n{name}, n = {ROWS}, {REFITS} refits, {failed.sum():.0f} without an estimate")
    print(f"  vectorised at once {whole:8.2f} s   and {compiling:.2f} s to compile, once")
    print(f"  vectorised by {PIECE:3d}  {ours.sum():8.2f} s")
    for words, seconds, column in (("Nelder–Mead", simplex, 3), ("BFGS", bfgs, 4)):
        ratios = seconds / ours
        print(
            f"  loop, {words:12s} {seconds.sum():8.2f} s   {seconds.sum() / whole:6.0f} × at once, "
            f"{seconds.sum() / (whole + compiling):.0f} × with compiling; by pieces {median(ratios):.0f} × "
            f"({ratios.min():.0f} to {ratios.max():.0f}); its estimates up to {rows[:, column].max():.1g} SE away"
        )


if __name__ == "__main__":
    for model in ("weibull", "logistic"):
        compare(model)
