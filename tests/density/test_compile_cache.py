"""Functions that are compiled once for all densities of a kind."""

from types import SimpleNamespace

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import scipy
from pytensor.compile.mode import get_mode
from pytensor.graph.replace import vectorize_graph
from pytensor.tensor.symbolic import FusibleSymbolicOp, FusibleSymbolicOpDerivative

from mle_vs_bayes import Dataset, machine_code, models
from mle_vs_bayes.compile_cache import LOOP_MODE, MODE, Looping, compiled, quick, unfolded
from mle_vs_bayes.model.prior import Prior

from ..agreement.checks import program


def test_one_number_and_one_for_each_coefficient_are_two_functions():
    """A prior's scale as a number and as an array with one element; a cache that knows their size alone mixes them."""
    data = Dataset({"y": np.array([1.0, 2.0, 4.0]), "X": np.ones((3, 1))}, {"term": ("Intercept",)})
    for sigma in (np.array([2.0]), 3.0, np.array([4.0])):
        priors = {"beta": Prior("Normal", mu=0.0, sigma=sigma), "sigma": Prior("HalfNormal", sigma=1.0)}
        density = program(models.get("linear"), data, priors)
        by_hand = scipy.stats.norm(0, np.ravel(sigma)[0]).logpdf(0.5) + scipy.stats.halfnorm.logpdf(1.5)
        assert density.log_prior(np.array([0.5, 1.5])) == pytest.approx(by_hand, rel=1e-12)


def test_loops_are_compiled_by_a_child_whoever_calls_them():
    """So that a search has the same digits on an empty cache; measured without: other last digits of a gradient."""
    dispatcher = machine_code._numba_dispatcher()
    ordinary, ways = dispatcher.compile, []
    assert Looping(SimpleNamespace(maker=None), lambda _: ways.append(dispatcher.compile))(np.zeros(1)) is None
    assert [way is ordinary for way in (*ways, dispatcher.compile)] == [False, True]


def graphs_within(function):
    """Operations of a compiled function that are graphs of their own, called for each replicate or at once."""
    operations = (getattr(node.op, "core_op", node.op) for node in function.maker.fgraph.apply_nodes)
    return [op for op in operations if isinstance(op, (FusibleSymbolicOp, FusibleSymbolicOpDerivative))]


@pytest.mark.parametrize("mode", [quick(), unfolded(get_mode(LOOP_MODE))], ids=[MODE, LOOP_MODE])
def test_no_graph_is_left_within_the_graph(mode):
    """Of a log-sum-exp, its slope and x log y along an axis of replicates; left as they are, there is such a graph."""
    row, rows = pt.vector("row", shape=(3,)), pt.matrix("rows", shape=(None, 3))
    top = pt.logsumexp(row)
    alone = [top, pytensor.grad(top, row), pt.special.xlogy(row, row)]
    outputs = vectorize_graph(alone, {row: rows})
    assert graphs_within(pytensor.function([rows], outputs, mode=MODE))
    function = compiled([rows], outputs, mode)
    assert graphs_within(function) == []
    at = np.array([[0.0, 1.0, 2.0], [800.0, 801.0, 3.0]])
    values = [scipy.special.logsumexp(at, axis=1), scipy.special.softmax(at, axis=1), scipy.special.xlogy(at, at)]
    for computed, expected in zip(function(at), values, strict=True):
        np.testing.assert_allclose(computed, expected, rtol=1e-14)


def test_where_a_name_has_moved_the_mode_is_as_it_was(monkeypatch):
    monkeypatch.delattr("pytensor.compile.rewriting.inline_ofg_node")
    mode = get_mode(MODE)
    assert unfolded(mode) is mode
