"""The process that compiles a density first has the same draws as those that find it compiled."""

import os
import subprocess
import sys

WORK = """
from mle_vs_bayes.fit.replicates import Plan, fit_replicates
from mle_vs_bayes import models
from mle_vs_bayes.fit.simulated import simulated

sets = [simulated(models.get("normal"), 20, {}, seed)[0] for seed in range(8)]
rows = fit_replicates("normal", sets, ("posterior",), plan=Plan(size=8, draws=100)).rows
print(rows[["estimate", "se", "lower", "upper"]].to_numpy(dtype=float).tobytes().hex())
"""


def test_first_and_second_process_have_the_same_draws(tmp_path):
    own = {**os.environ, "PYTENSOR_FLAGS": f"base_compiledir={tmp_path}"}
    asked = [sys.executable, "-c", WORK]
    first, second = (subprocess.run(asked, env=own, check=True, capture_output=True, text=True) for _ in range(2))
    assert len(first.stdout) > 100
    assert first.stdout == second.stdout
