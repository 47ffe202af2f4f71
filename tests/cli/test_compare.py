"""What `compare` prints and leaves: one JSON document, files that are all there or not at all, and exit codes."""

import base64
import json
import pkgutil
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray

from mle_vs_bayes.comparison.forms.files import ASKED, EVERY_FILE
from mle_vs_bayes.estimators import posterior
from mle_vs_bayes.intervals import KINDS
from mle_vs_bayes.report.figures import estimates as figures
from mle_vs_bayes.rows import COLUMNS

ROOT = Path(__file__).parents[2]
KEYS = ["model", "n", "level", "seed", "versions", "fit", "rows", "agreement"]
TABLES = {"report.html", "rows.csv", "comparison.nc", "summary.txt"}
POINTS = "--estimator mle --estimator map"
COIN = "y\n" + "1\n" * 7 + "0\n" * 3


def names(folder):
    return {path.name for path in folder.iterdir()}


def without_seconds(text):
    document = json.loads(text)
    for fit in document["fit"].values():
        assert fit.pop("seconds") >= 0
    return document


@pytest.fixture(scope="module")
def twice(run, tmp_path_factory):
    """One command with everything on, run with ``--out`` and again without."""
    folder = tmp_path_factory.mktemp("twice") / "new" / "out"
    command = "compare exponential --simulate 30 --chains 2 --draws 100 --tune 200 --json"
    return folder, run(f"{command} --out {folder}"), run(command)


def no_constant(name):
    raise AssertionError(f"{name} is not JSON")


def test_standard_output_is_one_json_document_and_nothing_else(twice):
    _, seen, _ = twice
    assert (seen.code, seen.err) == (0, "")
    document = json.loads(seen.out, parse_constant=no_constant)  # NaN and Infinity are not JSON
    assert [key for key in document if key in KEYS] == KEYS


def test_the_same_command_says_the_same_whatever_it_leaves(twice):
    _, first, second = twice
    assert without_seconds(first.out) == without_seconds(second.out)


def test_rows_have_the_columns_of_the_schema(twice):
    document = json.loads(twice[1].out)
    assert [tuple(row) for row in document["rows"]] == [COLUMNS] * len(document["rows"])
    assert {row["estimator"] for row in document["rows"]} == {"mle", "map", "posterior"}
    assert {row["parameter"] for row in document["rows"]} == {"rate", "mean"}


def test_fit_of_each_estimator(twice):
    fit = json.loads(twice[1].out)["fit"]
    assert list(fit) == ["mle", "map", "posterior"]
    for found in fit.values():
        assert {"log_likelihood", "aic", "bic", "parameters", "seconds"} <= set(found)
        assert found["parameters"] == 1
    assert fit["mle"]["log_likelihood"] >= fit["map"]["log_likelihood"]
    assert fit["mle"]["aic"] == pytest.approx(2 - 2 * fit["mle"]["log_likelihood"])


def test_agreement_of_each_pair(twice):
    agreement = json.loads(twice[1].out)["agreement"]
    pairs = ["map - mle", "posterior - map", "posterior - mle"]
    assert [(a["pair"], a["parameter"]) for a in agreement] == [(p, q) for p in pairs for q in ("rate", "mean")]
    assert all(isinstance(a["in_se"], float) and isinstance(a["expected"], float) for a in agreement)


def test_out_leaves_rows_tree_summary_and_figures(twice):
    folder, _, _ = twice
    assert names(folder) == EVERY_FILE - {"convergence.png", *ASKED}
    assert names(folder.parent) == {"out"}  # no unfinished folder beside it
    frame = pd.read_csv(folder / "rows.csv")
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 6
    summary = (folder / "summary.txt").read_text(encoding="utf-8")
    assert "Log-Likelihood" in summary
    assert "posterior mean" in summary


def test_data_tree_holds_all_three_estimators(twice):
    folder, seen, _ = twice
    rows = {row["estimator"]: row for row in json.loads(seen.out)["rows"] if row["parameter"] == "rate"}
    with xarray.open_datatree(folder / "comparison.nc", engine="h5netcdf") as tree:
        groups = {"posterior", "sample_stats", "prior", "log_prior", "log_likelihood", "posterior_predictive"}
        assert groups | {"observed_data", "mle", "map"} <= set(tree.children)
        assert tree["posterior"].sizes == {"chain": 2, "draw": 100}
        assert float(tree["posterior"]["rate"].mean()) == pytest.approx(rows["posterior"]["estimate"])
        assert float(tree["mle"]["rate"]) == pytest.approx(rows["mle"]["estimate"])
        assert float(tree["map"]["rate_se"]) == pytest.approx(rows["map"]["se"])


