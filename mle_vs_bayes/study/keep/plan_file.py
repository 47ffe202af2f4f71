"""The plan of a study on the disk, beside a copy of the study file it was made from."""

import difflib
import json
from dataclasses import asdict, replace
from pathlib import Path

from ...errors import OutputError, UsageError
from ..plan.study_plan import PlannedCell, StudyPlan
from ..vocabulary.source import ProgramSource, Source, StudyFile, read
from . import disk

NAME, COPIES = "design.json", (StudyFile.COPY, ProgramSource.COPY)


def save(design: StudyPlan, source: Source, folder: Path) -> None:
    """Write the copy of the study file, then the design."""
    disk.write(folder / source.COPY, source.text.encode())
    disk.write(folder / NAME, (json.dumps(asdict(design.hashed()), indent=1, allow_nan=False) + "\n").encode())


def load(folder: Path) -> StudyPlan:
    """The design in a folder.

    Raises
    ------
    UsageError
        There is none, or it does not read.
    """
    path = folder / NAME
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        document["cells"] = tuple(PlannedCell(**cell) for cell in document["cells"])
        design = StudyPlan(**document)
    except FileNotFoundError as error:
        raise UsageError(f'there is no study in "{folder}": it has no {NAME}; give the folder of a run.') from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f'"{path}" does not read ({error}); restore it, or run the study into a new folder.'
        ) from error
    if design.hashed().plan_sha256 != design.plan_sha256:
        raise UsageError(f'"{path}" was edited after the study was planned; restore it, or choose a new folder.')
    return design


def check_free(folder: Path) -> None:
    """Refuse a folder with something else in it: a study's files would be lost among the others.

    Raises
    ------
    OutputError
        The folder is a file or has other files.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f'"{folder}" is a file; choose another folder for --out.')
    names = sorted(path.name for path in folder.glob("*")) if folder.exists() else []
    others = [name for name in names if name not in COPIES and not name.startswith(".")]
    if others:
        raise OutputError(f'"{folder}" has no study but other files ({others[0]} …); choose an empty folder for --out.')


def check_source(folder: Path, source: Source) -> None:
    """Refuse a study file that is not the one the rows were made with.

    Raises
    ------
    UsageError
        The sentence and the difference, line by line.
    """
    before = (folder / source.COPY).read_text(encoding="utf-8")
    if before == source.text:
        return
    lines = difflib.unified_diff(
        before.splitlines(), source.text.splitlines(), "when the rows were made", "now", lineterm="", n=1
    )
    shown = "\n".join(lines) or "(only line ends differ)"
    raise UsageError(
        f'mle-vs-bayes: {source.path} has changed since the rows in "{folder}" were made; '
        f"undo the change, or choose another --out.\n{shown}"
    )


def source_of(folder: Path) -> Source:
    """The study of a folder: from the file it was read from, or from its copy where that is gone.

    Raises
    ------
    UsageError
        There is no study.
    """
    design = load(folder)
    path = Path(design.file)
    copy = next((folder / name for name in COPIES if (folder / name).is_file()), folder / COPIES[0])
    return replace(read(path if path.is_file() else copy, design.study), quick=design.quick)
