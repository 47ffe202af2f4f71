"""NUTS on many replicates as one problem: nutpie on the sum of their log posteriors, in standardised coordinates."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .interrupt import interruptible
from .joint_density import JointDensity, identity

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointDraws:
    """``u`` ``(chains, draws, R f)`` after tuning; ``steps`` are the gradient evaluations of all chains, tuning too.

    ``jumps`` ``(D, R f)`` pairs of positions ``(start, end)`` of the divergent transitions after tuning.
    """

    u: Array
    steps: int
    jumps: tuple[tuple[Array, Array], ...]


def sample(
    density: JointDensity,
    inputs: dict[str, Array],
    dimension: int,
    *,
    draws: int,
    tune: int,
    seed: int,
    chains: int,
    cores: int,
    accept: float,
) -> JointDraws:
    """Draws of u from starts of independent standard normals.

    Raises
    ------
    RuntimeError
        nutpie found no point to start from, or the density failed.
    """
    import nutpie

    with interruptible():
        found = nutpie.sample(
            _model(density, inputs, dimension),
            draws=draws,
            tune=tune,
            chains=chains,
            cores=min(cores, chains),
            seed=seed,
            target_accept=accept,
            progress_bar=False,
            return_raw_trace=True,
            store_divergences=True,
        )
    batches, stats = found.get_arrow_trace()
    tuning = [_column(each, "tuning").astype(bool) for each in stats]
    kept = [_rows(each, "u", dimension)[~warm] for each, warm in zip(batches, tuning, strict=True)]
    if len({len(each) for each in kept} | {draws}) > 1:
        raise RuntimeError("the sampler ended before its time")
    steps = int(sum(_column(each, "n_steps").sum() for each in stats))
    jumps = [jump for each, warm in zip(stats, tuning, strict=True) for jump in _jumps(each, ~warm)]
    return JointDraws(np.stack(kept), steps, tuple(jumps))


def _model(density: JointDensity, inputs: dict[str, Array], dimension: int) -> Any:
    """nutpie's record of a compiled model, made by hand: its own maker would compile anew for every dimension."""
    from nutpie.compile_pymc import CompiledPyMCModel

    numbers, lengths = density.packed(inputs)
    header = np.array([numbers.ctypes.data, numbers.size, lengths.ctypes.data, lengths.size], dtype=np.int64)

    def start(seed: int) -> Array:
        return np.random.default_rng(seed).standard_normal(dimension)

    return CompiledPyMCModel(
        dims={},
        _coords={},
        _n_dim=dimension,
        _shapes={"u": (dimension,)},
        compiled_logp_func=density.function,
        compiled_expand_func=identity(),
        initial_point_func=start,
        shared_data={"numbers": numbers, "lengths": lengths},  # keeps what the header points to alive
        shared_var_keys={},
        user_data=header,
        n_expanded=dimension,
        shape_info=(["u"], [slice(0, dimension)], [(dimension,)]),
        logp_func=None,
        expand_func=None,
        reparameterized_names=[],
    )


def _array(batch: Any, name: str) -> Any:
    import pyarrow

    return pyarrow.array(batch.column(name))


def _column(batch: Any, name: str) -> NDArray[Any]:
    return np.asarray(_array(batch, name).to_numpy(zero_copy_only=False))


def _rows(batch: Any, name: str, width: int) -> Array:
    return np.asarray(_array(batch, name).flatten().to_numpy(), dtype=float).reshape(-1, width)


def _jumps(stats: Any, after: NDArray[np.bool_]) -> list[tuple[Array, Array]]:
    """Where the divergent transitions after tuning began and ended."""
    found = []
    where = np.flatnonzero(_column(stats, "diverging").astype(bool) & after)
    for position in where:
        ends = [_array(stats, name)[int(position)].as_py() for name in ("divergence_start", "divergence_end")]
        if all(end is not None for end in ends):
            found.append((np.asarray(ends[0]), np.asarray(ends[1])))
        else:
            found.append((np.zeros(0), np.zeros(0)))
    return found
