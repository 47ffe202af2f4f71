"""What another model takes of the grammar that was asked of the first one."""

from types import SimpleNamespace

import pytest

from mle_vs_bayes.cli import steps
from mle_vs_bayes.comparison.scores.same_grammar import grammar_of
from mle_vs_bayes.errors import UsageError

NOTHING = {"formula": "y ~ x", "link": None, "fix": {}, "order": None, "nodes": None}
TAKEN = {
    "a link that the other takes": ("negative_binomial", {"link": "sqrt"}, {"link": "sqrt"}),
    "a link that it does not take": ("normal", {"link": "logit"}, {}),
    "a link beside its own": ("poisson(link='log')", {"link": "sqrt"}, {}),
    "a named regression is its link": ("probit", {"link": "cloglog"}, {}),
    "a parameter of both": ("student_t", {"formula": ("y ~ x", "sigma ~ z")}, {"formula": ("y ~ x", "sigma ~ z")}),
    "a parameter of the first": ("normal", {"formula": ("y ~ x", "nu ~ z", "sigma ~ z")}, None),
    "a coefficient that is held": ("laplace", {"fix": {"beta[x]": 0.0}}, {"fix": {"beta[x]": 0.0}}),
    "a value of the first's own": ("normal", {"fix": {"nu": 5.0, "sigma": 2.0}}, {"fix": {"sigma": 2.0}}),
    "a value outside its support": ("normal", {"fix": {"sigma": -1.0}}, {}),
    "an order": ("ordered", {"order": ("low", "high")}, {"order": ("low", "high")}),
    "an order of classes in unordered ones": ("categorical", {"order": ("low", "high")}, {"order": ("low", "high")}),
    "an order of what has no classes": ("normal", {"order": ("low", "high")}, {}),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_another_model_takes(case):
    name, asked, taken = TAKEN[case]
    expected = {**NOTHING, **({"formula": ("y ~ x", "sigma ~ z")} if taken is None else taken)}
    assert grammar_of(name, {**NOTHING, **asked}) == expected


def test_a_model_that_takes_no_formula_is_told_before_anything_is_fitted():
    with pytest.raises(UsageError, match="takes no"):
        grammar_of("normal_mixture", {**NOTHING, "formula": ("y ~ x", "sigma ~ x")}, ["event"])


def test_the_command_fits_the_other_model_with_what_it_takes(monkeypatch):
    """And not with what the first one was given beside the data: its own priors, truth and subsets."""
    fitted = {}
    monkeypatch.setattr(steps, "run", lambda name, data, request: fitted.setdefault(name, request))
    request = {**NOTHING, "link": "sqrt", "columns": {}, "priors": {"beta": "Normal(0, 1)"}, "n": (20,), "seed": 3}
    first = SimpleNamespace(fit=SimpleNamespace(program=SimpleNamespace(model=SimpleNamespace(larger=None))))
    first.page = lambda *others, nulls: None
    steps.page(first, {}, steps.taken_by(["negative_binomial", "poisson"], request), {}, request)
    assert {name: each["link"] for name, each in fitted.items()} == {"negative_binomial": "sqrt", "poisson": "sqrt"}
    assert all((each["priors"], each["n"], each["seed"]) == ({}, None, 3) for each in fitted.values())
