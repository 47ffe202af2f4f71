"""Groups of the DataTree for a model of each trunk with each column it reads, from a few made-up draws."""

import numpy as np
import pytest
import xarray

from mle_vs_bayes.sampling import tree_groups

from ..agreement.checks import typical
from ..model.cases import TRUNKS, case

CHAINS, DRAWS, N = 2, 3, 12


def everywhere(value, dims):
    value = np.asarray(value, dtype=float)
    return ("chain", "draw", *dims), np.broadcast_to(value, (CHAINS, DRAWS, *value.shape))


def tree_of(made):
    """A tree as the sampler leaves it, every draw at the typical values, latent variables at 0."""
    theta, _ = typical(made.model, made.data)
    variables = {}
    for parameter in made.layout.parameters:
        variables[parameter.name] = everywhere(theta[parameter.name], parameter.dims)
    for latent in {rv.name for rv in made.sampled_model.free_RVs} - set(variables):
        dims = made.sampled_model.named_vars_to_dims[latent]
        variables[latent] = everywhere(np.zeros([len(made.layout.coords[dim]) for dim in dims]), dims)
    coords = {dim: list(names) for dim, names in made.layout.coords.items()}
    posterior = xarray.Dataset(variables, {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS), **coords})
    units = len(made.log_likelihood_units(made.start))
    observed = xarray.Dataset({"y": ("unit", np.zeros(units))})
    return xarray.DataTree.from_dict({"posterior": posterior, "observed_data": observed})


@pytest.mark.parametrize(("name", "variant"), TRUNKS)
def test_every_group_can_be_added(name, variant):
    made = case(name, variant, N)
    tree = tree_of(made)
    assert tree_groups.add(made, tree, tuple(tree_groups.GROUPS), seed=1) == []
    assert set(tree_groups.GROUPS) <= set(tree.children)
    for group in ("prior_predictive", "posterior_predictive"):
        # A shape of exp(β) near 0, as priors of a formula for it allow, has lifetimes beyond float64.
        assert not np.any(np.isnan(tree[group]["y"]) if "shape" in name else ~np.isfinite(tree[group]["y"]))
    units = made.log_likelihood_units(typical(made.model, made.data)[1])
    np.testing.assert_array_equal(tree["log_likelihood"]["y"][0, 0], units)
    total = sum(float(values[0, 0].sum()) for values in tree["log_prior"].data_vars.values())
    assert total == pytest.approx(made.log_prior(typical(made.model, made.data)[1]), rel=1e-9)


def test_draws_are_thinned_where_they_would_not_fit(monkeypatch):
    monkeypatch.setattr(tree_groups, "PREDICTIVE_LIMIT", CHAINS * N)
    made = case("poisson", "plain", N)
    tree = tree_of(made)
    (note,) = tree_groups.add(made, tree, ("log_likelihood", "posterior_predictive"), seed=1)
    assert (note.code, note.detail) == ("thinned", "one draw in 3 of each chain")
    assert tree["log_likelihood"].sizes["draw"] == tree["posterior_predictive"].sizes["draw"] == 1


@pytest.mark.parametrize(("rows", "costly"), [(2000, True), (2001, False)])
def test_a_page_gets_what_it_draws_and_nothing_more(rows, costly):
    names = set(tree_groups._named(tree_groups.PAGE, rows))
    assert {"prior", "log_prior"} <= names
    assert (names == set(tree_groups.GROUPS)) == costly
    assert tree_groups.chosen([tree_groups.PAGE]) == (tree_groups.PAGE,)
