"""Posteriors of PyMC programs: means against exact ones, trees with everything in them."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes import compare

from .programs import EFFECTS, ERRORS, numbers, schools


def test_posterior_mean_is_the_conjugate_one():
    """A matrix of normal means with known spread: the mean of each is its shrunken average."""
    y = numbers().normal(2, 1, size=(30, 2, 2))
    with pm.Model(coords={"row": ["a", "b"], "column": ["u", "v"]}) as model:
        mu = pm.Normal("mu", 0, 2, dims=("row", "column"))
        pm.Deterministic("total", mu.sum())
        pm.Deterministic("fitted", mu + np.zeros_like(y))
        pm.Normal("y", mu, 1, observed=y)
    found = compare(model, groups=("prior", "log_prior", "log_likelihood", "posterior_predictive"))
    rows = found.rows[found.rows["estimator"] == "posterior"]
    exact = y.sum(axis=0).ravel() / (30 + 1 / 4)
    means, errors = rows["estimate"].to_numpy(), rows["mcse"].to_numpy()
    assert list(rows["parameter"]) == ["mu[a,u]", "mu[a,v]", "mu[b,u]", "mu[b,v]", "total"]
    assert np.all(np.abs(means - [*exact, exact.sum()]) < 4.42 * errors)  # DESIGN, section 7
    assert found["map"].point == pytest.approx(exact, rel=1e-8)
    tree = found.data_tree
    groups = {"posterior", "mle", "map", "prior", "log_prior", "log_likelihood", "posterior_predictive"}
    assert groups <= set(tree.children)
    assert "fitted" in tree["posterior"] and tree["log_likelihood"]["y"].shape == (4, 1000, 120)
    assert tree["mle"]["mu"].dims == ("row", "column")
    log_prior = tree["log_prior"]["total"].to_numpy()
    draws = tree["posterior"]["mu"].to_numpy().reshape(4, 1000, -1)
    assert log_prior == pytest.approx(np.sum(-(draws**2) / 8 - np.log(2 * np.sqrt(2 * np.pi)), axis=-1))
    assert "posterior" in str(found) and found.explain()["total"].difference is not None


def test_schools_have_a_posterior_and_no_joint_mode():
    """Against the marginal posterior of (mu, tau) on a grid, the effects integrated out."""
    found = compare(schools(centred=False), draws=1000, groups=())
    rows = found.rows[found.rows["estimator"] == "posterior"].set_index("parameter")
    mu, tau = np.meshgrid(np.linspace(-25, 30, 400), np.linspace(0.005, 60, 3000), indexing="ij")
    variance = tau[..., None] ** 2 + ERRORS**2
    log = -0.5 * np.sum((EFFECTS - mu[..., None]) ** 2 / variance + np.log(variance), axis=-1)
    weight = np.exp(log - log.max() - mu**2 / 50) / (1 + (tau / 5) ** 2)
    exact = [np.sum(weight * value) / weight.sum() for value in (mu, tau)]
    for name, value in zip(("mu", "tau"), exact, strict=True):
        assert abs(rows.loc[name, "estimate"] - value) < 4.42 * rows.loc[name, "mcse"]
    assert {"theta[A]", "theta[H]", "z[A]"} <= set(rows.index)
    assert found["mle"].status == found["map"].status == "not_applicable"
    assert not found.agreement and "latent" in found.verdict


def test_constant_elements_of_a_deterministic_do_no_harm(tmp_path):
    """As the ones of a correlation matrix: no density, no standard error, no shift to measure."""
    with pm.Model() as model:
        rho = pm.Uniform("rho", -1, 1)
        pm.Deterministic("corr", pm.math.stack([[1.0, rho], [rho, 1.0]]))
        pm.Normal("y", rho, 1, observed=numbers().normal(0.2, 1, 20))
    found = compare(model, draws=200, tune=300, chains=2, groups=("log_prior",))
    rows = found.rows.set_index(["estimator", "parameter"])
    assert rows.loc[("posterior", "corr[0,0]"), "estimate"] == 1
    assert rows.loc[("mle", "corr[0,1]"), "se"] > 0
    assert found.sensitivity()["corr[1,1]"].mean_shift == 0
    assert found.explain()["corr[0,1]"].difference is not None
    assert "trace.png" in {path.name for path in found.save(tmp_path)}


def two_places(y):
    """Normals with the means a and b, of which nothing says which is which."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 10, shape=2)
        weight = pm.Beta("weight", 2, 2)
        pm.Mixture("y", w=pm.math.stack([weight, 1 - weight]), comp_dists=pm.Normal.dist(mu, 1, shape=(2,)), observed=y)
    return model


def test_chains_in_different_modes_start_again_at_the_map():
    """More draws would not bring them together: the advice is another, and the draws are those of the MAP's mode."""
    y = np.r_[numbers().normal(0, 1, 40), numbers().normal(8, 1, 20)]
    found = compare(two_places(y), estimators=["map", "posterior"], draws=300, tune=300, groups=())
    (concern,) = [c for c in found["posterior"].concerns if c.code == "modes"]
    assert "started again at the MAP" in str(concern) and "sample longer" not in str(concern)
    top, mean = found["map"].point, found["posterior"].point
    assert np.all(np.abs(mean - top) < 5 * found["map"].se)
    swapped = top[[1, 0, 2]]  # the mutant: the other mode is as high, and far
    assert np.any(np.abs(mean - swapped) > 20 * found["map"].se)
