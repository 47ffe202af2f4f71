"""What data a person's own program is fitted to: those given, nested subsets of them, or some drawn from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..data.dataset import Dataset
from ..errors import UsageError
from ..fit.fit import Progress
from ..fit.simulated import simulated
from ..fit.subsets import nested
from ..program.program_density import OwnProgram
from ..program.replicable import Replicable, under_own_covariates
from ..program.resizing import rows_of, taken
from . import program_files


@dataclass(frozen=True)
class Asked:
    """What is asked of a program beside its estimates: ``n`` nested subsets, or ``simulate`` units at a truth."""

    n: Sequence[int | str] | None = None
    simulate: int | None = None
    truth: Mapping[str, float] | None = None
    seed: int = 0
    allow_joint: bool = False


def programs(model: Any, data: Any, asked: Asked, progress: Progress) -> tuple[list[OwnProgram], dict[str, float]]:
    """What `compare` fits, smallest first, and the truth of each quantity where data were drawn at one.

    Raises
    ------
    UsageError, DataError, ModelError
        What is wrong with the file, its function, the data, or the model made from them.
    """
    if asked.simulate is None:
        if asked.truth:
            raise UsageError(
                f"there is a truth for {', '.join(asked.truth)}, but nothing is simulated; say how many with simulate."
            )
        return _subsets(model, data, asked, progress), {}
    if asked.n:
        raise UsageError("n takes subsets of data, and these are simulated; simulate each size by itself.")
    progress("drawing data from the PyMC model")
    own = program_files.own_model_of(model, data) if program_files.is_file(model) else _in_memory(model, data, asked)
    dataset, truths = simulated(own, asked.simulate, asked.truth or {}, asked.seed)
    return [own.bound_to(dataset, asked.allow_joint)], truths


def _in_memory(model: Any, data: Any, asked: Asked) -> Replicable:
    program = program_files.opened(model, data, asked.allow_joint, lambda step: None)
    if asked.simulate != program.data.n:
        raise UsageError(
            f"the number of units to simulate is {asked.simulate}, and a PyMC model draws as many as it observes, "
            f"{program.data.n}; give that number, or a file with a function of the data."
        )
    return under_own_covariates(program)


def _subsets(model: Any, data: Any, asked: Asked, progress: Progress) -> list[OwnProgram]:
    """One program of all data, or one of each nested subset of their rows."""
    if not asked.n:
        return [program_files.opened(model, data, asked.allow_joint, progress)]
    if not program_files.is_file(model) or data is None:
        raise UsageError("n takes subsets of data; give path/to/model.py, whose function is called on each, and data.")
    given = program_files.read(data) if isinstance(data, str | Path) else data
    rows = Dataset({"row": np.arange(float(rows_of(given)))})
    parts = [part["row"].astype(int) for part in nested(rows, asked.n, asked.seed, least=2)]
    return [program_files.opened(model, taken(given, rows), asked.allow_joint, progress) for rows in parts]
