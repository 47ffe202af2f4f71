"""nutpie's sampler on a density that is evaluated in machine code: everything below nutpie's public names.

Used of nutpie (tried with 0.16.9 and 0.16.11): the fields of ``compile_pymc.CompiledPyMCModel``, whose own maker would
compile anew for every dimension, the raw trace's columns, and the two names of ArviZ that ``sample`` reads. What nutpie
calls is made in `c_callbacks`. Where a name is missing the public ``compiled_pyfunc.from_pyfunc`` takes the density as
a Python function, which costs 10 µs more per evaluation and keeps chains from running beside each other; a warning says
so once. `tests/sampling/test_nutpie.py` has a canary for each name.
"""

import ctypes
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .. import machine_code
from . import NOWHERE
from .interrupt import interruptible
from .plan import Plan

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
MOVED = (AttributeError, ImportError, TypeError)
"""What is raised where a name, a field or a signature is not what it was."""


@dataclass(frozen=True)
class Target:
    """A log density of u ``(R f,)``: that of z = ẑ + L u, by PyTensor's ``function`` of (z, numbers, lengths).

    ẑ is ``centre`` ``(R, f)`` and L ``root`` ``(R, f, f)``.
    """

    function: Any
    address: Callable[[], int]
    """Where the function's machine code lies; raises one of `MOVED` where there is none."""
    numbers: Array
    lengths: NDArray[np.int64]
    centre: Array
    root: Array

    @property
    def dimension(self) -> int:
        """R f."""
        return self.centre.size

    @property
    def header(self) -> NDArray[np.int64]:
        """What the machine code is given a pointer to: `c_callbacks.HEADER` says what stands where."""
        numbers, lengths = self.numbers, self.lengths
        places = [numbers.ctypes.data, numbers.size, lengths.ctypes.data, lengths.size, self.address()]
        return np.array([*places, self.centre.ctypes.data, self.root.ctypes.data, self.centre.shape[1]], dtype=np.int64)

    def evaluator(self) -> "Callable[[Array], tuple[float, Array]]":
        """Value and gradient ``(dimension,)`` as the sampler has them: `NOWHERE` and zeros where one is no number."""
        try:
            from .c_callbacks import of_density

            call, header = of_density().ctypes, self.header
        except MOVED:
            return self.in_python
        number, whole = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)

        def evaluate(u: Array) -> tuple[float, Array]:
            point, gradient, value = np.ascontiguousarray(u), np.zeros(self.dimension), np.zeros(1)
            arrays = [each.ctypes.data_as(number) for each in (point, gradient, value)]
            call(self.dimension, *arrays, header.ctypes.data_as(whole))
            return float(value[0]), gradient

        return evaluate

    def in_python(self, u: Array) -> tuple[float, Array]:
        """The same without machine code of our own."""
        z = self.centre + np.einsum("rij,rj->ri", self.root, u.reshape(self.centre.shape))
        value, slope = self.function(z.ravel(), self.numbers, self.lengths)
        gradient = np.einsum("rij,ri->rj", self.root, np.reshape(slope, self.centre.shape)).ravel()
        if np.isfinite(value) and np.all(np.isfinite(gradient)):
            return float(value), gradient
        return NOWHERE, np.zeros(self.dimension)


@dataclass(frozen=True)
class JointDraws:
    """``u`` ``(chains, draws, R f)`` after tuning; ``steps`` are the gradient evaluations of all chains, tuning too.

    ``jumps`` ``(D, R f)`` pairs of positions ``(start, end)`` of the divergent transitions after tuning.
    """

    u: Array
    steps: int
    jumps: tuple[tuple[Array, Array], ...]


def sample(target: Target, plan: Plan, seed: int) -> JointDraws:
    """Draws of u from starts of independent standard normals.

    Raises
    ------
    RuntimeError
        nutpie found no point to start from, or the density failed.
    """
    trace = _run(target, plan, seed, return_raw_trace=True, store_divergences=True)
    batches, stats = trace.get_arrow_trace()
    tuning = [_column(each, "tuning").astype(bool) for each in stats]
    kept = [_rows(each, "u", target.dimension)[~warm] for each, warm in zip(batches, tuning, strict=True)]
    if len({len(each) for each in kept} | {plan.draws}) > 1:
        raise RuntimeError("the sampler ended before its time")
    steps = int(sum(_column(each, "n_steps").sum() for each in stats))
    jumps = [jump for each, warm in zip(stats, tuning, strict=True) for jump in _jumps(each, ~warm)]
    return JointDraws(np.stack(kept), steps, tuple(jumps))


