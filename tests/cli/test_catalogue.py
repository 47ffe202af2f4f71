"""Finding a model: in the list, by a word, by another program's name for it, for columns of data, by the shell."""

import re

import pytest

from mle_vs_bayes import models
from mle_vs_bayes.cli import options
from mle_vs_bayes.cli.catalogue import listing
from mle_vs_bayes.data.reading import examples
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.intervals import KINDS
from mle_vs_bayes.report import text

ILL = """id,hours,failed,site,share
a1,31,1,north,0.2
a2,45,1,north,0.4
a3,22,1,south,
a4,81,0,south,0.3
a5,55,1,north,0.9
a6,61,1,south,0.5
"""


def test_every_line_of_the_list_fits_a_terminal():
    everything = listing.matching(None)
    lines = text.plain(listing.listing(everything), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line.partition(" ")[0] in models.MODELS] == [
        model.name for heading in listing.GROUPS for model in everything if listing.group(model) == heading
    ]


def test_a_search_finds_what_all_of_its_words_are_about():
    assert {model.name for model in listing.matching("Censored lifetimes")} >= {"exponential", "weibull"}
    assert {model.name for model in listing.matching("gaussian")} >= {"normal"}  # as others call it
    assert "normal" not in {model.name for model in listing.matching("censored")}
    with pytest.raises(UsageError, match='no model has "xqzj"'):
        listing.matching("xqzj")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ill.csv", "ill.csv is data, and the model is missing; write MODEL ill.csv"),
        ("example:heart", "models --for example:heart"),
        ("table.xlsx", "table.xlsx is data"),
        ("gaussian", "did you mean normal?"),
        ("Logit", "did you mean logistic?"),
        ("lm", "did you mean linear?"),
        ("aov", "did you mean linear?"),
        ("proc mixed", "did you mean random_intercept?"),
        ("coxph", "the nearest is weibull"),
        ("garch", 'there is no model "garch"; run `mle-vs-bayes models`'),
    ],
)
def test_what_is_no_model_is_told_what_it_may_be(typed, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        models.get(typed)


def test_no_name_of_ours_is_another_program_s_word_for_something_else():
    assert not {*models.ELSEWHERE, *models.LIKE} & {*models.MODELS}


def test_every_advised_name_is_in_the_catalogue():
    advised = {name for names in (*models.ELSEWHERE.values(), *models.LIKE.values()) for name in names}
    assert advised <= {*models.MODELS}


def commands(out):
    """What is suggested, by the column that it is for."""
    blocks = (block.splitlines() for block in out.split("\n\n"))
    return {first.split(":")[0]: [line.split("  ")[-1].strip() for line in lines] for first, *lines in blocks}


def test_every_suggested_command_is_one_that_runs(run, here):
    """The data come through the command's own preparation; only the fits are left out."""
    (here / "ill.csv").write_text(ILL)
    seen = run("models --for ill.csv")
    suggested = commands(seen.out)
    assert (seen.code, seen.err, list(suggested)) == (0, "", ["hours", "failed", "site", "share"])
    assert "mle-vs-bayes compare categorical ill.csv --column y=site" in suggested["site"]
    every = commands(run("models --for ill.csv --column y=hours").out)["hours"]
    assert "mle-vs-bayes compare random_intercept ill.csv --column y=hours --column group=site" in every
    assert "mle-vs-bayes compare weibull ill.csv --column y=hours" in every
    assert "mle-vs-bayes compare bernoulli ill.csv --column y=failed" in suggested["failed"]
    assert not [command for command in every if "bernoulli" in command]
    assert all(command.endswith("--drop-missing") for command in suggested["share"] if "compare" in command)
    assert "if 1 means that the event was seen" in every[-1]


def test_the_nearest_models_come_first_and_not_all_of_them(run, here):
    """A measurement is no class, weights and groups are no covariates, and the rest is a command away."""
    lines = [f"{y + 0.3 * (y % 7)},{y * y % 11},{'abcde'[y // 6]},{1 + y % 3},{y % 2}" for y in range(1, 30)]
    (here / "mixed.csv").write_text("\n".join(["y,x,g,w,yes", *lines]) + "\n")
    seen = commands(run("models --for mixed.csv").out)
    assert [next(iter(seen[name])).split()[2] for name in ("y", "yes")] == ["exponential", "bernoulli"]
    assert any(command.endswith("--formula 'y ~ x + yes'") for command in seen["y"])
    assert all(len(of) <= 8 for of in seen.values()) and "g" not in seen and "w" not in seen
    assert seen["yes"][-1].endswith("more: mle-vs-bayes models --for mixed.csv --column y=yes")
    every = commands(run("models --for mixed.csv --column y=y").out)["y"]
    assert len(every) > 8 and not [each for each in every if "categorical" in each or "ordered" in each]


def test_one_column_and_what_cannot_be(run, here):
    (here / "ill.csv").write_text(ILL)
    assert list(commands(run("models --for ill.csv --column y=failed").out)) == ["failed"]
    wrong = run("models --for ill.csv --column y=fail")
    assert (wrong.code, wrong.err.count("did you mean failed?")) == (2, 1)
    assert "about outcomes" in run("models --for ill.csv --column event=failed").err


def test_the_shell_completes_models_examples_kinds_and_estimators():
    assert options.model_names("norm") == ["normal", "normal_means", "normal_mixture"]
    assert options.data_sources("example:hea") == ["example:heart"]
    assert options.data_sources("exa") == [f"example:{name}" for name in examples.names()]
    assert options.data_sources("data") == options.data_sources("") == []
    assert options.interval_kinds("boot") == [kind for kind in KINDS if kind.startswith("boot")]
    assert options.estimator_names("ma") == ["map"]


def test_completion_is_on_the_command_line(monkeypatch, run):
    monkeypatch.setenv("_MLE_VS_BAYES_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "mle-vs-bayes compare weib")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert run("").out == "weibull\nweibull_regression\n"
