"""The bootstrap by blocks of a series: block lengths, how blocks are drawn, and what an error by them is."""

from dataclasses import replace

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.data.counts import TIMES
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density import parity
from mle_vs_bayes.estimators import maximum_likelihood
from mle_vs_bayes.intervals import blocks
from mle_vs_bayes.intervals.interval import IntervalRequest
from mle_vs_bayes.intervals.resampling import replicates, unavailable

from ..agreement.checks import K, program

PHI, N = (0.1, 0.6), 600
"""Of a series that remembers two values, mostly the second."""


def series(n=N, seed=3):
    theta = {"mu": 0.0, "phi": np.array(PHI), "sigma": 1.0}
    model = models.get("autoregressive(order=2)")
    return model.simulate(theta, Dataset({"unit": np.arange(float(n))}), np.random.default_rng(seed))


@pytest.mark.parametrize(("length", "right"), [(12, True), (1, False)])
def test_blocks_keep_the_variance_of_a_sum(length, right):
    """Of a sum over blocks on a circle it is n [γ(0) + 2 Σ (1 − k/l) γ(k)]. The mutant draws values one by one."""
    y, count = series()["y"], 4000
    away = y - y.mean()
    drawn = blocks.times(N, length, count, np.random.default_rng(1))
    assert np.all(drawn.sum(axis=1) == N)
    circle = [away @ np.roll(away, k) / N for k in range(12)]
    truth = N * (circle[0] + 2 * sum((1 - k / 12) * circle[k] for k in range(1, 12)))
    # A sum over 50 blocks is near a normal, whose sample variance has a relative error of √(2 / count).
    assert (abs(np.var(drawn @ away) / truth - 1) <= K * np.sqrt(2 / count)) == right


def test_lengths_are_those_of_the_autocovariances():
    """Of φ^k the sums are Σ |k| γ = 2 γ₀ φ / (1 − φ)² and Σ γ = γ₀ (1 + φ) / (1 − φ); of values without memory 1."""
    n, phi, rng = 100_000, 0.6, np.random.default_rng(2)
    theta = {"mu": 0.0, "phi": np.array([phi]), "sigma": 1.0}
    y = models.get("autoregressive").simulate(theta, Dataset({"unit": np.arange(float(n))}), rng)["y"]
    ratio = 2 * phi / (1 - phi**2)
    assert blocks.length(y[:, None]) == pytest.approx((1.5 * ratio**2 * n) ** (1 / 3), rel=0.1)
    assert blocks.length(rng.normal(size=(2000, 3))) <= 3
    assert blocks.length(np.zeros((50, 1))) == 1


def test_an_error_by_blocks_holds_where_the_memory_of_the_model_is_too_short(monkeypatch):
    """A model with one lag under two: the error of mu is that of the series, σ / (1 − Σφ) / √n.

    An error by blocks of l errs by a share √(l / (3 n)) itself, 9 % of 13, and is too small by some 10 %. That by
    blocks of one, the mutant, is what the model believes: a half.
    """
    data = series()
    density = program(models.get("autoregressive"), data)
    counted = density.on(density.data.replace(**{TIMES: np.arange(N) % 3.0}))
    assert parity.check(counted) <= parity.TOLERANCE
    request = IntervalRequest(density, maximum_likelihood.fit(density), 0.95, replicates=300)
    spread = []
    for place, length in enumerate((None, 1)):
        if length:
            monkeypatch.setattr(blocks, "length", lambda _: 1)
        spread.append(np.std(replicates(replace(request, seed=place), "block").quantities[:, 0]))
    truth = 1 / (1 - sum(PHI)) / np.sqrt(N)
    assert 0.7 < spread[0] / truth < 1.3
    assert spread[1] / truth < 0.7


def test_blocks_are_of_series_alone():
    exponential = program(models.get("exponential"), Dataset({"y": np.array([1.0, 2.0, 3.0])}))
    assert "take bootstrap_case" in unavailable(exponential, "block")
    assert "bootstrap_block" in unavailable(program(models.get("autoregressive"), series(30)), "case")
