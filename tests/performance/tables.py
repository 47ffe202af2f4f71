"""Tables of estimates for the tests of the measures, and how to look one number up."""

import numpy as np
import pandas as pd

from mle_vs_bayes.performance.summarise import summarise


def long(studies, replicates, **methods):
    """Arrays ``(studies · replicates,)`` of each column by method → one table, study by study."""
    place = {
        "study": np.repeat(np.arange(studies), replicates),
        "replicate": np.tile(np.arange(replicates), studies),
    }
    return pd.concat([pd.DataFrame({**place, "method": name, **columns}) for name, columns in methods.items()])


def one(values, **more):
    """One method's estimates in one scenario."""
    estimates = np.asarray(values, dtype=float)
    return pd.DataFrame({"replicate": np.arange(len(estimates)), "method": "a", "estimate": estimates, **more})


def value(table, measure, column="value", method="a", **asked):
    """One number of a summary."""
    found = summarise(table, **asked)
    lines = found[(found["measure"] == measure) & (found["method"] == method)]
    assert len(lines) == 1, lines
    return lines[column].iloc[0]


def spread_over_mcse(table, **asked):
    """For every measure and method: SD of the values over the studies ÷ mean reported MCSE."""
    found = summarise(table, scenario=["study"], **asked)
    by = found.groupby(["measure", "method"])
    return by["value"].std() / by["mcse"].mean()