def test_simulation_carries_its_truth(run):
    seen = run("compare weibull --simulate 200 --truth shape=1.5 --truth scale=3 --estimator mle --json")
    assert (seen.code, seen.err) == (0, "")
    document = json.loads(seen.out)
    assert (document["n"], document["fit"]["mle"]["parameters"]) == (200, 2)
    rows = {row["parameter"]: row for row in document["rows"]}
    assert (rows["shape"]["truth"], rows["scale"]["truth"]) == (1.5, 3)
    assert rows["mean"]["truth"] == pytest.approx(2.708, abs=1e-3)
    assert all(abs(row["estimate"] - row["truth"]) < 5 * row["se"] for row in rows.values())


def test_rows_of_every_n(run):
    document = json.loads(run(f"compare poisson --simulate 80 --n 20,50,all {POINTS} --json").out)
    assert [(row["estimator"], row["n"]) for row in document["rows"]] == [
        (name, n) for n in (20, 50, 80) for name in ("mle", "map")
    ]
    assert document["n"] == 80
    assert {row["seed"] for row in document["rows"]} == {document["seed"]} == {0}


def test_screen_shows_every_n_and_the_truth(run):
    seen = run("compare bernoulli --simulate 40 --truth p=0.3 --n 20,all --estimator mle --estimator exact")
    assert (seen.code, seen.err) == (0, "")
    assert "truth  p = 0.3" in seen.out
    sizes = [line.split()[:2] for line in seen.out.splitlines() if "±" in line]
    assert ["p", "20"] in sizes
    assert "Traceback" not in seen.out


@pytest.mark.parametrize(
    ("choices", "estimators"),
    [
        ("--estimator map", ["map"]),
        ("--estimator map --estimator mle", ["mle", "map"]),
        ("--estimator exact", ["mle_exact", "posterior_exact"]),
    ],
)
def test_estimators_are_those_asked_for(run, here, choices, estimators):
    (here / "coin.csv").write_text(COIN)
    seen = run(f"compare bernoulli coin.csv {choices} --json")
    assert list(json.loads(seen.out)["fit"]) == estimators
    points = {row["estimator"]: row for row in json.loads(seen.out)["rows"] if row["parameter"] == "p"}
    exact = {"mle": 7 / 10, "mle_exact": 7 / 10, "map": 8 / 12, "posterior_exact": 9 / 14}  # prior Beta(2, 2)
    assert {name: row["estimate"] for name, row in points.items()} == pytest.approx({n: exact[n] for n in estimators})


def test_a_number_that_is_missing_is_null(run, here):
    (here / "heads.csv").write_text("y\n1\n1\n1\n")
    seen = run("compare bernoulli heads.csv --estimator mle --json")
    document = json.loads(seen.out, parse_constant=no_constant)
    rows = {row["parameter"]: row for row in document["rows"]}
    assert document["fit"]["mle"]["log_likelihood"] == 0
    assert (rows["p"]["estimate"], rows["p"]["se"], rows["p"]["upper"]) == (1, None, 1)
    assert (rows["odds"]["estimate"], rows["odds"]["upper"]) == (None, None)
    assert "infinite" in rows["odds"]["reason"]


def test_data_on_standard_input(run):
    seen = run("compare bernoulli - --estimator mle --json", stdin=COIN.encode())
    assert json.loads(seen.out)["n"] == 10


def test_seed_chooses_the_subset(run, here):
    (here / "coin.csv").write_text(COIN)
    command = "compare bernoulli coin.csv --n 4 --estimator exact --json --seed"
    estimates = {json.loads(run(f"{command} {seed}").out)["rows"][0]["estimate"] for seed in range(6)}
    assert len(estimates) > 1


def test_another_run_into_a_folder_replaces_all_of_the_first(run, here):
    (here / "coin.csv").write_text(COIN)
    (here / "out").mkdir()
    for name in (*EVERY_FILE, "notes.txt"):
        (here / "out" / name).write_text("old")
    seen = run("compare bernoulli coin.csv --estimator mle --out out")
    assert seen.code == 0
    left = TABLES | {"forest.png", "profile.png", "waterfall.png"}
    assert f"written to out: {', '.join(sorted(left))}" in seen.out
    assert names(here / "out") == left | {"notes.txt"}  # no trace of another run's draws
    assert [path.name for path in (here / "out").iterdir() if path.read_bytes() == b"old"] == ["notes.txt"]


