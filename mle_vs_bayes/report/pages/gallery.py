"""An index of pages: every verdict at a glance, then each page with a figure and a sentence, by topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...words import counted
from ..drawn import renamed
from .parts import Card, Cards, Page, Part, Section, Table, TableCell

COMPARISONS, STUDIES = "comparisons", "studies"
"""The topic of pages that name none, by what they are."""


@dataclass(frozen=True)
class GalleryEntry:
    """A page that the index leads to: its own summary (`render.summary`), and where it is from the index."""

    summary: Mapping[str, Any]
    link: str

    @property
    def topic(self) -> str:
        """The group of questions that it belongs to."""
        return self.summary.get("topic") or (COMPARISONS if self.summary.get("kind") == "comparison" else STUDIES)


def gallery(entries: Sequence[GalleryEntry], title: str) -> Page:
    """The index of these pages."""
    topics = sorted({entry.topic for entry in entries}, key=lambda topic: (topic == COMPARISONS, topic))
    glance = Section("glance", "At a glance", [_glance(entries)])
    sections = [glance, *(_section(topic, entries) for topic in topics)]
    words = [entry.summary["word"] for entry in entries]
    counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
    tones = {entry.summary["tone"] for entry in entries}
    tone = next((tone for tone in ("bad", "unsure", "good") if tone in tones), "quiet")
    pages = counted(len(entries), "page")
    return Page(title, "studies and comparisons", pages, tone, f"Verdicts: {counts}.", sections, {"kind": "gallery"})


def _glance(entries: Sequence[GalleryEntry]) -> Table:
    lines = [
        [
            TableCell(entry.summary["title"], link=entry.link),
            TableCell(entry.summary["word"], tone=entry.summary["tone"]),
            TableCell(entry.summary["sentence"]),
            TableCell(entry.topic),
        ]
        for entry in entries
    ]
    return Table("Every verdict", ["page", "verdict", "in a sentence", "topic"], lines)


def _section(topic: str, entries: Sequence[GalleryEntry]) -> Section:
    cards = [_card(place, entry) for place, entry in enumerate(entries) if entry.topic == topic]
    parts: list[Part] = [Cards(cards)]
    return Section(topic.replace(" ", "-"), topic[:1].upper() + topic[1:], parts)


def _card(place: int, entry: GalleryEntry) -> Card:
    summary = entry.summary
    words = (
        summary["title"],
        entry.link,
        summary["word"],
        summary["tone"],
        summary.get("question", ""),
        summary["sentence"],
    )
    return Card(*words, summary.get("alt", ""), renamed(summary.get("svg", ""), f"g{place}-"), summary.get("png", ""))
