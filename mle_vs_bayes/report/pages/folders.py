"""The pages in folders on the disk, and an index that shows them all."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...errors import OutputError, UsageError
from .. import drawn, study_page
from . import render
from .gallery import GalleryEntry, gallery
from .parts import Picture

PAGES = ("index.html", "report.html")
"""What a study and a comparison leave."""
Shown = tuple[Path, Mapping[str, Any]]
"""A page and the summary in it."""


def leave(folders: Sequence[Path], out: Path | None) -> tuple[Path, int]:
    """Write the index of the pages in ``folders``, and pages for studies that have none; where it is, of how many.

    Raises
    ------
    UsageError
        There is no such folder, or no page in any.
    OutputError
        The index cannot be written.
    """
    target = out or (folders[0] if len(folders) == 1 and _page(folders[0]) is None else Path())
    pages = [page for folder in folders for page in _pages(folder, target)]
    if not pages:
        raise UsageError(
            f"there is no page of a study or a comparison in {', '.join(map(str, folders))}; "
            "run `mle-vs-bayes study run NAME` or `compare … --out DIR` first."
        )
    entries = [GalleryEntry(summary, _link(page, target)) for page, summary in pages]
    _write(target / "index.html", render.document(gallery(entries, "Results")))
    return target / "index.html", len(entries)


def _pages(folder: Path, target: Path) -> Iterator[Shown]:
    """The page of a folder, or those of the folders in it, each with its summary; not the index about to be written."""
    if not folder.is_dir():
        raise UsageError(f'there is no folder "{folder}"; name folders that `study run` or `compare --out` has left.')
    for place in (folder, *sorted(path for path in folder.iterdir() if path.is_dir())):
        shown = _page(place) or _made(place)
        if shown is not None and shown[0].resolve() != (target / "index.html").resolve():
            yield shown


def _page(folder: Path) -> Shown | None:
    """The page of a study or comparison that a folder has; an index of others is none."""
    for name in PAGES:
        path = folder / name
        summary = render.summary(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
        if summary is not None and summary["kind"] != "gallery":
            return path, summary
    return None


def _made(folder: Path) -> Shown | None:
    """A page for a study that an earlier version has run: its verdict and its figures are there."""
    path = folder / "verdict.json"
    if not path.is_file():
        return None
    import pandas

    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        uris = {png.stem: drawn.data_uri(png.read_bytes(), "image/png") for png in sorted(folder.glob("*.png"))}
        pictures = [Picture(name, name.replace("_", " "), png=uri) for name, uri in uris.items()]
        measures = folder / "performance.csv"
        text = render.document(
            study_page.page(document, pictures, pandas.read_csv(measures) if measures.is_file() else None)
        )
    except (ValueError, KeyError, TypeError):
        return None  # a file of that name which is none of ours
    _write(folder / "index.html", text)
    return _page(folder)


def _link(page: Path, target: Path) -> str:
    """Where a page is from the index, as a link is written."""
    from urllib.parse import quote

    return quote(Path(os.path.relpath(page.resolve(), target.resolve())).as_posix())


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f'cannot write "{path}": {reason}; choose another folder for --out.') from error
