"""Programs that are not of the catalogue: a PyMC model, a Python file that makes one, a wrapped statsmodels model."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from .. import models
from ..errors import UsageError
from ..fit.fit import Progress
from ..model.model import Model
from ..program.opening import is_pymc_model, open_program
from ..program.origin import Origin
from ..program.program_density import OwnProgram
from ..program.program_model import Companions
from ..program.replicable import Replicable

_FILE = re.compile(r"(?P<path>.+\.py)(:(?P<function>\w+))?")


def is_program(model: Any) -> bool:
    """Whether this is no `Model` and no name of the catalogue but a program of the person's own."""
    if isinstance(model, OwnProgram) or is_pymc_model(model):
        return True
    return isinstance(model, str | Path) and _FILE.fullmatch(str(model)) is not None


def opened(model: Any, data: Any, allow_joint: bool, progress: Progress) -> OwnProgram:
    """The program behind a PyMC model, a wrapped likelihood, or ``path/to/model.py[:function]`` given ``data``.

    Raises
    ------
    UsageError, DataError, ModelError
        What is wrong with the file, its function, the data, or the model made from them.
    """
    progress("building the PyMC model")
    if is_file(model):
        name, origin, beside = _origin(*_file(model), data)
        return open_program(origin.first(), name, beside, allow_joint)
    if data is not None:
        raise UsageError("a PyMC model holds its own data; leave out the data, or give a file with a function of them.")
    if isinstance(model, OwnProgram):
        return model
    return open_program(model, model.name or "pymc_model", allow_joint=allow_joint)


def own_model(path: str | Path, data: Any = None, function: str = "model") -> Replicable:
    """The program that ``function`` of a Python file makes from ``data``, as a model for studies.

    ``data`` is a path, a DataFrame or a mapping of arrays. For an n that is not the data's, rows are drawn from them
    with replacement, the same ones for every data set of that n; without data the function is called as it is. Where
    the file says ``design`` or ``simulate``, covariates and outcomes come from there.

    Raises
    ------
    UsageError, DataError, ModelError
        As of `compare`.
    """
    return Replicable(*_origin(Path(path), function, data))


def own_model_of(model: str | Path, data: Any) -> Replicable:
    """The same of ``path/to/model.py[:function]``."""
    return Replicable(*_origin(*_file(model), data))


def _origin(path: Path, function: str, data: Any) -> tuple[str, Origin, Companions]:
    """Name of the program, how it is made, and what the file says beside it."""
    from ..program import file

    module = file.load(path)
    of = file.function_of(module, path, function)
    given = read(data) if isinstance(data, str | Path) else data
    beside = file.companions(module, path, of, given)
    assert beside.build is not None
    name = path.stem if function == "model" else f"{path.stem}:{function}"
    return name, Origin(beside.build, given, beside.design, beside.simulate), beside


def is_file(model: Any) -> bool:
    return isinstance(model, str | Path)


def _file(model: str | Path) -> tuple[Path, str]:
    """Path and function of ``path/to/model.py[:function]``."""
    match = _FILE.fullmatch(str(model))
    assert match is not None
    return Path(match["path"]), match["function"] or "model"


def read(source: str | Path) -> Any:
    """A table as a DataFrame; JSON as a dictionary of arrays, unless it is a list of rows."""
    from ..data.reading.arrays import read_arrays
    from ..data.reading.read import read

    arrays = read_arrays(str(source))
    return read(str(source)) if arrays is None else arrays


def single_thread() -> AbstractContextManager[Any]:
    """Within it linear algebra runs on one thread: many small matrices, at which more threads only wait.

    Measured on two busy cores: a Gaussian process of 11 points 60 s without it and 4 s with it.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def check_options(given: Mapping[str, Any]) -> None:
    """Refuse what only models of the catalogue take.

    Raises
    ------
    UsageError
        Naming the option and where its like is said in a program.
    """
    places = {
        "columns": "the function reads the columns itself",
        "formula": "the program says its own covariates",
        "drop_missing": "drop rows before, or in the function",
        "priors": "the program says its own priors, so write another one there",
        "prior_power": "the program says its own priors, so write others there",
    }
    for name, value in given.items():
        if value:
            raise UsageError(f"{name.replace('_', '-')} cannot be used with a PyMC program; {places[name]}.")


def catalogue_model(model: Any, allow_joint: bool) -> Model:
    """The model of this name, or the `Model` itself.

    Raises
    ------
    UsageError
        No such model, nothing that is one, or an option that only programs take.
    """
    if allow_joint:
        raise UsageError("allow-joint is for PyMC programs with latent variables; models of the catalogue need none.")
    if isinstance(model, str):
        return models.get(model)
    if not isinstance(model, Model):
        raise UsageError(
            f"the model is a {type(model).__name__}; give a name of the catalogue, a pm.Model, or path/to/model.py."
        )
    return model
