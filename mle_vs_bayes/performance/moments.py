"""Central moments of every group in two passes of DuckDB: the means, then everything around them.

Two passes, because power sums around anything far from the mean lose their digits: an estimate of 10⁶ with a standard
error of 1 has nothing left of its fourth moment. Every measure is then a formula in a few numbers per group.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError
from . import clean
from .roles import Roles
from .source import types

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_WIDEST = 64
"""Replicates numbered up to this many times their number are counted in a bitmap, which takes a tenth of the time."""

_MEANS = """
CREATE TEMP TABLE means AS SELECT row_number() OVER () - 1 AS gid, * FROM (
  SELECT {keys}, count(*) AS total, count(estimate) AS fitted, count(truth) FILTER (estimate IS NOT NULL) AS truths,
    avg(estimate - coalesce(truth, 0)) AS centre, stddev_samp(estimate - coalesce(truth, 0)) AS spread,
    avg(se * se) AS variance, count(lower) + count(upper) > 0 AS has_ends,
    count((estimate - truth) / nullif(truth, 0)) AS relative_used,
    avg((estimate - truth) / nullif(truth, 0)) AS relative,
    var_samp((estimate - truth) / nullif(truth, 0)) AS relative_spread,
    min(se) AS least_se, max(lower - upper) AS worst_ends, count(replicate) AS numbered,
    {range}, max(unknown_status) AS unknown_status, max(unknown_interval_status) AS unknown_interval_status
  FROM ({clean}) GROUP BY {keys} ORDER BY {keys})
"""
"""First pass. ``centre`` is the mean of estimate − truth, or of the estimate in a group without truth."""

CENTRED = """
placed AS (
  SELECT gid, replicate, fitted, centre, window_, tail, df, rank, draws, prior_sd, se,
    estimate - coalesce(truth, 0) AS error, estimate - coalesce(truth, 0) - centre AS d, se * se - variance AS v,
    CASE WHEN has_ends THEN CASE WHEN lower IS NOT NULL OR upper IS NOT NULL THEN coalesce(lower, '-inf') END
      WHEN ended = 1 THEN estimate - {quantile} * se END AS low,
    CASE WHEN has_ends THEN CASE WHEN lower IS NOT NULL OR upper IS NOT NULL THEN coalesce(upper, 'inf') END
      WHEN ended = 1 THEN estimate + {quantile} * se END AS high,
    coalesce(truth, 0) AS shift
  FROM ({clean}) AS c JOIN groups AS g ON {same} {degrees}),
seen AS (
  SELECT *, d * d AS d2, low - shift AS l, high - shift AS u,
    CASE WHEN isfinite(high - low) THEN high - low END AS width
  FROM placed)
"""
"""Second pass, row by row: ``d`` and ``v`` around their means, the interval's ends as they are and minus the truth."""

_SUMS = """
WITH {centred}
SELECT gid, count(d) AS used, sum(d2) AS d2, sum(d * d2) AS d3, sum(d2 * d2) AS d4,
  count(v) AS v_used, sum(v * v) AS v2, sum(v * d2) AS v_d2,
  count(width) AS width_used, avg(width) AS width, var_samp(width) AS width_spread,
  avg(width + 2 / tail * (greatest(l, 0) + greatest(-u, 0))) AS score,
  var_samp(width + 2 / tail * (greatest(l, 0) + greatest(-u, 0))) AS score_spread,
  count(low) AS interval_used, sum((l <= 0 AND u >= 0)::INT) AS covered,
  sum((l <= centre AND u >= centre)::INT) AS centred,
  sum((l <= centre + window_ AND u >= centre + window_)::INT) AS centred_above,
  sum((l <= centre - window_ AND u >= centre - window_)::INT) AS centred_below,
  sum((l <= centre AND u >= centre)::INT * d) AS centred_d,
  sum((NOT (low < {null} AND {null} < high))::INT) AS rejected,
  count(se / prior_sd) AS contraction_used, avg(1 - (se * se) / (prior_sd * prior_sd)) AS contraction,
  var_samp((se * se) / (prior_sd * prior_sd)) AS contraction_spread{distinct}
FROM seen GROUP BY gid ORDER BY gid
"""


