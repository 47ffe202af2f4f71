"""A study so small that starting it takes longer than running it, and what its tests do with it."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

TINY = '''"""A tiny study.

Question: How does the mean spread?
Design: Normal data.
Prediction: RMSE falls as n^-1/2.
Source: none.
"""

import time

import numpy as np

from mle_vs_bayes.study import Slope, Study

PAUSE = 0.0


def mean(data):
    """The mean with its 95 % z interval, slow where a test wants to meet it at work."""
    time.sleep(PAUSE)
    y = data["y"]
    se = y.std(ddof=1) / np.sqrt(len(y))
    return {"mu": {"estimate": y.mean(), "se": se, "lower": y.mean() - 1.96 * se, "upper": y.mean() + 1.96 * se}}


study = Study(
    models=["normal"],
    n=[10, 40],
    replicates=40,
    batch=10,
    estimators=[mean],
    estimands=["mu"],
    functionals={"largest": lambda replicate: replicate.data["y"].max()},
    predictions=[Slope("rmse", slope=-0.5, within=0.5)],
)
'''

COMMAND = [sys.executable, "-W", "error", "-m", "mle_vs_bayes", "study"]


class Desk:
    """An empty folder with a study file in it, and the command run there."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.started = []

    def write(self, text=TINY, name="tiny.py"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *arguments):
        """The command as a process with a group of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        words = [*COMMAND, *map(str, arguments)]
        self.started.append(subprocess.Popen(words, cwd=self.folder, start_new_session=True, **pipes))
        return self.started[-1]

    def run(self, *arguments):
        """The command to its end: exit code, standard output and standard error."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def kill(self, process):
        """SIGKILL to the whole group, workers included; it may have ended by itself just now."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def wait_for(self, condition, seconds=60):
        """Until ``condition()`` holds."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.02)

    def hashes(self, out, table="rows", pattern="*.parquet"):
        """SHA-256 of every file of one table, by name."""
        files = sorted((self.folder / out / table).glob(pattern))
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def desk(tmp_path):
    found = Desk(tmp_path)
    found.write()
    yield found
    for process in found.started:
        if process.returncode is None:
            found.kill(process)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """The rows and functionals of the tiny study when nothing happens to it."""
    desk = Desk(tmp_path_factory.mktemp("undisturbed"))
    desk.write()
    code, out, err = desk.run("run", "tiny.py", "--out", "out")
    assert code == 0, out + err
    return {table: desk.hashes("out", table) for table in ("rows", "functionals")}


@pytest.fixture
def slow():
    """The tiny study with replicates that take 40 ms each; its rows differ in nothing."""
    return TINY.replace("PAUSE = 0.0", "PAUSE = 0.04")
