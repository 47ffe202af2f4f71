"""Central moments of every group in two passes of DuckDB: the means, then everything around them.

Two passes, because power sums around anything far from the mean lose their digits: an estimate of 10⁶ with a standard
error of 1 has nothing left of its fourth moment. Every measure is then a formula in a few numbers per group.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .table import clean
from .table.roles import Roles
from .table.source import TABLE, quoted, types

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_WIDEST = 64
"""Replicates numbered up to this many times the largest group are counted in a bitmap, ten times as fast."""

_MEANS = """
SELECT row_number() OVER () - 1 AS gid, * FROM (
  SELECT {keys}, count(*) AS total, count(*) FILTER (answered) AS fitted, count(truth) FILTER (answered) AS truths,
    min(truth) AS least_truth, max(truth) AS most_truth,
    avg(estimate - coalesce(truth, 0)) AS centre, stddev_samp(estimate - coalesce(truth, 0)) AS spread{more}
  FROM ({clean}) GROUP BY {keys} ORDER BY {keys})
"""
"""First pass. ``centre`` is the mean of estimate − truth, or of the estimate in a group without truth."""

_CENTRED = """
placed AS (
  SELECT gid, replicate, centre, window_, penalty, rank, draws, prior_sd, se, coalesce(truth, 0) AS shift,
    estimate - coalesce(truth, 0) AS error,
    CASE WHEN NOT has_ends THEN CASE WHEN ended THEN estimate - {quantile} * se END
      WHEN lower IS NOT NULL THEN lower WHEN upper IS NOT NULL THEN '-inf'::DOUBLE END AS low,
    CASE WHEN NOT has_ends THEN CASE WHEN ended THEN estimate + {quantile} * se END
      WHEN upper IS NOT NULL THEN upper WHEN lower IS NOT NULL THEN 'inf'::DOUBLE END AS high
  FROM ({clean}) AS c JOIN groups AS g ON {same} {degrees}),
seen AS (
  SELECT *, error - centre AS d, (error - centre) * (error - centre) AS d2, se * se AS v, low - shift AS l,
    high - shift AS u, CASE WHEN isfinite(high - low) THEN high - low END AS width
  FROM placed)
"""
"""Second pass, row by row: ``d`` around the mean, the interval's ends as they are and minus the truth."""

_SCORE = "(width + penalty * CASE WHEN l > 0 THEN l WHEN u < 0 THEN -u ELSE 0 END)"
_SUMS = {
    "estimate": {
        "answered_used": "count(*)",
        "used": "count(d)",
        "d2": "sum(d2)",
        "d3": "sum(d * d2)",
        "d4": "sum(d2 * d2)",
    },
    "se": {
        "v_used": "count(v)",
        "v1": "sum(v)",
        "v2": "sum(v * v)",
        "v_d2": "sum(v * d2)",
        "least_se": "min(se)",
        "v_d2_alone": "sum(d2 + 0 * v)",
    },
    "interval": {
        "width_used": "count(width)",
        "width1": "sum(width)",
        "width2": "sum(width * width)",
        "least_width": "min(width)",
        "score1": f"sum({_SCORE})",
        "score2": f"sum({_SCORE} * {_SCORE})",
        "interval_used": "count(low)",
        "covered": "sum((l <= 0 AND u >= 0)::INT)",
        "centred": "sum((l <= centre AND u >= centre)::INT)",
        "centred_above": "sum((l <= centre + window_ AND u >= centre + window_)::INT)",
        "centred_below": "sum((l <= centre - window_ AND u >= centre - window_)::INT)",
        "centred_d": "sum((l <= centre AND u >= centre)::INT * d)",
        "rejected": "sum((NOT (low < {null} AND {null} < high))::INT)",
    },
    "prior_sd": {
        "contraction_used": "count(v / prior_sd)",
        "contraction": "avg(1 - v / (prior_sd * prior_sd))",
        "contraction_spread": "var_samp(v / (prior_sd * prior_sd))",
    },
}
"""Second pass, by group: what needs which column. Sums of squares serve MCSEs only, and need no centre."""

_RELATIVE = """
WITH {centred}
SELECT gid, count(error / nullif(shift, 0)) AS relative_used, avg(error / nullif(shift, 0)) AS relative,
  var_samp(error / nullif(shift, 0)) AS relative_spread FROM seen GROUP BY gid
"""


def means(connection: "duckdb.DuckDBPyConnection", roles: Roles, truth: clean.Truth) -> "pd.DataFrame":
    """First pass: one line per group, keys ``k0 …``, in their order."""
    more = [f"max(unknown_{role}) AS unknown_{role}" for role in clean.STATUSES if role in roles]
    if "replicate" in roles:
        more += ["count(replicate) AS numbered", f"{_distinct(connection, roles)} AS distinct_"]
    keys = ", ".join(key_names(roles))
    query = _MEANS.format(keys=keys, clean=clean.first(roles, truth), more="".join(f", {name}" for name in more))
    return connection.execute(query).df()


