"""Priors of programs, in the words in which people write them."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes.program.graphs.program_prior import _text

NORMAL = pm.Normal.dist(0, 1)
PRIORS = {
    "LKJCholeskyCov(3, 2, …)": lambda: pm.LKJCholeskyCov(
        "x", n=3, eta=2, sd_dist=pm.Exponential.dist(1), compute_corr=False
    ),
    "LKJCorr(3, 2)": lambda: pm.LKJCorr("x", n=3, eta=2),
    "CustomDist(0, 1)": lambda: pm.CustomDist("x", 0, 1, logp=lambda value, a, b: -((value - a) ** 2)),
    "MvNormal(0, […])": lambda: pm.MvNormal("x", mu=np.zeros(2), cov=np.eye(2)),
    "PolyaGamma(1, 0)": lambda: pm.PolyaGamma("x", 1, 0),
    "Normal(0, 2)": lambda: pm.Normal("x", 0, 2),
    "TruncatedNormal(0, 1, 0, inf)": lambda: pm.Truncated("x", NORMAL, lower=0),
    "Exponential(scale=0.5)": lambda: pm.Exponential("x", 2),
    "StickBreakingWeights(1, 3)": lambda: pm.StickBreakingWeights("x", alpha=1, K=3),
    "ZeroSumNormal(1, 3)": lambda: pm.ZeroSumNormal("x", sigma=1, shape=3),
}


@pytest.mark.parametrize(("text", "make"), PRIORS.items(), ids=PRIORS)
def test_a_prior_is_called_as_pymc_calls_it_in_public(text, make):
    with pm.Model() as model:
        make()
    (rv,) = model.free_RVs
    assert _text(rv, str(getattr(rv.owner.op, "name", "") or "")) == text
