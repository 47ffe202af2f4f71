"""What every test runs under: the same examples each time, and no window on any screen."""

import gc
import os
import signal

import pytest
import scipy.linalg  # noqa: F401  (brings the second of the two libraries of linear algebra)
from hypothesis import settings
from threadpoolctl import threadpool_limits

from mle_vs_bayes import optional_parts

os.environ.setdefault("MPLBACKEND", "agg")
# PyTensor notes with every node who made it: a seventh of the time of what compiles. The command does without, too.
os.environ.setdefault("PYTENSOR_FLAGS", "traceback__limit=0")
threadpool_limits(limits=1)  # for the functions below the public ones, which see to it themselves

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")

optional_parts.strict = True  # an error in a figure or a table is a bug here, and not a sentence


def pytest_addoption(parser):
    parser.addoption("--patience", type=float, default=600, help="Seconds after which a process is taken to hang.")


@pytest.fixture(scope="module", autouse=True)
def garbage_goes_between_modules():
    """Collect once after each module, and leave what lives on out of later collections.

    A worker holds millions of objects of PyTensor's graphs, which each full collection walks through: a sixth of the
    suite's time went there.
    """
    gc.disable()
    yield
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_unconfigure():
    gc.unfreeze()  # DuckDB says what is left at the end


@pytest.fixture(scope="session")
def patience(request):
    """Seconds after which a test gives up on another process: no measure of speed, and only ever used up by a hang."""
    return request.config.getoption("--patience")


# A shell that runs the suite in the background has told it to ignore Ctrl-C, which some tests are about.
signal.signal(signal.SIGINT, signal.default_int_handler)