@pytest.mark.parametrize("before", [None, "old"])
def test_nothing_is_left_when_a_figure_cannot_be_saved(run, here, monkeypatch, before):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figures, "save", full)
    (here / "coin.csv").write_text(COIN)
    if before:
        (here / "out").mkdir()
        (here / "out" / "rows.csv").write_text(before)
    seen = run("compare bernoulli coin.csv --estimator mle --out out")
    assert (seen.code, seen.out) == (2, "")
    assert (
        seen.err == 'mle-vs-bayes: cannot write to "out": no space left on device; choose another folder for --out.\n'
    )
    assert names(here) == ({"coin.csv", "out"} if before else {"coin.csv"})
    if before:
        assert names(here / "out") == {"rows.csv"}
        assert (here / "out" / "rows.csv").read_text() == before


def test_a_folder_in_the_place_of_a_file_is_found_before_anything_is_replaced(run, here):
    (here / "coin.csv").write_text(COIN)
    (here / "out" / "summary.txt").mkdir(parents=True)
    seen = run("compare bernoulli coin.csv --estimator mle --out out")
    assert (seen.code, seen.out) == (2, "")
    assert "summary.txt in it is a folder" in seen.err
    assert names(here / "out") == {"summary.txt"}


# Real processes, where the process matters.


def test_exit_code_and_sentence_of_the_installed_command():
    command = [str(Path(sys.executable).with_name("mle-vs-bayes")), "compare", "weibull", "-"]
    seen = subprocess.run(command, input="y\n1\n-2\n", capture_output=True, text=True, check=False)
    assert (seen.returncode, seen.stdout) == (2, "")
    assert seen.stderr.startswith("mle-vs-bayes: y is -2 in row 2")
    assert seen.stderr.count("\n") == 1


INTERRUPTED = """
import sys
import nutpie

def drawing(chains):
    print("drawing", flush=True)

def sample(*arguments, sample=nutpie.sample, **keywords):
    return sample(*arguments, **keywords | {"progress_callback": drawing})

nutpie.sample = sample
from mle_vs_bayes.cli.process import main
main()
"""


def test_interrupt_during_sampling_is_no_result(tmp_path, patience):
    """nutpie answers Ctrl-C with the draws so far; they must not be taken for the posterior."""
    wanted = "compare weibull --simulate 20000 --draws 100000 --estimator posterior --json"
    command = [sys.executable, "-c", INTERRUPTED, *shlex.split(wanted)]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "drawing\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=patience)
    finally:
        process.kill()
    assert (process.returncode, set(out.splitlines()) <= {"drawing"}) == (130, True)
    assert err.splitlines()[-1] == "mle-vs-bayes: interrupted; nothing was written."
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def stopped(monkeypatch):
    """Ctrl-C when the posterior's turn comes."""

    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(posterior, "fit", stop)


@pytest.mark.parametrize("form", ["", "--json"])
def test_what_was_done_before_ctrl_c_is_shown_and_written(run, here, stopped, form):
    (here / "coin.csv").write_text(COIN)
    seen = run(f"compare bernoulli coin.csv --out out {form}")
    assert (seen.code, seen.err) == (
        130,
        "mle-vs-bayes: interrupted; what was done until then is shown and written.\n",
    )
    assert "interrupted while fitting posterior mean" in seen.out
    rows = pd.read_csv(here / "out" / "rows.csv")
    assert list(rows["estimator"].unique()) == ["mle", "map"]
    if form:
        assert {row["estimator"] for row in json.loads(seen.out)["rows"]} == {"mle", "map"}


def test_what_was_asked_for_stands_in_the_files_and_on_the_page(run, here):
    """The page's document is what --json prints, and tests and scores are read without it, too."""
    (here / "d.csv").write_text("y,x\n" + "".join(f"{y},{x}\n" for x, y in enumerate((1.2, 2.9, 3.1, 4.8, 5.2, 6.4))))
    asked = "--scores --null 'beta[x]=0.5' --effect x --explain"
    seen = run(f"compare linear d.csv --formula 'y ~ x' {POINTS} {asked} --json --out out")
    assert (seen.code, seen.err) == (0, "")
    page = (here / "out" / "report.html").read_text()
    inside = base64.b64decode(re.search(r"data:application/json;base64,([^\"]+)", page)[1]).decode()
    assert json.loads(inside) == json.loads(seen.out)
    assert {"tests", "scores", "effects", "explanation"} <= json.loads(seen.out).keys()
    section = page[page.index("<h2>Tests and scores</h2>") :].partition("</section>")[0]
    summary = (here / "out" / "summary.txt").read_text()
    for words in ("beta[x] = 0.5", "Wald z", "p_loo"):
        assert words in section and words in " ".join(summary.split())


