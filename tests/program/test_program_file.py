"""``compare model.py DATA`` from an empty folder: files that work, that do not, and data that do not fit them."""

import json

import pytest

from mle_vs_bayes.errors import ModelError
from mle_vs_bayes.program import file

from ..cli.conftest import run_command

PROGRAM = """
import numpy as np
import pymc as pm


def model(data):
    with pm.Model() as built:
        slope = pm.Normal("slope", 0, 10)
        pm.Normal("y", slope * data["x"], pm.HalfNormal("sigma", 5), observed=data["y"])
    return built


def number(data):
    return 3


def broken(data):
    root = np.linalg.cholesky(-np.eye(2))
    return root


def nothing():
    return None


def missing(data):
    with pm.Model() as built:
        pm.Normal("y", pm.Normal("mu"), 1, observed=pm.Data("seen", [1.0, float("nan")]))
    return built


def latent(data):
    with pm.Model() as built:
        tau = pm.HalfNormal("tau")
        pm.Normal("y", pm.Normal("theta", 0, tau, shape=len(data["y"])), 1, observed=data["y"])
    return built
"""
CSV = "x,y\n" + "".join(f"{x},{y}\n" for x, y in zip(range(6), (0.4, 2.2, 3.7, 6.4, 7.9, 10.1), strict=True))
ARRAYS = {"N": 3, "x": [1, 2, 3], "y": [1.5, 4.5, 5.5], "Z": [[1, 2], [3, 4]], "gap": [1, None], "odd": [[1], [2, 3]]}
BESIDE = """

def log_likelihood(theta, data):
    import scipy.stats

    return scipy.stats.norm.logpdf(data["y"], theta["slope"] * data["x"], theta["sigma"]) + OFF


def functions(theta):
    return {"double": 2 * theta["slope"]}


OFF = 0.0
"""


@pytest.fixture
def files(tmp_path, monkeypatch):
    here = tmp_path
    monkeypatch.chdir(here)
    (here / "program.py").write_text(PROGRAM)
    (here / "both.py").write_text(PROGRAM + BESIDE)
    (here / "apart.py").write_text(PROGRAM + BESIDE.replace("OFF = 0.0", "OFF = 1e-6"))
    (here / "meanless.py").write_text(PROGRAM + BESIDE + 'no_mean = {"double": "its author says so"}\n')
    (here / "mistaken.py").write_text(PROGRAM + BESIDE + 'no_mean = {"triple": "no such thing"}\n')
    (here / "listed.py").write_text(PROGRAM + BESIDE + 'no_mean = ["double"]\n')
    (here / "absent.py").write_text("import pymc\nimport not_there\n")
    (here / "open.py").write_text("def model(data):\n    return (\n")
    (here / "empty.py").write_text("x = 1\n")
    (here / "data.csv").write_text(CSV)
    (here / "data.json").write_text(json.dumps(ARRAYS))
    (here / "other.csv").write_text(CSV.replace("y", "z"))
    return here


POINTS = "--estimator mle --estimator map"
BAD = {
    "program.py:number data.csv": ("number of program.py returned an object of type int", "pm.Model", "return"),
    "program.py:broken data.csv": ("broken of program.py raised LinAlgError", "line 18: `root = np.linalg", "correct"),
    "program.py:nothing data.csv": ("takes no argument", "must take one, the data"),
    "program.py:absent data.csv": ("no function absent", "model, number, broken", "program.py:model"),
    "program.py:missing data.csv": ("missing values", "drop those rows", "line 28"),
    "program.py data.csv --formula y~x": ("formula cannot be used", "its own covariates"),
    "program.py data.csv --effect x": ("the outcome of program has no mean",),
    "program.py data.csv --against weibull": ("--against", "leave one of them out"),
    "program.py": ("takes data", "there are none", "give a file"),
    "program.py other.csv": ('reads "y"', "they have x, z", "rename", "line 9"),
    "absent.py data.csv": (
        "absent.py does not import",
        "ModuleNotFoundError",
        "not_there",
        "line 2: `import not_there`",
    ),
    "open.py data.csv": ("open.py does not import", "SyntaxError", "line 2"),
    "empty.py data.csv": ("no function model", "write one that returns a pm.Model"),
    "none.py data.csv": ("no file none.py", "check the path"),
    "program.py none.csv": ("no file none.csv",),
    "apart.py data.csv": ("the two likelihoods of apart differ in unit", "correct one of them"),
    "mistaken.py data.csv": ("no_mean of mistaken names triple", "it has", "double"),
    "listed.py data.csv": ("no_mean of listed.py is an object of type list", "write it like"),
    "weibull data.csv --allow-joint": ("allow-joint is for PyMC programs",),
}


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input_gets_one_sentence(files, arguments):
    seen = run_command(f"compare {arguments}")
    assert (seen.code, seen.out) == (2, "")
    assert seen.err.startswith("mle-vs-bayes: ") and seen.err.count("\n") == 1
    for word in BAD[arguments]:
        assert word in seen.err


