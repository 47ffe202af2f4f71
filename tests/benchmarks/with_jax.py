"""NUTS of BlackJAX under ``vmap``: the other way to fit many data sets at once.

PyMC's density of one data set as PyTensor hands it to JAX, the data an argument, `vmap` over chains and data sets, each
chain after its own adaptation, and both cores. What it is given beyond what a user would have: our modes to start from.
Compilation is not counted. The clock is
read when all data sets have the effective draws that ours have, and when nearly all have.
"""

import os
import time
from dataclasses import replace

import numpy as np

from mle_vs_bayes.density import graphs
from mle_vs_bayes.fit.replicates.batch_fit import starts
from mle_vs_bayes.fit.replicates.stacking import by_shape, sorted_out, stacked
from mle_vs_bayes.sampling.diagnostics import diagnose
from mle_vs_bayes.search.standardised import Standardised

CORES, CHAINS, VMAPPED = 2, 4, 64
CHUNK, MOST = 100, 3000
"""Draws of each chain between two looks at the effective sample sizes, and at most."""
MOST_SETS = 0.98
"""Share of the data sets after which the clock is read, too: about what ours need not sample again."""


def available():
    """Whether JAX and BlackJAX are installed: `uv run --group benchmark`."""
    from importlib.util import find_spec

    return find_spec("blackjax") is not None


def ready(model, sets, given, tune, target):
    """All data sets ready to be sampled, compiled; None where BlackJAX is not installed, or they are not to be traced.

    ``given`` are priors by name; more than `VMAPPED` data sets would gain nothing.
    """
    if not available():
        return None
    members = [replace(each, condensed=each.data, weights=None) for each in sorted_out(model, sets, given)[0]]
    members = max(by_shape(model, members), key=len)[:VMAPPED]
    stack = stacked(model, members)
    vmapped = Vmapped(Standardised(stack, starts(stack, members)), tune)
    try:
        vmapped.sample(target)
    except TypeError:  # random_intercept: the number of groups is read from data
        return None
    return vmapped


class Vmapped:
    """Every data set of a `Standardised` sampled, from its mode, by functions that JAX compiled once."""

    def __init__(self, space, tune):
        os.environ.setdefault("XLA_FLAGS", f"--xla_force_host_platform_device_count={CORES}")
        import jax

        jax.config.update("jax_enable_x64", True)
        self.count = space.stack.count // CORES * CORES
        graph = graphs.unconstrained_posterior(space.stack).density
        names = list(graph.nodes)
        stacked = [name in space.stack.stacked for name in names]
        values = [np.asarray(space.stack.inputs[name], dtype=float) for name in names]
        self.inputs = [_by_core(v[: self.count]) if own else v for v, own in zip(values, stacked, strict=True)]
        self.start = _by_core(space.whitening.centre[: self.count])
        by_data, shared = [0 if own else None for own in stacked], [None] * len(names)
        adapt, draw = _of_one_chain(_in_jax(graph), tune)

        def everywhere(one, given):
            """One chain's function for all chains, data sets and cores."""
            chains, axes = jax.vmap(one, in_axes=(*given, shared)), (*(0 for _ in given), by_data)
            return jax.pmap(jax.vmap(chains, in_axes=axes), in_axes=axes)

        self.adapt, self.draw = everywhere(adapt, (0, None)), everywhere(draw, (0, 0, 0))

    def sample(self, target, seed=1):
        """Seconds until `MOST_SETS` of the data sets, and until all, have ``target`` effective draws, or `MOST` drawn.

        And the least effective draws of each.
        """
        import jax

        began, most = time.perf_counter(), 0.0
        key, own = jax.random.split(jax.random.key(seed))
        state, parameters = self.adapt(self._keys(own), self.start, self.inputs)
        found = np.zeros((self.count, CHAINS, 0, self.start.shape[-1]))
        while found.shape[2] < MOST:
            key, own = jax.random.split(key)
            state, z = self.draw(self._keys(own), state, parameters, self.inputs)
            found = np.concatenate([found, np.asarray(z).reshape(self.count, CHAINS, CHUNK, -1)], axis=2)
            scalars = np.moveaxis(found, 3, 1).reshape(-1, CHAINS, found.shape[2])
            least = diagnose(scalars).least.reshape(self.count, -1).min(axis=1)
            if not most and np.mean(least >= target) >= MOST_SETS:
                most = time.perf_counter() - began
            if np.all(least >= target):
                break
        whole = time.perf_counter() - began
        return most or whole, whole, least

    def _keys(self, key):
        import jax

        return jax.random.split(key, (CORES, self.count // CORES, CHAINS))


def _in_jax(graph):
    """z ``(f,)`` and the inputs of one data set → its log posterior."""
    from pytensor.compile.mode import get_mode
    from pytensor.graph.fg import FunctionGraph
    from pytensor.link.jax.dispatch import jax_funcify

    own = FunctionGraph([graph.vector, *graph.nodes.values()], [graph.scalar], clone=True)
    get_mode("JAX").optimizer.rewrite(own)
    function = jax_funcify(own)
    return lambda z, inputs: function(z, *inputs)[0]


def _of_one_chain(density, tune):
    """The two functions of one chain: its adaptation, and `CHUNK` draws ``(CHUNK, f)`` after it."""
    import blackjax
    import jax

    def adapt(key, z, inputs):
        adaptation = blackjax.window_adaptation(blackjax.nuts, lambda at: density(at, inputs))
        (state, parameters), _ = adaptation.run(key, z, num_steps=tune)
        return state, parameters

    def draw(key, state, parameters, inputs):
        kernel = blackjax.nuts(lambda at: density(at, inputs), **parameters)

        def step(state, key):
            state, _ = kernel.step(key, state)
            return state, state.position

        return jax.lax.scan(step, state, jax.random.split(key, CHUNK))

    return adapt, draw


def _by_core(values):
    """``(R, …)`` → ``(cores, R / cores, …)``."""
    return values.reshape(CORES, values.shape[0] // CORES, *values.shape[1:])
