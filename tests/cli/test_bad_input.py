"""Bad input gets one sentence and exit code 2; odd but valid input gets an answer."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.estimators.estimate import missing

TEN = (3.1, 4.5, 2.2, 8.1, 5.5, 6.1, 1.9, 3.3, 7.4, 4.2)
HOURS = "hours,x,z\n" + "".join(f"{y},{i},{2 * i}\n" for i, y in enumerate(TEN))
POINTS = "--estimator mle --estimator map"


def table(**columns):
    rows = zip(*columns.values(), strict=True)
    return "\n".join(",".join(str(cell) for cell in row) for row in [tuple(columns), *rows]) + "\n"


def ten(**changed):
    """A column y of ten lifetimes; ``row_4=-1`` puts another value into row 4."""
    cells = list(TEN)
    for row, value in changed.items():
        cells[int(row.removeprefix("row_")) - 1] = value
    return table(y=cells)


@dataclass(frozen=True)
class Case:
    """``data`` goes into ``file``; the sentence must hold all of ``words``: what, the value seen, the way out."""

    name: str
    arguments: str
    data: str | bytes | None
    words: tuple[str, ...]
    file: str = "data.csv"


WEIBULL = "compare weibull data.csv"
LINE = 'compare linear data.csv --formula "hours ~ x"'
BAD = [
    # the model and the file
    Case("unknown model", "compare weibul data.csv", ten(), ("weibul", "did you mean weibull?")),
    Case("unknown model, none near", "compare xqzj data.csv", ten(), ("xqzj", "mle-vs-bayes models")),
    Case("a model that is not here", "compare garch data.csv", ten(), ('"garch"; run `mle-vs-bayes models`', "PyMC")),
    Case(
        "the model forgotten",
        "compare data.csv",
        ten(),
        ("data.csv is data", "MODEL data.csv", "models --for data.csv"),
    ),
    Case("a model that contains another", "compare lognormality data.csv", ten(), ('"lognormality"',)),
    Case("another program's word", "compare gaussian data.csv", ten(), ("did you mean normal?",)),
    Case("no formula", "compare logistic data.csv", ",x,y\n1,5,0\n2,7,1\n", ('--formula "y ~ x"',)),
    Case("no formula, no y", "compare linear data.csv", ",x,h\n1,5,0\n2,7,1\n", ('--formula "x ~ h"',)),
    Case("no data", "compare weibull", None, ("no data", "a file", "simulate")),
    Case("data and simulation", f"{WEIBULL} --simulate 20", ten(), ("both data and 20 units", "leave one")),
    Case("missing file", "compare weibull dat.csv", ten(), ("dat.csv", "did you mean data.csv?", "path")),
    Case("a directory", "compare weibull .", None, ("directory", "file in it")),
    Case("unknown ending", "compare weibull data.sav", ten(), ('".sav"', ".csv", ".parquet"), "data.sav"),
    Case("not JSON", "compare weibull data.json", "{y: 1}", ("data.json", "line 1 column 2", "correct"), "data.json"),
    Case("not Parquet", "compare weibull data.parquet", ten(), ("data.parquet", "Parquet"), "data.parquet"),
    Case("unknown example", "compare weibull example:hart", None, ("hart", "did you mean heart?")),
    Case("empty file", WEIBULL, "", ("data.csv is empty", "column names")),
    Case("header only", WEIBULL, "y\n", ("no rows", "y", "add rows")),
    Case("rows without a header", WEIBULL, "1\n2\n", ("begins with numbers", '"1"', "add a line of names")),
    Case("a row too long", WEIBULL, "y,x\n1,2,3\n2,3\n", ("2 columns", "more cells")),
    Case("not UTF-8", WEIBULL, "y,größe\n1,2\n2,3\n".encode("latin-1"), ("0xf6", "save it as UTF-8")),
    Case("1234 or 1.234", WEIBULL, "y;x\n1,5;2.500\n2,5;3\n", ("2.500 in row 1 of column x", "2500 or 2,500")),
    Case("duplicate columns", WEIBULL, "y,y\n1,2\n2,3\n", ("more than one column y", "columns 1 and 2", "own name")),
    # columns
    Case("no numeric column", WEIBULL, "a,b\nu,v\nw,x\n", ("no numeric column", "a and b", '"u"', "as numbers")),
    Case("several columns", WEIBULL, HOURS, ("column for y", "hours, x and z", "--column y=NAME")),
    Case("missing column", f"{WEIBULL} --column y=hour", HOURS, ("hour for y", "mean hours?", "hours, x and z")),
    Case("unknown role", f"{WEIBULL} --column evnt=x", HOURS, ("evnt", "did you mean event?", "lower")),
    Case("no assignment", f"{WEIBULL} --column hours", HOURS, ('"hours" is not NAME=VALUE', "y=hours")),
    Case("role twice", f"{WEIBULL} --column y=x --column y=z", HOURS, ('"y" twice', "x and", "z", "keep one")),
    # values
    Case("missing value", WEIBULL, ten(row_4="", row_7="NA"), ("y", "2 missing", "rows 4 and 7", "--drop-missing")),
    Case("infinite value", WEIBULL, ten(row_4="inf"), ("y", "infinite", "row 4", "--drop-missing")),
    Case("nothing but missing values", WEIBULL, "y,x\n,1\n,2\n", ("no row is complete", "y has 2", "other columns")),
    Case("text", WEIBULL, ten(row_3="abc"), ('"abc" in row 3', "not a number", "code it")),
    Case("negative lifetime", WEIBULL, ten(row_4=-1), ("y is -1 in row 4", "above 0", "correct the data")),
    Case("zero lifetime", WEIBULL, ten(row_4=0), ("y is 0 in row 4", "above 0", "correct the data")),
    Case("event neither 0 nor 1", WEIBULL, table(y=TEN, event=[2] + [1] * 9), ("event is 2 in row 1", "0 or 1")),
    Case("a 2 among 0 and 1", "compare bernoulli data.csv", "y\n0\n1\n2\n", ("is 2 in row 3",)),
    Case(
        "more successes than trials",
        "compare bernoulli data.csv --drop-missing",  # rows keep the numbers that the file gives them
        "y,trials\n,3\n1,2\n5,4\n",
        ("is 5 in row 3", "4 trials", "must not exceed"),
    ),
    Case("half a count", "compare poisson data.csv", "y\n1\n1.5\n", ("y is 1.5 in row 2", "whole number", "correct")),
    Case("too large a count", "compare poisson data.csv", "y\n1\n3000000000\n", ("3000000000 in row 2", "2147483647")),
    Case("weights that are no counts", WEIBULL, "y,weights\n1,.5\n2,1\n", ("weights is 0.5 in row 1", "whole")),
    Case("one row", "compare normal data.csv", "y\n3\n", ("one row", "at least 2")),
    Case("constant y, normal", "compare normal data.csv", "y\n3\n3\n3\n", ("every y is 3", "spread")),
    Case("constant y, weibull", WEIBULL, "y\n3\n3\n3\n", ("every y is 3", "shape")),
    # formulas
    Case("no formula", "compare linear data.csv", HOURS, ("needs a formula", '--formula "hours ~ x + z"')),
    Case(
        "a formula too many",
        "compare uniform data.csv --formula 'hours ~ x'",
        HOURS,
        ("no formula", "hours ~ x", "y=NAME"),
    ),
    Case(
        "formula that does not parse",
        'compare linear data.csv --formula "hours ~ x +"',
        HOURS,
        ('"hours ~ x +" does not parse', 'write it like "hours ~ x"'),
    ),
    Case("one-sided formula", 'compare linear data.csv --formula "x"', HOURS, ('"x"', "no left side", "hours ~")),
    Case(
        "unknown variable",
        'compare linear data.csv --formula "hours ~ age"',
        HOURS,
        ("age, which is not a column", "hours, x and z"),
    ),
    Case(
        "constant y, linear",
        'compare linear data.csv --formula "y ~ x"',
        "y,x\n3,1\n3,2\n3,4\n",
        ("every y is 3", "nothing for covariates to explain"),
    ),
    Case(
        "constant covariate",
        'compare linear data.csv --formula "y ~ x"',
        table(y=TEN, x=[2] * 10),
        ("x is 2 in every row", "leave it out"),
    ),
    Case(
        "category of one level",
        'compare linear data.csv --formula "y ~ x"',
        table(y=TEN, x=["a"] * 10),
        ("x", '"a" in every row', "leave it out"),
    ),
    Case(
        "collinear covariates",
        'compare linear data.csv --formula "hours ~ x + z"',
        HOURS,
        ("x and z are collinear", "leave one of them out"),
    ),
    Case(
        "fewer rows than terms",
        'compare linear data.csv --formula "y ~ x + z + u"',
        "y,x,z,u\n1,1,3,1\n2,2,1,1\n4,5,2,2\n",
        ("3 rows", "4 terms", "fewer terms"),
    ),
    Case(
        "missing covariate",
        'compare linear data.csv --formula "y ~ x"',
        table(y=TEN, x=["", *range(9)]),
        ("x has 1 missing", "row 1", "--drop-missing"),
    ),
    # priors
    Case("prior that does not parse", f'{WEIBULL} --prior "shape=Gamma(2,"', ten(), ('"Gamma(2,"', "Gamma(alpha=2")),
    Case("prior without its parameter", f'{WEIBULL} --prior "Gamma(alpha=2, beta=1)"', ten(), ("NAME=", "shape=")),
    Case("prior that is code", f"{WEIBULL} --prior shape=exit(1).x()", ten(), ("does not parse", "with numbers")),
    Case("unknown family", f'{WEIBULL} --prior "shape=Gama(2, 1)"', ten(), ('"Gama"', "did you mean Gamma?")),
    Case(
        "unknown argument", f'{WEIBULL} --prior "shape=Gamma(2, rate=1)"', ten(), ("alpha, rate", "alpha, beta or mu")
    ),
    Case("argument outside", f'{WEIBULL} --prior "shape=Gamma(2, -1)"', ten(), ("beta=-1", "above 0")),
    Case("an argument too many", f'{WEIBULL} --prior "shape=Gamma(2, 1, 3)"', ten(), ("3 arguments", "alpha, beta")),
    Case("prior outside", f'{WEIBULL} --prior "shape=Normal(0, 1)"', ten(), ("Normal(mu=0", "shape", "HalfNormal")),
    Case(
        "uniform prior outside",
        'compare bernoulli data.csv --prior "p=Uniform(0, 2)"',
        "y\n0\n1\n",
        ("Uniform(lower=0, upper=2)", "0 to 1", "Beta"),
    ),
    Case("prior of what is not there", f'{WEIBULL} --prior "shap=Gamma(2, 1)"', ten(), ('"shap"', "shape, scale")),
    Case("two priors", f"{WEIBULL} --prior shape=HalfFlat() --prior shape=HalfNormal(1)", ten(), ("twice", "keep one")),
    # options
    Case("level of 1", f"{WEIBULL} --level 1", ten(), ("level is 1", "inside (0, 1)", "0.95")),
    Case("level in per cent", f"{WEIBULL} --level 95", ten(), ("level is 95", "inside (0, 1)", "0.95")),
    Case("unknown estimator", f"{WEIBULL} --estimator mcmc", ten(), ('"mcmc"', "mle, reml, map, posterior, exact")),
    Case("a word for n", f"{WEIBULL} --n 5,many", ten(), ('n is "many"', "whole number or all")),
    Case("n above the rows", f"{WEIBULL} --n 5,500", ten(), ("n is 500", "10 rows")),
    Case("n too small", f"{WEIBULL} --n 1,all", ten(), ("n is 1", "at least 2")),
    Case("constant subset", "compare normal data.csv --n 3,all", "y\n" + "3\n" * 12 + "4\n", ("n = 3", "every y is 3")),
    Case("no n", f"{WEIBULL} --n ,", ten(), ('","', "20,50,100,all")),
    Case("no chains", f"{WEIBULL} --chains 0", ten(), ("chains is 0", "1 or above")),
    Case("negative seed", f"{WEIBULL} --seed=-1", ten(), ("seed is -1", "0 or above")),
    Case("unknown option", f"{WEIBULL} --levle 0.9", ten(), ("--levle", "--level", "--help")),
    Case("level that is no number", f"{WEIBULL} --level high", ten(), ("--level", "number", "--help")),
    # simulation
    Case("one unit", "compare weibull --simulate 1", None, ("is 1", "at least 2")),
    Case("fewer units than terms", "compare linear --simulate 2", None, ("is 2", "at least 4")),
    Case("unknown truth", "compare weibull --simulate 9 --truth shap=2", None, ('"shap"', "shape, scale")),
    Case("truth outside", "compare weibull --simulate 9 --truth shape=-2", None, ("shape=-2", "positive", "1.5")),
    Case("truth in words", "compare weibull --simulate 9 --truth shape=two", None, ('shape is "two"', "shape=1.5")),
    Case("truth that is no number", "compare weibull --simulate 9 --truth shape=nan", None, ("shape is nan", "finite")),
    Case("infinite truth", "compare weibull --simulate 9 --truth shape=inf", None, ("shape is inf", "finite")),
    Case("null that is no number", f"{WEIBULL} --null shape=nan", ten(), ("--null shape is nan", "finite")),
    Case("null outside", f"{WEIBULL} --null shape=-1", ten(), ("-1 for shape", "outside its support, 0 to inf")),
    Case("null on an open end", f"{WEIBULL} --null scale=0", ten(), ("0 for scale", "outside", "test a value inside")),
    Case("infinite null without a meaning", f"{WEIBULL} --null shape=inf", ten(), ("inf for shape", "outside")),
    Case("infinite null of another model", "compare student_t data.csv --null nu=-inf", ten(), ("or inf, the model",)),
    Case(
        "null of an effect that there is none of",
        'compare normal data.csv --formula "hours ~ 1 + (1 | x)" --null "sd[z|x]=0"',
        HOURS.replace(",9,", ",8,"),
        ('no quantity "sd[z|x]"', "sd[Intercept|x]"),
    ),
    Case("effect of no covariate", f"{LINE} --effect w", HOURS, ("no covariate w", "the formula reads x")),
    Case("effect without a table", "compare normal --simulate 9 --effect x", None, ("effects need the table",)),
    Case("quantities to show", f"{LINE} --only slope", HOURS, ('--only is "slope"', "beta[x]")),
    Case("another model of other data", "compare normal data.csv --against poisson", ten(), ("y is 3.1", "whole")),
    Case("infinite prior", f'{WEIBULL} --prior "shape=Gamma(2, 1e999)"', ten(), ("beta=inf", "finite number")),
    Case("prior to no power", f"{WEIBULL} --prior-power nan", ten(), ("prior-power is nan", "above 0")),
    Case("level that is none", f"{WEIBULL} --level nan", ten(), ("level is nan", "inside (0, 1)")),
    Case(
        "interval of another estimator",
        f"{WEIBULL} --estimator posterior --interval profile",
        ten(),
        ("profile is one of mle and map", "fitted is posterior", "eti, hdi"),
    ),
    Case("truth without value", "compare weibull --simulate 9 --truth shape", None, ('"shape"', "shape=1.5")),
    Case("truth of data", f"{WEIBULL} --truth shape=2", ten(), ("truth for shape", "simulated data only")),
    Case("columns of a simulation", "compare weibull --simulate 9 --column y=x", None, ("columns", "leave out")),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad_input_gets_one_sentence(run, here, case):
    if case.data is not None:
        content = case.data if isinstance(case.data, bytes) else case.data.encode()
        (here / case.file).write_bytes(content)
    before = sorted(here.iterdir())
    seen = run(f"{case.arguments} --out out")
    assert_one_sentence(seen, case.words)
    assert sorted(here.iterdir()) == before  # neither --out nor anything half-written


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("z\n1\n", ("no column x", "they have z")),
        ("x\n1\n\n3\n", ("column x", "no value in row 2")),
        ("x\ntall\n", ("x", "tall")),
        ("", ("new.csv is empty",)),
        ("x\n", ("no rows",)),
    ],
)
def test_new_rows_are_looked_at_before_anything_is_fitted(run, here, monkeypatch, new, words):
    monkeypatch.delattr(maximum_likelihood, "fit")
    (here / "data.csv").write_text(HOURS)
    (here / "new.csv").write_text(new)
    assert_one_sentence(run(f"{LINE} --estimator mle --predict new.csv"), words)


def assert_one_sentence(seen, words):
    assert seen.code == 2
    assert seen.out == ""
    assert seen.err.startswith("mle-vs-bayes: ")
    assert seen.err.endswith((".\n", "?\n"))
    assert seen.err.count("\n") == 1
    assert [word for word in words if word not in seen.err] == []


@pytest.mark.parametrize("out", ["taken", "taken/below", "data.csv/in/a/file"])
def test_out_that_cannot_be_written_is_refused_before_anything_is_fitted(run, here, out):
    (here / "data.csv").write_text(ten())
    (here / "taken").write_text("a file")
    seen = run(f"{WEIBULL} --out {out}")
    assert_one_sentence(seen, (f'cannot write to "{out}"', "choose another folder for --out"))
    assert (here / "taken").read_text() == "a file"
    assert len(list(here.iterdir())) == 2


def test_command_that_does_not_exist(run):
    assert_one_sentence(run("compar"), ("compar", "compare"))


def test_model_of_the_catalogue_that_does_not_exist(run):
    assert_one_sentence(run("models weibul"), ("weibul", "did you mean weibull?"))


# What looks odd and has an answer.


def fitted(run, arguments):
    """Rows of a run with ``--json`` by (estimator, parameter)."""
    seen = run(f"{arguments} --json")
    assert (seen.code, seen.err) == (0, "")
    return {(row["estimator"], row["parameter"]): row for row in json.loads(seen.out)["rows"]}


def test_perfect_separation_is_a_divergent_row_and_the_map_goes_on(run, here):
    (here / "data.csv").write_text(table(y=[0] * 5 + [1] * 5, x=range(10)))
    rows = fitted(run, f'compare logistic data.csv --formula "y ~ x" {POINTS}')
    mle, mode = rows["mle", "beta[x]"], rows["map", "beta[x]"]
    assert (mle["status"], mle["estimate"], mle["se"], mle["concerns"]) == ("divergent", None, None, "divergent")
    assert "beta[x]" in mle["reason"]
    assert "separate" in mle["reason"]
    assert mode["status"] == "ok"
    assert mode["estimate"] > 0


def test_strict_turns_a_concern_into_exit_code_1(run, here):
    (here / "data.csv").write_text(table(y=[0] * 5 + [1] * 5, x=range(10)))
    seen = run('compare logistic data.csv --formula "y ~ x" --estimator mle --strict')
    assert (seen.code, seen.err) == (1, "")
    assert "divergent" in seen.out


def test_strict_is_content_with_a_clean_fit(run, here):
    (here / "data.csv").write_text("y\n0\n1\n1\n0\n1\n")
    assert run(f"compare bernoulli data.csv {POINTS} --strict").code == 0


@pytest.mark.parametrize(("status", "code"), [("failed", 1), ("divergent", 0)])
def test_no_answer_because_every_fit_failed_is_exit_code_1(run, here, monkeypatch, status, code):
    """A likelihood without a maximum is an answer, too."""

    def lost(program, *arguments):
        return missing("maximum_likelihood", program.layout.labels, status, "it went astray")

    monkeypatch.setattr(maximum_likelihood, "fit", lost)
    (here / "data.csv").write_text(ten())
    for form in ("", "--json"):
        seen = run(f"compare normal data.csv --estimator mle {form}")
        assert (seen.code, seen.err) == (code, "") and "it went astray" in seen.out
    assert run(f"compare normal data.csv {POINTS}").code == 0  # the MAP is there


def test_drop_missing_goes_on_without_these_rows(run, here):
    (here / "data.csv").write_text(table(y=["", *TEN, "inf"]))
    row = fitted(run, "compare normal data.csv --estimator mle --drop-missing")["mle", "mu"]
    assert row["n"] == len(TEN)
    assert row["estimate"] == pytest.approx(np.mean(TEN), rel=1e-12)


@pytest.mark.parametrize("size", [3e6, 1e-6])
def test_units_far_from_one(run, here, size):
    values = size * np.array(TEN)
    (here / "data.csv").write_text(table(y=[repr(float(value)) for value in values]))
    rows = fitted(run, f"compare normal data.csv {POINTS}")
    assert rows["mle", "mu"]["estimate"] == pytest.approx(values.mean(), rel=1e-10)
    assert rows["mle", "sigma"]["estimate"] == pytest.approx(values.std(), rel=1e-6)
    assert rows["map", "sigma"]["status"] == "ok"


def test_fifty_thousand_rows(run, here):
    values = np.random.default_rng(1).normal(5, 2, 50_000).round(4)
    (here / "data.csv").write_text(table(y=values))
    rows = fitted(run, f"compare normal data.csv {POINTS}")
    assert rows["mle", "mu"]["estimate"] == pytest.approx(values.mean(), rel=1e-10)
    assert abs(rows["map", "mu"]["estimate"] - values.mean()) < 1e-3 * rows["mle", "mu"]["se"]


def test_names_with_spaces_unicode_and_equals_signs(run, here):
    columns = {"my time": TEN, "größe": range(10), "a=b": [1, 2, 1, 2, 2, 1, 1, 2, 2, 1]}
    (here / "my data.csv").write_text(table(**columns), encoding="utf-8")
    formula = '--formula "`my time` ~ größe + `a=b`" --prior "beta[a=b]=Normal(0, 1e-3)"'
    rows = fitted(run, f'compare linear "my data.csv" {formula} {POINTS}')
    assert [parameter for name, parameter in rows if name == "mle"] == [
        "beta[Intercept]",
        "beta[größe]",
        "beta[a=b]",
        "sigma",
    ]
    assert abs(rows["map", "beta[a=b]"]["estimate"]) < 1e-3 < abs(rows["mle", "beta[a=b]"]["estimate"])


@pytest.mark.parametrize("role", ["my time", "größe", "a=b"])
def test_odd_name_for_a_role(run, here, role):
    (here / "data.csv").write_text(table(**{role: TEN, "other": TEN}), encoding="utf-8")
    rows = fitted(run, f'compare normal data.csv --column "y={role}" --estimator mle')
    assert rows["mle", "mu"]["estimate"] == pytest.approx(np.mean(TEN))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xef\xbb\xbf" + table(y=TEN).encode(), id="byte-order mark"),
        pytest.param(table(y=TEN).replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(table(y=TEN).rstrip("\n").encode(), id="no line end"),
        pytest.param(table(y=[f" {value}" for value in TEN]).encode(), id="blanks"),
    ],
)
def test_files_from_other_programs(run, here, content):
    (here / "data.csv").write_bytes(content)
    rows = fitted(run, "compare normal data.csv --estimator mle")
    assert rows["mle", "mu"]["estimate"] == pytest.approx(np.mean(TEN), rel=1e-12)
    assert rows["mle", "mu"]["n"] == len(TEN)
