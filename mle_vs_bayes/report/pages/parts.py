"""What pages are made of: small records of words and pictures, whatever they are about.

A part says what stands on a page, and the macro of its class in ``templates/parts.html`` how it looks.
Every text in a part is plain text, and stays text on the page whatever is in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Paragraph:
    """Words; ``tone`` is ``quiet`` for what only accompanies."""

    words: str
    tone: str = ""


@dataclass(frozen=True)
class TableCell:
    """One cell of a table: ``sort`` is what its column is sorted by where that is not the text.

    ``link`` is an anchor or a file, ``key`` an estimator whose colour marks the cell, and ``tone`` one of ``strong``,
    ``quiet``, ``good``, ``bad`` and ``unsure``.
    """

    text: str
    sort: float | None = None
    link: str = ""
    key: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """Lines of cells under headings; those of ``numbers`` are right-aligned. A page sorts and filters it."""

    caption: str
    headings: Sequence[str]
    lines: Sequence[Sequence[TableCell]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A figure: ``svg`` is drawn on the page, from which its script makes a PNG to download; or ``png`` alone is there.

    ``alt`` says what is to be seen for whoever cannot see it; ``caption`` stands below.
    """

    name: str
    alt: str
    svg: str = ""
    png: str = ""
    caption: str = ""
    wide: bool = True


@dataclass(frozen=True)
class Foldout:
    """Parts behind a heading that opens them; of those with one ``group`` one is open at a time."""

    anchor: str
    title: str
    parts: "Sequence[Part]"
    group: str = ""
    open: bool = False


@dataclass(frozen=True)
class Remark:
    """A concern: what it means, the value seen, and what to do; ``severity`` is ``note`` or ``warning``."""

    severity: str
    about: str
    meaning: str
    detail: str
    next_step: str
    code: str


@dataclass(frozen=True)
class Facts:
    """Names and what they are."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Command:
    """What to type, as it is typed, under a few words."""

    words: str
    text: str


@dataclass(frozen=True)
class Download:
    """A file inside the page."""

    name: str
    words: str
    uri: str


@dataclass(frozen=True)
class Card:
    """A page at a glance, on a page that leads to it: ``svg`` or ``png`` is its telling figure."""

    title: str
    link: str
    word: str
    tone: str
    question: str
    sentence: str
    alt: str = ""
    svg: str = ""
    png: str = ""


@dataclass(frozen=True)
class Cards:
    """Pages at a glance, side by side."""

    cards: Sequence[Card]


Part = Paragraph | Table | Picture | Foldout | Remark | Facts | Command | Download | Cards


@dataclass(frozen=True)
class Section:
    """Parts under a heading."""

    anchor: str
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Page:
    """A whole page: what it is about, the verdict as a word and a sentence, and what stands behind it.

    ``summary`` is what an index shows of the page; ``telling`` names its most telling picture.
    """

    title: str
    subject: str
    word: str
    tone: str
    verdict: str
    sections: Sequence[Section]
    summary: Mapping[str, Any] = field(default_factory=dict)
    telling: str = ""


def picture(name: str, figure: "Figure", alt: str, caption: str = "") -> Picture:
    """A Matplotlib figure as a part."""
    return Picture(name, alt, drawn.svg(figure, name), "", caption, figure.get_figwidth() > 7)


def texts(*words: str, tone: str = "") -> list[TableCell]:
    """Cells of plain text."""
    return [TableCell(text, tone=tone) for text in words]


def pictures(page: Page) -> Iterator[Picture]:
    """Every picture of a page, folded or not."""

    def inside(parts: Sequence[Part]) -> Iterator[Picture]:
        for part in parts:
            if isinstance(part, Picture):
                yield part
            elif isinstance(part, Foldout):
                yield from inside(part.parts)

    for section in page.sections:
        yield from inside(section.parts)
