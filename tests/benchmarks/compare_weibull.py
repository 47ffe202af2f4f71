"""How long `compare weibull` takes beside the script that a user would write without this package.

Run by hand, on a machine that does nothing else::

    uv run python tests/benchmarks/compare_weibull.py --pairs 5

A is ``mle-vs-bayes compare weibull lifetimes.csv`` on 1,000 simulated lifetimes. B is `SCRIPT`: PyMC and
statsmodels imported, a hand-written GenericLikelihoodModel fitted, ``find_MAP``, ``pm.sample`` with the same
priors and settings, the three printed. Both are whole processes on the same file. Each runs once uncounted,
so that both find their compiled code in the same cache folder, made for this run; then A B A B …, so that
whatever else the machine does falls on both. Required: A / B at most 0.45, figures aside. With ``--cold``
every run starts from an empty cache of compiled code, the first run on a machine: at most 0.55. Python's own
bytecode is kept in either case, as it is wherever ``PYTHONDONTWRITEBYTECODE`` is not set.

Then the same for ``mle-vs-bayes --help`` beside ``python -c "import pymc"``: at most 0.1.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np

SCRIPT = """
import arviz as az
import numpy as np
import pandas as pd
import pymc as pm
from scipy.stats import weibull_min
from statsmodels.base.model import GenericLikelihoodModel

y = pd.read_csv("lifetimes.csv")["y"].to_numpy()


class Weibull(GenericLikelihoodModel):
    def loglikeobs(self, params):
        shape, scale = params
        if shape <= 0 or scale <= 0:
            return np.full(len(self.endog), -np.inf)
        return weibull_min.logpdf(self.endog, shape, scale=scale)


fitted = Weibull(y, extra_params_names=["shape", "scale"]).fit(start_params=[1.0, y.mean()])
print(fitted.summary())

with pm.Model():
    shape = pm.Gamma("shape", alpha=2, beta=1)
    scale = pm.HalfNormal("scale", sigma=10 * y.mean())
    pm.Weibull("y", alpha=shape, beta=scale, observed=y)
    print(pm.find_MAP())
    print(az.summary(pm.sample(draws=1000, tune=1000, chains=4, random_seed=0)))
"""

COMMAND = Path(sys.executable).with_name("mle-vs-bayes")
PACKAGES = ("mle-vs-bayes", "pymc", "pytensor", "nutpie", "numba", "arviz", "statsmodels", "numpy", "scipy", "typer")


def main() -> None:
    parser = argparse.ArgumentParser(description="Times compare weibull, and --help, beside what they replace.")
    parser.add_argument("--pairs", type=int, default=3, help="timed pairs of each comparison (default: 3)")
    parser.add_argument("--cold", action="store_true", help="empty the caches of compiled code before every run")
    given = parser.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="compare-weibull-") as name:
        folder = Path(name)
        prepare(folder)
        ours: list[str | Path] = [COMMAND, "compare", "weibull", "lifetimes.csv"]
        script = [sys.executable, "script.py"]
        most = 0.55 if given.cold else 0.45
        show("compare weibull / script", time_pairs(ours, script, folder, given.pairs, given.cold), most)
        imports = [sys.executable, "-c", "import pymc"]
        show("--help / import pymc", time_pairs([COMMAND, "--help"], imports, folder, given.pairs), most=0.1)


def machine() -> str:
    """What the times depend on."""
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{os.cpu_count()} cores, {platform.platform()}{load}\nPython {platform.python_version()}, {versions}"


def prepare(folder: Path) -> None:
    """The data, and the script."""
    lifetimes = 5 * np.random.default_rng(0).weibull(1.5, size=1000)
    (folder / "lifetimes.csv").write_text("y\n" + "\n".join(repr(float(y)) for y in lifetimes) + "\n")
    (folder / "script.py").write_text(SCRIPT)


Command = Sequence[str | Path]


def time_pairs(a: Command, b: Command, folder: Path, pairs: int, cold: bool = False) -> list[tuple[float, float]]:
    """Seconds of ``a`` and of ``b``, one after the other, ``pairs`` times, after one run of each."""
    for command in (a, b):
        seconds(command, folder, cold)
    return [(seconds(a, folder, cold), seconds(b, folder, cold)) for _ in range(pairs)]


def seconds(command: Command, folder: Path, cold: bool) -> float:
    """Wall time of a whole process that must succeed."""
    caches = {"PYTENSOR_FLAGS": f"base_compiledir={folder / 'pytensor'}", "NUMBA_CACHE_DIR": str(folder / "numba")}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if cold:
        for name in ("pytensor", "numba"):
            shutil.rmtree(folder / name, ignore_errors=True)
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env={**environment, **caches}, capture_output=True, check=True)
    return time.perf_counter() - began


def show(title: str, timed: list[tuple[float, float]], most: float) -> None:
    """Each pair, then the ratio's median, least and greatest beside what is required."""
    print(f"\n{title}")
    for place, (a, b) in enumerate(timed, start=1):
        print(f"  pair {place}: {a:6.2f} s / {b:6.2f} s = {a / b:.3f}")
    ratios = [a / b for a, b in timed]
    told = "met" if median(ratios) <= most else "NOT met"
    print(f"  ratio: median {median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}; at most {most}: {told}")


if __name__ == "__main__":
    main()
