"""The check of sampled posteriors by exact ones, on draws from the exact law and from others."""

import numpy as np
import pytest
import xarray

from mle_vs_bayes.checks.integrated import posterior
from mle_vs_bayes.checks.subject import QUICK, Budget, Subject
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.estimators.estimate import Estimate

from ..agreement.checks import program
from . import mutants

N, TOTAL = 50, 100.0
LAWS = {
    "its own": (lambda law: law, "passed"),
    "shifted by 0.15 standard deviations": (lambda law: law + 0.15 * law.std(), "failed"),
    "wider by a quarter": (lambda law: law.mean() + 1.25 * (law - law.mean()), "failed"),
}


@pytest.mark.parametrize("moved", LAWS)
def test_draws_are_held_against_the_exact_posterior(moved):
    """4,000 draws of the conjugate Gamma(2 + n, 3 + Σ y), which is the law by formula."""
    change, outcome = LAWS[moved]
    draws = np.random.default_rng(1).gamma(2 + N, 1 / (3 + TOTAL), size=(4, 1000))
    density = program(mutants.Right(), Dataset({"y": np.full(N, TOTAL / N)}))
    tree = xarray.DataTree.from_dict({"posterior": xarray.Dataset({"rate": (("chain", "draw"), change(draws))})})
    subject = Subject(density, QUICK, Budget(1))
    subject.cache["posterior"] = Estimate(estimator="x", labels=("rate",), point=np.array([draws.mean()]), tree=tree)
    assert posterior(subject).finding("").outcome == outcome
