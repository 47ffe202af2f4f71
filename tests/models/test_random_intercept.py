"""Random intercepts: the marginal likelihood by quadrature, balanced designs by hand, the Dyestuff data of lme4."""

import numpy as np
import pymc as pm
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.checks.optima import FLAT
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density import parity
from mle_vs_bayes.density.pymc_model import data_nodes
from mle_vs_bayes.errors import DataError, ModelError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood, posterior
from mle_vs_bayes.models.random_intercept import RandomIntercept
from mle_vs_bayes.sampling.plan import Plan

from ..agreement.checks import by_support, check_draws, check_gradient, check_optimum, check_unit_scores, program

MODEL = models.get("random_intercept")
BATCHES = {
    "A": (1545, 1440, 1440, 1520, 1580),
    "B": (1540, 1555, 1490, 1560, 1495),
    "C": (1595, 1550, 1605, 1510, 1560),
    "D": (1445, 1440, 1595, 1465, 1545),
    "E": (1595, 1630, 1515, 1635, 1625),
    "F": (1520, 1455, 1450, 1480, 1445),
}
"""Yield of dyestuff (grams) in five preparations from each of six batches: Davies & Goldsmith (1972), section 6.4."""


def grouped(batches):
    names, values = list(batches), list(batches.values())
    codes = np.repeat(np.arange(len(names)), [len(each) for each in values])
    return Dataset({"y": np.concatenate(values).astype(float), "group": codes.astype(float)}, {"group": tuple(names)})


def simulated(sizes, theta, seed=1):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(len(sizes)), sizes).astype(float)
    design = Dataset({"group": codes}, {"group": tuple(f"g{j}" for j in range(len(sizes)))})
    shuffled = design.rows(rng.permutation(design.n))
    return MODEL.simulate(theta, shuffled, rng)


DYESTUFF = grouped(BATCHES)
UNEQUAL = simulated((1, 2, 3, 7, 12), {"mu": 1.0, "tau": 2.0, "sigma": 1.0})


# The marginal likelihood.


def check_latent(model, data, theta):
    """The latent model's density of each group, integrated over its z, is the marginal likelihood.

    The integrand is analytic and, for the sizes used here, as wide as a normal of SD s ≥ 0.13 around a point within 5
    of 0. The trapezium rule with a step of h = 0.02 errs by exp(−2π²s²/h²), nothing; beyond ±12 is below e^−70.
    """
    with pm.Model(coords={"unit": range(data.n), **data.coords}) as latent:
        y = model.latent({name: pm.Flat(name) for name in theta}, data_nodes(data))
    of_rows, of_z = latent.compile_logp(vars=[y, latent["z"]], sum=False, jacobian=False, mode="FAST_COMPILE"), []
    grid = np.arange(-12.0, 12.0, 0.02)
    for z in grid:
        rows, prior = of_rows({**theta, "z": np.full(len(data.coords["group"]), z)})
        of_z.append(np.bincount(data["group"].astype(int), rows) + prior)
    integral = scipy.special.logsumexp(of_z, axis=0) + np.log(0.02)
    # Rounding of a sum of some ten terms and of 1,200 exponentials.
    np.testing.assert_allclose(integral, model.log_likelihood(theta, data), rtol=1e-11, atol=1e-11)


POINTS = [
    {"mu": 1.0, "tau": 2.0, "sigma": 1.0},
    {"mu": -0.5, "tau": 0.3, "sigma": 1.2},
    {"mu": 0.0, "tau": 0.0, "sigma": 2.0},
]


@pytest.mark.parametrize("theta", POINTS, ids=str)
def test_latent_variables_integrate_out(theta):
    check_latent(MODEL, UNEQUAL, theta)


class VarianceForSd(RandomIntercept):
    """tau² where tau belongs: the same at tau = 1, and at tau = 0."""

    def latent(self, theta, data):
        return super().latent({**theta, "tau": theta["tau"] ** 2}, data)


def test_latent_model_that_is_another():
    check_latent(VarianceForSd(), UNEQUAL, {"mu": 1.0, "tau": 1.0, "sigma": 1.0})
    with pytest.raises(AssertionError):
        check_latent(VarianceForSd(), UNEQUAL, POINTS[0])


