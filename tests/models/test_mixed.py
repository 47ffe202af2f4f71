"""Mixed models: the marginal likelihood by the whole covariance matrix, by brute-force quadrature, and its mutants."""

import re

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
import scipy
from pytensor.graph.traversal import ancestors
from pytensor.tensor.basic import Alloc
from pytensor.tensor.blockwise import Blockwise

from mle_vs_bayes import compare, fit_replicates, models
from mle_vs_bayes.checks.calibration import Calibration
from mle_vs_bayes.checks.finding import NotApplicableError
from mle_vs_bayes.checks.run import check
from mle_vs_bayes.checks.subject import QUICK, Budget, Subject
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.data.dataset import Dataset, below
from mle_vs_bayes.data.formulas.group_terms import GroupTerm, split
from mle_vs_bayes.data.formulas.parts import effect, level
from mle_vs_bayes.density import graphs, parity
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.density.pymc_model import data_nodes
from mle_vs_bayes.density.stack import Stack
from mle_vs_bayes.errors import DataError, UsageError
from mle_vs_bayes.estimators import maximum_a_posteriori, maximum_likelihood
from mle_vs_bayes.fit import priors
from mle_vs_bayes.models.normal import Normal
from mle_vs_bayes.models.trunks.mixed import quadrature
from mle_vs_bayes.models.trunks.mixed.integrand.derivatives import GroupDerivatives

from ..agreement.checks import K, typical

ROWS = 60


def frame(seed=3):
    """Rows in five classes of four schools, of three subjects that cross them, in no order."""
    rng = np.random.default_rng(seed)
    school, room, subject = (rng.integers(0, count, ROWS) for count in (4, 5, 3))
    x = rng.normal(size=ROWS)
    u = rng.normal(size=4)[school] + 0.5 * rng.normal(size=(4, 5))[school, room] + rng.normal(size=3)[subject]
    eta = 0.5 + x * (1 + 0.5 * rng.normal(size=4)[school]) + u
    names = {"school": school, "room": room, "subject": subject}
    outcomes = {"y": eta + rng.normal(size=ROWS), "seen": rng.random(ROWS) < scipy.special.expit(eta)}
    counts = rng.poisson(np.exp(eta / 2))
    return pd.DataFrame({**{name: values.astype(float) for name, values in outcomes.items()}, "x": x, **names}).assign(
        count=counts
    )


def density(name, formula, data=None):
    model, dataset, _ = prepared(models.get(name), frame() if data is None else data, {}, formula, False)
    return ModelDensity(model, dataset, priors.resolve(model, {}, dataset))


def covariance(program, theta):
    """V ``(n, n)`` from the definition: rows of one level share its effects."""
    groups, data = program.model.groups, program.data
    size = len(groups.effects)
    sigma = np.diag(theta["sd"] ** 2)
    for place, (i, j) in enumerate(groups.pairs):
        sigma[i, j] = sigma[j, i] = theta["cor"][place] * theta["sd"][i] * theta["sd"][j]
    total = theta["sigma"] ** 2 * np.eye(data.n)
    for i in range(size):
        for j in range(size):
            if groups.factor_of[i] == groups.factor_of[j]:
                of = data[level(groups.factors[groups.factor_of[i]])]
                values = [data[effect(groups.effects[k])] for k in (i, j)]
                total += sigma[i, j] * np.outer(*values) * (of[:, None] == of)
    return total


def moved(program, seed=1):
    """A point around the start."""
    z = program.coordinates.z(program.start)
    return program.coordinates.theta(z + 0.3 * np.random.default_rng(seed).standard_normal(len(z)))


FORMULAS = {
    "y ~ x + (x | school)": 4,
    "y ~ x + (x || school) + (1 | school:room)": 4,
    "y ~ x + (1 | school/room)": 4,
    "y ~ x + (x | school) + (1 | subject)": 1,
}
"""Formulas, and how many sets of rows are independent."""


@pytest.mark.parametrize("formula", FORMULAS)
def test_normal_outcomes_have_the_density_of_all_rows_together(formula):
    program = density("normal", formula)
    point = moved(program)
    theta = program.layout.split(point)
    mean = program.data["X"] @ theta["beta"]
    whole = scipy.stats.multivariate_normal(mean, covariance(program, theta)).logpdf(program.data["y"])
    units = program.log_likelihood_units(point)
    assert len(units) == FORMULAS[formula]
    assert units.sum() == pytest.approx(whole, rel=1e-12)
    w = program.coordinates.inverse @ point
    np.testing.assert_allclose(program.pymc_units(w), program.working_units(w), rtol=1e-11)