def tree(target: Target, plan: Plan, seed: int, progress: bool = False) -> "xarray.DataTree":
    """The same as nutpie's own DataTree: ``posterior`` with u alone, ``sample_stats``; without tuning.

    Raises
    ------
    RuntimeError
        As of `sample`.
    """
    draws: xarray.DataTree = _run(target, plan, seed, save_warmup=False, progress_bar=progress)
    if draws["posterior"].sizes["draw"] != plan.draws:
        raise RuntimeError("the sampler ended before its time")
    return draws


def _run(target: Target, plan: Plan, seed: int, **options: Any) -> Any:
    nutpie, (model, parallel) = _imported(), _model(target)
    with interruptible():
        return nutpie.sample(
            model,
            draws=plan.draws,
            tune=plan.steps,
            chains=plan.chains,
            cores=min(plan.cores, plan.chains) if parallel else 1,
            seed=seed,
            target_accept=plan.accept,
            **{"progress_bar": False, **options},
        )


@cache
def _imported() -> Any:
    """nutpie, without the figures that come with ArviZ: of that package it reads two names, which ``arviz_base`` has.

    So nutpie finds the one under the other's name while it is imported. The package itself imports Matplotlib and all,
    which takes a third of a second.
    """
    import arviz_base

    if "arviz" in sys.modules:
        return import_module("nutpie")
    sys.modules["arviz"] = arviz_base
    try:
        return import_module("nutpie")
    finally:
        del sys.modules["arviz"]


def _model(target: Target) -> tuple[Any, bool]:
    """What nutpie samples, and whether several threads may: in machine code, or by its public way where there is none.

    A function of Python's keeps its values in places that two threads would share.
    """
    try:
        return _record(target), True
    except MOVED as error:
        _say_once(str(error))
        return _public(target), False


@cache
def _say_once(why: str) -> None:
    warnings.warn(f"nutpie calls densities through Python, which is slower: {why}", stacklevel=2)


def _start(dimension: int) -> Callable[[int], Array]:
    return lambda seed: np.random.default_rng(seed).standard_normal(dimension)


def _record(target: Target) -> Any:
    """nutpie's record of a compiled model, made by hand."""
    _imported()
    from nutpie.compile_pymc import CompiledPyMCModel

    from .c_callbacks import of_density, of_draws

    size, header = target.dimension, target.header
    return CompiledPyMCModel(
        dims={},
        _coords={},
        _n_dim=size,
        _shapes={"u": (size,)},
        compiled_logp_func=of_density(),
        compiled_expand_func=of_draws(),
        initial_point_func=_start(size),
        shared_data={name: getattr(target, name) for name in ("numbers", "lengths", "centre", "root")},  # stay alive
        shared_var_keys={},
        user_data=header,
        n_expanded=size,
        shape_info=(["u"], [slice(0, size)], [(size,)]),
        logp_func=None,
        expand_func=None,
        reparameterized_names=[],
    )


def _public(target: Target) -> Any:
    """nutpie's public model of a Python function."""
    from nutpie.compiled_pyfunc import from_pyfunc

    return from_pyfunc(
        ndim=target.dimension,
        make_logp_fn=lambda: target.in_python,
        make_expand_fn=lambda *_: lambda u: {"u": u},
        expanded_dtypes=[np.dtype(float)],
        expanded_shapes=[(target.dimension,)],
        expanded_names=["u"],
        make_initial_point_fn=_start(target.dimension),
    )


def begin(function: Any) -> None:
    """Let PyTensor's function be compiled while something else is done (`machine_code.ahead`)."""
    from . import c_callbacks

    with suppress(*MOVED):
        machine_code.begin(function.vm.jit_fn, c_callbacks.GIVEN)


def address(function: Any) -> int:
    """Where the machine code of PyTensor's function lies."""
    from . import c_callbacks

    compiled = function.vm.jit_fn
    machine_code.compile_for(compiled, c_callbacks.GIVEN)
    return c_callbacks.address(compiled)


def _array(batch: Any, name: str) -> Any:
    import pyarrow

    return pyarrow.array(batch.column(name))


def _column(batch: Any, name: str) -> NDArray[Any]:
    return np.asarray(_array(batch, name).to_numpy(zero_copy_only=False))


def _rows(batch: Any, name: str, width: int) -> Array:
    return np.asarray(_array(batch, name).flatten().to_numpy(), dtype=float).reshape(-1, width)


def _jumps(stats: Any, after: NDArray[np.bool_]) -> list[tuple[Array, Array]]:
    """Where the divergent transitions after tuning began and ended."""
    warnings = []
    where = np.flatnonzero(_column(stats, "diverging").astype(bool) & after)
    for position in where:
        ends = [_array(stats, name)[int(position)].as_py() for name in ("divergence_start", "divergence_end")]
        if all(end is not None for end in ends):
            warnings.append((np.asarray(ends[0]), np.asarray(ends[1])))
        else:
            warnings.append((np.zeros(0), np.zeros(0)))
    return warnings
