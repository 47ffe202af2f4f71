"""Tables of estimates that cannot be summarised: recognised by what the two passes count, refused in one sentence."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import DataError, UsageError
from ...words import listed, nearest, shown
from ..moments import key_names
from . import clean, columns
from .roles import Roles
from .source import TABLE, quoted

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_REPEATED = """
SELECT k.*, c.replicate, count(*) AS times FROM ({clean}) AS c JOIN k ON {same}
GROUP BY ALL HAVING times > 1 ORDER BY c.replicate LIMIT 1
"""


def truth_given(connection: "duckdb.DuckDBPyConnection", roles: Roles, truth: clean.Truth) -> None:
    """Refuse a truth that is of no estimand in the table, and one number for several estimands.

    Raises
    ------
    DataError, UsageError
        With the table's estimands.
    """
    if truth is None:
        return
    if "parameter" not in roles:
        if isinstance(truth, Mapping):
            raise UsageError(
                f"there is a truth for {listed(truth)}, but no column tells parameters apart; "
                "say which does with --column parameter=NAME, or give one number."
            )
        return
    cell = quoted(roles.columns["parameter"])
    query = f"SELECT DISTINCT CAST({cell} AS VARCHAR) FROM {TABLE} WHERE {cell} IS NOT NULL ORDER BY 1"
    names = [row[0] for row in connection.execute(query).fetchall()]
    if isinstance(truth, Mapping):
        for name in truth:
            if name not in names:
                raise DataError(
                    f"there is a truth for {name}{nearest(name, names)}, but the estimands are {listed(names)}."
                )
    elif len(names) > 1:
        raise UsageError(
            f"the truth is {truth:g}, but the table has {len(names)} estimands ({listed(names, 6)}); "
            f'give each its own, as in --truth "{names[0]}={truth:g}".'
        )


def after_means(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    """What the first pass sees.

    Raises
    ------
    DataError
        A status that nobody knows, a replicate without a number or with two rows, a truth for some rows of a group.
    """
    for role in clean.STATUSES:
        if role in roles:
            clean.check_status(groups[f"unknown_{role}"].dropna().tolist(), role, roles)
    if "replicate" in roles:
        missing = int((groups["total"] - groups["numbered"]).sum())
        if missing:
            name = roles.columns["replicate"]
            raise DataError(f'column "{name}" (replicate) is empty in {missing:,} rows; number the replicates.')
        _unique(connection, groups, roles)
    partly = (groups["truths"] > 0) & (groups["truths"] < groups["fitted"])
    if partly.any():
        raise DataError(
            f"the truth is missing in {int((groups['fitted'] - groups['truths'])[partly].sum()):,} rows of groups "
            "that have it in others; give it for every row, or one for all with --truth."
        )


def after_sums(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    """What the second pass sees.

    Raises
    ------
    DataError
        A negative standard error, or ends of an interval that are swapped.
    """
    least = groups["least_se"].min()
    if least < 0:
        raise DataError(
            f'column "{roles.columns["se"]}" (se) holds {least:g}; a standard error is not negative; correct it.'
        )
    if groups["least_width"].min() < 0:
        low, high = clean.number(roles, "lower"), clean.number(roles, "upper")
        line = connection.execute(f"SELECT {low}, {high} FROM {TABLE} WHERE {low} > {high} LIMIT 1").fetchone()
        assert line is not None
        raise DataError(
            f'an interval begins at {line[0]:g} (column "{roles.columns["lower"]}") and ends at {line[1]:g} '
            f'(column "{roles.columns["upper"]}"); swap or correct them.'
        )


def _unique(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    repeated = groups[groups["distinct_"] < groups["total"]]
    if repeated.empty:
        return
    names = key_names(roles)
    connection.register("k", repeated[names].head(1))
    same = " AND ".join(f"c.{name} IS NOT DISTINCT FROM k.{name}" for name in names)
    line = connection.execute(_REPEATED.format(clean=clean.first(roles, None), same=same)).fetchone()
    assert line is not None
    *keys, replicate, times = line
    words = [f"{name} {shown(key)}" for name, key in zip((*roles.keys, "method"), keys, strict=True) if key is not None]
    others = columns.unused(connection, roles)
    hint = f" ({listed(others)} {'are' if len(others) > 1 else 'is'} not used)" if others else ""
    raise DataError(
        f"replicate {shown(replicate)} of {listed(words) or 'the table'} has {times} rows, and each replicate, method "
        f"and scenario must have one; say what tells them apart with --column scenario=NAME{hint}, or remove repeats."
    )
