"""Effects of groups that are held at 0: the model without them, and the test against the model with them."""

import re

import numpy as np
import pandas as pd
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.model.specification import parse

from ..comparison.test_null_tests import balanced, check_exact

LARGE = "y ~ x + (x | g)"
SD, COR = "sd[x|g]", "cor[Intercept,x|g]"


def frame():
    rng = np.random.default_rng(4)
    of, x = np.repeat(np.arange(10), 6), np.tile(np.linspace(-1, 1, 6), 10)
    y = 1 + x + rng.normal(size=10)[of] + 0.3 * rng.normal(size=10)[of] * x + rng.normal(size=60)
    return pd.DataFrame({"y": y, "x": x, "g": [f"g{k}" for k in of]})


def mle(formula, **fix):
    return compare("normal", frame(), formula=formula, fix=fix, estimators=["mle"])


SMALLER = {
    "y ~ x + (1 | g)": {SD: 0},
    "y ~ x": {"sd[Intercept|g]": 0, SD: 0},
    "y ~ 1 + (x | g)": {"beta[x]": 0},
}


@pytest.mark.parametrize("formula", SMALLER)
def test_what_is_held_at_0_leaves_the_model_without_it(formula):
    held, without = mle(LARGE, **SMALLER[formula]), mle(formula)
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
    monkeypatch.setattr("mle_vs_bayes.comparison.scores.null_bootstrap.MOST", 19)
    monkeypatch.setattr("mle_vs_bayes.comparison.scores.null_bootstrap.FEWEST", 19)
    large, small = mle(LARGE), mle(LARGE, **fix)
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


def test_the_bootstrap_is_the_exact_test_of_a_balanced_design():
    """The ratio rises with F, so that its p-value is that of F; the mutant is the reference for many groups."""
    data = {"y": balanced(1.6)["y"], "g": balanced(1.6)["group"]}
    large, small = (
        compare("normal", data, formula="y ~ 1 + (1 | g)", fix=fix, estimators=["mle"])
        for fix in ({}, {"sd[Intercept|g]": 0})
    )
    (pair,) = small.page(large).against
    assert (pair.degrees, pair.reference) == (1, "½χ²₀ + ½χ²₁")
    check_exact(pair.bootstrap_p, pair.bootstrap_error)
    with pytest.raises(AssertionError):
        check_exact(pair.p, pair.bootstrap_error)


REFUSED = [
    (LARGE, {"sd[z|g]": 0}, "have sd[Intercept|g], sd[x|g] and cor[Intercept,x|g]"),
    ("y ~ x + (x || g)", {COR: 0}, f'no "{COR}" to fix'),
    (LARGE, {SD: 0.5}, "sd[x|g]=0.5 is not 0"),
    ("y ~ x", {SD: 0}, "the formula has no groups"),
]


@pytest.mark.parametrize(("formula", "fix", "words"), REFUSED)
def test_what_cannot_be_held_is_refused(formula, fix, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        mle(formula, **fix)
