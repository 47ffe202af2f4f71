"""What `compare` costs beside the script that a user would write without this package, from 1,000 to 1,000,000 rows.

Run by hand, on two cores that do nothing else::

    uv run python tests/benchmarks/compare_sizes.py                         # every line, an afternoon
    uv run python tests/benchmarks/compare_sizes.py logistic-20k linear-1m  # those lines
    uv run python tests/benchmarks/compare_sizes.py --small --pairs 1       # a twentieth of the rows: a look
    uv run python tests/benchmarks/compare_sizes.py weibull-1m --pairs 0    # once, where the script takes many minutes

Ours is ``mle-vs-bayes compare … --json``: all three estimators, their rows and diagnostics, no figures. The script
(`compare_scripts`) fits statsmodels' own class where it has one, else a hand-written GenericLikelihoodModel, then
``pm.find_MAP``, then ``pm.sample(nuts_sampler="nutpie")`` with as many chains and draws under the same priors, and
prints its results. Both are whole processes on the same file. Each runs once uncounted, so that both find their
compiled code in the same cache folder, made for this run; then one after the other, so that whatever else the machine
does falls on both. ``--cold`` empties the caches before every run: the first one on a machine, where weibull-1k may
take 0.55 of the script.

Each line prints ours / script, median and range over the pairs: seconds; seconds of the processor, which depend
little on what else runs; seconds per effective draw, by the least bulk effective sample size of the parameters; peak
memory, the resident set of the whole process. The last line, ``logistic-intercepts``, has no script: it prints what
`mixed_gradients` counts and times.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import mixed_gradients
import numpy as np
import pandas
from compare_scripts import PROGRAM, SCRIPTS
from compare_weibull import COMMAND, machine

SMALL = 20
"""Times fewer rows with ``--small``."""


@dataclass(frozen=True)
class Line:
    """One line of the table: what is compared, and what the ratios may be at most."""

    rows: int
    table: Callable[[int, np.random.Generator], dict[str, np.ndarray]]
    ours: tuple[str, ...]
    script: str
    most: dict[str, float]


@dataclass(frozen=True)
class Cost:
    """One whole process: wall and processor seconds, megabytes, least bulk effective sample size."""

    seconds: float
    processor: float
    memory: float
    effective: float

    @property
    def per_draw(self) -> float:
        return self.seconds / self.effective


def lifetimes(rows, rng):
    return {"y": 5 * rng.weibull(1.5, size=rows)}


def censored(rows, rng):
    time = rng.exponential(5, size=rows)
    return {"y": np.minimum(time, 8.0), "event": (time < 8.0).astype(int)}


def covariates(rows, columns, rng):
    return {f"x{j + 1}": rng.standard_normal(rows) for j in range(columns)}


def binary(rows, rng):
    """An intercept and nine covariates: ten coefficients."""
    table = covariates(rows, 9, rng)
    log_odds = -0.5 + sum(rng.normal(0, 0.5) * values for values in table.values())
    return {"y": (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int), **table}


def straight(columns):
    def table(rows, rng):
        found = covariates(rows, columns, rng)
        return {"y": 1 + sum(rng.normal() * values for values in found.values()) + rng.standard_normal(rows), **found}

    return table


def grouped(rows, rng):
    """Twenty rows in each group."""
    groups = np.repeat(np.arange(rows // 20), 20)
    means = rng.normal(1, 2, size=rows // 20)
    return {"y": means[groups] + rng.standard_normal(rows), "group": np.char.add("g", groups.astype(str))}


def repeated(rows, rng):
    """Counts of which a thousand rows are distinct."""
    x = rng.standard_normal(1_000)
    y = rng.poisson(np.exp(0.5 + 0.3 * x))
    place = np.concatenate([np.arange(1_000), rng.integers(1_000, size=rows - 1_000)])
    return {"y": y[place], "x1": x[place]}


def sloped(rows, rng):
    """Twenty rows in each group, which has an intercept and a slope of its own."""
    groups, x = np.repeat(np.arange(rows // 20), 20), rng.standard_normal(rows)
    intercepts, slopes = rng.multivariate_normal([1.0, 0.5], [[1.0, 0.2], [0.2, 0.25]], size=rows // 20).T
    y = intercepts[groups] + slopes[groups] * x + rng.standard_normal(rows)
    return {"y": y, "x": x, "group": np.char.add("g", groups.astype(str))}


def formula(columns):
    return "y ~ " + " + ".join(f"x{j + 1}" for j in range(columns))


TIME, PROCESSOR, DRAW, MEMORY = "time", "processor time", "time per effective draw", "peak memory"
LOGISTIC = ("logistic", "data.csv", "--formula", formula(9))
LINES = {
    "weibull-1k": Line(1_000, lifetimes, ("weibull", "data.csv"), "weibull", {TIME: 0.45}),
    "logistic-20k": Line(20_000, binary, LOGISTIC, "logistic", {DRAW: 0.4}),
    "logistic-100k": Line(100_000, binary, LOGISTIC, "logistic", {DRAW: 0.3, MEMORY: 1.0}),
    "linear-1m": Line(
        1_000_000, straight(4), ("linear", "data.csv", "--formula", formula(4)), "linear", {TIME: 0.05, MEMORY: 1.0}
    ),
    "exponential-1m": Line(1_000_000, censored, ("exponential", "data.csv"), "exponential", {TIME: 0.05}),
    "weibull-1m": Line(1_000_000, lifetimes, ("weibull", "data.csv"), "weibull", {DRAW: 0.4}),
    "intercepts-40k": Line(40_000, grouped, ("random_intercept", "data.csv"), "random_intercept", {DRAW: 0.5}),
    "poisson-1m": Line(
        1_000_000, repeated, ("poisson_regression", "data.csv", "--formula", formula(1)), "poisson", {TIME: 0.05}
    ),
    "slopes-40k": Line(
        40_000, sloped, ("linear", "data.csv", "--formula", "y ~ x + (x | group)"), "slopes", {DRAW: 0.6}
    ),
    "program-5k": Line(5_000, straight(24), ("model.py", "data.csv"), "program", {DRAW: 0.7}),
}
GRADIENTS = "logistic-intercepts"
"""A line that is counted and timed in this process."""


def main() -> None:
    known = (*LINES, GRADIENTS)
    parser = argparse.ArgumentParser(description="Times compare beside a user's script, at every size.")
    parser.add_argument("lines", nargs="*", default=[], help=f"which of {', '.join(known)} (default: all)")
    words = "timed pairs of each line (default: 3); of 0, the first run, which compiles, is all there is"
    parser.add_argument("--pairs", type=int, default=3, help=words)
    parser.add_argument("--small", action="store_true", help=f"a {SMALL}th of the rows, where that leaves 1,000")
    parser.add_argument("--cold", action="store_true", help="empty the caches of compiled code before every run")
    asked = parser.parse_args()
    if unknown := set(asked.lines) - set(known):
        parser.error(f"no line {min(unknown)}; choose from {', '.join(known)}")
    print(machine())
    for name in asked.lines or known:
        if name == GRADIENTS:
            mixed_gradients.show(mixed_gradients.GROUPS // (SMALL if asked.small else 1))
            continue
        line = LINES[name]
        rows = max(1_000, line.rows // SMALL) if asked.small else line.rows
        with tempfile.TemporaryDirectory(prefix=f"{name}-") as folder:
            show(name, rows, line, time_pairs(line, rows, Path(folder), asked.pairs, asked.cold))


def time_pairs(line: Line, rows: int, folder: Path, pairs: int, cold: bool) -> list[tuple[Cost, Cost]]:
    """Costs of ours and of the script, one after the other, after one uncounted run of each, or of that run alone."""
    pandas.DataFrame(line.table(rows, np.random.default_rng(0))).to_csv(folder / "data.csv", index=False)
    (folder / "script.py").write_text(SCRIPTS[line.script])
    (folder / "model.py").write_text(PROGRAM)
    every = {place: (cost_of_ours(line, folder, cold), cost_of_script(folder, cold)) for place in range(pairs + 1)}
    return [every[place] for place in range(min(1, pairs), pairs + 1)]


def cost_of_ours(line: Line, folder: Path, cold: bool) -> Cost:
    *spent, printed = run([str(COMMAND), "compare", *line.ours, "--json"], folder, cold)
    rows = json.loads(printed)["rows"]
    derived = ("odds_ratio", "rate_ratio", "mean", "median", "icc")
    effective = [
        row["ess_bulk"] for row in rows if row["estimator"] == "posterior" and not row["parameter"].startswith(derived)
    ]
    return Cost(*spent, min(effective))


def cost_of_script(folder: Path, cold: bool) -> Cost:
    *spent, printed = run([sys.executable, "script.py"], folder, cold)
    return Cost(*spent, float(printed.split()[-1]))


def run(command: list[str], folder: Path, cold: bool) -> tuple[float, float, float, str]:
    """Wall and processor seconds, peak megabytes and standard output of a whole process that must succeed."""
    caches = {"PYTENSOR_FLAGS": f"base_compiledir={folder / 'pytensor'}", "NUMBA_CACHE_DIR": str(folder / "numba")}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if cold:
        for name in ("pytensor", "numba"):
            shutil.rmtree(folder / name, ignore_errors=True)
    output, complaint = folder / "output.txt", folder / "complaint.txt"
    began = time.perf_counter()
    with output.open("w") as out, complaint.open("w") as error:
        process = subprocess.Popen(command, cwd=folder, env={**environment, **caches}, stdout=out, stderr=error)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{complaint.read_text()[-2000:]}")
    memory = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return seconds, usage.ru_utime + usage.ru_stime, memory, output.read_text()


def show(name: str, rows: int, line: Line, pairs: list[tuple[Cost, Cost]]) -> None:
    """Each pair, then each ratio's median and range beside what is required."""
    print(f"\n{name}, {rows:,} rows", flush=True)
    for ours, script in pairs:
        print(
            f"  {ours.seconds:7.1f} s, {ours.effective:6.0f} effective, {ours.memory:5.0f} MB / "
            f"{script.seconds:7.1f} s, {script.effective:6.0f} effective, {script.memory:5.0f} MB"
        )
    ratios = {
        TIME: [ours.seconds / script.seconds for ours, script in pairs],
        PROCESSOR: [ours.processor / script.processor for ours, script in pairs],
        DRAW: [ours.per_draw / script.per_draw for ours, script in pairs],
        MEMORY: [ours.memory / script.memory for ours, script in pairs],
    }
    for what, values in ratios.items():
        most = line.most.get(what)
        verdict = "" if most is None else f"; at most {most:g}: {'met' if median(values) <= most else 'NOT met'}"
        print(f"  {what:24} {median(values):6.3f} ({min(values):.3f} to {max(values):.3f}){verdict}", flush=True)


if __name__ == "__main__":
    main()
