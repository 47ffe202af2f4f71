"""What pytest loads by itself where this package is installed: the fixture `check_agreement`, and nothing else.

It imports pytest, which is there already, and the name of a function; the models' libraries are imported by the first
test that calls it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .checks.finding import Report


@pytest.fixture(scope="session")
def check_agreement() -> "Callable[..., Report]":
    """``check_agreement(model, data, quick=True)``: fails with a table where MLE, MAP and posterior disagree."""
    from .testing import check_agreement as of

    return of
