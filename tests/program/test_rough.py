"""A black box with the errors of a coarse solver: said, and no kink is searched for in them."""

import numpy as np
import pymc as pm
import pytest
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor import dvector

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.program.budget import EvaluationBudget
from mle_vs_bayes.program.graphs.differentiate import Derivatives
from mle_vs_bayes.program.opening import open_program

from .programs import numbers

X = np.linspace(0, 3, 30)
Y = 5 * np.exp(-0.7 * X) + 0.1 * numbers().normal(size=30)


class Decay(Op):
    """A exp(−k x) with errors of this size, which change with every digit of A and k as a solver's do."""

    __props__ = ("error",)

    def __init__(self, error):
        self.error = error

    def make_node(self, theta):
        return Apply(self, [theta], [dvector()])

    def perform(self, node, inputs, outputs):
        a, k = inputs[0]
        digits = np.modf(1e9 * (a + np.pi * k) * (1 + np.arange(len(X))))[0]
        outputs[0][0] = a * np.exp(-k * X) * (1 + self.error * (digits - 0.5))


def decay(error):
    with pm.Model() as model:
        theta = pm.math.stack([pm.Normal("a", 4, 2), pm.HalfNormal("k", 2)])
        pm.Normal("y", Decay(error)(theta), 0.1, observed=Y)
    return model


@pytest.mark.parametrize(("error", "codes"), [(0.0, []), (1e-14, []), (1e-6, ["rough_density"])])
def test_the_errors_of_a_solver_are_said_where_optima_feel_them(error, codes):
    density = open_program(decay(error))
    assert [concern.code for concern in density.remarks("mle") if concern.code == "rough_density"] == codes
    assert not [concern for concern in density.remarks("posterior") if concern.code == "rough_density"]


def test_the_scatter_is_that_of_the_errors():
    """To first order Σ r e / σ², r the residual and e the error of a value with variance (size × value)² / 12."""
    density = open_program(decay(1e-6))
    a, k = density.start
    value = a * np.exp(-k * X)
    expected = np.sqrt(np.sum(((Y - value) / 0.01 * 1e-6 * value) ** 2) / 12)
    # 13 fourth differences, each with a weight of at most 36/√70 from one value, have some 9 degrees of freedom.
    assert density.slopes.likelihood.scatter(density.start) == pytest.approx(expected, rel=4 / np.sqrt(2 * 9))


def test_no_kink_is_searched_for_in_them(monkeypatch):
    """The estimate is that of the smooth function, or there is none; kinks would be found wherever one looks."""
    asked = []
    monkeypatch.setattr("mle_vs_bayes.search.optimum.standing", lambda *_: asked.append(1) or {})
    smooth, rough = (compare(decay(error), estimators=("mle",)).fit.estimates["mle"] for error in (0.0, 1e-6))
    assert smooth.status == "ok" and not asked
    assert rough.status == "failed" or rough.point == pytest.approx(smooth.point, rel=1e-4)


def test_the_look_at_the_errors_is_paid_for_as_the_rest_of_the_opening_is(monkeypatch):
    """A value may take a minute: where nothing is left there is no look, which is said."""
    monkeypatch.setattr(Derivatives, "scatter", lambda *_: pytest.fail("looked"))
    density = open_program(decay(1e-6), opening=EvaluationBudget(0.0))
    (note,) = (concern for concern in density.remarks("mle") if concern.code == "slow_gradient")
    assert "a look at the errors of differences" in note.detail
    with pytest.raises(pytest.fail.Exception):  # and is made where it can be paid for
        open_program(decay(1e-6))
