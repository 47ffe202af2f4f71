"""The page of a comparison: what stands on it, and how a browser shows it."""

import re
from html import escape

import numpy as np
import pandas
import pytest

from mle_vs_bayes import compare, optional_parts
from mle_vs_bayes.comparison.forms.material import Material
from mle_vs_bayes.comparison.forms.page import page as page_module
from mle_vs_bayes.report import drawn
from mle_vs_bayes.report.pages import render

from .conftest import SCHEMES, contrast

NASTY = "</script><script>alert(1)</script>"
TEXTS = "h1, h2, p, td, th, summary, dt, dd, figcaption, a, svg text"


def frame():
    generator = np.random.default_rng(7)
    table = pandas.DataFrame({NASTY: generator.normal(size=40), "x": generator.normal(size=40)})
    return table.assign(y=1.0 + table["x"] + generator.normal(size=40))


@pytest.fixture(scope="module")
def comparison():
    made = compare("linear", frame(), formula=f"y ~ x + `{NASTY}`", chains=2, draws=200, tune=100)
    made.predict(pandas.DataFrame({NASTY: [0.0, 99.0], "x": [1.0, 0.0]}))
    made.effect(NASTY)
    return made


@pytest.fixture(scope="module")
def report(comparison, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    comparison.save(folder, command="mle-vs-bayes compare linear data.csv")
    assert comparison.lost == []
    return folder / "report.html"


@pytest.fixture(scope="module")
def text(report):
    return report.read_text(encoding="utf-8")


def test_the_verdict_stands_first_and_everything_else_behind_it(comparison, text):
    titles = re.findall(r"<h2>(.*?)</h2>", text)
    assert titles == [
        *("Estimates", "Predictions", "Average effects"),
        *("One quantity at a time", "Agreement with theory", "Why they differ", "Does the model fit?"),
        *("Diagnostics", "Concerns", "How it was made"),
    ]
    assert text.index(comparison.verdict.partition(":")[0]) < text.index("<h2>")
    for fact in ("mle-vs-bayes compare linear data.csv", comparison.fit.program.data.fingerprint[:32], "pymc "):
        assert fact in text


def test_predictions_and_effects_stand_side_by_side_with_what_is_beyond_the_data(comparison, text):
    for asked, title in ((comparison.predictions, "Predictions"), (comparison.effects, "Average effects")):
        section = text[text.index(f"<h2>{title}</h2>") :].partition("</section>")[0]
        assert escape(asked.apart) in section and section.count("<tr>") == 1 + len(asked.rows)
        assert 'role="img" aria-label="' in section and "data-mark=" in section
    assert "is 99, outside" in text


def test_a_name_of_a_column_stays_text(text):
    assert "<script>alert" not in text
    assert text.count("<script") == 3  # two blocks of data, and the page's own
    assert "&lt;script&gt;alert(1)" in text


def test_an_estimator_without_an_answer_shows_its_reason_in_its_place(tmp_path):
    separated = {"y": [0, 0, 1, 1], "x": [1.0, 2.0, 3.0, 4.0]}
    outcome = compare("logistic", separated, formula="y ~ x", estimators=["mle", "map"])
    assert outcome["mle"].status == "divergent"
    outcome.save(tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    table = html[html.index("<table>") : html.index("</table>")]
    assert escape(str(outcome["mle"].reason)) in table


def test_a_part_that_cannot_be_made_says_so_in_its_place(comparison, monkeypatch):
    def broken(*_arguments):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(optional_parts, "strict", False)
    monkeypatch.setattr(page_module.tables, "agreement", broken)
    lost = list(comparison.lost)
    html = render.document(page_module.page(Material(comparison), {}))
    comparison.lost[:] = lost
    section = html[html.index("<h2>Agreement with theory") : html.index("<h2>Why they differ")]
    assert "could not be made" in section
    assert "LinAlgError: Singular matrix" in html


def test_a_notebook_gets_the_same_parts_without_a_script(comparison):
    shown = comparison._repr_html_()
    assert "<script" not in shown
    assert re.findall(r"<h2>(.*?)</h2>", shown)[:2] == ["Estimates", "Predictions"]
    drawn_once = ("forest", "predictions", "effects", "fit", "marginal", "trace", "rank", "waterfall")
    assert shown.count("<svg") == len(drawn_once) + len(comparison.fit.program.quantity_labels)


def test_a_drawing_has_only_the_ids_that_it_uses_and_each_with_its_name(comparison):
    drawing = drawn.svg(comparison.plot(), "forest")
    ids = re.findall(r' id="([^"]*)"', drawing)
    used = {a or b for a, b in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawing)}
    assert set(ids) == used
    assert len(ids) == len(set(ids))
    assert all(name.startswith("forest-") for name in ids)
    assert 'data-mark="quantity 0"' in drawing
    assert "#0072b2" not in drawing.lower()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_in_a_browser(open_page, report, width, scheme):
    page = open_page(report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.complaints == []
    assert [url for url in page.requests if not url.startswith(("data:", "blob:"))] == [report.as_uri()]
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.name = ''; each.open = true; })")
    empty = "[...document.querySelectorAll('figure svg')].filter((svg) => svg.getBBox().width < 100).length"
    assert page.evaluate(empty) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert contrast(page, TEXTS) >= 4.5
    assert NASTY in page.locator("tbody").first.inner_text()


