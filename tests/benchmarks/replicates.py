"""Thousands of fits as one problem, beside what people do now: a loop, and nutpie compiled once.

Run by hand, on a machine that does nothing else::

    uv run --group benchmark python tests/benchmarks/replicates.py      # everything; writes results/benchmarks/
    uv run python tests/benchmarks/replicates.py --quick --models normal # a look, in a minute; writes nothing

All in one process, side by side in pairs, after one uncounted run of each, so that whatever else the machine does falls
on both. Per data set, every way gives MLE, MAP and a posterior whose least ESS, bulk or tail, is at least 400:

loop
    `GenericLikelihoodModel.fit` from the leaf's start, `find_MAP` and `pm.sample`, with their defaults.
nutpie
    Compiled once, `with_data` for each data set, tuned for 300 steps, drawn from until its ESS is enough: the posterior
    alone, beside our posterior alone.
blackjax
    NUTS under ``vmap`` (`with_jax`), tuned for 300 steps: likewise. It needs `uv run --group benchmark`.

Of a posterior that hardly mixes (the mixture at n = 20) chains of nutpie end at 6,400 draws and of BlackJAX at 3,000,
whether or not that is enough, where ours go on: there the ratios are below what the same ESS would show.

The floor: gradient evaluations × observations × the time of one hand-written loop in Numba that adds up the likelihood
and its gradient (`fused`), on so many cores. Families with sufficient statistics read fewer numbers than that.
"""

import argparse
import os
import platform
import time
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

import fused
import numpy as np
import with_jax
from statsmodels.base.model import GenericLikelihoodModel

from mle_vs_bayes import models
from mle_vs_bayes.density import pymc_model
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.estimators.modes import MAXIMUM_A_POSTERIORI, MAXIMUM_LIKELIHOOD
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.replicates import Plan, fit_replicates, plan_replicates
from mle_vs_bayes.fit.replicates.batch_fit import optima, starts
from mle_vs_bayes.fit.replicates.posteriors import sampled
from mle_vs_bayes.fit.replicates.stacking import by_shape, sorted_out, stacked
from mle_vs_bayes.fit.sampled import Reading
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.sampling.batch_posterior import Posteriors
from mle_vs_bayes.sampling.diagnostics import diagnose

REQUIRED = {
    **dict.fromkeys(("normal", "exponential", "poisson", "bernoulli"), (500, 10, 5)),
    "weibull": (100, 3, 5),
    "student_t": (100, 1, 5),
    "linear": (30, 1, 5),
    "logistic": (30, 1, 5),
    "normal_mixture": (10, 1, 5),
    "random_intercept": (10, 1, 5),
}
"""At least so many times faster than the loop, than nutpie and than BlackJAX."""
MANY, FEWER, VMAPPED = 256, {"normal_mixture": 16}, 64
"""Data sets of a batch; of one that takes a second each; and of BlackJAX, which gains nothing from more."""
TARGET, TUNE, FLOOR_ROWS = 400, 300, 2000
LINES: list[str] = []


def say(line=""):
    print(line, flush=True)
    LINES.append(line)


def timed(work):
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


class Plain(GenericLikelihoodModel):
    """A model's NumPy likelihood as a user of statsmodels would write it."""

    def __init__(self, program):
        self.program = program
        super().__init__(program.data["y"], extra_params_names=list(program.layout.labels))

    def loglike(self, params):
        return float(np.nan_to_num(np.sum(self.program.log_likelihood_units(params)), nan=-1e10, neginf=-1e10))


def begin(program):
    """The leaf's start, as PyMC takes it."""
    return {name: np.asarray(value) for name, value in program.layout.split(program.start).items()}


