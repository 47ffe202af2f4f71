"""Names below the public ones of nutpie, Numba and PyTensor: one canary each, and the public way without them."""

import dataclasses
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

from mle_vs_bayes.density import vector_functions
from mle_vs_bayes.sampling import c_callbacks, nutpie
from mle_vs_bayes.sampling.diagnostics import diagnose
from mle_vs_bayes.sampling.nutpie import Target
from mle_vs_bayes.sampling.plan import Plan

FIELDS = {
    "dims",
    "_coords",
    "_n_dim",
    "_shapes",
    "compiled_logp_func",
    "compiled_expand_func",
    "initial_point_func",
    "shared_data",
    "shared_var_keys",
    "user_data",
    "n_expanded",
    "shape_info",
    "logp_func",
    "expand_func",
    "reparameterized_names",
}


def test_canary_nutpie_compiled_pymc_model():
    from nutpie.compile_pymc import CompiledPyMCModel

    required = {
        each.name
        for each in dataclasses.fields(CompiledPyMCModel)
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    }
    assert required <= FIELDS <= {each.name for each in dataclasses.fields(CompiledPyMCModel)}


def test_canary_nutpie_reads_of_arviz_what_arviz_base_has():
    """Else drawing asks ``arviz_base`` for a figure: see `nutpie._imported`."""
    import arviz_base
    import nutpie as package

    folder = Path(package.__file__).parent
    read = {name for path in folder.rglob("*.py") for name in re.findall(r"\barviz\.(\w+)", path.read_text("utf-8"))}
    assert read and {name for name in read if not hasattr(arviz_base, name)} == set()
    assert not hasattr(arviz_base, "plot_trace")  # mutant


def test_canary_numba_keeps_the_callbacks_on_disk():
    assert c_callbacks.compiled(c_callbacks.keep, *c_callbacks.KEPT).cache_hits == 1


def test_canary_nutpie_from_pyfunc():
    from nutpie.compiled_pyfunc import from_pyfunc

    asked = {"ndim", "make_logp_fn", "make_expand_fn", "expanded_dtypes", "expanded_shapes", "expanded_names"}
    assert {*asked, "make_initial_point_fn"} <= set(inspect.signature(from_pyfunc).parameters)


def test_canary_numba_cache_and_overloads():
    import numba

    @numba.njit
    def doubled(x):
        return 2 * x

    doubled(1.0)
    assert callable(doubled._cache.load_overload)
    assert hasattr(doubled._cache, "cache_path")
    compiled = doubled.overloads[(numba.types.float64,)]
    assert compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name)
    assert callable(doubled.targetctx.call_conv.call_function)


def test_canary_numba_force_inline():
    from numba.core.compiler import Flags

    assert "forceinline" in Flags.options


def test_canary_pytensor_compiled_function():
    import pytensor
    import pytensor.tensor as pt

    x = pt.vector("x")
    assert pytensor.function([x], x.sum(), mode="NUMBA").vm.jit_fn.py_func


@pytest.mark.parametrize("name", ["numba_njit", "register_funcify_and_cache_key", "numba_funcify_and_cache_key"])
def test_canary_pytensor_numba_dispatch(name):
    from pytensor.link.numba.dispatch import basic

    assert callable(getattr(basic, name))


def test_canary_pytensor_places_of_rewrites():
    from pytensor.compile.mode import optdb
    from pytensor.tensor.rewriting.fused_elemwise import fused_elemwise_optdb

    places = {each: optdb.__position__[each] for each in ("add_mul_fusion", "elemwise_fusion")}
    assert places["add_mul_fusion"] < vector_functions.BEFORE_FUSION < places["elemwise_fusion"]
    assert places["elemwise_fusion"] < vector_functions.AFTER_FUSION
    assert vector_functions.SCALARS_APART in fused_elemwise_optdb.__position__


def moved():
    raise AttributeError("'VM' object has no attribute 'jit_fn'")


def standard_normal(precision=1.0):
    """Three independent normals as a Python function, of which there is no machine code."""
    nothing, place = (np.zeros(0), np.zeros(0, dtype=np.int64)), (np.zeros((1, 3)), np.eye(3)[None])
    return Target(lambda z, *_: (-0.5 * precision * z @ z, -precision * z), moved, *nothing, *place)


def check_standard_normal(draws):
    """Means 0 and variances 1 within four Monte-Carlo errors of ``(C, D, 3)``."""
    for values, truth in ((draws, 0.0), (draws**2, 1.0)):
        found = diagnose(np.moveaxis(values, 2, 0))
        assert np.all(np.abs(found.mean - truth) <= 4 * found.mcse)


def test_without_machine_code_the_public_way_draws_the_same_density_and_says_so_once():
    nutpie._say_once.cache_clear()
    plan = Plan(draws=500, tune=100, cores=1)
    with pytest.warns(UserWarning, match="through Python, which is slower: 'VM' object has no attribute 'jit_fn'"):
        drawn = nutpie.sample(standard_normal(), plan, seed=1)
    check_standard_normal(drawn.u)
    assert drawn.steps > 600 * 4
    tree = nutpie.tree(standard_normal(), plan, seed=2)  # a second warning would be an error
    check_standard_normal(tree["posterior"]["u"].to_numpy())
    assert tree["sample_stats"]["diverging"].shape == (4, 500)


def test_mutant_a_density_that_is_a_fifth_narrower():
    nutpie._say_once.cache_clear()
    with pytest.warns(UserWarning, match="slower"):
        drawn = nutpie.sample(standard_normal(precision=1.5), Plan(draws=500, tune=100, cores=1), seed=1)
    with pytest.raises(AssertionError):
        check_standard_normal(drawn.u)