def means(connection: "duckdb.DuckDBPyConnection", roles: Roles, truth: float | None) -> "pd.DataFrame":
    """First pass: one line per group, keys ``k0 …``, in their order.

    Raises
    ------
    DataError
        Rows that cannot be: a replicate without a number, a negative SE, ends that are swapped, a status nobody
        knows, a truth given for some rows of a group only.
    """
    keys = ", ".join(key_names(roles))
    whole = "replicate" in roles and "INT" in types(connection)[roles.columns["replicate"]]
    span = "min(replicate) AS first, max(replicate) AS last" if whole else "NULL AS first, NULL AS last"
    connection.execute(_MEANS.format(keys=keys, clean=clean.select(roles, truth), range=span))
    found = connection.execute("SELECT * FROM means ORDER BY gid").df()
    _check(found, roles)
    return found


def sums(
    connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", centred: str, null: float, roles: Roles
) -> "pd.DataFrame":
    """Second pass: sums around the means, by ``gid``, joined to ``groups``."""
    distinct = f", {_distinct(groups)} AS distinct_" if "replicate" in roles else ""
    query = _SUMS.format(centred=centred, null=f"CAST({null!r} AS DOUBLE)", distinct=distinct)
    found = connection.execute(query).df().set_index("gid")
    return groups.join(found, on="gid")


def centred(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles, truth: float | None) -> str:
    """The common table expressions ``placed`` and ``seen`` over the table ``groups``, which this makes."""
    names = key_names(roles)
    connection.register("groups", groups[["gid", *names, *_FROM_GROUPS]])
    degrees = "df" in roles
    if degrees:
        _quantiles(connection, groups, roles)
    return CENTRED.format(
        clean=clean.select(roles, truth),
        same=" AND ".join(f"c.{name} IS NOT DISTINCT FROM g.{name}" for name in names),
        quantile="coalesce(t, z)" if degrees else "z",
        degrees="LEFT JOIN quantiles AS q ON q.freedom = c.df AND q.wanted = g.level_" if degrees else "",
    )


_FROM_GROUPS = ["fitted", "centre", "variance", "has_ends", "window_", "tail", "z", "level_"]


def key_names(roles: Roles) -> list[str]:
    """``k0 …``, the method last: short names that no column of a table can be mistaken for."""
    return [f"k{place}" for place in range(len(roles.keys) + 1)]


def labels(groups: "pd.DataFrame", names: Sequence[str]) -> "pd.DataFrame":
    """Keys under their own names, the method last."""
    return groups[[f"k{place}" for place in range(len(names))]].set_axis(list(names), axis=1)


def _quantiles(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    """Table ``quantiles``: Student's t by degrees of freedom and level; an infinite or missing df takes z."""
    import pandas as pd
    from scipy.special import stdtrit

    cell = clean.number(roles, "df")
    freedom = connection.execute(f"SELECT DISTINCT {cell} AS df FROM estimates WHERE isfinite({cell})").df()["df"]
    levels = groups["level_"].unique()
    table = pd.MultiIndex.from_product([freedom, levels], names=["freedom", "wanted"]).to_frame(index=False)
    table["t"] = stdtrit(table["freedom"], 0.5 + table["wanted"] / 2)
    connection.register("quantiles", table)


def _distinct(groups: "pd.DataFrame") -> str:
    first, last = groups["first"].min(), groups["last"].max()
    if np.isfinite(first) and last - first < _WIDEST * max(groups["total"].max(), 1000):
        return f"bit_count(bitstring_agg(replicate, {int(first)}, {int(last)}))"
    return "count(DISTINCT replicate)"


def _check(groups: "pd.DataFrame", roles: Roles) -> None:
    for role in ("status", "interval_status"):
        clean.check_status(groups[f"unknown_{role}"].dropna().tolist(), role, roles)
    if "replicate" in roles and (groups["numbered"] < groups["total"]).any():
        missing = int((groups["total"] - groups["numbered"]).sum())
        raise DataError(f'column "{roles.columns["replicate"]}" (replicate) is empty in {missing:,} rows; number them.')
    if groups["least_se"].min() < 0:
        raise DataError(
            f'column "{roles.columns["se"]}" (se) holds {groups["least_se"].min():g}; '
            "a standard error is not negative; correct it."
        )
    if groups["worst_ends"].max() > 0:
        ends = f'"{roles.columns["lower"]}" lies above "{roles.columns["upper"]}"'
        raise DataError(f"column {ends} by up to {groups['worst_ends'].max():g}; swap them with --column.")
    partly = (groups["truths"] > 0) & (groups["truths"] < groups["fitted"])
    if partly.any():
        raise DataError(
            f"the truth is missing in {int((groups['fitted'] - groups['truths'])[partly].sum()):,} rows of groups "
            "that have it in others; give it for every row, or one for all with --truth."
        )