def loop(program):
    """What a user writes for one data set: statsmodels, `find_MAP`, `pm.sample`; each compiles anew."""
    import pymc as pm

    fresh = ModelDensity(program.model, program.data, program.priors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Plain(fresh).fit(start_params=fresh.start, disp=False)
        start = begin(fresh)
        with fresh.sampled_model:  # the mixture's rising means have no default start; the others do as well from this
            pm.find_MAP(start=start, progressbar=False)
            pm.sample(initvals=start, progressbar=False, quiet=True, random_seed=1, compute_convergence_checks=False)


def compiled_once(program):
    """nutpie's compiled model of one data set, whose data can be replaced."""
    import nutpie

    return nutpie.compile_pymc_model(program.sampled_model, initial_points=begin(program))


def by_nutpie(compiled, data, names):
    """One posterior: drawn from until the least ESS is enough."""
    import nutpie

    read = {pymc_model.data_node(role): values for role, values in data.items()}
    known = {node.name for node in compiled.shared_var_keys}
    replaced = compiled.with_data(**{node: values for node, values in read.items() if node in known})
    draws = 200
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = nutpie.sample(
                replaced, draws=draws, tune=TUNE, chains=4, cores=2, seed=1, progress_bar=False, store_divergences=False
            )
        values = [tree["posterior"][name].to_numpy() for name in names]
        scalars = np.concatenate([np.moveaxis(v.reshape(*v.shape[:2], -1), 2, 0) for v in values])
        if diagnose(scalars).least.min() >= TARGET or draws >= 5000:
            return
        draws *= 2


def compare(name, rows, count, pairs, loops):
    """Ratios per data set: pairs of our batch and of the other ways."""
    model = models.get(name)
    sets = [simulated(model, rows, {}, seed)[0] for seed in range(count)]
    given = priors.resolve(model, {}, sets[0])
    program = sorted_out(model, sets[:1], given)[0][0].program(model)
    plan = plan_replicates(model, sets, priors=given)
    compiling, _ = timed(lambda: fit_replicates(model, sets, priors=given, plan=plan))
    compiled, names = compiled_once(program), [p.name for p in model.parameters]
    by_nutpie(compiled, sets[0], names)
    vmapped = by_blackjax(model, sets, given)
    ours, ratios = [], {way: [] for way in ("loop", "nutpie", "blackjax")}
    nearly = []
    for pair in range(pairs):
        whole, _ = timed(lambda pair=pair: fit_replicates(model, sets, priors=given, plan=plan, seed=pair))
        ours.append(whole / count)
        posterior, found = timed(lambda: fit_replicates(model, sets, ("posterior",), priors=given, plan=plan))
        once, _ = timed(lambda pair=pair: [by_nutpie(compiled, data, names) for data in sets[pair * 5 : pair * 5 + 5]])
        ratios["nutpie"].append(once / 5 / (posterior / count))
        if vmapped is not None:
            most, every = (seconds / vmapped.count / (posterior / count) for seconds in vmapped.sample(TARGET, pair))
            ratios["blackjax"].append(every)
            nearly.append(most)
        if pair < loops:
            slow, _ = timed(lambda pair=pair: loop(ModelDensity(model, sets[pair], program.priors)))
            ratios["loop"].append(slow / (whole / count))
    say(f"\n{name}, n = {rows}, {count} data sets, size {plan.size}, {plan.draws} draws; first time {compiling:.1f} s")
    milliseconds = [1000 * each for each in ours]
    say(f"  ours {median(milliseconds):27.2f} ms per data set ({min(milliseconds):.2f} to {max(milliseconds):.2f})")
    lowest = found.evaluations * fused.seconds(name, sets[0]) / plan.cores
    say(f"  posterior / floor   {posterior / lowest:12.1f} ×, floor {1000 * lowest / count:.2f} ms")
    for way, required in zip(ratios, REQUIRED[name], strict=True):
        judge(way, ratios[way], required)
    if nearly:
        say(f"  (blackjax until 98 % of the data sets have enough: {median(nearly):.1f} ×)")


def judge(way, ratios, required):
    """A line for one way: the median ratio, its spread, what is required."""
    if ratios:
        told = "met" if median(ratios) >= required else "NOT met"
        spread = f"({min(ratios):.1f} to {max(ratios):.1f})"
        say(f"  {way:8s} / ours     {median(ratios):12.1f} × {spread}; at least {required}: {told}")
    else:
        say(f"  {way} was not run")


def by_blackjax(model, sets, given):
    """BlackJAX ready to sample all data sets, compiled; None where not installed, or not to be traced."""
    if not with_jax.available():
        return None
    members = [replace(each, condensed=each.data, weights=None) for each in sorted_out(model, sets, given)[0]]
    members = max(by_shape(model, members), key=len)[:VMAPPED]
    vmapped = with_jax.Vmapped(Posteriors(stacked(model, members), starts(stacked(model, members), members)), TUNE)
    try:
        vmapped.sample(TARGET)
    except TypeError:  # random_intercept: the number of groups is read from data
        return None
    return vmapped


def floor(name, count):
    """How far the posteriors are from gradients alone: evaluations × observations × one fused evaluation."""
    model = models.get(name)
    sets = [simulated(model, FLOOR_ROWS, {}, seed)[0] for seed in range(count)]
    plan = plan_replicates(model, sets)
    fit_replicates(model, sets[:4], ("posterior",), plan=plan)
    seconds, found = timed(lambda: fit_replicates(model, sets, ("posterior",), plan=plan))
    once = fused.seconds(name, sets[0])
    lowest = found.evaluations * once / plan.cores
    told = "met" if seconds <= 3 * lowest else "NOT met"
    say(f"\n{name}, n = {FLOOR_ROWS}: {1000 * seconds / count:.1f} ms per data set, {found.evaluations} evaluations")
    per_row = f"{1e9 * once / FLOOR_ROWS:.1f} ns per row"
    say(f"  floor {1000 * lowest / count:.1f} ms ({per_row}): ours is {seconds / lowest:.2f} × that; at most 3: {told}")


def after_one_pass(model, member, start):
    """Everything but reading the data: 200 copies of one data set, MLE, MAP and posterior."""
    members = [replace(member, position=position) for position in range(200)]
    stack, begin, plan = stacked(model, members), np.repeat(start, 200, axis=0), Plan(size=128)
    for method in (MAXIMUM_LIKELIHOOD, MAXIMUM_A_POSTERIORI):
        optima(method, stack, lambda place: members[place].program(model), begin, 0)
    sampled(stack, Posteriors(stack, begin), np.arange(200), plan, Reading(0.95), 0, lambda place: None)


def large():
    """After one pass over the data, the cost does not depend on n."""
    for name in ("normal", "exponential", "poisson", "bernoulli"):
        model = models.get(name)
        sizes = [simulated(model, rows, {}, 1)[0] for rows in (10**3, 10**7)]
        given = priors.resolve(model, {}, sizes[0])
        passing, ready = timed(lambda given=given, model=model, sizes=sizes: sorted_out(model, sizes, given)[0])
        works = [partial(after_one_pass, model, member, starts(stacked(model, [member]), [member])) for member in ready]
        for work in works:
            work()
        costs = np.array([[timed(work)[0] for work in works] for _ in range(5)])
        ratios = costs[:, 1] / costs[:, 0]
        say(
            f"{name}: n = 10⁷ / 10³ after one pass ({passing:.2f} s): {median(ratios):.2f} "
            f"({ratios.min():.2f} to {ratios.max():.2f}); at most 1.2"
        )


def studies():
    """Two whole studies, a minute each."""
    for name, sizes, count in (("normal", (20, 63, 200, 632, 2000), 1000), ("bernoulli", (20,), 10000)):
        model = models.get(name)
        sets = [simulated(model, n, {}, seed)[0] for n in sizes for seed in range(count)]
        seconds, found = timed(lambda model=model, sets=sets: fit_replicates(model, sets))
        failed = found.rows.loc[found.rows["status"] != "ok", "replicate"].nunique()
        say(f"{name}: {len(sets)} data sets, three estimators, {seconds:.1f} s; {failed} with a failure; at most 60")


def main():
    parser = argparse.ArgumentParser(description="Times many fits as one problem beside a loop, nutpie and BlackJAX.")
    parser.add_argument("--models", nargs="*", default=list(REQUIRED), help="which models (default: all)")
    parser.add_argument("--rows", nargs="*", type=int, default=[20, 200], help="of each data set (default: 20 200)")
    parser.add_argument(
        "--quick", action="store_true", help="few data sets and pairs, no whole studies; writes nothing"
    )
    given = parser.parse_args()
    say(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores")
    if not given.quick:
        studies()
        large()
    for name in given.models:
        for rows in given.rows:
            compare(name, rows, *((64, 1, 1) if given.quick else (FEWER.get(name, MANY), 3, 2)))
    for name in ("weibull", "student_t", "logistic"):
        if name in given.models:
            floor(name, 8 if given.quick else 64)
    if not given.quick:
        Path(__file__).parents[2].joinpath("results/benchmarks/replicates.txt").write_text("\n".join(LINES) + "\n")


if __name__ == "__main__":
    main()