@pytest.mark.parametrize("theta", POINTS, ids=str)
def test_marginal_likelihood_is_a_multivariate_normal_of_each_group(theta):
    expected = []
    for code in range(len(UNEQUAL.coords["group"])):
        y = UNEQUAL["y"][UNEQUAL["group"] == code]
        covariance = theta["sigma"] ** 2 * np.eye(len(y)) + theta["tau"] ** 2
        expected.append(scipy.stats.multivariate_normal(np.full(len(y), theta["mu"]), covariance).logpdf(y))
    np.testing.assert_allclose(MODEL.log_likelihood(theta, UNEQUAL), expected, rtol=1e-12)


class OneFreedomTooMany(RandomIntercept):
    """n log σ² + log(σ² + n τ²): the mean's own degree of freedom is counted twice."""

    def log_likelihood(self, theta, data):
        return super().log_likelihood(theta, data) - np.log(theta["sigma"])


def test_groups_of_unequal_size():
    made = program(MODEL, UNEQUAL)
    assert parity.check(made) <= parity.TOLERANCE
    z = parity.random_points(made, count=1)[0]
    check_gradient(made, z, 0.0)
    check_unit_scores(made, z)
    with pytest.raises(ModelError, match="differ in unit"):
        parity.check(program(OneFreedomTooMany(), UNEQUAL))


def test_parity_at_large_values():
    """A mean of ten million with a spread of one: the group means carry the digits that squares would lose."""
    assert parity.check(program(MODEL, UNEQUAL.replace(y=UNEQUAL["y"] + 1e7))) <= parity.TOLERANCE


# Maximum likelihood.


def balanced_answer(data, k):
    """ANOVA: sigma² = MSW and tau² = (MSB (G − 1)/G − MSW)/k, the latter's sum of squares over G and not G − 1."""
    y = data["y"].reshape(-1, k)
    within = np.sum((y - y.mean(axis=1, keepdims=True)) ** 2) / (len(y) * (k - 1))
    between = k * np.sum((y.mean(axis=1) - y.mean()) ** 2) / (len(y) - 1)
    return y.mean(), np.sqrt((between * (len(y) - 1) / len(y) - within) / k), np.sqrt(within)


def test_dyestuff_is_as_published():
    """lme4's ``lmer(Yield ~ 1 + (1|Batch), Dyestuff, REML = FALSE)`` as printed. [1]_

    .. [1] Bates et al. (2015), Journal of Statistical Software 67(1), and the documentation of lme4.
    """
    found = maximum_likelihood.fit(program(MODEL, DYESTUFF))
    np.testing.assert_allclose(found.point, balanced_answer(DYESTUFF, 5), rtol=1e-9)
    assert -2 * found.log_likelihood == pytest.approx(327.3271, abs=5e-5)
    np.testing.assert_allclose(found.point, [1527.5, 37.26, 49.51], atol=5e-3)
    assert found.se[0] == pytest.approx(17.69, abs=5e-3)


def test_closed_form_on_the_edge():
    """Group means closer to each other than rows within: tau = 0, and sigma is the SD of all rows (over n)."""
    y = np.tile([-3.0, -1.0, 0.0, 1.0, 3.0], 6) + np.repeat(np.linspace(-0.5, 0.5, 6), 5)
    data = DYESTUFF.replace(y=y)
    exact = MODEL.closed_form_mle(data)
    assert exact == {"mu": pytest.approx(0.0, abs=1e-15), "tau": 0.0, "sigma": pytest.approx(np.std(y))}
    found = maximum_likelihood.fit(program(MODEL, data))
    assert found.status == "ok"
    assert [concern.code for concern in found.concerns] == ["boundary"]
    np.testing.assert_allclose(found.point, [0.0, 0.0, np.std(y)], atol=1e-9)
    alone = maximum_likelihood.fit(program(models.get("normal"), data))
    assert found.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)


def test_unequal_groups_have_no_closed_form_and_a_maximum():
    made = program(MODEL, UNEQUAL)
    assert MODEL.closed_form_mle(UNEQUAL) is None
    check_optimum(made, maximum_likelihood.fit(made).point, 0.0)
    check_optimum(made, maximum_a_posteriori.fit(made).point, 1.0)


