"""From parts to HTML: one document that needs no other file and no network, or a fragment for a notebook.

Jinja2 escapes every value; a Content-Security-Policy lets the page load nothing and run the one script that it has.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..drawn import variable
from ..palette import LOOKS, ON_DARK
from .parts import Page, Part, Picture, pictures

if TYPE_CHECKING:
    import jinja2
    import markupsafe

TEMPLATES = Path(__file__).parent / "templates"
_SUMMARY = re.compile(r'<script type="application/json" id="summary">(.*?)</script>', re.DOTALL)
_SVG = '<div class="drawing" data-picture="{}">'


def document(page: Page) -> str:
    """The whole page as one HTML file."""
    return _template("page.html").render(page=page, uid="", script=_script(), digest=_digest(), **_shared())


def fragment(page: Page) -> str:
    """The page without its frame, for a notebook: its ids differ from those of other pages beside it."""
    uid = hashlib.sha256(repr((page.title, page.verdict, page.subject)).encode()).hexdigest()[:8]
    return _template("fragment.html").render(page=page, uid=f"m{uid}-", **_shared())


def summary(text: str) -> dict[str, Any] | None:
    """What a page that `document` made says of itself, its most telling drawing included; None of any other file."""
    match = _SUMMARY.search(text)
    if match is None:
        return None
    record: dict[str, Any] = json.loads(match[1])
    _, there, rest = text.partition(_SVG.format(record["telling"]))
    return {**record, "svg": rest.partition("</div>")[0].strip() if there else ""}


def _shared() -> dict[str, Any]:
    return {"style": _text("style.css"), "colours": _colours(), "looks": _looks()}


def _colours() -> Mapping[str, tuple[str, str]]:
    """Each colour's variable, and what it is on a light and a dark page."""
    return {variable(colour): (colour, dark) for colour, dark in ON_DARK.items()}


def _looks() -> Mapping[str, str]:
    """The variable of each estimator's colour."""
    return {key: variable(look.colour) for key, look in LOOKS.items()}


@cache
def _text(name: str) -> "markupsafe.Markup":
    """A file of this package, which is ours and needs no escaping."""
    from markupsafe import Markup

    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _script() -> Any:
    return _text("page.js")


def _digest() -> str:
    """The script's SHA-256 in base64, by which the page's policy knows it."""
    return base64.b64encode(hashlib.sha256(str(_script()).encode()).digest()).decode()


def _kind(part: Part) -> str:
    return type(part).__name__.lower()


def _summary(page: Page) -> dict[str, Any]:
    """What an index shows of a page."""
    drawn = {each.name: each for each in pictures(page)}
    first = page.telling if page.telling in drawn else next(iter(drawn), "")
    shown = {"title": page.title, "word": page.word, "tone": page.tone, "sentence": page.verdict, "telling": first}
    return {**shown, "alt": drawn[first].alt if first else "", "png": drawn[first].png if first else "", **page.summary}


def _drawing(part: Picture) -> Any:
    """The picture's SVG, whose texts Matplotlib has escaped."""
    from markupsafe import Markup

    return Markup(part.svg)


@cache
def _environment() -> "jinja2.Environment":
    import jinja2

    loader = jinja2.FileSystemLoader(TEMPLATES)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"kind": _kind, "drawing": _drawing, "summary": _summary}
    return environment


def _template(name: str) -> "jinja2.Template":
    return _environment().get_template(name)
