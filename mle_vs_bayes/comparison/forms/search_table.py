"""The optimisers' searches as tidy rows, for the waterfall: one row per start."""

from typing import TYPE_CHECKING

import numpy as np

from ...fit.fit import Fit

if TYPE_CHECKING:
    import pandas

COLUMNS = ("estimator", "method", "rank", "gap", "status")


def rows(fit: Fit) -> "pandas.DataFrame":
    """`COLUMNS`: the searches of MLE and MAP, each estimator's best first; ``gap`` is the log density lost to the best.

    The best is the best accepted optimum: a search that ran off may have climbed higher, and has gap 0.
    """
    import pandas

    found = []
    for name in ("mle", "map"):
        searches = fit.estimates[name].searches if name in fit.estimates else ()
        accepted = [search.value for search in searches if search.status == "ok"]
        if not accepted:
            continue
        gaps = [max(0.0, max(accepted) - s.value) if np.isfinite(s.value) else np.nan for s in searches]
        for rank, place in enumerate(np.argsort(gaps, kind="stable"), start=1):
            found.append((name, searches[place].method, rank, gaps[place], searches[place].status))
    return pandas.DataFrame(found, columns=list(COLUMNS))
