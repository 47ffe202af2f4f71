"""Joint moments of a method and the reference on the same replicates: what makes comparisons precise.

The methods saw the same data sets, so their estimates are correlated and their differences far less variable than
either. Moments are central within the replicates that both have.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_JOINT = """
WITH {centred},
both_ AS MATERIALIZED (
  SELECT gid, reference, replicate, d, d2, error, width FROM seen LEFT JOIN links USING (gid))
SELECT a.gid, count(*) AS pairs, sum(a.d) AS a1, sum(b.d) AS b1, sum(a.d2) AS a2, sum(b.d2) AS b2,
  sum(a.d * a.d2) AS a3, sum(b.d * b.d2) AS b3, sum(a.d2 * a.d2) AS a4, sum(b.d2 * b.d2) AS b4,
  sum(a.d * b.d) AS a1b1, sum(a.d2 * b.d) AS a2b1, sum(a.d * b.d2) AS a1b2, sum(a.d2 * b.d2) AS a2b2,
  avg(a.error - b.error) AS estimate, var_samp(a.error - b.error) AS estimate_spread,
  avg(a.error * a.error - b.error * b.error) AS square,
  var_samp(a.error * a.error - b.error * b.error) AS square_spread,
  count(a.width - b.width) AS widths, avg(a.width - b.width) AS width,
  var_samp(a.width - b.width) AS width_spread
FROM both_ AS a JOIN both_ AS b ON a.reference = b.gid AND a.replicate = b.replicate
GROUP BY a.gid
"""
"""Materialised, or DuckDB may join on the replicate alone first, which takes the square of the number of groups."""


def joint(
    connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", links: "pd.DataFrame", centred: str
) -> "pd.DataFrame":
    """``groups`` with, as ``pair_…``, counts, mean differences and joint central moments with the reference.

    ``links`` has ``gid`` and ``reference``, the group to compare it with.
    """
    connection.register("links", links)
    joint = connection.execute(_JOINT.format(centred=centred)).df().set_index("gid")
    count = joint["pairs"]
    mean = {name: joint[name] / count for name in joint.columns if name[0] in "ab" and name[1:2].isdigit()}
    # Central moments from raw ones, by the binomial theorem: values were centred before, so that little cancels.
    ours, other = mean["a1"], mean["b1"]
    joint["own2"] = mean["a2"] - ours**2
    joint["other2"] = mean["b2"] - other**2
    joint["both11"] = mean["a1b1"] - ours * other
    joint["own4"] = mean["a4"] - 4 * ours * mean["a3"] + 6 * ours**2 * mean["a2"] - 3 * ours**4
    joint["other4"] = mean["b4"] - 4 * other * mean["b3"] + 6 * other**2 * mean["b2"] - 3 * other**4
    joint["both22"] = (
        mean["a2b2"]
        - 2 * (other * mean["a2b1"] + ours * mean["a1b2"])
        + other**2 * mean["a2"]
        + ours**2 * mean["b2"]
        + 4 * ours * other * mean["a1b1"]
        - 3 * ours**2 * other**2
    )
    joined = groups.join(joint.add_prefix("pair_"), on="gid")
    joined.loc[joined["pair_pairs"].isna(), ["pair_pairs", "pair_widths"]] = 0
    joined["has_reference"] = joined["gid"].isin(links["gid"])
    return joined


def links(groups: "pd.DataFrame", pairing: list[str], reference: str, interval: str | None) -> "pd.DataFrame":
    """Which group each is compared with: the reference's in the same scenario (columns ``pairing``).

    Where the reference has several kinds of interval (column ``interval``): the same kind, else the first.
    """
    method = groups["method"].astype(object)
    references = groups[(method == reference).to_numpy(dtype=bool)]
    first = references.drop_duplicates(pairing) if pairing else references.head(1)
    partners = _matched(groups, first, pairing)
    if interval is not None:
        same = _matched(groups, references.drop_duplicates([*pairing, interval]), [*pairing, interval])
        partners = np.where(np.isnan(same), partners, same)
    known = ~np.isnan(partners)
    return groups.loc[known, ["gid"]].assign(reference=partners[known].astype(np.int64))


def _matched(groups: "pd.DataFrame", targets: "pd.DataFrame", on: list[str]) -> np.ndarray:
    """The target's ``gid`` for every line of ``groups``, NaN where there is none; missing keys match each other."""
    if not on:
        return np.full(len(groups), targets["gid"].iloc[0], dtype=float)
    right = targets[[*on, "gid"]].rename(columns={"gid": "reference_gid"})
    return groups[on].merge(right, on=on, how="left")["reference_gid"].to_numpy(dtype=float)
