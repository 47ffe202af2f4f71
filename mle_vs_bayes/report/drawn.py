"""A figure as a file: PNG for papers and slides, SVG for a page, whose colours follow the page's light or dark."""

import base64
import io
import re
import warnings
from typing import TYPE_CHECKING, Any

from .palette import ON_DARK, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG: Any = {"svg.fonttype": "none", "svg.hashsalt": "mle-vs-bayes"}
"""Text stays text, which can be searched, read aloud and coloured; the same figure gives the same bytes."""
_NUMBERED = re.compile(r"(matplotlib\.axis|[A-Za-z0-9]+)_\d+$")
"""Names that Matplotlib gives to what has none."""
_THEMED = re.compile("|".join(f"{colour}\\b" for colour in ON_DARK), re.IGNORECASE)


def png(figure: "Figure") -> bytes:
    """The figure's bytes, 150 dots per inch, the same for the same figure."""
    return _saved(figure, "png", dpi=150, metadata={"Software": "mle-vs-bayes"})


def svg(figure: "Figure", name: str) -> str:
    """The figure as an ``<svg>`` element without title; ``name`` begins each id in it, which a page has once only.

    Colours of `palette.ON_DARK` become variables of the page. What a figure has a gid for carries it as ``data-mark``.
    """
    text = _saved(figure, "svg", metadata={"Date": None, "Creator": None}, transparent=True).decode()
    text = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", text[text.index("<svg") :], flags=re.DOTALL)
    used = {either for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text) for either in pair if either}
    text = re.sub(r"<[^>]*>", lambda tag: _for_a_page(tag[0], name, used), text)  # tags alone: text is the user's
    return re.sub(r"^<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", r'<svg \1 xmlns="http://www.w3.org/2000/svg">', text)


def variable(colour: str) -> str:
    """The name of a colour's variable on a page."""
    return f"--c{colour.removeprefix('#').lower()}"


def renamed(drawing: str, prefix: str) -> str:
    """A drawing of `svg` whose ids begin with ``prefix``: two drawings with the same names fit on one page."""

    def one(tag: str) -> str:
        return re.sub(r'( id="|href="#|url\(#)', rf"\1{prefix}", tag)

    return re.sub(r"<[^>]*>", lambda tag: one(tag[0]), drawing)


def data_uri(content: bytes, kind: str) -> str:
    """A file inside a link, so that a page needs no other file."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _saved(figure: "Figure", kind: str, **properties: Any) -> bytes:
    from matplotlib import rc_context

    sink = io.BytesIO()
    with style(), rc_context(SVG), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # a column named in Chinese is no reason to stop
        figure.savefig(sink, format=kind, **properties)
    return sink.getvalue()


def _for_a_page(tag: str, name: str, used: set[str]) -> str:
    """One tag with short coordinates, colours that follow the page, and only the ids that something refers to."""

    def renamed(match: re.Match[str]) -> str:
        if match[1] in used:
            return f' id="{name}-{match[1]}"'
        return "" if _NUMBERED.match(match[1]) else f' data-mark="{match[1]}"'

    tag = re.sub(r' d="([^"]*)"', lambda path: f' d="{_shorter(path[1])}"', tag)
    tag = re.sub(r' id="([^"]*)"', renamed, tag)
    tag = re.sub(r'(href="#|url\(#)', rf"\1{name}-", tag).replace("xlink:href", "href")
    return _THEMED.sub(lambda colour: f"var({variable(colour[0])})", tag)


def _shorter(path: str) -> str:
    """Coordinates to a hundredth of a point."""
    return " ".join(re.sub(r"(\.\d\d)\d+", r"\1", path).split())
