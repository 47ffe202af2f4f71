"""Pages of studies and the gallery that leads to them, in words and in a browser."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from mle_vs_bayes.errors import OutputError, UsageError
from mle_vs_bayes.report import drawn, study_page
from mle_vs_bayes.report.pages import folders, render
from mle_vs_bayes.report.pages.parts import Page, Section, picture

from ..cli.conftest import run_command
from .conftest import contrast

RESULTS = Path(__file__).parents[2] / "results"
NASTY = "<script>alert(1)</script>"
LINE = {"claim": "rmse ∝ n^-0.5", "mcse": 0.01, "low": -0.6, "high": -0.4}
COUNTS = {"replicates": 5, "replicates_in_all": 50, "cells": 10, "fits": 100, "failed": 1, "seed": 3, "quick": False}


def document(study, *measured, **more):
    """A ``verdict.json`` in which what is measured outside (−0.6, −0.4) does not hold."""
    words = ["holds" if -0.6 < value < -0.4 else "does not hold" for value in measured]
    lines = [
        {**LINE, "where": f"place {i}", "measured": value, "verdict": word}
        for i, (value, word) in enumerate(zip(measured, words, strict=True))
    ]
    verdict = "does not hold" if "does not hold" in words else "holds"
    return {"study": study, "question": f"Why {study}?", "verdict": verdict, "predictions": lines, **COUNTS, **more}


def figure():
    made = Figure(figsize=(8, 3))
    made.subplots().plot([1, 2, 3], [3, 1, 2], color="#0072B2")
    return made


def write(folder, told):
    folder.mkdir(parents=True)
    page = study_page.page(told, [picture("rmse", figure(), "RMSE over n")])
    (folder / "index.html").write_text(render.document(page), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """Three studies in a folder: two pages, and one that an earlier version has left without."""
    write(tmp_path / "a", document("steady", *[-0.5] * 9, topic="limits"))
    write(tmp_path / "b", document(NASTY, -0.5, -0.2, topic="limits", answer=""))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "verdict.json").write_text(json.dumps(document("older", -0.5)), encoding="utf-8")
    (tmp_path / "c" / "rmse.png").write_bytes(drawn.png(figure()))
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_the_sentence_says_what_holds_and_what_does_not():
    assert study_page.sentence(document("s", -0.5, -0.5)) == "All 2 predictions hold."
    told = study_page.sentence(document("s", -0.5, -0.2))
    assert told == "1 of 2 predictions hold; rmse ∝ n^-0.5 (place 1) does not hold: measured -0.200 ± 0.01."
    remarked = document("s", -0.5, -0.2, remark="Tails are heavy.")
    assert study_page.sentence(remarked) == f"{told} Tails are heavy."
    assert f"{told} Tails are heavy.\n" in study_page.readme(remarked, [])
    assert study_page.sentence(document("s", -0.5, answer="It does.")) == "It does."


def test_the_gallery_shows_every_verdict_by_topic(folder):
    seen = run_command(["report", str(folder)])
    assert (seen.code, seen.out) == (0, f"written to {folder / 'index.html'}: 3 pages\n")
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["At a glance", "Limits", "Studies"]
    assert re.findall(r'<td class=""><a href="(.*?)"', text) == ["a/index.html", "b/index.html", "c/index.html"]
    assert (text.count('<span class="badge good">holds'), text.count('<span class="badge bad">does not')) == (2, 1)
    assert "<script>alert" not in text
    assert render.summary(text)["kind"] == "gallery"
    ids = re.findall(r' id="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    again = text
    folders.leave([folder], None)  # the index itself is none of the pages
    assert (folder / "index.html").read_text(encoding="utf-8") == again


def test_a_gallery_elsewhere_links_back(folder):
    folders.leave([folder / "a", folder / "b"], folder / "shown")
    text = (folder / "shown" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<h3><a href="(.*?)"', text) == ["../a/index.html", "../b/index.html"]


def test_a_gallery_of_nothing_and_one_that_cannot_be_written_are_sentences(folder, tmp_path):
    with pytest.raises(UsageError, match="there is no page of a study or a comparison in"):
        folders.leave([folder / "empty"], None)
    with pytest.raises(UsageError, match='there is no folder "nowhere"'):
        folders.leave([Path("nowhere")], None)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        folders.leave([folder], tmp_path / "file")


@pytest.mark.parametrize("width", [390, 1440])
def test_gallery_and_study_in_a_browser(open_page, folder, width):
    folders.leave([folder], None)
    for name in ("index.html", "b/index.html", "c/index.html"):
        page = open_page(folder / name, width, "dark")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.complaints == []
        assert [u for u in page.requests if not u.startswith("data:")] == [(folder / name).as_uri()]
        drawings = "[...document.querySelectorAll('svg, img')].map((each) => each.getBoundingClientRect().width)"
        assert min(page.evaluate(drawings)) > 100
        assert contrast(page, "h1, h2, h3, p, td, th, dd, a, svg text") >= 4.5
    page = open_page(folder / "index.html", width)
    page.get_by_role("link", name="steady").first.click()
    assert page.locator("h1").inner_text() == "steady"
    page.get_by_role("button", name="verdict").click()
    page.get_by_label("Filter the lines of").fill("place 4")
    assert page.locator("tbody tr:visible").count() == 1


COMMITTED = sorted(RESULTS.rglob("index.html"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.parent.name)
def test_the_committed_pages_in_a_browser(open_page, path):
    """Nothing is complained of or asked for elsewhere, figures are drawn, and no width needs a scroll bar."""
    page = open_page(path, 390, "dark")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    drawings = page.evaluate("[...document.querySelectorAll('svg, img')].map((e) => e.getBoundingClientRect().width)")
    assert min(drawings, default=101) > 100
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith("data:")] == [path.as_uri()]


def test_a_page_without_pictures_is_a_page():
    text = render.document(Page("t", "s", "holds", "good", "v.", [Section("a", "A", [])], {"kind": "study"}))
    assert render.summary(text)["svg"] == ""
    assert render.summary("<p>of somebody else</p>") is None


@pytest.mark.parametrize("path", sorted(RESULTS.glob("*/verdict.json")), ids=lambda path: path.parent.name)
def test_the_committed_pages_say_what_the_committed_verdicts_say(path):
    """After a study is run again: `mle-vs-bayes report results`."""
    told = json.loads(path.read_text(encoding="utf-8"))
    own = render.summary((path.parent / "index.html").read_text(encoding="utf-8"))
    assert (own["word"], own["sentence"]) == (told["verdict"], study_page.sentence(told))
    index = (RESULTS / "index.html").read_text(encoding="utf-8")
    card = index[index.index(f'<h3><a href="{path.parent.name}/index.html">') :].partition("</article>")[0]
    assert f">{told['verdict']}<" in card
    assert own["sentence"] in unescape(card)
