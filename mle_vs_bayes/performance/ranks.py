"""Simulation-based calibration: are the ranks of the truth among posterior draws uniform? [1]_

.. [1] Talts, Betancourt, Simpson, Vehtari & Gelman (2018), Validating Bayesian inference algorithms with
   simulation-based calibration, arXiv:1804.06788.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MOST_BINS, LEAST_EXPECTED = 20, 5
"""Bins of the chi-square test, and replicates expected in a bin."""

_COUNTS = """
WITH {centred}, known AS (SELECT gid, rank, coalesce(draws, max(rank) OVER ()) AS draws FROM seen)
SELECT gid, rank, draws, count(*) AS times FROM known WHERE rank IS NOT NULL GROUP BY ALL
"""


def counted(connection: "duckdb.DuckDBPyConnection", groups: "pd.DataFrame", centred: str) -> "pd.DataFrame":
    """``groups`` with ``rank_…``: number used, mean and variance of the rank in (0, 1), chi-square and its p-value.

    Raises
    ------
    DataError
        A rank below 0 or above the number of draws.
    """
    counts = connection.execute(_COUNTS.format(centred=centred)).df()
    wrong = counts[(counts["rank"] < 0) | (counts["rank"] > counts["draws"]) | (counts["rank"] % 1 != 0)]
    if len(wrong):
        seen, most = wrong["rank"].iloc[0], wrong["draws"].iloc[0]
        raise DataError(f"a rank is {seen:g} among {most:g} draws; ranks are whole numbers from 0 to the draws.")
    lines = [(gid, *uniformity(block["rank"], block["draws"], block["times"])) for gid, block in counts.groupby("gid")]
    return groups.join(_frame(lines), on="gid").fillna({"rank_used": 0})


def uniformity(rank: "pd.Series", draws: "pd.Series", times: "pd.Series") -> tuple[float, float, float, float, float]:
    """Number, mean and variance of (rank + ½)/(draws + 1), chi-square of equal bins and its p-value.

    ``rank`` out of 0 … ``draws`` was seen ``times`` times. Expected counts allow for bins that hold different numbers
    of ranks.
    """
    from scipy.special import chdtrc

    used = float(times.sum())
    place = (rank + 0.5) / (draws + 1)
    mean = float((place * times).sum() / used)
    variance = float(((place - mean) ** 2 * times).sum() / max(used - 1, 1))
    bins = int(min(MOST_BINS, draws.min() + 1, used // LEAST_EXPECTED))
    if bins < 2:
        return used, mean, variance, float("nan"), float("nan")
    # (rank + ½)/(draws + 1) has mean ½ whatever the number of draws, so that ranks of different runs can be pooled.
    seen = np.bincount((rank * bins // (draws + 1)).astype(int), weights=times, minlength=bins)
    expected = np.zeros(bins)
    number = times.groupby(draws).sum()
    for most, share in zip(number.index.to_numpy(dtype=int), number, strict=True):
        slots = np.arange(most + 1) * bins // (most + 1)
        expected += share * np.bincount(slots, minlength=bins) / (most + 1)
    statistic = float(((seen - expected) ** 2 / expected).sum())
    return used, mean, variance, statistic, float(chdtrc(bins - 1, statistic))


def _frame(lines: Sequence[tuple[Any, ...]]) -> "pd.DataFrame":
    import pandas as pd

    names = ["gid", "rank_used", "rank_mean", "rank_spread", "rank_statistic", "rank_p"]
    return pd.DataFrame(lines, columns=names).astype({"gid": "int64"}).set_index("gid")
