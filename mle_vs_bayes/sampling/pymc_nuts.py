"""NUTS by nutpie on a PyMC model that is compiled once and run as often as wanted; tried with nutpie 0.16 and PyMC 6.

PyMC's own ``sample`` compiles for every run, cannot end one that costs too much, and takes Ctrl-C for "enough". The
draws are those of ``pymc.sample(nuts_sampler="nutpie")`` with the same seed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..machine_code import one_machine_code

if TYPE_CHECKING:
    import pymc
    import xarray

_LOOK = 0.1
"""Seconds between looks at a run: whether it is done, has cost too much, or Ctrl-C was pressed."""


@dataclass(frozen=True)
class Run:
    """Draws, and the gradients that they took: those of all chains, tuning too."""

    tree: "xarray.DataTree"
    gradients: int


class Sampler:
    """nutpie's compiled density of one model."""

    def __init__(self, model: "pymc.Model", start: Mapping[str, NDArray[np.float64]], still: bool = False) -> None:
        """``start``: values of the free variables by name; nutpie scatters its chains around them unless ``still``."""
        import nutpie

        # Data as constants: nutpie compiles a fifth faster (measured), but PyMC does not freeze a model with initvals.
        freeze = not any(value is not None for value in model.rvs_to_initial_values.values())
        self.model = model
        jitter: dict[str, Any] = {"jitter_rvs": set()} if still else {}
        with one_machine_code():
            self._compiled: Any = nutpie.compile_pymc_model(
                model, freeze_model=freeze, initial_points=dict(start), **jitter
            )

    @property
    def dimension(self) -> int:
        """Unconstrained coordinates."""
        return int(self._compiled.n_dim)

    def run(self, seed: int, chains: int, most: float = np.inf, **options: Any) -> Run | None:
        """Draws, or None where they took more than ``most`` gradients, after which the run is ended.

        That depends on seed and model and not on the clock: a run that is seen too late to have cost too much is
        dropped, too. ``options`` are nutpie's.

        Raises
        ------
        RuntimeError, ValueError
            nutpie found no point to start from, or the density failed.
        KeyboardInterrupt
            Ctrl-C; no draw is kept.
        """
        import nutpie
        from pymc.backends.arviz import patch_nutpie_idata

        spent = _Spent()
        running = nutpie.sample(
            self._compiled,
            seed=_first_seed(seed, chains),
            chains=chains,
            save_warmup=False,
            progress_callback=spent,
            blocking=False,
            **options,
        )
        tree = _ended(running, spent, most)
        if tree is None or spent.gradients > most:
            return None
        patch_nutpie_idata(tree, self.model, spent.seconds)
        return Run(tree, spent.gradients)


class _Spent:
    """What nutpie says of the chains from time to time, and once more at the end."""

    gradients, seconds = 0, 0.0

    def __call__(self, chains: Any) -> None:
        self.gradients = sum(chain.total_num_steps for chain in chains)
        self.seconds = max(chain.runtime_ms for chain in chains) / 1000


def _ended(running: Any, spent: _Spent, most: float) -> Any:
    """The tree, or None where more than ``most`` gradients were seen before the end."""
    try:
        while True:
            try:
                return running.wait(timeout=_LOOK)
            except TimeoutError:
                if spent.gradients > most:
                    running.cancel()
                    return None
    except BaseException:
        running.cancel()
        raise


def _first_seed(seed: int, chains: int) -> int:
    """What PyMC gives nutpie: the first of the seeds that it makes of one, a seed per chain."""
    return int(np.random.default_rng(seed).spawn(chains)[0].integers(2**30))
