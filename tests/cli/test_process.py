"""The command as a process of its own: what it prints arrives, and its exit code, though it leaves without ceremony."""

import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "mle_vs_bayes"]


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["models"], 0, "weibull", ""),
        (["models", "wiebull"], 2, "", "weibull"),
        (["compare"], 2, "", "MODEL"),
    ],
)
def test_everything_arrives(arguments, code, out, err):
    seen = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert seen.returncode == code
    assert (out in seen.stdout, bool(seen.stdout)) == (True, bool(out))
    assert (err in seen.stderr, bool(seen.stderr)) == (True, bool(err))


def test_a_reader_that_has_seen_enough_is_no_error(patience):
    """As `mle-vs-bayes models | head -1`: the pipe is closed before anything is written to it."""
    process = subprocess.Popen([*COMMAND, "models"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=patience) == 1
    process.stderr.close()


def test_exit_handlers_run_and_what_was_printed_is_flushed():
    program = """
import atexit, sys
from mle_vs_bayes.cli import process
atexit.register(lambda: print("handled"))
print("printed", end=" ")
process.leave(7)
"""
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (seen.returncode, seen.stdout) == (7, "printed handled\n")


ASSIGNMENT = """
import numba, numpy
from mle_vs_bayes.machine_code import shorten_messages

@numba.njit
def assign(into, values):
    into[...] = values

assert shorten_messages()  # False when Numba has moved what it replaces: find out where to
room = numpy.zeros(3)
assign(room, numpy.ones(3))
print(room.sum())
try:
    assign(room, numpy.ones(2))
except ValueError as error:
    print(error)
"""


def test_a_short_message_in_the_place_of_numba_s():
    seen = subprocess.run([sys.executable, "-c", ASSIGNMENT], capture_output=True, text=True, check=False)
    assert (seen.stderr, seen.stdout) == ("", "3.0\ncannot assign slice from input of different size\n")


PREPARED = """
import sys
from mle_vs_bayes.cli import startup
startup.prepare(optional=sys.argv[1] == "program")
import statsmodels.base.model, xarray
xarray.DataArray([1.0])
import pytensor
print(*(name for name in startup.OPTIONAL if sys.modules.get(name)), pytensor.config.traceback__limit)
"""


@pytest.mark.parametrize(("model", "imported"), [("catalogue", "0\n"), ("program", "dask polars 0\n")])
def test_packages_that_a_model_of_the_catalogue_has_no_use_for_are_not_imported(model, imported):
    asked, own = [sys.executable, "-c", PREPARED, model], {**os.environ, "PYTENSOR_FLAGS": ""}
    seen = subprocess.run(asked, env=own, capture_output=True, text=True, check=False)
    assert (seen.stderr, seen.stdout) == ("", imported)


def test_a_library_leaves_numba_alone():
    """Only `process.run` says that the process is the command's own: tests and notebooks keep Numba as it is."""
    from mle_vs_bayes.cli import startup

    assert not startup.alone
