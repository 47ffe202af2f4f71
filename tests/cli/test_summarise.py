"""``mle-vs-bayes study summarise``: tables of estimates made anywhere, and bad ones."""

import json

import numpy as np
import pandas as pd
import pytest

GOOD = "dataset,model,n,b,se\n" + "".join(
    f"{i},{m},{n},{0.5 + 0.1 * ((i * k) % 5 - 2)},0.1\n"
    for n in (50, 200)
    for k, m in enumerate(("Cox", "Exp"), start=1)
    for i in range(1, 11)
)


def test_json(run, here):
    (here / "sim.csv").write_text(GOOD)
    seen = run("study summarise sim.csv --truth 0.5 --reference Cox --slope mse=-1 --json")
    assert (seen.code, seen.err) == (0, "")
    document = json.loads(seen.out)
    first = document["measures"][0]
    assert list(first) == ["measure", "method", "n", "value", "mcse", "used", "failed"]
    assert (first["measure"], first["method"], first["n"], first["used"], first["failed"]) == ("bias", "Cox", 50, 10, 0)
    assert first["value"] == pytest.approx(0)
    assert {line["measure"] for line in document["measures"]} >= {"relative_precision", "coverage", "interval_score"}
    assert len(document["slopes"]) == 2


def test_screen(run, here):
    (here / "sim.csv").write_text(GOOD)
    seen = run("study summarise sim.csv --truth 0.5 --reference Cox").out
    assert [line for line in seen.splitlines() if line.startswith("n = ")] == ["n = 50", "n = 200"]
    heading = next(line for line in seen.splitlines() if line.startswith("measure"))
    assert heading.split() == ["measure", "method", "value", "MCSE", "used", "failed"]
    assert "Read as: replicate = dataset, method = model, estimate = b" in seen


def test_every_column_is_read_or_not_used_and_a_truth_that_another_replaces_is_neither(run, here):
    (here / "sim.csv").write_text("rep,method,n,true_beta,beta\n" + "".join(f"{i},a,20,1,{i / 9}\n" for i in range(9)))
    typed = "study summarise sim.csv --column estimate=beta --column truth=true_beta"
    for truth, read in (("", True), ("--truth 0.5", False)):
        words = " ".join(run(f"{typed} {truth}").out.split())
        listed = words[words.index("Read as: ") :].split(".")[0]
        assert ("truth = true_beta" in listed) == read
        assert "n" in [word.strip(", ") for word in listed.removeprefix("Read as: ").split(" ")]


def test_without_truth_the_rest_is_given_with_a_note(run, here):
    (here / "sim.csv").write_text(GOOD)
    document = json.loads(run("study summarise sim.csv --json").out)
    assert "empirical_se" in {line["measure"] for line in document["measures"]}
    assert "bias" not in {line["measure"] for line in document["measures"]}
    assert "--truth" in document["notes"][0]


def test_parquet_file_folder_and_pattern_agree(run, here):
    (here / "sim.csv").write_text(GOOD)
    table = pd.read_csv(here / "sim.csv")
    (here / "study" / "rows").mkdir(parents=True)
    table.head(20).to_parquet(here / "study" / "rows" / "1.parquet")
    table.tail(20).to_parquet(here / "study" / "rows" / "2.parquet")
    table.to_parquet(here / "sim.parquet")
    places = ("sim.csv", "sim.parquet", "study", "'study/rows/*.parquet'")
    outs = [json.loads(run(f"study summarise {place} --truth 0.5 --json").out)["measures"] for place in places]
    for other in outs[1:]:
        assert [line["measure"] for line in other] == [line["measure"] for line in outs[0]]
        for ours, theirs in zip(other, outs[0], strict=True):
            assert ours["value"] == pytest.approx(theirs["value"], abs=1e-12, nan_ok=True)


