"""What opening a program may cost: counted in gradients at their measured price, and what is left out is said."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.compile_cache import LOOP_MODE, MODE, compiled, has_loops, quick
from mle_vs_bayes.program.budget import EvaluationBudget, Price
from mle_vs_bayes.program.opening import open_program

from .programs import numbers


class Slow:
    """A clock by which every gradient takes so many seconds."""

    def __init__(self, seconds):
        self.seconds, self.now = seconds, 0.0

    def __call__(self):
        self.now += self.seconds
        return self.now


def slow(left, seconds):
    """So many seconds left, of which every gradient takes as many."""
    return EvaluationBudget(left, Price(Slow(seconds)))


def line():
    x = numbers().normal(size=30)
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 10), pm.Normal("b", 0, 10)
        pm.Normal("y", a + b * x, 1, observed=2 + 3 * x + numbers().normal(size=30))
    return model


def slow_notes(density):
    return [concern for concern in density.remarks("posterior") if concern.code == "slow_gradient"]


def test_what_can_be_afforded_does_not_depend_on_the_clock():
    """Gradients of a microsecond and of ten milliseconds: the same start, coordinates and notes."""
    fast, slower = (open_program(line(), opening=slow(60.0, seconds)) for seconds in (1e-6, 1e-2))
    np.testing.assert_array_equal(fast.start, slower.start)
    np.testing.assert_array_equal(fast.coordinates.linear, slower.coordinates.linear)
    assert slow_notes(fast) == slow_notes(slower) == []


def test_what_cannot_be_afforded_is_left_out_and_named():
    """30 s per gradient: no climb, so that the start is PyMC's own point, no scaling, no look for open directions."""
    density = open_program(line(), opening=slow(60.0, 30.0))
    np.testing.assert_array_equal(density.start, [0.0, 0.0])
    np.testing.assert_array_equal(density.coordinates.linear, np.eye(2))
    (note,) = slow_notes(density)
    assert note.detail.startswith("one takes 30 s; left out: the climb from PyMC's point towards a mode")
    assert "whether the data leave a direction open" in note.detail
    assert "coordinates scaled by the curvature" in note.detail


def test_seconds_are_never_overdrawn():
    budget = slow(60.0, 1.0)
    budget.price.time(lambda: None, 4)
    assert budget.price.whole == 5.0
    assert budget.affords(6, "as many as half pays for")  # 30 of 60 s
    assert not budget.affords(4, "more than half of the rest")  # 20 of 30 s
    assert budget.evaluations(100) == 3
    assert budget.left_out == ["more than half of the rest"]


def compared(seconds, left):
    """Both optima of the line and their profiles, its gradient taking so many seconds, with so many left to spend."""
    density = open_program(line(), opening=slow(1e9, seconds))
    density.budget.seconds = left
    return compare(density, estimators=("mle", "map"), intervals=("profile",)), density.budget


def test_what_stands_beside_the_estimates_is_dropped_when_it_costs_too_much_and_estimates_are_kept():
    """100 s per gradient of two parameters, 300 s with their Hessian: no further start, no profile, and a line each."""
    cheap, budget = compared(1e-6, 120.0)
    assert budget.seconds == 120.0  # not counted: nothing depends on the clock
    slow, budget = compared(100.0, 50.0)
    assert budget.seconds == 50.0
    points = [comparison.rows.groupby("parameter")["estimate"].first() for comparison in (cheap, slow)]
    np.testing.assert_allclose(*points, rtol=1e-6)
    assert set(cheap.rows["status"]) == {"ok"}
    reason = "one evaluation of the density takes 3e+02 s, and the time for what stands beside the estimates is used up"
    assert set(slow.rows["reason"]) == {reason}
    details = {concern.detail for _, concern in slow.concerns if concern.code == "slow_gradient"}
    assert f"{reason}; left out: further starts" in details
    assert {lost.what for lost in slow.lost} >= {"the search for another mode"}


def test_a_part_spends_until_nothing_is_left():
    """Some profiles of 0.3 s an evaluation, and never more than there is."""
    _, budget = compared(0.1, 10.0)
    assert 0 <= budget.seconds < 0.3


def beta_function(size):
    """A gradient whose elements are loops: that of an incomplete beta function in its first argument."""
    import pytensor.tensor as pt
    from pytensor.gradient import grad

    a = pt.vector("a", shape=(1,))
    return a, grad(pt.betainc(a[0], 1.0 + np.arange(size), 0.3).sum(), a)


def test_loops_in_each_element_are_compiled():
    """d/da I_x(a, 1) = x^a log x, as I_x(a, 1) = ∫ a u^(a − 1) du = x^a over u from 0 to x."""
    a, gradient = beta_function(1)
    of = compiled([a], gradient, quick())
    assert has_loops(of)
    assert of(np.array([2.0])) == pytest.approx(0.3**2 * np.log(0.3), rel=1e-10)
    assert not has_loops(compiled([a], a.sum(), quick()))


def test_a_program_with_loops_is_searched_by_numba():
    with pm.Model() as model:
        pm.Binomial("y", 10, pm.math.betainc(pm.HalfNormal("a"), 1.0, 0.3), observed=[3])
    assert open_program(model).search_mode == LOOP_MODE
    assert open_program(line()).search_mode == MODE
