"""A column a model reads: its role, which values it may hold, and what stands in when it is left out.

Roles mean the same in every model: ``y``, ``event`` (1 = seen, 0 = right-censored),
``lower``/``upper`` (interval censoring), ``trials``, ``group``, ``exposure``, ``offset``, ``weights``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnKind:
    """A set of admissible values; ``admits`` is elementwise on finite floats."""

    name: str
    description: str
    admits: Callable[[Array], NDArray[np.bool_]]


def _whole(values: Array) -> NDArray[np.bool_]:
    return values == np.floor(values)


number = ColumnKind("number", "any number", np.isfinite)
positive = ColumnKind("positive", "above 0", lambda v: v > 0)
nonnegative = ColumnKind("nonnegative", "0 or above", lambda v: v >= 0)
binary = ColumnKind("binary", "0 or 1", lambda v: (v == 0) | (v == 1))
count = ColumnKind("count", "a whole number, 0 or above", lambda v: (v >= 0) & _whole(v))
positive_count = ColumnKind("positive_count", "a whole number, 1 or above", lambda v: (v >= 1) & _whole(v))
share = ColumnKind("share", "above 0 and below 1", lambda v: (v > 0) & (v < 1))
least_share = ColumnKind("least_share", "0 or above, and below 1", lambda v: (v >= 0) & (v < 1))
greatest_share = ColumnKind("greatest_share", "above 0, and 1 at most", lambda v: (v > 0) & (v <= 1))
label = ColumnKind("label", "names: text, numbers or categories", lambda v: (v >= 0) & _whole(v))
"""Read as codes 0 … G − 1 into the data's ``coords`` under the role, in the order of first appearance."""
classes = ColumnKind("classes", "names of classes: text, numbers or categories", label.admits)
"""Of an outcome: read as codes 0 … K − 1 into the data's ``coords`` under ``outcome``, in their own order."""


@dataclass(frozen=True)
class Column:
    """One role a model reads.

    Left out, an ``optional`` column is filled with ``default``; with ``default=None`` it is
    simply not there, and the leaf may ask ``"upper" in data``.
    ``unbounded`` columns (``lower``, ``upper``) may be empty or infinite.
    """

    role: str
    kind: ColumnKind
    optional: bool = False
    default: float | None = None
    unbounded: bool = False


y_role = "y"
trials = Column("trials", positive_count, optional=True, default=1.0)
exposure = Column("exposure", positive, optional=True, default=1.0)
offset = Column("offset", number, optional=True, default=0.0)
weights = Column("weights", count, optional=True)
"""Frequency weights: a row of weight w stands for w identical rows. Understood by every model."""
group = Column("group", label, optional=True)
"""Which rows belong together. A model that does not read it may be given it for robust errors, which sum scores within
groups."""
