"""``--scores``, ``--null`` and ``--against``."""

import json

import pytest

Y = (3.1, 0.4, 1.9, 5.2, 2.2, 0.9, 1.1, 7.3, 2.8, 4.0)


def test_on_the_command_line(run, here):
    (here / "y.csv").write_text("y\n" + "\n".join(map(str, Y)) + "\n")
    small = "--chains 2 --draws 200 --tune 200"
    seen = run(f"compare weibull y.csv {small} --against exponential --null mean=2 --json")
    document = json.loads(seen.out)
    assert (seen.code, seen.err) == (0, "")
    assert [score["model"] for score in document["scores"]] == ["weibull", "exponential"]
    assert [test["quantity"] for test in document["tests"]] == ["mean"]
    assert document["against"][0]["degrees"] == 1
    shown = run(f"compare weibull y.csv {small} --against exponential").out
    assert "exponential is weibull with shape = 1: likelihood ratio" in " ".join(shown.split())
    piped = run(f"compare weibull - {small} --against exponential", stdin=(here / "y.csv").read_bytes())
    assert piped.code == 0 and "LOO" in piped.out
    simulated = run(f"compare weibull --simulate 30 {small} --against exponential")
    assert simulated.code == 0 and "LOO" in simulated.out


PROGRAM = """
import pymc as pm

def model(data):
    with pm.Model() as program:
        sigma = pm.HalfNormal("sigma", 5)
        pm.Normal("y", 0, sigma, observed=data["y"])
    return program
"""


def test_a_wrong_value_of_a_program_s_quantity_costs_no_fit(run, here):
    """Its quantities are known only once it was opened."""
    (here / "y.csv").write_text("y\n" + "\n".join(map(str, Y)) + "\n")
    (here / "model.py").write_text(PROGRAM)
    seen = run("compare model.py y.csv --estimator mle --null sigma=-1")
    assert (seen.code, seen.out, seen.err.count("\n")) == (2, "", 1)
    assert "the value -1 for sigma lies outside its support" in seen.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--against wiebul", 'no model "wiebul"; did you mean weibull?'),
        ("--against logistic", "logistic"),
        ("--null rate", "--null"),
        ("--null slope=0", 'no quantity "slope" to test; it has rate, mean'),
    ],
)
def test_bad_requests_are_one_sentence(run, here, arguments, words):
    (here / "y.csv").write_text("y\n" + "\n".join(map(str, Y)) + "\n")
    seen = run(f"compare exponential y.csv --estimator mle {arguments}")
    assert (seen.code, seen.out, seen.err.count("\n")) == (2, "", 1)
    assert words in seen.err
