"""One line per group (a method in a scenario, with one kind of interval): levels, failures, references."""

from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError, UsageError
from ..words import listed, nearest
from . import pairs
from .moments import key_names
from .table.roles import Roles

if TYPE_CHECKING:
    import pandas as pd

WITHOUT = "none"
"""The kind of interval of a row that has none, such as that of a fit that failed."""


def with_levels(groups: "pd.DataFrame", roles: Roles, level: float) -> "pd.DataFrame":
    """Level, 2/α of the score, normal quantile and window (see `formulas.bias_eliminated_coverage`) of each group.

    Raises
    ------
    DataError
        A level outside (0, 1).
    """
    from scipy.special import ndtri

    stated = groups[_key(roles, "level")].astype(float) if "level" in roles else np.full(len(groups), np.nan)
    levels = np.where(np.isnan(stated), level, stated)
    wrong = levels[(levels <= 0) | (levels >= 1)]
    if wrong.size:
        raise DataError(f'column "{roles.columns["level"]}" (level) holds {wrong[0]:g}; it must lie inside (0, 1).')
    ends = bool({"lower", "upper"} & set(roles.columns))
    window = groups["spread"] * groups["fitted"].astype(float) ** -0.2
    return groups.assign(
        level_=levels, penalty=2 / (1 - levels), z=ndtri(0.5 + levels / 2), window_=window, has_ends=ends
    )


def with_failed(groups: "pd.DataFrame", roles: Roles) -> "pd.DataFrame":
    """Failed fits that have no kind of interval are counted with every kind that the same method has there.

    A fit that failed computes no interval, so that its row's kind is "none" (or missing) and it would otherwise be
    missing from the very group whose coverage it spoils.
    """
    if "interval" not in roles:
        return groups
    interval, level = _key(roles, "interval"), _key(roles, "level") if "level" in roles else None
    same = [name for name in key_names(roles) if name not in (interval, level)]
    kind = groups[interval].astype(object)
    orphan = (groups["fitted"] == 0) & (kind.isna() | (kind == WITHOUT))
    place = groups.groupby(same, dropna=False, sort=False).ngroup() if same else groups["gid"] * 0
    lost = groups["total"].where(orphan, 0).groupby(place).transform("sum")
    has_kind = (~orphan).groupby(place).transform("any")
    kept = groups.assign(total=groups["total"] + lost.where(~orphan, 0))
    return kept[~(orphan & has_kind)].reset_index(drop=True)


def links(groups: "pd.DataFrame", roles: Roles, reference: str) -> "pd.DataFrame":
    """``gid`` and ``reference``, the group that each is compared with.

    Raises
    ------
    UsageError
        No such method.
    DataError
        No replicates to pair by.
    """
    method = key_names(roles)[-1]
    present = [str(name) for name in groups[method].dropna().unique()]
    if reference not in present:
        seen = f"the methods are {listed(present)}" if present else "no column is known as method"
        raise UsageError(f'there is no method "{reference}"{nearest(reference, present)}; {seen}.')
    if "replicate" not in roles:
        raise DataError(
            f"no column is known as replicate, so that nothing can be paired with {reference}; "
            "say which with --column replicate=NAME."
        )
    interval = _key(roles, "interval") if "interval" in roles else None
    pairing = [key for key, name in zip(key_names(roles), roles.keys, strict=False) if name not in roles.kinds]
    return pairs.links(groups.assign(method=groups[method].astype(str)), pairing, reference, interval)


def _key(roles: Roles, role: str) -> str:
    return f"k{roles.keys.index(roles.columns[role])}"
