"""Names below the public ones of PyMC, PyTensor, Numba and statsmodels: an upgrade that moves one fails here, by name.

Those of nutpie, and what the machine code needs of Numba and PyTensor, are in `tests/sampling/test_nutpie.py`.
"""

import inspect
from importlib import import_module

import pytest

MODULES = {
    "numba.core.compiler_lock": "global_compiler_lock",
    "numba.core.dispatcher": "Dispatcher",
    "numba.core.errors": "NumbaError",
    "numba.core.sigutils": "normalize_signature",
    "pymc.backends.arviz": "coords_and_dims_for_inferencedata patch_nutpie_idata",
    "pymc.distributions.distribution": "SymbolicRandomVariable",
    "pymc.distributions.transforms": "Interval ordered",
    "pymc.initial_point": "make_initial_point_fn",
    "pymc.logprob.basic": "transformed_conditional_logp",
    "pymc.logprob.transforms": "ChainedTransform Transform",
    "pymc.logprob.utils": "replace_rvs_by_values",
    "pymc.model.fgraph": "clone_model",
    "pymc.pytensorf": "reseed_rngs",
    "pymc.stats": "compute_log_prior",
    "pytensor.compile.builders": "OpFromGraph",
    "pytensor.compile.mode": "get_mode optdb",
    "pytensor.compile.rewriting": "inline_ofg_node",
    "pytensor.compile.sharedvalue": "SharedVariable",
    "pytensor.gradient": "disconnected_grad grad jacobian pushforward",
    "pytensor.graph.fg": "FunctionGraph",
    "pytensor.graph.replace": "graph_replace vectorize_graph",
    "pytensor.graph.rewriting.basic": "MergeOptimizer in2out node_rewriter",
    "pytensor.graph.rewriting.utils": "rewrite_graph",
    "pytensor.graph.traversal": "ancestors toposort",
    "pytensor.graph.utils": "MethodNotDefined",
    "pytensor.scalar.basic": "Composite Exp Log Log1p Mul UnaryScalarOp upgrade_to_float",
    "pytensor.scalar.loop": "ScalarLoop",
    "pytensor.scalar.math": "Sigmoid Softplus",
    "pytensor.tensor.basic": "Join get_underlying_scalar_constant_value",
    "pytensor.tensor.blockwise": "Blockwise",
    "pytensor.tensor.elemwise": "DimShuffle Elemwise",
    "pytensor.tensor.exceptions": "NotScalarConstantError",
    "pytensor.tensor.math": "Dot",
    "pytensor.tensor.random.op": "RandomVariable",
    "pytensor.tensor.random.type": "RandomType",
    "pytensor.tensor.shape": "Reshape",
    "pytensor.tensor.subtensor": "IncSubtensor get_constant_idx",
    "statsmodels.base.model": "GenericLikelihoodModel GenericLikelihoodModelResults LikelihoodModelResults",
    "statsmodels.tools.numdiff": "approx_fprime",
}
"""Module → the names that this package imports from it."""
PARAMETERS = {
    "pymc.backends.arviz.patch_nutpie_idata": 3,
    "pymc.initial_point.make_initial_point_fn": {"model", "overrides", "default_strategy", "return_transformed"},
    "pytensor.graph.replace.vectorize_graph": {"replace"},
    "pytensor.graph.rewriting.utils.rewrite_graph": {"include"},
}
"""Function → the parameters that are given to it by name, or how many by position."""
METHODS = {
    "numba.core.dispatcher.Dispatcher": ("compile",),
    "pytensor.graph.rewriting.basic.MergeOptimizer": ("rewrite",),
    "statsmodels.base.model.GenericLikelihoodModel": ("loglikeobs", "score_obs", "score", "hessian", "fit"),
}
"""Class → the methods that are called, or replaced."""


def named(path):
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


@pytest.mark.parametrize("path", [f"{module}.{name}" for module, names in MODULES.items() for name in names.split()])
def test_canary_name(path):
    assert named(path) is not None


@pytest.mark.parametrize("path", PARAMETERS)
def test_canary_parameters(path):
    taken, expected = inspect.signature(named(path)).parameters, PARAMETERS[path]
    assert len(taken) >= expected if isinstance(expected, int) else expected <= set(taken)


@pytest.mark.parametrize("path", METHODS)
def test_canary_methods(path):
    assert [method for method in METHODS[path] if not callable(getattr(named(path), method, None))] == []


def test_mutant_a_name_that_was_moved_is_seen():
    with pytest.raises(AttributeError):
        named("pymc.initial_point.make_initial_point_function")