def test_frequency_weights_are_rows():
    data = frame()
    data["weights"] = np.random.default_rng(5).integers(1, 4, ROWS)
    written_out = data.loc[data.index.repeat(data.weights)].drop(columns="weights")
    for name, formula in (("normal", "y ~ x + (x | school)"), ("poisson", "count ~ x + (1 | school)")):
        weighted, long = density(name, formula, data), density(name, formula, written_out)
        point = moved(weighted)
        # Σ of some hundred terms, in another order
        np.testing.assert_allclose(
            np.sort(weighted.log_likelihood_units(point)), np.sort(long.log_likelihood_units(point)), rtol=1e-11
        )


def of_counts(data, eta, theta):
    y = data["y"][:, None]
    if "trials" in data:
        return scipy.stats.binom.logpmf(y, data["trials"][:, None], scipy.special.expit(eta))
    return scipy.stats.poisson.logpmf(y, np.exp(eta))


def brute_force(program, theta, per_sd=40, reach=9.0, of=of_counts):
    """The likelihood of each group by the trapezium rule over its effects, on the same grid for all groups.

    The integrand is smooth and falls as a normal density, so that the rule errs by less than rounding.
    """
    grid = np.arange(-reach, reach, 1 / per_sd)
    axes = np.meshgrid(*[grid] * len(program.model.groups.effects), indexing="ij")
    v = np.stack([axis.ravel() for axis in axes], axis=1)
    root = np.array([[0.0 if f is None else f for f in row] for row in program.model.root(theta)])
    z, data = program.model.effects_of(program.data), program.data
    eta = (data["X"] @ theta["beta"])[:, None] + z @ root @ v.T
    rows, group = of(data, eta, theta), data["group"].astype(int)
    normal = scipy.stats.norm.logpdf(v).sum(axis=1) - np.log(per_sd) * v.shape[1]
    return np.array([scipy.special.logsumexp(rows[group == j].sum(axis=0) + normal) for j in range(group.max() + 1)])


QUADRATURE = [("bernoulli", "seen ~ x + (1 | school)"), ("poisson", "count ~ x + (x | school)")]


@pytest.mark.parametrize(("name", "formula"), QUADRATURE)
def test_other_outcomes_have_the_integral_over_their_effects(name, formula):
    program = density(name, formula)
    point = moved(program)
    theta = program.layout.split(point)
    truth = brute_force(program, theta, per_sd=40 if "(1" in formula else 12)
    np.testing.assert_allclose(program.log_likelihood_units(point), truth, rtol=1e-8)
    assert parity.check(program) <= parity.TOLERANCE
    gradient, hessian = program.likelihood_derivatives(point)
    # Differences of the fourth order err by some 1e-9; what moving nodes add to the Hessian is the quadrature's error.
    slopes = differences(program.log_likelihood, point)
    bends = differences(lambda at: program.likelihood_derivatives(at)[0], point)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(hessian, bends, rtol=1e-7, atol=1e-6)


def test_formulas_and_graph_have_the_same_derivatives():
    """A graph goes through the nodes that move."""
    program = density(*QUADRATURE[0])
    point = moved(program)
    for formula, graph in zip(program.likelihood_derivatives(point), by_graph(program, point), strict=True):
        np.testing.assert_allclose(formula, graph, rtol=1e-8, atol=1e-8)


def differences(of, point, step=1e-3):
    """Derivatives of ``of`` along each axis, by four values each."""
    axes = step * np.eye(len(point))
    return [(8 * (of(point + e) - of(point - e)) - (of(point + 2 * e) - of(point - 2 * e))) / (12 * step) for e in axes]


def by_graph(program, point):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program.model, "offers", program.model.offers - {"derivatives"})
        return program.likelihood_derivatives(point)


