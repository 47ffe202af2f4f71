"""Third parties' chatter held back: their warnings and log lines are not this package's way to warn."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_warnings() -> Iterator[None]:
    """Within it nothing warns; cheap enough for every evaluation of a density."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def quiet() -> Iterator[None]:
    """Within it PyMC neither warns nor logs below errors; what matters is judged from its results."""
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with without_warnings():
            yield
    finally:
        logger.setLevel(level)
