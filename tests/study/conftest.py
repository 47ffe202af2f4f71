"""A study so small that starting it takes longer than running it, and what its tests do with it."""

import hashlib
import os
import shutil
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

import os
import time
from pathlib import Path

import numpy as np

from mle_vs_bayes.study import Slope, Study

HELD = False


def mean(data):
    """The mean with its 95 % z interval; where a test wants to meet it at work, the large samples wait for a file."""
    y = data["y"]
    while HELD and len(y) == 40 and Path("out/design.json").exists() and not Path("open").exists():
        Path(f"held-{os.getpid()}").touch()
        time.sleep(0.01)
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

KILLED = """
import os, signal, sys
from pathlib import Path

changes = iter(range(int(sys.argv.pop(1))))

def change(event, arguments):
    if event != "os.rename" and not (event == "open" and arguments[2] & os.O_ACCMODE != os.O_RDONLY):
        return
    if isinstance(arguments[0], str | os.PathLike) and "out" in Path(arguments[0]).parts:
        if next(changes, None) is None:
            os.killpg(0, signal.SIGKILL)

sys.addaudithook(change)
from mle_vs_bayes.cli.process import run
run()
"""
"""The command, killed with its workers when it would write or rename a file in its folder once more."""


class Desk:
    """An empty folder with a study file in it, and the command run there."""

    def __init__(self, folder, patience):
        self.folder = Path(folder)
        self.patience = patience
        self.started = []

    def write(self, text=TINY, name="tiny.py"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start(self, *arguments, command=COMMAND):
        """The command as a process with a group of its own."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        words = [*command, *map(str, arguments)]
        self.started.append(subprocess.Popen(words, cwd=self.folder, start_new_session=True, **pipes))
        return self.started[-1]

    def run(self, *arguments, command=COMMAND):
        """The command to its end: exit code, standard output and standard error."""
        process = self.start(*arguments, command=command)
        out, err = process.communicate(timeout=self.patience)
        return process.returncode, out, err

    def run_killed(self, changes, *arguments):
        """The command until it has written or renamed so many files; its exit code."""
        command = [sys.executable, "-W", "error", "-c", KILLED, str(changes), "study"]
        return self.run(*arguments, command=command)[0]

    def held(self):
        """Process numbers of the workers that wait until the study is let go."""
        return [int(path.name.removeprefix("held-")) for path in self.folder.glob("held-*")]

    def let_go(self):
        """Let the replicates that are held, and all others, go on."""
        (self.folder / "open").touch()

    def kill(self, process):
        """SIGKILL to the whole group, workers included; it may have ended by itself just now."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def wait_for(self, condition):
        """Until ``condition()`` holds."""
        end = time.monotonic() + self.patience
        while not condition():
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.02)

    def hashes(self, out, table="rows", pattern="*.parquet"):
        """SHA-256 of every file of one table, by name."""
        files = sorted((self.folder / out / table).glob(pattern))
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def desk(tmp_path, patience):
    found = Desk(tmp_path, patience)
    found.write()
    yield found
    for process in found.started:
        if process.returncode is None:
            found.kill(process)


@pytest.fixture(scope="session")
def finished(tmp_path_factory, patience):
    """A folder in which the tiny study has run, and nothing happened to it."""
    desk = Desk(tmp_path_factory.mktemp("undisturbed"), patience)
    desk.write()
    code, out, err = desk.run("run", "tiny.py", "--out", "out")
    assert code == 0, out + err
    return desk


@pytest.fixture
def done(desk, finished):
    """The desk, where the tiny study has run."""
    shutil.copytree(finished.folder / "out", desk.folder / "out")
    return desk


@pytest.fixture(scope="session")
def undisturbed(finished):
    """The rows and functionals of the tiny study when nothing happens to it."""
    return {table: finished.hashes("out", table) for table in ("rows", "functionals")}


@pytest.fixture
def held():
    """The tiny study, whose large samples wait until a test lets them go; its rows differ in nothing."""
    return TINY.replace("HELD = False", "HELD = True")
