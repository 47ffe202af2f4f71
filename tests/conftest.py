"""What every test runs under: the same examples each time, and no window on any screen."""

import os

from hypothesis import settings

os.environ.setdefault("MPLBACKEND", "agg")

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")
