"""Monte-Carlo errors as printed: Morris, White & Crowther (2019), Table 6, said once more in plain NumPy."""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.performance.summarise import summarise

R, TRUTH = 400, 0.5
RNG = np.random.default_rng(5)
SHOCK = RNG.exponential(1, R) - 1  # skewed, so that normal theory and robust errors differ
ESTIMATE = {"a": TRUTH + 0.1 * SHOCK, "b": TRUTH + 0.08 * SHOCK + RNG.normal(0, 0.05, R)}
SE = {name: RNG.uniform(0.05, 0.15, R) for name in ESTIMATE}
TABLE = pd.concat(
    pd.DataFrame({"replicate": range(R), "method": m, "estimate": ESTIMATE[m], "se": SE[m]}) for m in ESTIMATE
)


def printed(name):
    """The four errors that differ, for method ``name`` against a."""
    estimate, se = ESTIMATE[name], SE[name]
    empirical, model = estimate.std(ddof=1), np.sqrt(np.mean(se**2))
    share = np.mean(np.abs(estimate.mean() - estimate) <= 1.959963984540054 * se)
    ratio, rho = ESTIMATE["a"].var(ddof=1) / estimate.var(ddof=1), np.corrcoef(ESTIMATE["a"], estimate)[0, 1]
    of_squares = np.var(se**2, ddof=1)
    return {
        "empirical_se": empirical / np.sqrt(2 * (R - 1)),
        "relative_error_model_se": 100 * model / empirical * np.sqrt(of_squares / (4 * R * model**4) + 0.5 / (R - 1)),
        "relative_precision": 200 * ratio * np.sqrt((1 - rho**2) / (R - 1)),
        "bias_eliminated_coverage": np.sqrt(share * (1 - share) / R),
    }


@pytest.fixture(scope="module")
def tables():
    return {kind: summarise(TABLE, reference="a", truth=TRUTH, mcse=kind) for kind in ("published", "robust")}


@pytest.mark.parametrize("measure", printed("b"))
def test_errors_are_the_printed_ones(tables, measure):
    own = {kind: found[(found["method"] == "b") & (found["measure"] == measure)] for kind, found in tables.items()}
    assert own["published"]["mcse"].item() == pytest.approx(printed("b")[measure], rel=1e-9)
    assert own["published"]["value"].item() == own["robust"]["value"].item()
    assert own["robust"]["mcse"].item() != pytest.approx(printed("b")[measure], rel=1e-3)  # the mutant


def test_all_other_errors_are_the_same(tables):
    same = ~tables["robust"]["measure"].isin(printed("b"))
    pd.testing.assert_frame_equal(tables["robust"][same], tables["published"][same])


def test_unknown_kind():
    with pytest.raises(UsageError, match="robust or published"):
        summarise(TABLE, mcse="normal")
