"""The prior counted α times: against conjugate answers, where a power of the prior is one of its family."""

import json

import numpy as np
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.errors import UsageError

from ..cli.conftest import run_command

HOURS = {"y": [0.4, 2.1, 0.8, 1.7, 3.0, 0.2]}
PRIOR = {"rate": "Gamma(alpha=3, beta=2)"}
SQUARED = {"rate": "Gamma(alpha=5, beta=4)"}
"""Gamma(a, b)² ∝ Gamma(2a − 1, 2b)."""
POINTS = ["mle", "map"]


def check_same(found, wanted):
    """Estimates, errors and agreement to rounding: the two densities differ by a constant."""
    columns = ["estimate", "se", "lower", "upper"]
    np.testing.assert_allclose(found.rows[columns].to_numpy(), wanted.rows[columns].to_numpy(), rtol=1e-8)
    np.testing.assert_allclose([a.expected for a in found.agreement], [a.expected for a in wanted.agreement], rtol=1e-6)


def test_a_squared_gamma_is_a_gamma():
    found = compare("exponential", HOURS, priors=PRIOR, prior_power=2, estimators=POINTS)
    check_same(found, compare("exponential", HOURS, priors=SQUARED, estimators=POINTS))
    assert set(found.rows["variant"]) == {"rate ~ Gamma(alpha=3, beta=2); prior^2"}


def test_mutant_without_the_power():
    found = compare("exponential", HOURS, priors=PRIOR, estimators=POINTS)
    with pytest.raises(AssertionError):
        check_same(found, compare("exponential", HOURS, priors=SQUARED, estimators=POINTS))


def test_coefficients_under_half_a_prior():
    """Normal(0, σ)^½ ∝ Normal(0, σ√2), HalfNormal likewise; a vector and a scalar at once."""
    x = np.arange(12.0)
    frame = {"x": x, "y": 1 + 0.5 * x + np.sin(3 * x)}
    first = {"beta": "Normal(mu=0, sigma=1)", "sigma": "HalfNormal(sigma=2)"}
    second = {"beta": f"Normal(mu=0, sigma={2**0.5})", "sigma": f"HalfNormal(sigma={2 * 2**0.5})"}
    common = {"formula": "y ~ x", "estimators": POINTS}
    found = compare("linear", frame, priors=first, prior_power=0.5, **common)
    check_same(found, compare("linear", frame, priors=second, **common))


def test_the_posterior_is_the_conjugate_one():
    """Within five Monte-Carlo errors of the mean under Gamma(30, 10)² ∝ Gamma(59, 20), and far from that without it."""
    strong = {"rate": "Gamma(alpha=30, beta=10)"}
    found = compare("exponential", HOURS, priors=strong, prior_power=2, estimators=["map", "posterior"])
    row = found.rows[(found.rows["estimator"] == "posterior") & (found.rows["parameter"] == "rate")].iloc[0]
    total = sum(HOURS["y"])
    assert abs(row["estimate"] - (59 + 6) / (20 + total)) < 5 * row["mcse"]
    assert not abs(row["estimate"] - (30 + 6) / (10 + total)) < 5 * row["mcse"]
    shift = found.sensitivity()["rate"]
    assert np.isfinite(shift.mean_shift)
    assert "prior" not in found.data_tree.children  # whose draws would be those of the first power
    assert "no_prior_draws" in row["concerns"]


def test_words_of_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hours.csv").write_text("y\n" + "".join(f"{y}\n" for y in HOURS["y"]))
    command = "compare exponential hours.csv --estimator map --prior-power"
    seen = run_command(f"{command} 2")
    assert "prior  to the power 2, all of it" in seen.out
    document = json.loads(run_command(f"{command} 2 --json").out)
    assert document["prior_power"] == 2
    assert {row["variant"] for row in document["rows"]} == {"prior^2"}
    assert run_command(f"{command} 0").err.startswith("mle-vs-bayes: prior-power is 0; it must be above 0")


def test_conjugate_answers_and_programs_refuse():
    import pymc

    rows = compare("exponential", HOURS, prior_power=2, priors={"rate": "Gamma(3, 2)"}, estimators=["exact"]).rows
    exact = rows[rows["estimator"] == "posterior_exact"].iloc[0]
    squared = (len(HOURS["y"]) + 2 * 2 + 1) / (np.sum(HOURS["y"]) + 2 * 2)  # Gamma(3, 2)² is Gamma(5, 4) up to a factor
    assert (exact["status"], exact["estimate"]) == ("ok", pytest.approx(squared, rel=1e-6))
    with pymc.Model() as program:
        pymc.Exponential("y", pymc.Gamma("rate", 3, 2), observed=HOURS["y"])
    with pytest.raises(UsageError, match="prior-power cannot be used with a PyMC program"):
        compare(program, prior_power=2)
