"""A user's program as it is given: a PyMC model, a wrapped likelihood, or a Python file whose function makes one.

A file is loaded, its function is looked up and called, and its errors are reported with its own lines.
"""

import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import DataError, ModelError, UsageError
from .opening import is_pymc_model, open_program
from .origin import Origin
from .program_density import ProgramDensity
from .program_model import Hooks, ProgramModel

_FILE = re.compile(r"(?P<path>.+\.py)(:(?P<function>\w+))?")
_LINES = 3
"""Lines at most of the person's own code, the innermost last."""
_PACKAGE = Path(__file__).resolve().parents[1]
_HOOKS = ("log_likelihood", "functions", "design", "simulate")


def is_program(model: Any) -> bool:
    """Whether this is no `Model` and no name of the catalogue but a program of the user's own."""
    if isinstance(model, ProgramDensity) or is_pymc_model(model):
        return True
    return is_file(model) and _FILE.fullmatch(str(model)) is not None


def is_file(model: Any) -> bool:
    """Whether a program is given as ``path/to/model.py[:function]``."""
    return isinstance(model, str | Path)


def opened(model: Any, data: Any, allow_joint: bool = False) -> ProgramDensity:
    """The density of a PyMC model, a wrapped likelihood, or ``path/to/model.py[:function]`` given ``data``.

    Raises
    ------
    UsageError, DataError, ModelError
        What is wrong with the file, its function, the data, or the model made from them.
    """
    if is_file(model):
        name, origin, beside = _source(*_path_and_function(model), data)
        return open_program(origin.first(), name, beside, allow_joint)
    if data is not None:
        raise UsageError("a PyMC model holds its own data; leave out the data, or give a file with a function of them.")
    if isinstance(model, ProgramDensity):
        return model
    return open_program(model, model.name or "pymc_model", allow_joint=allow_joint)


def own_model(path: str | Path, data: Any = None, function: str = "model", allow_joint: bool = False) -> ProgramModel:
    """The program that ``function`` of a Python file makes from ``data``, as a model for studies.

    ``data`` is a path, a DataFrame or a mapping of arrays. For an n that is not the data's, rows are drawn from them
    with replacement, the same ones for every data set of that n; without data the function is called as it is. Where
    the file says ``design`` or ``simulate``, covariates and outcomes come from there.

    Raises
    ------
    UsageError, DataError, ModelError
        As of `compare`.
    """
    name, origin, beside = _source(Path(path), function, data)
    hooks = Hooks(functions=beside.functions)
    return open_program(origin.first(), name, hooks, allow_joint, origin=origin).model


def own_model_of(model: str | Path, data: Any, allow_joint: bool = False) -> ProgramModel:
    """`own_model` of ``path/to/model.py[:function]``."""
    path, function = _path_and_function(model)
    return own_model(path, data, function, allow_joint)


def _path_and_function(model: str | Path) -> tuple[Path, str]:
    match = _FILE.fullmatch(str(model))
    assert match is not None
    return Path(match["path"]), match["function"] or "model"


def _source(path: Path, function: str, data: Any) -> tuple[str, Origin, Hooks]:
    """Name of the program, how it is made, and what the file says beside it."""
    module = load(path)
    of = function_of(module, path, function)
    values = read(data) if isinstance(data, str | Path) else data
    beside = hooks(module, path, of, values)
    assert beside.build is not None
    name = path.stem if function == "model" else f"{path.stem}:{function}"
    return name, Origin(beside.build, values, beside.design, beside.simulate), beside


def read(source: str | Path) -> Any:
    """A table as a DataFrame; JSON as a dictionary of arrays, unless it is a list of rows."""
    from ..data.reading.read import read, read_arrays

    arrays = read_arrays(str(source))
    return read(str(source)) if arrays is None else arrays


