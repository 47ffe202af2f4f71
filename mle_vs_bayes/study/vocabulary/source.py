"""Study files: where they are found, what their docstring says, and how one becomes a `Study`.

A study travels as text, so that a worker on any machine runs what was planned, whatever happens to the file meanwhile.
"""

import ast
import hashlib
import re
import types
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from ...errors import UsageError
from ...words import closest
from .study import Study

PACKAGE = Path(__file__).parents[2]
FOLDERS = (PACKAGE / "_studies", PACKAGE.parent / "studies")
"""In an installed wheel, and in a checkout, which has none of the former."""
SECTIONS = ("Question", "Design", "Prediction", "Source")


@dataclass(frozen=True)
class Source:
    """The text of a study file; ``name`` is its stem and ``path`` where it was read."""

    name: str
    path: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def sections(self) -> dict[str, str]:
        """Question, Design, Prediction and Source of the docstring, each on one line; the study is not run for it.

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
    def study(self) -> Study:
        """The study that the text binds to ``study``.

        Raises
        ------
        UsageError
            The text does not run, or binds none.
        """
        return _loaded(self.name, self.path, self.text)


@lru_cache(maxsize=4)
def _loaded(name: str, path: str, text: str) -> Study:
    module = types.ModuleType(f"mle_vs_bayes_study_{name}")
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
    """The study file at a path.

    Raises
    ------
    UsageError
        It cannot be read.
    """
    try:
        return Source(name or path.stem, str(path.resolve()), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f'the study file "{path}" cannot be read: {error}.') from error


def known() -> list[Source]:
    """The studies of the checkout, or of the installed wheel."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    return [] if folder is None else [read(path) for path in sorted(folder.glob("*.py"))]


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
