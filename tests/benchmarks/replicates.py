"""Thousands of fits as one problem, beside what people do now: a loop, and nutpie compiled once.

Run by hand, on a machine that does nothing else::

    uv run --group benchmark python tests/benchmarks/replicates.py      # everything; writes results/benchmarks/
    uv run python tests/benchmarks/replicates.py --quick --models normal # a look, in a minute; writes nothing

All in one process, in pairs, after one uncounted run of each, so that whatever else the machine does falls on both.
Per data set, every way gives MLE, MAP and a posterior whose least ESS, bulk or tail, is at least 400:

loop
    `GenericLikelihoodModel.fit` from the leaf's start, `find_MAP` and `pm.sample`, with their defaults.
nutpie
    Compiled once, `with_data` for each data set, tuned for 300 steps, then drawn from as ours are: first 200 draws of
    each chain, then as many as are lacking, at most as many as there are, and so on. The posterior alone, beside our
    posterior alone. (The record of before December 2026 drew all anew each time, twice as many.)
blackjax
    NUTS under ``vmap`` (`with_jax`), tuned for 300 steps: likewise. It needs `uv run --group benchmark`.

Each way may give up on a posterior that hardly mixes (the mixture at n = 20): `pm.sample` after its 1,000 draws, nutpie
after 6,400, BlackJAX after 3,000, ours after some rounds. Its seconds there are those per effective draw, times 400:
what the same ESS would take, without the time until it is known. A line says of how many posteriors that is so.

The floor: gradient evaluations × observations × the time of one hand-written loop in Numba that adds up the likelihood
and its gradient (`fused`), on so many cores. Families with sufficient statistics read fewer numbers than that.
"""

import argparse
import os
import platform
import time
import warnings
from dataclasses import dataclass, field, replace
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
from mle_vs_bayes.fit.replicates.stacking import sorted_out, stacked
from mle_vs_bayes.fit.sampled import Reading
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.sampling.batch_posterior import Posteriors
from mle_vs_bayes.sampling.diagnostics import diagnose
from mle_vs_bayes.sampling.draws import stacked as stacked_draws

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
MANY, FEWER = 256, {"normal_mixture": 16}
"""Data sets of a batch, and of one that takes a second each."""
TARGET, TUNE, FLOOR_ROWS = 400, 300, 2000
FIRST, MOST, QUIET = 200, 6400, {"progress_bar": False, "store_divergences": False}
"""Of nutpie: draws of each chain at first, and at most; options."""
LINES: list[str] = []


def say(line=""):
    print(line, flush=True)
    LINES.append(line)


def timed(work):
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


@dataclass
class Way:
    """Ratios of one way's seconds to ours, one for each pair, and how many posteriors ended below the target."""

    ratios: list[float] = field(default_factory=list)
    short = posteriors = 0

    def add(self, ratio, least):
        """One pair's ratio, and the ``least`` effective draws of its posteriors."""
        self.ratios.append(ratio)
        self.short, self.posteriors = self.short + np.sum(least < TARGET), self.posteriors + np.size(least)


def to_target(seconds, least):
    """Seconds until posteriors that share them have enough: those that gave up are charged per effective draw."""
    return seconds * np.mean(np.maximum(1.0, TARGET / np.maximum(least, 1.0)))


def least_of(draws):
    """The least ESS of one posterior's draws ``(chains, draws, scalars)``."""
    return diagnose(np.moveaxis(draws, 2, 0)).least.min()