def test_a_file_gives_the_usual_screen_rows_and_files(files):
    seen = run_command(f"compare program.py data.csv {POINTS} --out out")
    assert (seen.code, seen.err) == (0, "")
    assert "program · n = 6" in seen.out and "slope ~ Normal(0, 10)" in seen.out
    assert {"rows.csv", "comparison.nc", "summary.txt", "forest.png"} <= {
        path.name for path in (files / "out").iterdir()
    }


def test_json_gives_arrays_and_the_usual_document(files):
    seen = run_command(f"compare program.py:model data.json {POINTS} --json")
    document = json.loads(seen.out)
    rows = {(row["estimator"], row["parameter"]): row for row in document["rows"]}
    x, y = ARRAYS["x"], ARRAYS["y"]
    exact = sum(a * b for a, b in zip(x, y, strict=True)) / sum(a * a for a in x)
    assert rows["mle", "slope"]["estimate"] == pytest.approx(exact, rel=1e-9)
    assert document["model"] == "program" and document["n"] == 3


def test_arrays_keep_their_kinds(files):
    from mle_vs_bayes.data.reading.read import read_arrays

    found = read_arrays("data.json")
    assert found["N"] == 3 and found["x"].dtype.kind == "i" and found["y"].dtype.kind == "f"
    assert found["Z"].shape == (2, 2) and found["gap"][1] != found["gap"][1] and found["odd"] == [[1], [2, 3]]
    assert read_arrays("data.csv") is None


def test_functions_beside_the_program_are_read(files):
    seen = json.loads(run_command(f"compare both.py data.csv {POINTS} --json").out)
    rows = {(row["estimator"], row["parameter"]): row for row in seen["rows"]}
    assert rows["mle", "double"]["estimate"] == pytest.approx(2 * rows["mle", "slope"]["estimate"])
    assert rows["mle", "double"]["se"] == pytest.approx(2 * rows["mle", "slope"]["se"], rel=1e-6)
    alone = json.loads(run_command(f"compare program.py data.csv {POINTS} --json").out)
    assert rows["mle", "slope"]["estimate"] == pytest.approx(alone["rows"][0]["estimate"], rel=1e-9)


def test_latent_effects_are_refused_in_rows_and_screen(files):
    seen = run_command(f"compare program.py:latent data.csv {POINTS} --json")
    rows = json.loads(seen.out)["rows"]
    assert {row["status"] for row in rows} == {"not_applicable"}
    assert all("--allow-joint" in row["reason"] for row in rows)
    assert "theta is latent" in run_command(f"compare program.py:latent data.csv {POINTS}").out


def test_a_program_may_say_which_posterior_means_do_not_exist(files):
    seen = run_command("compare meanless.py data.csv --draws 60 --tune 60 --chains 2 --json")
    rows = {row["parameter"]: row for row in json.loads(seen.out)["rows"] if row["estimator"] == "posterior"}
    assert (rows["double"]["estimate"], rows["double"]["se"]) == (None, None)
    assert rows["double"]["reason"] == "the posterior mean does not exist: its author says so"
    assert rows["double"]["median"] == 2 * rows["slope"]["median"]
    assert rows["slope"]["estimate"] is not None


def test_lines_of_this_package_are_not_the_persons_even_where_the_program_lies_above_it(tmp_path, monkeypatch):
    """A program in the root of a checkout has the package in its folder; a module of its own beside it is its own."""
    (tmp_path / "helper.py").write_text("from package.inner import fail\n\n\ndef help():\n    fail()\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "inner.py").write_text("def fail():\n    raise ValueError('deep')\n")
    (tmp_path / "mine.py").write_text("import helper\n\n\ndef model(data):\n    helper.help()\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "mine.py"
    of = file.function_of(file.load(path), path, "model")

    def sentence():
        with pytest.raises(ModelError) as caught:
            file.made(of, path, {"x": 1})
        return str(caught.value)

    assert "line 2 of inner.py" in sentence()  # what the mutant shows of every package
    monkeypatch.setattr(file, "_PACKAGE", tmp_path / "package")
    assert "inner.py" not in sentence()
    assert "line 5: `helper.help()`; line 5 of helper.py: `fail()`" in sentence()