STAGES = {
    "mle_vs_bayes.fit.fit.second_look": ("", "a second look for higher optima"),
    "mle_vs_bayes.fit.fit._with_codes": ("", None),
    "mle_vs_bayes.comparison.model_fit._judged": ("", "the fit of the model"),
    "mle_vs_bayes.comparison.explanation.explain": ("--explain", "the explanation"),
    "mle_vs_bayes.comparison.forms.effects.effects": ("--effect x", "effects of covariates"),
    "mle_vs_bayes.comparison.forms.predictions.predictions": ("--predict d.csv", "predictions of new rows"),
    "mle_vs_bayes.cli.steps.page": ("--against linear", "tests and scores"),
    "mle_vs_bayes.comparison.forms.files._statsmodels_summary": ("--out out", "statsmodels' summary"),
    "mle_vs_bayes.comparison.forms.files._check_places": ("--out out", None),
}
"""Where Ctrl-C comes once: options, and what is then lost, if not only time."""


@pytest.mark.parametrize("where", STAGES)
def test_ctrl_c_takes_no_answer_that_is_there(run, here, monkeypatch, where):
    options, lost = STAGES[where]
    (here / "d.csv").write_text("y,x\n" + "".join(f"{y},{x}\n" for x, y in enumerate((1.2, 2.9, 3.1, 4.8, 5.2, 6.4))))
    module, name = where.rsplit(".", 1)
    owner = pkgutil.resolve_name(module)
    usual, pressed = getattr(owner, name), []

    def interrupted(*arguments, **keywords):
        if pressed:
            return usual(*arguments, **keywords)
        pressed.append(where)
        raise KeyboardInterrupt

    monkeypatch.setattr(owner, name, interrupted)
    seen = run(f"compare linear d.csv --formula 'y ~ x' {POINTS} {options} --json")
    assert (seen.code, pressed) == (130, [where])
    written = " and written" if "--out" in options else ""
    assert seen.err == f"mle-vs-bayes: interrupted; what was done until then is shown{written}.\n"
    document = json.loads(seen.out)
    assert {row["estimator"] for row in document["rows"] if row["lower"] is not None} == {"mle", "map"}
    assert lost is None or {"what": lost, "reason": "interrupted by Ctrl-C"} in document["lost"]
    if written:
        assert set(pd.read_csv(here / "out" / "rows.csv")["estimator"]) == {"mle", "map"}


def test_ctrl_c_in_an_interval_leaves_those_before_and_those_that_take_no_time(run, here, monkeypatch):
    (here / "coin.csv").write_text(COIN)

    def stop(*arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setitem(KINDS, "bootstrap", replace(KINDS["bootstrap"], compute=stop))
    seen = run(f"compare bernoulli coin.csv {POINTS} --interval bootstrap --interval wald --interval profile --json")
    rows = pd.DataFrame(json.loads(seen.out)["rows"]).groupby("interval")
    assert (seen.code, {kind: set(of["status"]) for kind, of in rows}) == (
        130,
        {
            "wald": {"ok"},
            "profile": {"ok"},
            "bootstrap": {"failed"},
            "laplace": {"ok"},
            "profile_penalised": {"failed"},
        },
    )
    assert set(rows.get_group("bootstrap")["reason"]) == {"interrupted by Ctrl-C"}


def test_ctrl_c_before_anything_is_done_leaves_nothing(run, here, stopped):
    (here / "coin.csv").write_text(COIN)
    seen = run("compare bernoulli coin.csv --estimator posterior --out out")
    assert (seen.code, seen.out) == (130, "")
    assert seen.err == "mle-vs-bayes: interrupted; nothing was written.\n"


def test_only_some_quantities_are_shown_and_all_are_in_the_document(run, here):
    (here / "coin.csv").write_text(COIN)
    fits = "compare bernoulli coin.csv --estimator mle --only"
    shown = run(f"{fits} odds")
    assert shown.code == 0 and "\nodds " in shown.out and "\np " not in shown.out
    parameters = {row["parameter"] for row in json.loads(run(f"{fits} odds --json").out)["rows"]}
    assert parameters == {"p", "odds"}
    none = run(f"{fits} od")
    assert (none.code, none.err) == (
        2,
        'mle-vs-bayes: --only is "od", which fits no quantity; there are p and odds.\n',
    )
    assert none.out == ""  # nothing was fitted