def test_wide_table_is_the_long_one(run, here):
    (here / "sim.csv").write_text(GOOD)
    long = pd.read_csv(here / "sim.csv")
    wide = long.pivot(index=["dataset", "n"], columns="model", values=["b", "se"])
    wide.columns = [f"{what}_{method}" for what, method in wide.columns]
    wide.reset_index().to_csv(here / "wide.csv", index=False)
    found = [
        json.loads(run(f"study summarise {arguments} --truth 0.5 --reference Cox --json").out)["measures"]
        for arguments in ("sim.csv", "wide.csv --column 'estimate=b_*' --column 'se=se_*'")
    ]
    assert found[0] == found[1]


def test_same_table_gives_the_same_bytes(run, here):
    rng = np.random.default_rng(0)
    pd.DataFrame({"rep": range(300_000), "est": rng.normal(size=300_000), "se": 1.0}).to_parquet(here / "sim.parquet")
    outs = {run("study summarise sim.parquet --truth 0 --json").out for _ in range(3)}
    assert len(outs) == 1


def test_columns_without_a_role_are_named(run, here):
    (here / "sim.csv").write_text("rep,est,conv,rho\n1,1,1,0.5\n2,9,0,0.5\n3,2,1,0.5\n")
    document = json.loads(run("study summarise sim.csv --truth 1 --json").out)
    assert document["measures"][0]["used"] == 2  # conv says which fits failed
    assert any("Not used: rho" in note for note in document["notes"])


CROSSED = [(n, true, rep) for n in (50, 100) for true in (0.0, 0.5) for rep in range(1, 9)]


def by_cell(here):
    """simsum's ``true(effect) by(n effect)``: the true value is all that tells two scenarios of one n apart."""
    lines = [f"{rep},{n},{true},{true + 0.1 * (rep % 4 - 1)},{0.2 + true}" for n, true, rep in CROSSED]
    (here / "cells.csv").write_text("\n".join(["rep,n,true_beta,b_a,b_b", *lines]) + "\n")


def measures_of(run, arguments):
    return json.loads(run(f"study summarise {arguments} --json").out)["measures"]


@pytest.mark.parametrize(
    "more",
    [
        "",
        "--column scenario=true_beta",
        "--column truth=true_beta",
        "--column scenario=n --column scenario=true_beta --column truth=true_beta",
    ],
)
def test_a_truth_may_tell_scenarios_apart(run, here, more):
    """Bias by hand: the mean of 0.1 × (−1, 0, 1, 2) is 0.05 in every cell, and 0.2 for b."""
    by_cell(here)
    lines = measures_of(run, f"cells.csv --column 'estimate=b_*' {more}")
    bias = {
        (line["n"], line["true_beta"], line["method"]): line["value"] for line in lines if line["measure"] == "bias"
    }
    cells = {(n, true) for n, true, _ in CROSSED}
    assert bias == pytest.approx({(*cell, method): {"a": 0.05, "b": 0.2}[method] for cell in cells for method in "ab"})


def test_a_truth_that_differs_by_replicate_is_no_scenario(run, here):
    (here / "sim.csv").write_text("rep,est,truth\n1,1.1,1\n2,1.1,1\n3,2.3,2\n4,2.3,2\n")
    (line,) = [line for line in measures_of(run, "sim.csv") if line["measure"] == "bias"]
    assert (line["used"], line["value"]) == (4, pytest.approx(0.2))
    assert "truth" not in line


TWO = "rep,term,est\n" + "".join(f"{rep},{term},{value}\n" for rep in (1, 2) for term, value in (("a", 1.5), ("b", 3)))


def test_each_estimand_has_its_own_truth(run, here):
    (here / "sim.csv").write_text(TWO)
    lines = measures_of(run, "sim.csv --truth a=1 --truth b=3")
    assert {line["term"]: line["value"] for line in lines if line["measure"] == "bias"} == {"a": 0.5, "b": 0.0}
    seen = json.loads(run("study summarise sim.csv --truth a=1 --json").out)
    assert [line["term"] for line in seen["measures"] if line["measure"] == "bias"] == ["a"]
    assert seen["notes"][0] == "No truth for b."


