"""Where a study comes from, what its docstring says, and how it travels to workers.

A study file is read once, by the process that plans; workers are sent the objects that it made, by value, so that a
worker on any machine runs what was planned, whatever happens to the file meanwhile.
"""

import ast
import hashlib
import json
import re
import types
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar

from ...errors import UsageError
from ...words import closest
from .study import Program, Scenario, Study

PACKAGE = Path(__file__).parents[2]
FOLDERS = (PACKAGE / "_studies", PACKAGE.parent / "studies")
"""In an installed wheel, and in a checkout, which has none of the former."""
SECTIONS = ("Question", "Design", "Prediction", "Source")


@dataclass(frozen=True)
class Shipment:
    """A study by value: the name of its file and the bytes that its objects are made of again."""

    name: str
    pickled: bytes

    @property
    def study(self) -> Study:
        """The study, unpacked once per process."""
        return _unpacked(self.pickled)


@lru_cache(maxsize=4)
def _unpacked(pickled: bytes) -> Study:
    import pickle

    study: Study = pickle.loads(pickled)
    return study


@dataclass(frozen=True)
class Source(ABC):
    """A study with its text; ``name`` is its file's stem and ``path`` where it was read.

    ``quick`` says that the study is that of a quick run.
    """

    name: str
    path: str
    text: str
    quick: bool = False

    COPY: ClassVar[str]
    """The name of the copy of the text that a study's folder keeps."""

    @property
    def topic(self) -> str:
        """The group of questions that the study belongs to: the folder in which the studies here hold its text.

        Empty where none does. It is the same for the copy that a study's folder keeps, from which it is resumed.
        """
        for path in (path for folder in FOLDERS for path in folder.glob(f"*/{self.name}.py")):
            if path.read_text(encoding="utf-8") == self.text:
                return path.parent.name.replace("_", " ")
        return ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    @abstractmethod
    def sections(self) -> Mapping[str, str]:
        """Question, Design, Prediction and Source, each on one line."""

    @cached_property
    def study(self) -> Study:
        """The study itself, or as much of it as a quick run takes.

        Raises
        ------
        UsageError
            The text does not run, or binds none.
        """
        return self._whole.quickened if self.quick else self._whole

    @property
    @abstractmethod
    def _whole(self) -> Study:
        """The study that the text says."""

    @cached_property
    def shipment(self) -> Shipment:
        """The study as it is sent to workers.

        Raises
        ------
        UsageError
            It holds something that cannot be sent, such as an open file.
        """
        import cloudpickle

        try:
            return Shipment(self.name, cloudpickle.dumps(self.study))
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            raise UsageError(
                f"{self.path} holds what cannot be sent to a worker ({why}); make it inside a function."
            ) from error


@dataclass(frozen=True)
class StudyFile(Source):
    """The text of a study file."""

    COPY = "study.py"

    @cached_property
    def sections(self) -> Mapping[str, str]:
        """Of the docstring; the study is not run for it.

        Raises
        ------
        UsageError
            The text is no Python.
        """
        try:
            docstring = ast.get_docstring(ast.parse(self.text)) or ""
        except SyntaxError as error:
            raise UsageError(f"{self.path} is no Python: {error.msg} in line {error.lineno}; mend it there.") from error
        parts = re.split(rf"^({'|'.join(SECTIONS)})\s*[:·.]?\s*", docstring, flags=re.MULTILINE)
        return {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}

    @property
    def _whole(self) -> Study:
        return _loaded(self.name, self.path, self.text)


@dataclass(frozen=True)
class ProgramSource(Source):
    """A user's PyMC program at one truth, ``--model``; the text is its record in JSON."""

    COPY = "program.json"

    @property
    def sections(self) -> Mapping[str, str]:
        asked = json.loads(self.text)
        return {
            "Question": f"How do the estimators of {self.name} behave at this truth?",
            "Design": f"Data drawn from the program at {asked['truth']}.",
            "Prediction": "None is made: the table says what is so.",
            "Source": asked["program"]["path"],
        }

    @property
    def _whole(self) -> Study:
        asked = json.loads(self.text)
        return Study(
            models=[Program(**asked["program"])], n=asked["n"], scenarios=[Scenario("truth", truth=asked["truth"])]
        )


@lru_cache(maxsize=4)
def _loaded(name: str, path: str, text: str) -> Study:
    module = types.ModuleType(f"mle_vs_bayes_study_{name}")  # in no list of modules, so that workers get it by value
    module.__file__ = path
    try:
        exec(compile(text, path, "exec"), module.__dict__)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    except Exception as error:
        raise UsageError(f"{path} cannot be run ({type(error).__name__}: {error}); mend the study file.") from error
    study = getattr(module, "study", None)
    if not isinstance(study, Study):
        raise UsageError(f"{path} has no study; bind one with `study = Study(…)`.")
    return study


def read(path: Path, name: str | None = None) -> Source:
    """The study file at a path, or the program that a study's folder has a record of.

    Raises
    ------
    UsageError
        It cannot be read.
    """
    kind = ProgramSource if path.name == ProgramSource.COPY else StudyFile
    try:
        return kind(name or path.stem, str(path.resolve()), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f'the study file "{path}" cannot be read: {error}.') from error


def of_program(model: str, data: str | None, truth: Mapping[str, float], n: list[int]) -> Source:
    """The study of ``path/to/model.py[:function]`` at one truth.

    Raises
    ------
    UsageError
        No file of this name, or no n.
    """
    path, _, function = model.partition(":")
    place = Path(path).resolve()
    if not place.is_file():
        raise UsageError(f"there is no file {path}; --model takes path/to/model.py[:function].")
    if not n:
        raise UsageError("a study of a model needs sizes; write them like --n 50,100,200.")
    table = None if data is None else str(Path(data).resolve())
    program: dict[str, Any] = {"path": str(place), "data": table, "function": function or "model"}
    record = {"program": program, "truth": dict(truth), "n": n}
    return ProgramSource(place.stem, f"--model {model}", json.dumps(record, indent=1) + "\n")


def known() -> list[Source]:
    """The studies of the checkout, or of the installed wheel, by group and name."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    return [] if folder is None else [read(path) for path in sorted(folder.rglob("[!_.]*.py"))]


def find(text: str | None) -> Source:
    """The study called ``text``: a path to a file, or the name of one that `known` lists.

    Raises
    ------
    UsageError
        No such file or study; the sentence names the nearest.
    """
    if text is None:
        raise UsageError("there is no study to run; name one of `mle-vs-bayes study list`, or a file, or give --model.")
    if text.endswith(".py") or "/" in text:
        return read(Path(text))
    studies = {source.name: source for source in known()}
    if text in studies:
        return studies[text]
    near = closest(text, studies)
    hint = f"did you mean {near}?" if near else "see `mle-vs-bayes study list`, or give a path such as my_study.py."
    raise UsageError(f'there is no study "{text}"; {hint}')
