"""A figure, a table or a test that cannot be made is one line, and the answer and the files are there without it."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from mle_vs_bayes import compare, optional_parts
from mle_vs_bayes.cli import steps
from mle_vs_bayes.comparison import explanation, outcome, sensitivity, verdict
from mle_vs_bayes.comparison.forms import files, material
from mle_vs_bayes.comparison.forms.page import prediction  # noqa: F401  (takes `forest` by name: before it is broken)
from mle_vs_bayes.comparison.scores import report, scores
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.fit import fit as fit_module
from mle_vs_bayes.intervals import KINDS
from mle_vs_bayes.report import text
from mle_vs_bayes.report.figures import chains, estimates
from mle_vs_bayes.report.figures import prior_path as path_figure
from mle_vs_bayes.report.figures import profile as profile_figure
from mle_vs_bayes.report.figures import waterfall as waterfall_figure

from ..cli.conftest import run_command

Y = np.array([1.0, 5.0, 2.0, 4.5])
ARGUMENTS = {"estimators": ["mle", "map", "posterior"], "draws": 60, "tune": 60, "chains": 2, "n": [3, "all"]}


@pytest.fixture(scope="module")
def fitted():
    return compare("normal", {"y": Y}, **ARGUMENTS)


@pytest.fixture
def guarded(monkeypatch):
    monkeypatch.setattr(optional_parts, "strict", False)


@pytest.fixture
def found(fitted, guarded):
    """The fits of `fitted`, of which nothing has been lost yet."""
    fitted.lost.clear()
    return fitted


def broken(*_arguments, **_keywords):
    raise np.linalg.LinAlgError("Singular matrix")


FIGURES = {
    "forest": (estimates, "forest"),
    "marginal": (estimates, "marginal"),
    "trace": (chains, "trace"),
    "rank": (chains, "rank"),
    "path": (path_figure, "path"),
    "waterfall": (waterfall_figure, "waterfall"),
    "profile": (profile_figure, "curves"),
    "convergence": (estimates, "convergence"),
}
"""What draws each of them."""


@pytest.fixture
def quick(monkeypatch):
    """Figures with nothing in them: what they show is tested elsewhere."""
    for module, name in FIGURES.values():
        monkeypatch.setattr(module, name, lambda *_arguments, **_keywords: Figure())


def test_every_figure_is_tried_here(found, quick):
    assert set(found.figures()) == set(FIGURES) == set(files.PICTURES)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_fails_alone(found, quick, monkeypatch, tmp_path, figure):
    monkeypatch.setattr(*FIGURES[figure], broken)
    written = {path.name for path in found.save(tmp_path / "out")}
    assert written == files.EVERY_FILE - {f"{figure}.png", *files.ASKED}
    line = f"! the figure {figure} could not be made (LinAlgError: Singular matrix)"
    assert line in str(found)
    assert line in (tmp_path / "out" / "summary.txt").read_text(encoding="utf-8")
    assert found.document()["lost"] == [{"what": f"the figure {figure}", "reason": "LinAlgError: Singular matrix"}]


@pytest.mark.parametrize("rows", ["path_rows", "search_rows", "curve_rows"])
def test_what_a_figure_is_drawn_from_fails_with_it_alone(found, quick, monkeypatch, rows):
    monkeypatch.setattr(material, rows, broken)
    assert len(found.figures()) == len(FIGURES) - 1
    assert len(found.lost) == 1


FILES = [(estimates, "save", "the figure forest"), (files, "with_point_estimates", "the file comparison.nc")]
FILES += [(files, "_statsmodels_summary", "statsmodels' summary")]


@pytest.mark.parametrize(("module", "name", "what"), FILES, ids=[what for *_, what in FILES])
def test_a_file_fails_alone(found, quick, monkeypatch, tmp_path, module, name, what):
    monkeypatch.setattr(module, name, broken)
    written = {path.name for path in found.save(tmp_path)}
    assert {"rows.csv", "summary.txt"} <= written
    assert f"! {what} could not be made" in str(found)


def test_a_full_disk_is_no_optional_part(found, quick, monkeypatch, tmp_path):
    def full(*_arguments, **_keywords):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(estimates, "save", full)
    with pytest.raises(files.OutputError, match="no space left"):
        found.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()


TABLES = [
    (text, "estimates", "the table of estimates"),
    (text, "agreement", "the table of distances"),
    (text, "sizes", "the table by n"),
    (verdict, "headline", "the verdict"),
    (verdict, "diagnostics", "the diagnostics"),
    (verdict, "concerns", "the concerns"),
    (verdict, "times", "the times"),
]


@pytest.mark.parametrize(("module", "name", "what"), TABLES, ids=[what for *_, what in TABLES])
def test_a_part_of_the_screen_fails_alone(found, monkeypatch, module, name, what):
    whole = str(found)
    monkeypatch.setattr(module, name, broken)
    screen = str(found)
    assert f"! {what} could not be made" in screen
    kept = [line for line in screen.splitlines() if line and not line.startswith("!")]
    assert set(kept[:3]) <= set(whole.splitlines())
    assert len(kept) >= 10


BESIDE = [
    (explanation, "explain", "the explanation", ("--explain",)),
    (sensitivity, "sensitivity", "prior sensitivity", ("--explain", "--estimator", "posterior")),
    (outcome, "model_fit", "the fit of the model", ()),
    (report, "null_tests", "the test of mu", ("--null", "mu=0")),
    (scores, "score", "the table of scores", ("--scores",)),
    (report, "page", "tests and scores", ("--scores",)),
    (fit_module, "agreements", "the table of distances between estimators", ()),
    (fit_module, "different_modes", "the search for another mode", ()),
    (material, "path_rows", "the figure path", ("--out", "out")),
]


@pytest.mark.parametrize(("module", "name", "what", "options"), BESIDE, ids=[what for _, _, what, _ in BESIDE])
def test_the_command_shows_the_answer_without_what_it_cannot_make(
    tmp_path, guarded, monkeypatch, module, name, what, options
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "y.csv").write_text("y\n1\n5\n2\n4.5\n", encoding="utf-8")
    monkeypatch.setattr(module, name, broken)
    estimators = ["--estimator", "mle", "--estimator", "map"]
    command = ["compare", "normal", "y.csv", "--draws", "60", "--tune", "60", "--chains", "2", *estimators, *options]
    seen = run_command([*command, "--json"])
    document = json.loads(seen.out)
    assert (seen.code, seen.err) == (0, "")
    assert {row["estimate"] is not None for row in document["rows"]} == {True}
    assert {"what": what, "reason": "LinAlgError: Singular matrix"} in document["lost"]
    if "out" in options:
        assert (tmp_path / "out" / "rows.csv").exists()


def test_an_estimator_that_stops_on_an_error_has_failed_and_the_others_have_not(guarded, monkeypatch):
    from mle_vs_bayes.estimators import laplace_check

    monkeypatch.setattr(laplace_check, "pareto_shape", broken)
    found = compare("normal", {"y": Y}, estimators=["mle", "map"])
    assert (found["mle"].status, found["map"].status) == ("ok", "failed")
    assert found["map"].reason == "it stopped on an error (LinAlgError: Singular matrix)"


def test_an_interval_that_cannot_be_computed_is_a_reason_in_its_rows(guarded, monkeypatch):
    from dataclasses import replace

    monkeypatch.setitem(KINDS, "sandwich", replace(KINDS["sandwich"], compute=broken))
    rows = compare("normal", {"y": Y}, estimators=["mle"], intervals=["wald", "sandwich"]).rows
    failed = rows[rows["interval"] == "sandwich"]
    assert set(failed["status"]) == {"failed"}
    assert set(failed["reason"]) == {"LinAlgError: Singular matrix"}
    assert rows.loc[rows["interval"] == "wald", "lower"].notna().all()


def test_a_wrong_request_and_an_interrupt_pass(guarded):
    def refused():
        raise UsageError("there is no such thing.")

    def interrupted():
        raise KeyboardInterrupt

    with optional_parts.collecting([]) as lost:
        for maker, error in ((refused, UsageError), (interrupted, KeyboardInterrupt)):
            with pytest.raises(error):
                optional_parts.make("it", maker, None)
    assert lost == []


def test_mutant_without_the_guard_the_answer_is_lost(found, quick, monkeypatch, tmp_path):
    monkeypatch.setattr(optional_parts, "strict", True)
    monkeypatch.setattr(material, "path_rows", broken)
    with pytest.raises(np.linalg.LinAlgError):
        found.save(tmp_path / "out")


def test_steps_tell_every_loss_once(found):
    for _ in range(2):
        assert steps.beside(found, optional_parts.Interrupt(), "the explanation", broken) == []
    assert len(found.lost) == 1