def test_a_truth_that_was_given_and_one_in_the_table_are_both_named(run, here):
    (here / "sim.csv").write_text("rep,est,true\n1,1,1\n2,2,1\n")
    notes = json.loads(run("study summarise sim.csv --truth 2 --json").out)["notes"]
    assert notes[0] == 'The truth is the one given, and not what column "true" holds.'


TWICE = "rep,method,est,sigma\n1,a,1,1\n1,a,2,2\n2,a,1,1\n2,a,3,2\n"
BAD = {
    "no such file": ("smi.csv", None, ("there is no file smi.csv",)),
    "no estimate": ("sim.csv", "method,x\na,1\n", ("estimate", "method and x", "--column estimate=NAME")),
    "no such column": ("sim.csv --column se=std", GOOD, ('"std"', "dataset, model, n, b and se")),
    "no such role": ("sim.csv --column error=se", GOOD, ('"error"', "the roles are")),
    "no number": ("sim.csv --column estimate=model", GOOD, ('"model"', '"Cox"', "no number")),
    "twice": ("sim.csv", TWICE, ("replicate 1", '"a"', "2 rows", "--column scenario=NAME", "sigma")),
    "unknown reference": ("sim.csv --reference cox", GOOD, ('"cox"', "did you mean Cox?", "Cox and Exp")),
    "level": ("sim.csv --level 95", GOOD, ("95", "(0, 1)")),
    "status": ("sim.csv", "rep,est,status\n1,1,weird\n", ("status", '"weird"')),
    "negative se": ("sim.csv", "rep,est,se\n1,1,-1\n2,2,1\n", ("-1", "not negative")),
    "swapped ends": ("sim.csv", "rep,est,lower,upper\n1,1,2,0\n", ('"lower"', '"upper"', "swap")),
    "some truths": ("sim.csv", "rep,est,truth\n1,1,1\n2,1,\n", ("truth", "1 rows", "--truth")),
    "no replicate number": ("sim.csv", "rep,est\n1,1\n,2\n", ('"rep"', "empty in 1 rows")),
    "nothing to pair by": ("sim.csv --reference a", "method,est\na,1\nb,2\n", ("replicate", "--column replicate=NAME")),
    "no such measure": ("sim.csv --slope bais", GOOD, ('"bais"', "empirical_se")),
    "own column": ("sim.csv --column scenario=used", "rep,est,used\n1,1,2\n", ('"used"', "rename")),
    "no such pattern": ("sim.csv --column 'estimate=q_*'", GOOD, ("q_*", "dataset, model, n, b and se")),
    "uneven patterns": ("sim.csv --column 'estimate=x_*' --column 'se=y_*'", "x_a,x_b,y_a\n1,2,3\n", ("each method",)),
    "two stars": ("sim.csv --column 'estimate=*_*'", GOOD.replace("model", "x_y"), ("several stars",)),
    "no such error": ("sim.csv --mcse normal", GOOD, ("robust or published",)),
    "one truth for two estimands": ("sim.csv --truth 1", TWO, ("2 estimands", "a and b", '--truth "a=1"')),
    "truth of no estimand": ("sim.csv --truth c=1", TWO, ("c", "a and b")),
    "truths without estimands": ("sim.csv --truth c=1", GOOD, ("--column parameter=NAME",)),
    "truth is a word": ("sim.csv --truth half", GOOD, ('"half"', "not a number")),
    "two roles": (
        "sim.csv --column scenario=b --column estimate=b",
        GOOD,
        ('"b"', "two roles", "truth, n and parameter"),
    ),
    "no such scenario": ("sim.csv --column scenario=x", GOOD, ('"x"', "scenario")),
}


@pytest.mark.parametrize(("arguments", "data", "words"), BAD.values(), ids=list(BAD))
def test_bad_input_is_one_sentence(run, here, arguments, data, words):
    if data is not None:
        (here / "sim.csv").write_text(data)
    seen = run(f"study summarise {arguments}")
    assert (seen.code, seen.out) == (2, "")
    assert len(seen.err.splitlines()) == 1
    assert [word for word in words if word not in seen.err] == [], seen.err