def of_families(seed=7, n=48):
    """Outcomes of several families in eight groups, drawn around predictors with an effect of the group."""
    rng = np.random.default_rng(seed)
    g, x = np.repeat(np.arange(8), n // 8), rng.normal(size=n)
    eta = 0.3 + 0.5 * x + 0.8 * rng.normal(size=8)[g]
    life, cut = np.exp(eta) * rng.weibull(1.5, size=n), rng.exponential(4.0, size=n)
    outcomes = {
        "count": rng.negative_binomial(2, 2 / (2 + np.exp(eta))),
        "share": rng.beta(3 * scipy.special.expit(eta), 3 * scipy.special.expit(-eta)),
        "class": np.digitize(eta + rng.logistic(size=n), [-0.5, 1.0]),
        "y": eta + rng.standard_t(4, size=n),
        "time": np.minimum(life, cut),
        "seen": life <= cut,
    }
    return pd.DataFrame({**{name: values.astype(float) for name, values in outcomes.items()}, "x": x, "g": g})


def of_negative_binomial(data, eta, theta):
    """SciPy's size and chance."""
    size = 1 / theta["alpha"]
    return scipy.stats.nbinom(size, size / (size + np.exp(eta))).logpmf(data["y"][:, None])


def of_beta(data, eta, theta):
    mean = scipy.special.expit(eta)
    return scipy.stats.beta(mean * theta["phi"], (1 - mean) * theta["phi"]).logpdf(data["y"][:, None])


def of_classes(data, eta, theta):
    ends = np.concatenate([[-np.inf], theta["cutpoints"], [np.inf]])
    low, high = (ends[data["y"].astype(int) + k][:, None] for k in (0, 1))
    return np.log(scipy.stats.logistic.cdf(high - eta) - scipy.stats.logistic.cdf(low - eta))


def of_lifetimes(data, eta, theta):
    law, y = scipy.stats.weibull_min(theta["shape"], scale=np.exp(eta)), data["y"][:, None]
    return np.where(data["event"][:, None] == 1, law.logpdf(y), law.logsf(y))


def of_normal(data, eta, theta):
    sigma = np.exp(data["X_sigma"] @ theta["beta_sigma"])[:, None]
    return scipy.stats.norm(eta, sigma).logpdf(data["y"][:, None])


def of_student(data, eta, theta):
    return scipy.stats.t(theta["nu"], eta, theta["sigma"]).logpdf(data["y"][:, None])


FAMILIES = {
    "negative_binomial": (["count ~ x + (1 | g)"], of_negative_binomial),
    "beta": (["share ~ x + (1 | g)"], of_beta),
    "ordered": (["class ~ x + (1 | g)"], of_classes),
    "weibull": (["time ~ x + (x | g)"], of_lifetimes),
    "normal": (["y ~ x + (1 | g)", "sigma ~ x"], of_normal),
    "student_t": (["y ~ x + (1 | g)"], of_student),
}
"""Of each kind of density one: its formulas, and SciPy's log density of each row at each point of a grid of η."""


@pytest.fixture(scope="module")
def family():
    made = {}

    def of(name):
        if name not in made:
            columns = {"event": "seen"} if name == "weibull" else {}
            model = models.specified(name, formula=FAMILIES[name][0], roles=columns)
            model, data, _ = prepared(model, of_families(), columns, FAMILIES[name][0], False)
            made[name] = ModelDensity(model, data, priors.resolve(model, {}, data))
        return made[name]

    return of


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_has_the_integral_over_its_effects(family, name):
    """By the trapezium rule on SciPy's densities; the mutants leave out the censoring, and all nodes but one.

    Of normal outcomes the integrand is normal, and one node is enough.
    """
    program = family(name)
    point = moved(program)
    theta = program.layout.split(point)
    truth = brute_force(program, theta, 12 if name == "weibull" else 40, of=FAMILIES[name][1])
    units = program.log_likelihood_units(point)
    np.testing.assert_allclose(units, truth, rtol=1e-8)
    one = program.model.with_nodes(1).log_likelihood(theta, program.data)
    assert np.allclose(one, truth, rtol=1e-6) == (name == "normal")
    if name == "weibull":
        seen = program.data.replace(event=np.ones(program.data.n))
        assert np.max(np.abs(program.model.log_likelihood(theta, seen) - truth)) > 1e-3


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "beta"])
def test_data_of_every_family_are_drawn_from_its_likelihood(family, name):
    """At the truth the scores of groups have mean 0; the mutant draws effects that are twice as large.

    Not of shares, which so far from a half are rounded to 1.
    """
    model, rng = family(name).model, np.random.default_rng(11)
    design = model.design(1200, rng)
    truth, vector = typical(model, design)
    wide = {**truth, "sd": 2 * truth["sd"]}
    for drawn_at, same in ((truth, True), (wide, False)):
        data = model.simulate(drawn_at, design, rng)
        made = ModelDensity(model, data, {})
        scores = np.array(differences(made.log_likelihood_units, vector, 1e-2))
        away = np.abs(scores.sum(axis=1)) / np.sqrt(np.sum(scores**2, axis=1))
        assert (np.max(away) <= K) == same, dict(zip(made.layout.labels, away, strict=True))


@pytest.mark.parametrize("name", ["ordered", "student_t"])
def test_every_family_is_worded_twice(family, name):
    assert parity.check(family(name)) <= parity.TOLERANCE