def least_of_ours(found):
    """That of each posterior ``(R,)`` of `fit_replicates`."""
    rows = found.rows[found.rows["estimator"] == "posterior"]
    return rows[["ess_bulk", "ess_tail"]].min(axis=1).groupby(rows["replicate"]).min().to_numpy()


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
    """What a user writes for one data set: statsmodels, `find_MAP`, `pm.sample`; each compiles anew. Seconds in all."""
    import pymc as pm

    began, fresh = time.perf_counter(), ModelDensity(program.model, program.data, program.priors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Plain(fresh).fit(start_params=fresh.start, disp=False)
        start = begin(fresh)
        with fresh.sampled_model:  # the mixture's rising means have no default start; the others do as well from this
            pm.find_MAP(start=start, progressbar=False)
            optima = time.perf_counter() - began
            options = {"progressbar": False, "quiet": True, "compute_convergence_checks": False}
            sampling, tree = timed(lambda: pm.sample(initvals=start, random_seed=1, **options))
    least = least_of(stacked_draws(tree, start))
    return optima + to_target(sampling, least), least


def compiled_once(program):
    """nutpie's compiled model of one data set, whose data can be replaced."""
    import nutpie

    return nutpie.compile_pymc_model(program.sampled_model, initial_points=begin(program))


def by_nutpie(compiled, data, names):
    """One posterior, drawn from until its least ESS is enough, which is returned, or nobody would wait any longer."""
    import nutpie

    read = {pymc_model.data_node(role): values for role, values in data.items()}
    known = {node.name for node in compiled.shared_var_keys}
    replaced = compiled.with_data(**{node: values for node, values in read.items() if node in known})
    draws, found = FIRST, []
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = nutpie.sample(replaced, draws=draws, tune=TUNE, chains=4, cores=2, seed=1 + len(found), **QUIET)
        found.append(stacked_draws(tree, names))
        whole = np.concatenate(found, axis=1)
        least, count = least_of(whole), whole.shape[1]
        if least >= TARGET or count >= MOST:
            return least
        draws = min(count, max(50, Plan(target=TARGET).enough(least / (4 * count)) - count), MOST - count)


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
    vmapped = with_jax.ready(model, sets, given, TUNE, TARGET)
    ours, nearly, ways = [], [], {way: Way() for way in ("loop", "nutpie", "blackjax")}
    for pair in range(pairs):
        whole, _ = timed(lambda pair=pair: fit_replicates(model, sets, priors=given, plan=plan, seed=pair))
        ours.append(1000 * whole / count)
        seconds, found = timed(lambda: fit_replicates(model, sets, ("posterior",), priors=given, plan=plan))
        posterior = to_target(seconds, least_of_ours(found)) / count
        several = [timed(lambda d=data: by_nutpie(compiled, d, names)) for data in sets[pair * 5 : pair * 5 + 5]]
        ways["nutpie"].add(np.mean([to_target(*each) for each in several]) / posterior, np.array(several)[:, 1])
        if vmapped is not None:
            most, every, least = vmapped.sample(TARGET, pair)
            ways["blackjax"].add(to_target(every / vmapped.count, least) / posterior, least)
            nearly.append(most / vmapped.count / posterior)
        if pair < loops:
            slow, least = loop(ModelDensity(model, sets[pair], program.priors))
            ways["loop"].add(slow / (whole / count), least)
    lowest, below = found.evaluations * fused.seconds(name, sets[0]) / plan.cores, least_of_ours(found) < TARGET
    say(f"\n{name}, n = {rows}, {count} data sets, size {plan.size}, {plan.draws} draws; first time {compiling:.1f} s")
    say(f"  ours {median(ours):27.2f} ms per data set ({min(ours):.2f} to {max(ours):.2f})")
    say(f"  posterior / floor   {seconds / lowest:12.1f} ×, floor {1000 * lowest / count:.2f} ms")
    say(f"  {found.evaluations / count:.0f} gradients per data set; {np.sum(below)} below {TARGET}")
    for way, required in zip(ways.items(), REQUIRED[name], strict=True):
        judge(*way, required)
    if nearly:
        say(f"  (blackjax until 98 % of the data sets have enough: {median(nearly):.1f} ×)")


def judge(name, way, required):
    """A line for one way: the median ratio, its spread, what is required, and of how many it is per effective draw."""
    if not way.ratios:
        say(f"  {name} was not run")
        return
    told = "met" if median(way.ratios) >= required else "NOT met"
    spread = f"({min(way.ratios):.1f} to {max(way.ratios):.1f})"
    gave_up = f"; gave up on {way.short} of {way.posteriors}: per effective draw" if way.short else ""
    say(f"  {name:8s} / ours     {median(way.ratios):12.1f} × {spread}; at least {required}: {told}{gave_up}")


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