def test_joint_mode_is_not_the_map():
    """The joint density of z, mu, tau and sigma has another mode; what is reported maximises the marginal one."""
    made = program(MODEL, DYESTUFF, by_support(MODEL, FLAT))
    mode = maximum_a_posteriori.fit(made).point
    check_optimum(made, mode, 1.0)
    with made.sampled_model:
        joint = pm.find_MAP(
            jitter=False, return_inferencedata=True, progressbar=False, compile_kwargs={"mode": "FAST_COMPILE"}
        )
    assert abs(float(joint["posterior"]["tau"].squeeze()) - mode[1]) > 1.0


# The posterior.


@pytest.fixture(scope="module")
def sampled():
    groups = ("prior", "log_prior", "log_likelihood", "posterior_predictive", "prior_predictive")
    made = program(MODEL, DYESTUFF, {"tau": "Gamma(4, 0.1)"})
    return made, posterior.fit(made, Plan(draws=1000, tune=1000, chains=2), seed=1, groups=groups)


def test_posterior_is_the_marginal_one(sampled):
    """Against moments of marginal likelihood × prior on a grid of (mu, log tau, log sigma), smooth to its ends."""
    made, found = sampled
    mu, log_tau, log_sigma = np.linspace(1250, 1800, 90), np.linspace(0, 6.5, 90), np.linspace(3, 5.2, 60)
    mu, tau, sigma = (a.ravel() for a in np.meshgrid(mu, np.exp(log_tau), np.exp(log_sigma), indexing="ij"))
    columns = {"mu": mu[:, None], "tau": tau[:, None], "sigma": sigma[:, None]}
    density = MODEL.log_likelihood(columns, DYESTUFF).sum(axis=1) + np.log(tau * sigma)
    (m, t, s) = (made.priors[name].arguments for name in ("mu", "tau", "sigma"))
    density += scipy.stats.norm.logpdf(mu, m["mu"], m["sigma"]) + scipy.stats.expon.logpdf(sigma, scale=1 / s["lam"])
    density += scipy.stats.gamma.logpdf(tau, t["alpha"], scale=1 / t["beta"])
    weight = np.exp(density - scipy.special.logsumexp(density))
    for name, values in {"mu": mu, "tau": tau, "sigma": sigma, "icc": tau**2 / (tau**2 + sigma**2)}.items():
        check_draws(found.results.loc[name], Moments(values, weight))


class Moments:
    def __init__(self, values, weight):
        self.values, self.weight = values, weight

    def mean(self):
        return np.sum(self.weight * self.values)

    def std(self):
        return np.sqrt(np.sum(self.weight * (self.values - self.mean()) ** 2))


def test_tree_keeps_latent_variables_apart(sampled):
    _, found = sampled
    assert found.labels == ("mu", "tau", "sigma")
    tree = found.tree
    assert set(tree["posterior"].data_vars) == {"mu", "tau", "sigma", "icc"}
    assert set(tree["posterior"].dims) == {"chain", "draw"}
    assert set(tree["latent"].data_vars) == {"z", "u"}
    assert tree["latent"]["u"].dims == ("chain", "draw", "group")
    assert list(tree["latent"]["group"].to_numpy()) == list("ABCDEF")
    assert set(tree["prior"].data_vars) == set(tree["log_prior"].data_vars) == {"mu", "tau", "sigma"}
    assert tree["posterior_predictive"]["y"].shape == (2, 1000, 30)
    assert tree["prior_predictive"]["y"].shape[-1] == 30


def test_log_likelihood_is_that_of_whole_groups(sampled):
    _, found = sampled
    values = found.tree["log_likelihood"]["y"]
    assert values.dims == ("chain", "draw", "group")
    draw = {name: float(found.tree["posterior"][name][1, 7]) for name in ("mu", "tau", "sigma")}
    np.testing.assert_allclose(values[1, 7], MODEL.log_likelihood(draw, DYESTUFF), rtol=1e-12)


def test_predictions_are_of_the_same_groups(sampled):
    """Replicates of batch E lie above those of batch F, as its rows do: z was not drawn again."""
    _, found = sampled
    means = found.tree["posterior_predictive"]["y"].mean(("chain", "draw")).to_numpy().reshape(6, 5).mean(axis=1)
    effects = found.tree["latent"]["u"].mean(("chain", "draw")).to_numpy()
    assert np.argmax(means) == np.argmax(effects) == 4
    assert np.corrcoef(means, effects)[0, 1] > 0.99


# Data, subsets and intervals.