@pytest.mark.parametrize("name", FAMILIES)
def test_derivatives_of_every_family_are_those_of_its_integral(family, name, monkeypatch):
    """Of nodes that stand still: off by the quadrature's own error. The mutant leaves out the rows' second derivatives.

    They are by formulas from the rows' compiled derivatives, so that nothing of the integral is compiled.
    """
    program = family(name)
    point = moved(program)
    scores, (gradient, hessian) = program.score_units(point), program.likelihood_derivatives(point)
    np.testing.assert_allclose(scores.T, differences(program.log_likelihood_units, point, 1e-3), rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(gradient, scores.sum(axis=0), rtol=1e-12, atol=1e-12)
    bends = differences(lambda at: program.likelihood_derivatives(at)[0], point)
    np.testing.assert_allclose(hessian, bends, rtol=1e-7, atol=1e-6)
    monkeypatch.setattr(GroupDerivatives, "_information", lambda *_: 0.0)
    assert np.max(np.abs(program.likelihood_derivatives(point)[1] - bends)) > 1.0


def test_two_effects_of_censored_times_are_worded_twice(family):
    program = family("weibull")
    w = program.coordinates.inverse @ moved(program)
    np.testing.assert_allclose(program.pymc_units(w), program.working_units(w), rtol=parity.TOLERANCE)


@pytest.mark.parametrize(("name", "formula"), QUADRATURE)
def test_scores_are_those_of_nodes_that_move(name, formula, monkeypatch):
    """Of three nodes, whose sum is far from the integral; the mutant holds them still."""
    program = density(name, formula)
    model, point, places = program.model, moved(program), [(0, 0), (1, 0), (1, 1)][: 3 if "(x" in formula else 1]
    model.nodes, model.offers = 3, type(model)(model.rows, model.groups, 3).offers
    assert not model.has_derivatives  # the Hessian would not be one
    terms = 2

    def theta(psi):
        root = np.zeros((len(model.groups.effects),) * 2)
        root[tuple(np.transpose(places))] = psi[terms:]
        monkeypatch.setattr(model, "root", lambda _: root)
        return {"beta": psi[:terms]}

    psi = np.concatenate([program.layout.split(point)["beta"], [0.9, 0.4, 0.7][: len(places)]])
    numeric = differences(lambda at: model.log_likelihood(theta(at), program.data), psi)
    times = np.ones(4)
    derivatives = GroupDerivatives(model, [theta(psi)], program.data, model.grid, places)
    np.testing.assert_allclose(derivatives.scores_and_hessian(times)[0], np.transpose(numeric), rtol=1e-7, atol=1e-7)
    monkeypatch.setattr(derivatives, "_of_moving_nodes", lambda _: 0.0)
    assert np.max(np.abs(derivatives.scores_and_hessian(times)[0] - np.transpose(numeric))) > 1e-4


def test_one_node_is_not_the_integral():
    """The mutant: one node is Laplace's approximation."""
    program = density(*QUADRATURE[0])
    point = moved(program)
    program.model.nodes = 1
    truth = brute_force(program, program.layout.split(point))
    assert np.max(np.abs(program.log_likelihood_units(point) - truth)) > 1e-3


APART = [("seen ~ x + (1 | school)", [4.0], 40), ("seen ~ x + (x || school)", [2.5, 2.5], 16)]
"""Groups all of whose rows are alike: the formula, SDs of their effects, and points of brute force in an SD."""


@pytest.mark.parametrize(("formula", "sd", "per_sd"), APART)
def test_nodes_are_doubled_until_that_changes_nothing(formula, sd, per_sd):
    """The mutants: the nodes that are enough for groups that differ little, and nodes that were asked for."""
    alike = frame().assign(seen=lambda rows: (rows.school >= 2).astype(float))
    program = density("bernoulli", formula, alike)
    theta = {"beta": np.array([0.5, 1.0]), "sd": np.array(sd)}
    enough = program.model.settled(theta, program.data)
    assert enough.unsettled is None
    errors = []
    for spread, most in ((theta["sd"], quadrature.CHANGE), (2 * theta["sd"], quadrature.CHANGE_AT_ENDS)):
        at = {**theta, "sd": spread}
        truth = brute_force(program, at, 2 * per_sd).sum()
        both = (enough, program.model)
        errors.append([abs(each.log_likelihood(at, program.data).sum() - truth) / most for each in both])
    settled, few = np.max(errors, axis=0)
    assert settled <= 1 and few > 5
    asked = density("bernoulli(nodes=3)", formula).model
    assert asked.settled(theta, program.data) is asked and asked.quadrature == 3


def test_more_nodes_than_there_is_room_for_are_told(monkeypatch):
    monkeypatch.setattr(quadrature, "MOST_CELLS", 30 * ROWS)
    program = density("bernoulli", APART[0][0])
    theta = {"beta": np.array([0.5, 1.0]), "sd": np.array([8.0])}
    settled = program.model.settled(theta, program.data)
    assert settled.quadrature == 21 and settled.unsettled.startswith("21 nodes along each effect are the most")


class Rough(Normal):
    """A likelihood that is exact enough where ``quadrature`` is above the largest mean that it is asked at."""

    offers = frozenset({"settled"})
    quadrature = 2

    def settled(self, theta, data):
        finer = Rough()
        finer.quadrature = max(self.quadrature, int(theta["mu"]) + 1)
        return finer


def test_integrals_are_settled_at_the_optimum_before_anything_is_fitted():
    """Of one data set at its own, of several at all of them."""
    columns = [np.array([1.0, 2.0, 3.0]) * scale for scale in (2, 4, 3)]
    comparison = compare(Rough(), {"y": columns[1]}, estimators=["mle"])
    assert comparison.fit.program.model.quadrature == 9
    replicates = fit_replicates(Rough(), [Dataset({"y": y}) for y in columns], ["mle"])
    assert replicates.model.quadrature == 9


NO_NODES = [
    ("normal(nodes=9)", "y ~ x + (1 | school)", "for effects of groups of an outcome that is not normal"),
    ("bernoulli(nodes=9)", "seen ~ x", "has none; leave nodes out"),
    ("bernoulli(nodes=0)", "seen ~ x + (1 | school)", "it must be a whole number, 1 or above"),
]


@pytest.mark.parametrize(("name", "formula", "words"), NO_NODES)
def test_nodes_of_no_quadrature_are_refused(name, formula, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        compare(name, frame(), formula=formula)


def check_density_of_effects(formula, centred, wrong=0.0):
    """The latent form has the density of z = ``centred`` form of u: that of u and the rows, by the map's Jacobian.

    Where a level is centred z = u + β of the effect's column, of Jacobian 1; else z = (u − mean)/SD. ``wrong`` moves
    the β that z is told by.
    """
    program = density("poisson", formula)
    model, data, theta = program.model, program.data, program.layout.split(moved(program))
    model.informative = lambda data: centred
    with pm.Model(coords={"unit": range(ROWS), **data.coords}) as latent:
        model.latent({name: pt.constant(value) for name, value in theta.items()}, data_nodes(data))
    compiled = latent.compile_logp(jacobian=False, mode="FAST_COMPILE")
    places, root, rng = model.centres(data, centred), model.root_matrix(theta), np.random.default_rng(4)
    of = [data[level(model.groups.factors[factor])].astype(int) for factor in model.groups.factor_of]
    for _ in range(3):
        v = [rng.normal(size=len(each)) for each in centred]
        eta, total, z = data["X"] @ theta["beta"], 0.0, {}
        for i, label in enumerate(model.groups.effects):
            mean = sum(root[i, k] * v[k] for k in range(i) if root[i, k])
            u, beta = mean + root[i, i] * v[i], theta["beta"][places[i]] + wrong if i in places else 0.0
            z[f"z[{label}]"] = np.where(centred[i], u + beta, v[i])
            total += np.sum(scipy.stats.norm.logpdf(v[i]) - np.where(centred[i], np.log(root[i, i]), 0.0))
            eta = eta + data[effect(label)] * u[of[i]]
        total += np.sum(scipy.stats.poisson.logpmf(data["y"], np.exp(eta)))
        assert compiled(z) == pytest.approx(total, rel=1e-10)


MANY, FEW = np.array([True, False, True, False]), np.array([False, False, True, True])


@pytest.mark.parametrize(
    ("formula", "centred"),
    [
        ("count ~ x + (x | school)", [MANY, FEW]),
        ("count ~ x + (x | school)", [FEW, ~MANY]),
        ("count ~ x + (0 + x | school)", [MANY]),
        ("count ~ 0 + x + (1 | school)", [FEW]),
        ("count ~ x + (1 | school) + (1 | subject)", [MANY, np.ones(3, dtype=bool)]),
        ("count ~ x + (1 | school) + (1 | subject)", [MANY, np.zeros(3, dtype=bool)]),
    ],
)
def test_all_latent_forms_are_one_model(formula, centred):
    check_density_of_effects(formula, centred)


def test_mutant_effects_that_vary_about_another_number():
    with pytest.raises(AssertionError):
        check_density_of_effects("count ~ x + (x | school)", [MANY, FEW], wrong=0.1)


def test_a_coefficient_is_the_centre_of_the_fewest_informative_levels():
    program = density("poisson", "count ~ x + (x | school) + (1 | subject)")
    model, some = program.model, [MANY, MANY, np.ones(3, dtype=bool)]
    assert model.centres(program.data, some) == {2: 0, 1: 1}  # Intercept|subject, x|school
    assert model.centres(program.data, [MANY, MANY, np.zeros(3, dtype=bool)]) == {0: 0, 1: 1}
    assert model.centres(program.data, [~MANY & MANY] * 2 + [np.zeros(3, dtype=bool)]) == {}


def test_the_joint_density_at_its_mode_is_not_the_marginal_one():
    """The mutant: the likelihood given the effects, at their most likely values, grows as they do."""
    program = density("normal", "y ~ x + (1 | school)")
    point = moved(program)
    theta = program.layout.split(point)
    v = covariance(program, theta)
    left = program.data["y"] - program.data["X"] @ theta["beta"]
    effects = (v - theta["sigma"] ** 2 * np.eye(ROWS)) @ np.linalg.solve(v, left)
    joint = scipy.stats.norm.logpdf(left - effects, scale=theta["sigma"]).sum()
    assert joint - program.log_likelihood(point) > 1


def test_effects_are_drawn_from_their_law_given_the_data():
    """Means are those of the conditional normal law, to five standard errors of so many draws."""
    for formula in ("y ~ x + (x | school)", "y ~ x + (x | school) + (1 | subject)"):
        program = density("normal", formula)
        theta, count = program.layout.split(moved(program)), 2000
        copies = {name: np.broadcast_to(value, (1, count, *np.shape(value))) for name, value in theta.items()}
        drawn = program.model.draw_latent(copies, program.data, np.random.default_rng(2))
        v, of = covariance(program, theta), program.data["level[school]"]
        left = np.linalg.solve(v, program.data["y"] - program.data["X"] @ theta["beta"])
        shared = theta["cor"][0] * theta["sd"][0] * theta["sd"][1]
        with_row = theta["sd"][0] ** 2 + shared * program.data["effect[x|school]"]
        expected = [np.sum(((of == j) * with_row) * left) for j in range(4)]
        effects = drawn["u[Intercept|school]"][0]
        distance = (effects.mean(axis=0) - expected) / (effects.std(axis=0) / np.sqrt(count))
        assert np.max(np.abs(distance)) < 5


def test_priors_of_effects_follow_the_units():
    """2.5 sd(y) for intercepts and 2.5 sd(y)/sd(x) for slopes; without y where the link has no units."""
    data = frame()
    sd_y, sd_x = np.std(data.y), np.std(data.x)
    scales = density("normal", "y ~ x + (x | school)").priors["sd"].arguments["sigma"]
    np.testing.assert_allclose(scales, [2.5 * sd_y, 2.5 * sd_y / sd_x], rtol=1e-12)
    scales = density("poisson", "count ~ x + (x || school)").priors["sd"].arguments["sigma"]
    np.testing.assert_allclose(scales, [2.5, 2.5 / sd_x], rtol=1e-12)


# Edges.


def balanced(slope_of, keep_slopes=True):
    """Twelve groups of six rows with intercepts u and slopes ``slope_of(u)``; else none, not even by chance."""
    rng, x = np.random.default_rng(5), np.tile(np.linspace(-1, 1, 6), 12)
    u, of = rng.normal(size=12), np.repeat(np.arange(12), 6)
    e = rng.normal(size=72).reshape(12, 6)
    if not keep_slopes:
        e -= np.outer(e @ x[:6] / (x[:6] @ x[:6]), x[:6])
    y = 1 + x + u[of] + slope_of(u)[of] * x + e.ravel()
    return pd.DataFrame({"y": y, "x": x, "g": [f"g{j}" for j in of]})


def mle(data):
    comparison = compare("normal", data, formula="y ~ x + (x | g)", estimators=["mle"])
    assert comparison["mle"].status == "ok"
    return comparison.rows.set_index("parameter")


def test_edges_of_spreads_and_correlations_are_answers():
    """Without any slopes their spread is 0, and the rest are the estimates of a model without them."""
    data = balanced(lambda u: 0 * u, keep_slopes=False)
    rows = mle(data)
    cor = rows.loc["cor[Intercept,x|g]"]
    assert rows.loc["sd[x|g]"].estimate == 0
    assert np.isnan(cor.estimate) and cor.reason == "sd[x|g] is 0, and what does not vary has no correlation"
    assert "boundary" in cor.concerns
    without = compare("normal", data, formula="y ~ x + (1 | g)", estimators=["mle"]).rows.set_index("parameter")
    same = ["beta[Intercept]", "beta[x]", "sd[Intercept|g]", "sigma"]
    np.testing.assert_allclose(rows.loc[same].estimate, without.loc[same].estimate, rtol=1e-6)
    np.testing.assert_allclose(rows.loc[same].se, without.loc[same].se, rtol=1e-6)
    # RowSlopes that are three tenths of the intercepts: a correlation of 1.
    rows = mle(balanced(lambda u: 0.3 * u))
    assert rows.loc["cor[Intercept,x|g]"].estimate == 1
    assert "boundary" in rows.loc["sigma"].concerns


# Formulas.


def test_group_terms_are_taken_off_a_formula():
    text = "y ~ x + (0 + x || `a b`) + C(g)[a] + (1 | a/b)"
    assert split(text) == (
        "y ~ x + C(g)[a]",
        (
            GroupTerm("0 + x", ("a b",), False),
            GroupTerm("1", ("a",), True),
            GroupTerm("1", ("a", "b"), True),
        ),
    )
    assert split("y ~ (1 | g)")[0] == "y ~ 1"
    assert split("y ~ x + I(a | b)") == ("y ~ x + I(a | b)", ())


REFUSED = [
    ("y ~ x + (x | nobody)", DataError, "name nobody, which is not a column"),
    ("y ~ x + (1 | school) + (x | school)", UsageError, "Intercept|school twice"),
    ("y ~ x - (1 | school)", UsageError, "takes away the groups"),
    ("y ~ x + (y | school)", UsageError, "has the outcome y in it"),
    ("y ~ x + ( | school)", UsageError, "write effects | column"),
    ("y ~ x + (1 | one)", DataError, "every row is in group a of one"),
    ("y ~ x + (1 | row)", DataError, "each of the 60 groups of row has one row"),
    ("y ~ x + (1 | gaps)", DataError, "column gaps has 1 missing"),
]


BEYOND = {
    "seen ~ x + (1 | school) + (1 | subject)": "the 2 groupings school and subject",
    "seen ~ (x || school) + (0 + I(x**2) | school)": "the 3 effects Intercept|school, x|school and I(x ** 2)|school",
}


@pytest.mark.parametrize("formula", BEYOND)
def test_what_has_no_quadrature_is_sampled_alone(formula):
    """Rows have the density of their family given all effects, which have the prior of their own levels."""
    program = density("bernoulli", formula)
    model, theta = program.model, program.layout.split(program.start)
    for name, fit in (("mle", maximum_likelihood.fit), ("map", maximum_a_posteriori.fit)):
        estimate = fit(program)
        assert estimate.status == "not_applicable", name
        assert estimate.reason.startswith(f"the effects of {BEYOND[formula]} are not integrated out")
    with pm.Model(coords={"unit": range(ROWS), **program.data.coords}) as latent:
        nodes = data_nodes(program.data)
        y = model.latent({name: pt.constant(value) for name, value in theta.items()}, nodes)
    rng, eta = np.random.default_rng(4), program.data["X"] @ theta["beta"]
    factors = [model.groups.factors[place] for place in model.groups.factor_of]
    counts = [len(program.data.coords[level(factor)]) for factor in factors]
    u = {label: rng.normal(size=count) for label, count in zip(model.groups.effects, counts, strict=True)}
    values, centred = {}, model.informative(program.data)
    centres = model.centres(program.data, centred)
    for i, (label, factor) in enumerate(zip(model.groups.effects, factors, strict=True)):
        eta = eta + program.data[effect(label)] * u[label][program.data[level(factor)].astype(int)]
        centre = theta["beta"][centres[i]] if i in centres else 0.0
        values[f"z[{label}]"] = np.where(centred[i], centre + u[label], u[label] / theta["sd"][i])
    rows = latent.compile_logp(vars=[y], sum=False, jacobian=False, mode="FAST_COMPILE")(values)[0]
    expected = scipy.stats.bernoulli.logpmf(program.data["y"], scipy.special.expit(eta))
    np.testing.assert_allclose(rows, expected, rtol=1e-10)


def test_the_posterior_goes_on_where_there_is_no_marginal_likelihood():
    """There are no scores of it, which need that likelihood, and nothing to check."""
    small = {"chains": 2, "draws": 100, "tune": 100}
    comparison = compare("bernoulli", frame(), formula=next(iter(BEYOND)), fix={"beta[x]": 1}, **small)
    assert [comparison[name].status for name in ("mle", "map")] == ["not_applicable"] * 2
    assert comparison["posterior"].status == "ok"
    assert comparison["posterior"].log_likelihood is None
    assert set(comparison["posterior"].labels) == {
        "beta[Intercept]",
        "sd[Intercept|school]",
        "sd[Intercept|subject]",
    }
    (score,) = comparison.page().scores
    assert (score.loo, score.aic) == (None, None)
    with pytest.raises(UsageError, match="there is no likelihood to check"):
        check("bernoulli", frame(), formula=next(iter(BEYOND)))


@pytest.mark.parametrize(("formula", "kind", "words"), REFUSED)
def test_groups_that_say_nothing_are_refused(formula, kind, words):
    gaps = ["a", None, *("b" for _ in range(ROWS - 2))]
    data = frame().assign(one="a", row=[f"r{k}" for k in range(ROWS)], gaps=gaps)
    with pytest.raises(kind) as refusal:
        density("normal", formula, data)
    assert words in str(refusal.value)


@pytest.mark.parametrize(("name", "outcome"), [("bernoulli", "seen"), ("ordered", "grade"), ("lognormal", "time")])
def test_one_row_per_group_is_refused_where_it_says_nothing(name, outcome):
    """A count's own variance follows from its mean, so that what goes beyond it is that of the groups."""
    data = frame().assign(row=[f"r{k}" for k in range(ROWS)])
    data = data.assign(grade=np.digitize(data.y, [-1.0, 1.0]).astype(float), time=np.exp(data.y))
    with pytest.raises(DataError, match=r"each of the 60 groups of row has one row, .*; leave them"):
        density(name, f"{outcome} ~ x + (1 | row)", data)
    assert density("poisson", "count ~ x + (1 | row)", data).units == ROWS


BESIDE = [
    ("logistic", "seen ~ x + (1 | room)"),
    ("poisson_regression", "count ~ 1 + (x | room)"),
    ("negative_binomial", "count ~ x + (1 | room)"),
]


@pytest.mark.parametrize(("name", "formula"), BESIDE)
def test_copies_side_by_side_are_one_by_one(name, formula):
    """Of data sets the scores of all groups, and of points the log-likelihoods; the mutant keeps the groups' names.

    So are derivatives of data sets each at a point of its own; the mutant has the points in another order.
    """
    program = density(name, formula)
    sets = program.replicate([moved(program)] * 3, np.random.default_rng(1))
    theta = moved(program, 2)
    each = np.concatenate([program.score_units_on(data)(theta) for data in sets])
    together = below(sets)
    np.testing.assert_allclose(program.score_units_on(together)(theta), each, rtol=1e-9, atol=1e-9)
    mutant = together.replace(group=np.tile(sets[0]["group"], 3))
    assert len(program.score_units_on(mutant)(theta)) < len(each)
    points = [program.layout.split(moved(program, seed)) for seed in range(3)]
    model, data = program.model, program.data
    alone = [model.log_likelihood(point, data) for point in points]
    np.testing.assert_allclose([*model.log_likelihoods(points, data)], alone, rtol=1e-10)
    times = np.random.default_rng(2).integers(1, 3, size=(3, len(alone[0]))).astype(float)
    many, other = (model.derivatives(order, sets, times) for order in (points, points[::-1]))
    for place, (point, each) in enumerate(zip(points, sets, strict=True)):
        for one, of_many in zip(model.derivatives([point], [each], times[place, None]), many, strict=True):
            np.testing.assert_allclose(of_many[place], one[0], rtol=1e-9, atol=1e-9)
    assert np.max(np.abs(many[2] - other[2])) > 1e-3


def test_normal_groups_of_many_data_sets_are_those_of_one():
    """Scores of sets one below the other are those of each; and no array's length is another in each data set.

    Machine code has no arrays of such lengths: what is sampled would be Python's, and slow.
    """
    program = density("normal", "y ~ x + (1 | school/room)")
    sets = program.replicate([moved(program)] * 3, np.random.default_rng(1))
    theta = moved(program, 2)
    each = np.concatenate([program.score_units_on(data)(theta) for data in sets])
    np.testing.assert_allclose(program.score_units_on(below(sets))(theta), each, rtol=1e-9, atol=1e-9)
    stack = Stack(program, 3, {"y": np.stack([data["y"] for data in sets])})
    graph = graphs.unconstrained_posterior(stack).density
    _, many = graphs.vectorised(graph, [graph.scalar], stack.shape.stacked)
    operations = [node.owner.op for node in ancestors(many) if node.owner]
    assert not [op for op in operations if isinstance(op, Blockwise) and isinstance(op.core_op, Alloc)]
    assert [op for op in operations if isinstance(op, Blockwise)]


def test_a_quick_check_does_not_sample_hundreds_of_posteriors_one_by_one():
    subject = Subject(density("logistic", "seen ~ x + (1 | room)"), QUICK, Budget(8))
    with pytest.raises(NotApplicableError, match="sampled of each data set alone"):
        _ = Calibration(subject).fitted


def test_models_without_groups_say_so():
    with pytest.raises(UsageError, match="takes no groups in its formulas"):
        density("autoregressive(order=1)", "y ~ x + (1 | school)")
    with pytest.raises(UsageError, match="each class would have its own effects"):
        density("multinomial_logit", "room ~ x + (1 | school)")
    with pytest.raises(UsageError, match=r"under the link identity of gamma.*; take log"):
        compare("gamma", frame(), formula="count ~ x + (1 | school)", link="identity")
