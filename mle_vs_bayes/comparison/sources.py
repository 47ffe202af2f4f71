"""What is compared: a model of the catalogue, or a user's program on its data, on subsets, or on data drawn from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import models
from ..data.dataset import Dataset
from ..density.density import Density
from ..errors import UsageError
from ..fit.fit import Progress
from ..fit.simulated import simulated
from ..fit.subsets import nested
from ..model.model import Model
from ..program import file
from ..program.origin import rows_of, taken
from ..program.program_density import ProgramDensity
from ..program.program_model import ProgramModel

if TYPE_CHECKING:
    import pandas

    from ..fit.prediction.new_rows import FittedTable

Check = Callable[[Density, "FittedTable | None"], None]
"""Raises where what will be asked of a fit cannot be answered; the table is None of data that were no table."""


def table(data: Any, formula: Any, columns: Mapping[str, str]) -> "FittedTable | None":
    """What predictions of new rows are made from; None of data that were no table."""
    import pandas

    from ..fit.prediction.new_rows import FittedTable

    return FittedTable(data, formula, columns) if isinstance(data, pandas.DataFrame) else None


def frame_of(data: Any) -> "pandas.DataFrame":
    """A frame as it is, or made from columns or read from a file.

    Raises
    ------
    UsageError, DataError
        No table, or a file that cannot be read.
    """
    import pandas

    if isinstance(data, str | Path):
        from ..data.reading.read import read

        return read(str(data))
    try:
        return pandas.DataFrame(data)
    except (ValueError, TypeError) as error:
        raise UsageError(f"the data are no table ({error}); give a DataFrame or columns of equal length.") from error


def check_options(options: Mapping[str, Any]) -> None:
    """Refuse what only models of the catalogue take.

    Raises
    ------
    UsageError
        Naming the option and where its like is said in a program.
    """
    places = {
        "columns": "the function reads the columns itself",
        "formula": "the program says its own covariates",
        "link": "the program says its own link",
        "fix": "write the value into the program",
        "order": "the program says its own classes",
        "nodes": "the program says its own effects, and how they are integrated",
        "drop_missing": "drop rows before, or in the function",
        "priors": "the program says its own priors, so write another one there",
        "prior_power": "the program says its own priors, so write others there",
    }
    for name, value in options.items():
        if value:
            raise UsageError(f"{name.replace('_', '-')} cannot be used with a PyMC program; {places[name]}.")


def catalogue_model(model: Any, allow_joint: bool, **grammar: Any) -> Model:
    """The model of this name, or the `Model` itself, with what `models.specified` takes of formulas, links and so on.

    Raises
    ------
    UsageError
        No such model, nothing that is one, or an option that only programs take.
    """
    if allow_joint:
        raise UsageError("allow-joint is for PyMC programs with latent variables; models of the catalogue need none.")
    if not isinstance(model, str | Model):
        raise UsageError(
            f"the model is a {type(model).__name__}; give a name of the catalogue, a pm.Model, or path/to/model.py."
        )
    return models.specified(model, **grammar)


def check_source(data: Any, simulate: int | None, truth: Any, of_data: Mapping[str, Any]) -> None:
    """Data or a simulation, and nothing said about the one that is not there.

    Raises
    ------
    UsageError
        Neither or both, or what is for the other.
    """
    if data is None and simulate is None:
        raise UsageError("there are no data; give a file or example:NAME, or a number of units to simulate.")
    if data is not None and simulate is not None:
        raise UsageError(f"there are both data and {simulate} units to simulate; leave one of them out.")
    if simulate is None and truth:
        raise UsageError(
            f"there is a truth for {', '.join(truth)}, but data are given; a truth is for simulated data only."
        )
    idle = [name.replace("_", "-") for name, value in of_data.items() if value and simulate is not None]
    if idle:
        raise UsageError(
            f"{' and '.join(idle)} cannot be used with simulated data; leave out {'it' if len(idle) == 1 else 'them'}."
        )


@dataclass(frozen=True)
class Asked:
    """What is asked of a program beside its estimates: ``n`` nested subsets, or ``simulate`` units at a truth."""

    n: Sequence[int | str] | None = None
    simulate: int | None = None
    truth: Mapping[str, float] | None = None
    seed: int = 0
    allow_joint: bool = False


def densities(model: Any, data: Any, asked: Asked, progress: Progress) -> tuple[list[ProgramDensity], dict[str, float]]:
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
    program = (
        file.own_model_of(model, data, asked.allow_joint) if file.is_file(model) else _in_memory(model, data, asked)
    )
    dataset, truths = simulated(program, asked.simulate, asked.truth or {}, asked.seed)
    return [program.own_density(dataset).on(dataset)], truths


def _in_memory(model: Any, data: Any, asked: Asked) -> ProgramModel:
    density = file.opened(model, data, asked.allow_joint)
    if asked.simulate != density.data.n:
        raise UsageError(
            f"the number of units to simulate is {asked.simulate}, and a PyMC model draws as many as it observes, "
            f"{density.data.n}; give that number, or a file with a function of the data."
        )
    return density.model


def _subsets(model: Any, data: Any, asked: Asked, progress: Progress) -> list[ProgramDensity]:
    """One program of all data, or one of each nested subset of their rows."""
    progress("building the PyMC model")
    if not asked.n:
        return [file.opened(model, data, asked.allow_joint)]
    if not file.is_file(model) or data is None:
        raise UsageError("n takes subsets of data; give path/to/model.py, whose function is called on each, and data.")
    table = file.read(data) if isinstance(data, str | Path) else data
    rows = Dataset({"row": np.arange(float(rows_of(table)))})
    parts = [part["row"].astype(int) for part in nested(rows, asked.n, asked.seed, least=2)]
    return [file.opened(model, taken(table, rows), asked.allow_joint) for rows in parts]