def load(path: Path) -> ModuleType:
    """The file as a module; its folder is importable meanwhile.

    Raises
    ------
    UsageError
        No such file.
    ModelError
        It does not import: its error and its own lines.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}; check the path.")
    spec = importlib.util.spec_from_file_location(f"_mle_vs_bayes_program_{path.stem}", path.resolve())
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's file raises is reported
        raise ModelError(f"{path} does not import: {in_one_line(error, path)}; correct it.") from error
    finally:
        sys.path.pop(0)
    return module


def function_of(module: ModuleType, path: Path, name: str) -> Callable[..., Any]:
    """The function of this name.

    Raises
    ------
    UsageError
        There is none; the sentence names those there are.
    """
    functions = [
        key
        for key, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not key.startswith("_")
    ]
    function = getattr(module, name, None)
    if callable(function):
        return function
    usable = [key for key in functions if key not in _HOOKS]
    has = f"it has {', '.join(usable)}; write {path}:{usable[0]}" if usable else "write one that returns a pm.Model"
    raise UsageError(f"{path} has no function {name}; {has}.")


def made(of: Callable[..., Any], path: Path, data: Any) -> Any:
    """The PyMC model that the function makes from the data.

    Raises
    ------
    UsageError
        It takes data and there are none, or the other way round.
    DataError
        It reads a name that the data do not have.
    ModelError
        It raises, or returns something else.
    """
    name = getattr(of, "__name__", "model")
    _check_argument(of, path, name, data)
    try:
        model = of(data) if data is not None else of()
    except KeyError as error:
        key = error.args[0] if error.args else ""
        known = _names(data)
        if key in known or not known:
            raise ModelError(f"{name} of {path} raised {in_one_line(error, path)}; correct it.") from error
        raise DataError(
            f'{name} of {path} reads "{key}", which the data do not have (they have {", ".join(known)}); '
            f"rename it in one of the two{_where(error, path)}."
        ) from error
    except Exception as error:  # whatever a user's function raises is reported
        if "auto-imputation" in str(error):
            raise DataError(
                f"an observed variable of {path} has missing values, which no estimator here fills in; drop those rows"
                f"{_where(error, path)}."
            ) from error
        raise ModelError(f"{name} of {path} raised {in_one_line(error, path)}; correct it.") from error
    if not is_pymc_model(model):
        raise ModelError(
            f"{name} of {path} returned {_kind(model)}, not a pm.Model; end it with `return` and the model that "
            "`with pm.Model() as` names."
        )
    return model


def hooks(module: ModuleType, path: Path, of: Callable[..., Any], data: Any) -> Hooks:
    """What the file says beside the model, of the functions that the contract knows; ``of`` makes the model.

    Raises
    ------
    ModelError
        Its ``no_mean`` is no mapping.
    """
    functions = {name: getattr(module, name) for name in _HOOKS if callable(getattr(module, name, None))}
    telling = {name: _telling(function, path, name) for name, function in functions.items()}
    no_mean = getattr(module, "no_mean", {})
    if not isinstance(no_mean, Mapping):
        raise ModelError(f'no_mean of {path} is {_kind(no_mean)}; write it like {{"mean_life": "why it has none"}}.')
    return Hooks(**telling, no_mean=no_mean, data=data, build=lambda values: made(of, path, values))


def _telling(function: Callable[..., Any], path: Path, name: str) -> Callable[..., Any]:
    """The function, whose errors are `ModelError` with its own lines."""

    def of(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:  # whatever a user's function raises is reported
            raise ModelError(f"{name} of {path} raised {in_one_line(error, path)}; correct it.") from error

    return of


def in_one_line(error: Exception, path: Path) -> str:
    """The error in one line, with the person's own lines that led to it: ``KeyError: 'x' (line 3: …)``."""
    if isinstance(error, SyntaxError):
        text = (error.text or "").strip()
        return f"SyntaxError: {error.msg} (line {error.lineno}: `{text}`)"
    message = " ".join(str(error).split()).rstrip(".")
    if len(message) > 300:
        message = f"{message[:297]}..."
    return f"{type(error).__name__}: {message}{_where(error, path)}"


def _where(error: Exception, path: Path) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_theirs(Path(frame.filename), path)]
    lines = [
        f"line {frame.lineno}{'' if Path(frame.filename) == path.resolve() else f' of {Path(frame.filename).name}'}: "
        f"`{(frame.line or '').strip()}`"
        for frame in frames[-_LINES:]
    ]
    return f" ({'; '.join(lines)})" if lines else ""


def _is_theirs(file: Path, program: Path) -> bool:
    """Whether a line is of the program's folder, and not of a library or of this package, which may lie in there."""
    inside = file.is_relative_to(program.resolve().parent)
    return inside and "site-packages" not in file.parts and not file.is_relative_to(_PACKAGE)


def _check_argument(of: Callable[..., Any], path: Path, name: str, data: Any) -> None:
    try:
        parameters = list(inspect.signature(of).parameters.values())
    except (TypeError, ValueError):
        return
    positional = [p for p in parameters if p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD)]
    required = [p for p in positional if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    if data is None and required:
        raise UsageError(f"{name} of {path} takes data ({required[0].name}), and there are none; give a file of them.")
    if data is not None and (not positional or len(required) > 1):
        takes = (
            "no argument" if not positional else f"{len(required)} arguments ({', '.join(p.name for p in required)})"
        )
        raise UsageError(f"{name} of {path} takes {takes}; it must take one, the data.")


def _names(data: Any) -> list[str]:
    if isinstance(data, Mapping):
        return [str(key) for key in data]
    return [str(column) for column in getattr(data, "columns", ())]


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"an object of type {type(value).__name__}"