def rows(**columns):
    return {"columns": {"y": "score", "group": "school"}, "data": {name: list(v) for name, v in columns.items()}}


UNUSABLE = {
    "one group": (rows(score=(1, 2, 4), school="AAA"), ["every row is in group A", "model normal"]),
    "singletons": (rows(score=(1, 2, 4), school="ABC"), ["each of the 3 groups has one row", "tau and sigma"]),
    "constant": (rows(score=(2, 2, 2, 2), school="AABB"), ["every y is 2"]),
    "constant within": (
        rows(score=(2, 2, 3, 3), school="AABB"),
        ["the same as the others of its group (2 in group A)", "within groups"],
    ),
    "no group": ({"data": {"score": [1, 2], "town": ["a", "b"]}}, ["a column for group", "--column group=NAME"]),
    "missing": (
        rows(score=(1, 2, 3, 5), school=("A", None, "B", " ")),
        ["column school has 2 missing", "rows 2 and 4", "--drop-missing"],
    ),
}


@pytest.mark.parametrize(("arguments", "fragments"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_data_get_one_sentence(arguments, fragments):
    with pytest.raises(DataError) as error:
        compare("random_intercept", **arguments)
    sentence = str(error.value)
    assert [part for part in fragments if part not in sentence] == [], sentence
    assert sentence.endswith(".")


def fitted(kind, data=DYESTUFF, **options):
    found = compare(MODEL, data, estimators=["mle"], intervals=[kind], **options)
    return {row.parameter: row for row in found.rows.itertuples()}


@pytest.mark.parametrize("kind", ["bootstrap_case", "bootstrap_bayesian", "bootstrap", "sandwich", "profile"])
def test_units_of_intervals_are_groups(kind):
    found = fitted(kind, simulated([4] * 12, POINTS[0]))
    assert {row.status for row in found.values()} == {"ok"}, {row.reason for row in found.values()}
    # For the same group of equal rows an interval by rows would be √(1 + 3 icc) = 1.8 times too short.
    width = found["mu"].upper - found["mu"].lower
    assert width == pytest.approx(2 * 1.96 * found["mu"].se, rel=0.35)


@pytest.mark.parametrize("kind", ["bootstrap_case", "bootstrap_bayesian", "bootstrap"])
def test_bootstrap_on_the_edge_is_not_applicable(kind):
    data = DYESTUFF.replace(y=np.tile([-3.0, -1.0, 0.0, 1.0, 3.0], 6) + np.repeat(np.linspace(-0.5, 0.5, 6), 5))
    found = fitted(kind, data)
    assert {row.status for row in found.values()} == {"not_applicable"}
    assert all("edge of its support" in row.reason for row in found.values())


def conditional(data, mu, tau, sigma):
    """Mean ``(G,)`` and covariance ``(G, G)`` of u given y, from the joint normal of both."""
    z = np.eye(len(data.coords["group"]))[data["group"].astype(int)]
    gain = tau**2 * z.T @ np.linalg.inv(tau**2 * z @ z.T + sigma**2 * np.eye(data.n))
    return gain @ (data["y"] - mu), tau**2 * np.eye(z.shape[1]) - tau**2 * gain @ z


def check_conditional(u, mean, covariance):
    """Draws ``(S, G)`` against them, within four standard errors."""
    count, variance = len(u), np.diag(covariance)
    assert np.all(np.abs(u.mean(axis=0) - mean) <= 4 * np.sqrt(variance / count))
    assert np.all(np.abs(u.var(axis=0) - variance) <= 4 * variance * np.sqrt(2 / count))


def test_group_deviations_are_drawn_from_their_distribution_given_the_parameters():
    data = grouped({"a": (1.0, 2.0, 4.0), "b": (0.5, 0.0), "c": (3.0,)})
    at = {"mu": 1.5, "tau": 0.8, "sigma": 1.2}
    theta = {name: np.full((1, 20_000), value) for name, value in at.items()}
    drawn = RandomIntercept().draw_latent(theta, data, np.random.default_rng(1))
    np.testing.assert_allclose(drawn["u"], 0.8 * drawn["z"])
    truth = conditional(data, **at)
    check_conditional(drawn["u"][0], *truth)
    with pytest.raises(AssertionError):  # a mutant: each group's own mean, as if its rows were all there is to know
        check_conditional(drawn["u"][0] / 0.9, *truth)
