"""A simulator written beside a PyMC program is checked against the program's likelihood; one that is off is caught."""

import numpy as np
import pandas
import pytest

from mle_vs_bayes.checks import run, simulator
from mle_vs_bayes.checks.subject import Budget, Effort, Subject
from mle_vs_bayes.program import file

PROGRAM = """
import pymc as pm

def model(data):
    with pm.Model() as made:
        slope, spread = pm.Normal("slope", 0, 5), pm.HalfNormal("spread", 3)
        pm.Normal("y", slope * data["x"], spread, observed=data["y"])
    return made

def simulate(theta, design, rng):
    return {"y": theta["slope"] * design["x"] + FACTOR * theta["spread"] * rng.normal(size=len(design["x"]))}
"""
EFFORT = Effort(replicates=60, units=4000, rows=50, patient=False)


@pytest.mark.parametrize(("factor", "outcome"), [(1.0, "passed"), (1.1, "failed")])
def test_the_simulator_is_checked_against_the_likelihood(tmp_path, factor, outcome):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.replace("FACTOR", str(factor)))
    x = np.linspace(-1, 2, 50)
    data = pandas.DataFrame({"x": x, "y": 2 * x + np.random.default_rng(0).normal(size=50)})
    program = file.opened(path, data)
    subject = Subject(program, EFFORT, Budget(run.RANDOM))
    found = simulator.simulator(subject).finding("simulator")
    assert found.outcome == outcome
