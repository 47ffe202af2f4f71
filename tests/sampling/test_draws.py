"""Chains that stay in different places, and those that do not."""

import numpy as np
import pytest

from mle_vs_bayes.sampling.draws import places_apart

RNG = np.random.default_rng(0)
MIXED = RNG.normal(size=(4, 200))
APART = MIXED + np.array([0.0, 8.0, 0.0, 0.0])[:, None]
DRIFT = MIXED + np.linspace(0, 20, 200)
LATE = np.where(np.arange(200) < 100, MIXED, APART)  # one chain leaves in the second half, and was among the others


@pytest.mark.parametrize("draws", [MIXED, DRIFT, LATE, np.ones((4, 200)), MIXED[:1]])
def test_chains_that_overlap_are_not_apart(draws):
    assert places_apart({"a": draws}) is None


def test_chains_apart_are_told_with_the_quantity_in_which_they_are_farthest():
    seen = places_apart({"a": MIXED, "b": APART, "c": 0.4 * MIXED + 10 * APART.round(-1)})
    assert seen is not None and seen.startswith("c: 3 chains around ")
    apart = np.median(APART, axis=1)
    expected = f"b: 3 chains around {apart[[0, 2, 3]].mean():.3g}, 1 chain around {apart[1]:.3g}"
    assert places_apart({"b": APART}) == expected
