"""What every test runs under: the same examples each time, and no window on any screen."""

import os
import signal

from hypothesis import settings

from mle_vs_bayes import ornaments

os.environ.setdefault("MPLBACKEND", "agg")

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")

ornaments.strict = True  # an error in a figure or a table is a bug here, and not a sentence

# A shell that runs the suite in the background has told it to ignore Ctrl-C, which some tests are about.
signal.signal(signal.SIGINT, signal.default_int_handler)
