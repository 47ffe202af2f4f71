"""The process that compiles a density first has the same draws as those that find it compiled.

Without the child process that compiles (`machine_code`), the first run of the user's program has other draws.
"""

import importlib
import os
import subprocess
import sys

import pytest

from mle_vs_bayes import machine_code
from mle_vs_bayes.machine_code import ahead, begin, compile_for, one_machine_code

START = """
import os
fork, children = os.fork, []

def counted():
    children.append(fork())
    return children[-1]

os.fork = counted
"""
WORK = """
import numpy as np
import pymc as pm
from mle_vs_bayes import compare, models
from mle_vs_bayes.checks import run
from mle_vs_bayes.fit.replicates import Plan, fit_replicates
from mle_vs_bayes.fit.simulated import simulated

sets = [simulated(models.get("normal"), 20, {}, seed)[0] for seed in range(8)]
compiled = []

def ends(rows):
    compiled.append(len(children) - sum(compiled))
    return rows[["estimate", "se", "lower", "upper"]].to_numpy(dtype=float)

replicates = ends(fit_replicates("normal", sets, ("posterior",), plan=Plan(size=8, draws=100)).rows)

short = {"estimators": ["posterior"], "draws": 50, "tune": 50, "groups": ()}
of_catalogue = ends(compare("weibull", simulate=30, **short).rows)

with pm.Model() as model:
    mu, tau, shape = pm.Normal("mu", 0, 5), pm.HalfNormal("tau", 1), pm.Gamma("shape", 2, 1)
    frailty = pm.Normal("frailty", mu, tau, shape=4)
    y = np.random.default_rng(1).weibull(1.5, 12)
    pm.Weibull("y", shape, pm.math.exp(frailty)[np.arange(12) % 4], observed=y)
of_program = ends(compare(model, **short).rows)

posteriors = []

def sampled(subject):
    posteriors.append(subject.estimate("posterior").point)
    return run.Finding("", "passed")

run.steps = lambda subject: {"one of those that sample": lambda: sampled(subject)}
run.check("exponential", quick=True)
compiled.append(len(children) - sum(compiled))

print(*compiled)
for numbers in (replicates, of_catalogue, of_program, posteriors[0]):
    print(numbers.tobytes().hex())
"""


def test_first_and_second_process_have_the_same_draws(tmp_path):
    own = {**os.environ, "PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}
    asked = [sys.executable, "-W", "ignore", "-c", START + WORK]
    runs = (subprocess.run(asked, env=own, check=True, capture_output=True, text=True) for _ in range(2))
    (children, *first), (none, *second) = (run.stdout.splitlines() for run in runs)
    assert len(first) == 4 and all(first)
    assert first == second
    # Mutant: a part for which no child compiles tests nothing.
    assert "0" not in children.split() and none.split() == ["0"] * 4


def test_an_entry_of_the_cache_that_cannot_be_read_is_made_again(tmp_path, monkeypatch):
    """After an upgrade PyTensor's cache holds functions that name modules of the version before."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    (tmp_path / "cached.py").write_text("import numba\n\n@numba.njit(cache=True)\ndef one(x):\n    return x + 1\n")
    cached = importlib.import_module("cached")
    assert cached.one(1.0) == 2.0
    (entry,) = tmp_path.rglob("*.nbc")
    entry.write_bytes(b"cno_such_module\nname\n.")  # a pickle of no_such_module.name
    with pytest.raises(ModuleNotFoundError):  # mutant: Numba's own way
        importlib.reload(cached).one(1.0)
    with one_machine_code():
        assert importlib.reload(cached).one(1.0) == 2.0
    assert importlib.reload(cached).one(1.0) == 2.0


def test_a_function_that_was_begun_is_read_from_what_its_child_compiled_and_no_child_is_left(tmp_path, monkeypatch):
    import numba

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    text = "import numba\n\n@numba.njit(cache=True)\ndef asked(x):\n    return x + 1\n"
    (tmp_path / "begun.py").write_text(f"{text}\n@numba.njit(cache=True)\ndef unasked(x):\n    return x + 2\n")
    module = importlib.import_module("begun")
    with ahead():
        begin(module.asked, numba.float64)
        begin(module.unasked, numba.float64)
        children = list(machine_code._begun.values())
        compile_for(module.asked, numba.float64)
    assert module.asked.stats.cache_hits[(numba.float64,)] == 1
    assert not module.asked.stats.cache_misses
    assert module.asked(1.0) == 2.0
    assert len(children) == 2
    for child in children:  # waited for, and so no longer this process's
        with pytest.raises(ChildProcessError):
            os.waitpid(child, os.WNOHANG)
    begin(module.asked, numba.float64)  # it is there
    assert not machine_code._begun