def test_paper_holds_the_page_in_dark_ink(open_page, report):
    page = open_page(report, 700, "dark")  # A4 between its margins, in CSS pixels
    page.page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("nav:visible, button.save:visible, input.filter:visible").count() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(34, 34, 34)"


def test_mutant_light_ink_on_a_dark_page_cannot_be_read(open_page, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    mutant = tmp_path / "mutant.html"
    mutant.write_text(text.replace("--c222222: #E6E6E6", "--c222222: #222222"), encoding="utf-8")
    assert contrast(open_page(mutant, scheme="dark"), TEXTS) < 4.5


def test_mutant_a_script_of_the_data_does_not_run(open_page, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    mutant = tmp_path / "mutant.html"
    mutant.write_text(text.replace("<main>", "<main><script>alert(1)</script>"), encoding="utf-8")
    assert any("Content Security Policy" in told for told in open_page(mutant).complaints)


def test_tables_sort_and_filter_and_names_open_their_panel_from_the_keyboard(open_page, report):
    page = open_page(report)
    table = page.locator("table").first

    def estimates():
        cells = table.locator("tbody tr:visible td:nth-child(3)").all_inner_texts()
        return [float(text.replace(",", "")) for text in cells]

    button = table.get_by_role("button", name="estimate", exact=True)
    button.focus()
    page.keyboard.press("Enter")
    assert estimates() == sorted(estimates())
    assert table.locator("th[aria-sort=ascending]").count() == 1
    page.keyboard.press("Enter")
    assert estimates() == sorted(estimates(), reverse=True)
    page.locator("input.filter").first.fill("MAP")
    assert set(table.locator("tbody tr:visible td:nth-child(2)").all_inner_texts()) == {"MAP"}
    link = table.get_by_role("link", name="beta[x]", exact=True).first
    link.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open] > summary").all_inner_texts() == ["beta[x]"]


def test_a_panel_of_the_forest_opens_its_quantity(open_page, report):
    page = open_page(report)
    page.locator('[data-mark="quantity 3"]').click()
    assert page.locator("details[open] > summary").all_inner_texts() == ["sigma"]


def test_a_figure_is_saved_as_a_picture(open_page, report, tmp_path):
    page = open_page(report)
    with page.expect_download() as download:
        page.locator("figure button.save").first.click()
    assert download.value.suggested_filename == "forest.png"
    content = download.value.path().read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(content) > 10_000
    assert page.complaints == []
