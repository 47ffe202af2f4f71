"""What the study engine costs beside the fits: time per replicate with an estimator that does nothing, and memory.

Run by hand, on a machine that does nothing else::

    uv run python tests/benchmarks/study_engine.py

Each run is the command in a process of its own with one worker, as a user starts it; its start and end, the same for
few replicates as for many, are taken off as the time of the study with one batch. The generator of the data does
nothing, either. Required: under 1 ms per replicate, and the peak memory of all its processes together with 10⁵
replicates under 1.3 times that with 10³.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

OUT = Path(__file__).parents[2] / "results" / "benchmarks" / "study_engine.txt"
FEW, MANY, BATCH = 1_000, 100_000, 100
STUDY = f"""
import numpy as np

from mle_vs_bayes import Dataset
from mle_vs_bayes.study import Scenario, Study

DATA = Dataset({{"y": np.zeros(10)}})


def nothing(data):
    return {{"mu": {{"estimate": 0.0, "se": 1.0, "lower": -1.0, "upper": 1.0}}}}


study = Study(
    n=[10],
    scenarios=[Scenario(model="normal", generate=lambda n, rng: DATA, target={{"mu": 0.0}})],
    replicates={FEW},
    batch={BATCH},
    estimators=[nothing],
)
"""


def memory(root):
    """Proportional set size in MiB of a process and all below it: pages that they share count once."""
    total, found = 0, [root]
    while found:
        process = found.pop()
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            found += Path(f"/proc/{process}/task/{process}/children").read_text().split()
        except (OSError, StopIteration):
            continue
    return total / 1024


def run(folder, replicates):
    """Seconds and peak memory of one run from nothing."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    command = ["study", "run", "nothing.py", "--out", "out", "--workers", "1", "--replicates", str(replicates)]
    began, peak = time.perf_counter(), [0.0]
    process = subprocess.Popen(
        [sys.executable, "-m", "mle_vs_bayes", *command],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def watch():
        while process.poll() is None:
            peak[0] = max(peak[0], memory(process.pid))
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    watcher.join()
    assert code == 0, code
    return time.perf_counter() - began, peak[0]


def main():
    """Three pairs of runs side by side, then the large one."""
    lines = [f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}", ""]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "nothing.py").write_text(STUDY, encoding="utf-8")
        run(folder, BATCH)
        costs = []
        for pair in range(1, 4):
            (empty, _), (full, _) = run(folder, BATCH), run(folder, 20 * FEW)
            costs.append(1e3 * (full - empty) / (20 * FEW - BATCH))
            lines.append(
                f"pair {pair}: {20 * FEW:,} replicates {full:6.2f} s, {BATCH} {empty:5.2f} s: {costs[-1]:.3f} ms each"
            )
        lines.append(f"engine per replicate {sorted(costs)[1]:.3f} ms (required: under 1)")
        small, large = run(folder, FEW), run(folder, MANY)
        lines.append(f"{MANY:,} replicates {large[0]:.1f} s")
        ratio = large[1] / small[1]
        lines.append(f"peak memory {large[1]:.0f} MiB / {small[1]:.0f} MiB = {ratio:.2f} (required: under 1.3)")
    text = "\n".join(lines) + "\n"
    print(text, end="")
    OUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
