"""What ``--out`` leaves: every file is finished in a hidden folder before any is moved into place."""

import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import optional_parts
from ...errors import OutputError
from ...report import text
from ..outcome import Outcome
from .material import Material
from .screen import screen
from .tree import with_point_estimates

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

PICTURES = ("forest", "marginal", "trace", "rank", "path", "profile", "waterfall", "convergence")
ASKED = ("predictions.csv", "effects.csv")
"""What is left only where it was asked for."""
OTHERS = ("report.html", "rows.csv", *ASKED, "comparison.nc", "summary.txt")
EVERY_FILE = frozenset({*OTHERS, *(f"{name}.png" for name in PICTURES)})
"""What a run may leave: the next run into the same folder replaces all of it, also what it does not make itself."""


def writable(folder: Path) -> None:
    """Make sure that ``folder`` can be made or written, before an hour of sampling is lost to it.

    Raises
    ------
    OutputError
        With the folder and the system's reason.
    """
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(20, "it is a file", str(folder))
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
        with tempfile.TemporaryDirectory(dir=nearest, prefix=".mle-vs-bayes-"):
            pass
    except OSError as error:
        raise OutputError(_sentence(folder, error)) from error


def save(outcome: Outcome, folder: Path, command: str = "") -> list[Path]:
    """Write ``report.html``, ``rows.csv``, ``comparison.nc``, ``summary.txt`` and figures; return their paths.

    ``command`` is what was typed, for the page.

    Raises
    ------
    OutputError
        When the folder cannot be written; nothing is left behind then.
    """
    writable(folder)
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    try:
        stage = Path(tempfile.mkdtemp(dir=nearest, prefix=".unfinished-"))
        try:
            _write(outcome, stage, command)
            folder.mkdir(parents=True, exist_ok=True)
            _check_places(folder)
            for name in EVERY_FILE.difference(path.name for path in stage.iterdir()):
                (folder / name).unlink(missing_ok=True)  # an earlier run's trace beside these rows would mislead
            return [path.replace(folder / path.name) for path in sorted(stage.iterdir())]
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    except OSError as error:
        raise OutputError(_sentence(folder, error)) from error


def _write(outcome: Outcome, stage: Path, command: str) -> None:
    from ...report.figures import estimates
    from .figures import pictures

    (stage / "rows.csv").write_text(outcome.rows_csv, encoding="utf-8")
    for name, asked in (("predictions", outcome.predictions), ("effects", outcome.effects)):
        if asked is not None:
            asked.rows.to_csv(stage / f"{name}.csv", index=False)
    material = Material(outcome)
    figures = pictures(material)
    with optional_parts.collecting(outcome.lost):
        for name, figure in figures.items():
            what = f"the figure {name}"
            optional_parts.make(what, partial(estimates.save, {name: figure}, stage), None, passing=(OSError,))
        optional_parts.make("the file comparison.nc", lambda: _write_tree(outcome, stage), None, passing=(OSError,))
        summary = optional_parts.make("statsmodels' summary", lambda: _statsmodels_summary(outcome), "")
        page = partial(_write_page, material, figures, stage, command)
        optional_parts.make("the file report.html", page, None, passing=(OSError,))
    shown = [screen(outcome), *(part.screen() for part in outcome.asked.values())]
    (stage / "summary.txt").write_text("\n".join([f"{summary}\n", *map(text.plain, shown)]), encoding="utf-8")


def _write_page(material: Material, figures: "Mapping[str, Figure]", stage: Path, command: str) -> None:
    from ...report.pages import render
    from .page.page import page

    made = page(material, figures, command, _kept(material.outcome, stage / "comparison.nc"))
    (stage / "report.html").write_text(render.document(made), encoding="utf-8")


def _kept(outcome: Outcome, path: Path) -> str:
    """What the DataTree on the disk has, in a sentence."""
    if not path.exists():
        return ""
    groups = ", ".join(str(name) for name in with_point_estimates(outcome.fit).children)
    size = f"{path.stat().st_size / 1e6:.1f} MB, compressed"
    return f"comparison.nc ({size}) has the groups {groups}; ask for others from Python, with compare(…, groups=…)"


def _write_tree(outcome: Outcome, stage: Path) -> None:
    """The DataTree as compressed netCDF; a write that fails leaves half a file, which is taken away."""
    path, tree = stage / "comparison.nc", with_point_estimates(outcome.fit)
    try:
        tree.to_netcdf(path, engine="h5netcdf", encoding={node.path: _compressed(node) for node in tree.subtree})
    except Exception:
        path.unlink(missing_ok=True)
        raise


def _compressed(node: "xarray.DataTree") -> dict[str, dict[str, Any]]:
    """How each array of numbers in a group is written; scalars cannot be in chunks, and texts gain nothing."""
    arrays = [str(name) for name, values in node.data_vars.items() if values.ndim and values.dtype.kind in "fiu"]
    return {name: {"zlib": True, "complevel": 4} for name in arrays}


def _statsmodels_summary(outcome: Outcome) -> str:
    """statsmodels' own summary of the MLE, or why there is none."""
    estimate = outcome.fit.estimates.get("mle")
    if estimate is None:
        return "Maximum likelihood was not asked for."
    if estimate.results is None:
        return f"Maximum likelihood has no summary: {estimate.reason}."
    return str(estimate.results.summary(alpha=1 - outcome.level))


def _check_places(folder: Path) -> None:
    """What cannot be replaced is found before the first file is moved, so that old and new never mix."""
    for name in EVERY_FILE:
        if (folder / name).is_dir():
            raise IsADirectoryError(21, f"{name} in it is a folder", str(folder))


def _sentence(folder: Path, error: OSError) -> str:
    return f'cannot write to "{folder}": {(error.strerror or str(error)).lower()}; choose another folder for --out.'