def sums(
    connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", centred: str, null: float, roles: Roles
) -> "pd.DataFrame":
    """Second pass: sums around the means by ``gid``, joined to ``groups``.

    A group of a table with intervals that has none itself takes Wald's from its standard errors.
    """
    sums = _sums(connection, groups, centred, null, roles)
    bare = (sums["used"] > 0) & (sums["interval_used"] == 0) & (sums["v_used"] > 0) & sums["has_ends"]
    if bare.any():
        lacking = groups[bare.to_numpy()].assign(has_ends=False)
        register(connection, lacking, roles)
        others = groups[~bare.to_numpy()]
        again = _sums(connection, lacking, centred, null, roles)
        sums = sums[~bare].combine_first(again) if others.empty else _stacked(sums[~bare], again)
        register(connection, sums, roles)
    return _with_relative(connection, sums, centred)


def centred(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles, truth: clean.Truth) -> str:
    """The common table expressions down to ``seen``, over the table ``groups``, which this registers."""
    register(connection, groups, roles)
    degrees = "df" in roles
    if degrees:
        _quantiles(connection, groups, roles)
    return _CENTRED.format(
        clean=clean.fitted(roles, truth),
        same=" AND ".join(f"c.{name} IS NOT DISTINCT FROM g.{name}" for name in key_names(roles)),
        quantile="coalesce(t, z)" if degrees else "z",
        degrees="LEFT JOIN quantiles AS q ON q.freedom = c.df AND q.wanted = g.level_" if degrees else "",
    )


def register(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    """Make ``groups`` the table of that name, with what the second pass needs of it."""
    needed = ["centre", "has_ends", "window_", "penalty", "z", "level_"]
    connection.register("groups", groups[["gid", *key_names(roles), *needed]])


def key_names(roles: Roles) -> list[str]:
    """``k0 …``, the method last: short names that no column of a table can be mistaken for."""
    return [f"k{place}" for place in range(len(roles.keys) + 1)]


def labels(groups: "pd.DataFrame", names: Sequence[str]) -> "pd.DataFrame":
    """Keys under their own names, the method last."""
    return groups[[f"k{place}" for place in range(len(names))]].set_axis(list(names), axis=1)


def _sums(
    connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", centred: str, null: float, roles: Roles
) -> "pd.DataFrame":
    present = {*roles.columns, *(("interval",) if {"se", "lower", "upper"} & set(roles.columns) else ())}
    asked = {name: text for family, sums in _SUMS.items() if family in present for name, text in sums.items()}
    columns = ", ".join(f"{text} AS {name}" for name, text in asked.items()).replace("{null}", f"({float(null)!r})")
    query = f"WITH {centred} SELECT gid, {columns} FROM seen GROUP BY gid"
    joined = groups.join(connection.execute(query).df().set_index("gid"), on="gid")
    every = [name for sums in _SUMS.values() for name in sums]
    counts = [name for name in every if name == "used" or name.endswith("_used")]
    absent = {name: np.nan for name in every if name not in asked}
    return joined.assign(**absent).fillna(dict.fromkeys(counts, 0))  # a group whose fits all failed has no sums


def _stacked(first: "pd.DataFrame", second: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    return pd.concat([first, second]).sort_values("gid", ignore_index=True)


def _with_relative(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", centred: str) -> "pd.DataFrame":
    """Mean and variance of error/truth: from those of the error, unless the truth varies within a group."""
    truth = groups["least_truth"]
    if (groups["most_truth"] > truth).any():
        relative = connection.execute(_RELATIVE.format(centred=centred)).df().set_index("gid")
        return groups.join(relative, on="gid").fillna({"relative_used": 0})
    used = groups["used"].where(truth.notna() & (truth != 0), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        value, spread = groups["centre"] / truth, (groups["spread"] / truth) ** 2
    return groups.assign(relative_used=used, relative=value, relative_spread=spread)


def _quantiles(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", roles: Roles) -> None:
    """Table ``quantiles``: Student's t by degrees of freedom and level; an infinite or missing df takes z."""
    import pandas as pd
    from scipy.special import stdtrit

    cell = clean.number(roles, "df")
    freedom = connection.execute(f"SELECT DISTINCT {cell} AS df FROM {TABLE} WHERE isfinite({cell})").df()["df"]
    levels = groups["level_"].unique()
    table = pd.MultiIndex.from_product([freedom, levels], names=["freedom", "wanted"]).to_frame(index=False)
    table["t"] = stdtrit(table["freedom"], 0.5 + table["wanted"] / 2)
    connection.register("quantiles", table)


def _distinct(connection: "duckdb.DuckDBPyConnection", roles: Roles) -> str:
    """SQL that counts distinct replicates exactly: in a bitmap where they are whole numbers not too far apart."""
    name = roles.columns["replicate"]
    if "INT" in types(connection)[name]:
        cell = quoted(name)
        extremes = connection.execute(f"SELECT min({cell}), max({cell}), count(*) FROM {TABLE}").fetchone()
        assert extremes is not None
        least, most, rows = extremes
        if least is not None and most - least < min(_WIDEST * rows, 2**24):
            return f"bit_count(bitstring_agg(replicate, {least}, {most}))"
    return "count(DISTINCT replicate)"
