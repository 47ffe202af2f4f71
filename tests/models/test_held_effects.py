"""Effects of groups that are held at 0: the model without them, and the test against the model with them."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.comparison.scores.held_out import Scores
from mle_vs_bayes.comparison.scores.null_bootstrap import Bootstrap
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.model.specification import parse

LARGE = "y ~ x + (x | g)"
SD, COR = "sd[x|g]", "cor[Intercept,x|g]"


def frame():
    rng = np.random.default_rng(4)
    of, x = np.repeat(np.arange(10), 6), np.tile(np.linspace(-1, 1, 6), 10)
    y = 1 + x + rng.normal(size=10)[of] + 0.3 * rng.normal(size=10)[of] * x + rng.normal(size=60)
    return pd.DataFrame({"y": y, "x": x, "g": [f"g{k}" for k in of]})


@cache
def mle(formula, *fix):
    return compare("normal", frame(), formula=formula, fix=dict(fix), estimators=["mle"])


SMALLER = {
    "y ~ x + (1 | g)": {SD: 0},
    "y ~ x": {"sd[Intercept|g]": 0, SD: 0},
    "y ~ 1 + (x | g)": {"beta[x]": 0},
}


@pytest.mark.parametrize("formula", SMALLER)
def test_what_is_held_at_0_leaves_the_model_without_it(formula):
    held, without = mle(LARGE, *SMALLER[formula].items()), mle(formula)
    assert held["mle"].labels == without["mle"].labels
    np.testing.assert_allclose(held["mle"].point, without["mle"].point, rtol=1e-6)
    np.testing.assert_allclose(held["mle"].log_likelihood, without["mle"].log_likelihood, rtol=1e-9)
    fixed = ", ".join(f"{label}=0" for label in SMALLER[formula])
    assert held.model.name == f"normal(formula='y', fix='{fixed}')"
    assert dict(parse(held.model.name).fix) == SMALLER[formula]


REFERENCES = [
    ({SD: 0}, 2, "½χ²₁ + ½χ²₂", [1, 2]),
    ({COR: 0}, 1, "χ²₁", [1]),
    ({SD: 0, "sd[Intercept|g]": 0}, 3, None, []),
]


@pytest.mark.parametrize(("fix", "degrees", "reference", "mixture"), REFERENCES)
def test_the_likelihood_ratio_has_the_reference_of_its_edge(fix, degrees, reference, mixture, monkeypatch):
    """The bootstrap itself is that of `test_null_tests`; of one of these it is run, for 19 data sets.

    What else stands on the page, rows left out and tests of coefficients, is of models and not of pairs: once, too.
    """
    for name in ("MOST", "FEWEST"):
        monkeypatch.setattr(f"mle_vs_bayes.comparison.scores.null_bootstrap.{name}", 19)
    if fix != {SD: 0}:
        monkeypatch.setattr("mle_vs_bayes.comparison.scores.nested.bootstrap", lambda *_: Bootstrap(0.1, 0.05, 19, 0))
    if mixture:
        monkeypatch.setattr("mle_vs_bayes.comparison.scores.report.usual_nulls", lambda _: {})
        monkeypatch.setattr("mle_vs_bayes.comparison.scores.held_out.plug_in", lambda *_: Scores(reason="no part"))
    large, small = mle(LARGE), mle(LARGE, *fix.items())
    page = small.page(large)
    (pair,) = page.against
    ratio = 2 * (large["mle"].log_likelihood - small["mle"].log_likelihood)
    assert (pair.degrees, pair.reference) == (degrees, reference)
    assert pair.likelihood_ratio == pytest.approx(ratio, rel=1e-9)
    if mixture:
        assert pair.p == pytest.approx(np.mean(scipy.stats.chi2(mixture).sf(ratio)), rel=1e-9)
    else:
        assert pair.p is None
        assert "several values lie on edges" in " ".join(str(page).split())
    assert (pair.bootstrap_replicates == 19) == (reference != "χ²₁")


REFUSED = [
    (LARGE, {"sd[z|g]": 0}, "have sd[Intercept|g], sd[x|g] and cor[Intercept,x|g]"),
    ("y ~ x + (x || g)", {COR: 0}, f'no "{COR}" to fix'),
    (LARGE, {SD: 0.5}, "sd[x|g]=0.5 is not 0"),
    ("y ~ x", {SD: 0}, "the formula has no groups"),
]


@pytest.mark.parametrize(("formula", "fix", "words"), REFUSED)
def test_what_cannot_be_held_is_refused(formula, fix, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        mle(formula, *fix.items())
