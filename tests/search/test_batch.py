"""Many optima at once are the optima one by one, and no replicate touches another."""

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.comparison.compare import prepared
from mle_vs_bayes.data.dataset import Dataset
from mle_vs_bayes.density.model_density import ModelDensity
from mle_vs_bayes.fit.priors import resolve
from mle_vs_bayes.search import edges, newton, problem
from mle_vs_bayes.search.batch import fit_batch, why_not
from mle_vs_bayes.search.optimum import maximise
from mle_vs_bayes.search.problem import of_density

from ..model.cases import TRUNKS, case

SMALL = 40
REGULAR = [pair for pair in TRUNKS if models.get(pair[0]).regular]

# Both searches stop within 1e-9 SE and 1e-6 SE (in truth far less, by their quadratic last step) of one optimum.
SAME = 1e-8


def single(program, replicate, power=0.0):
    """The optimum of one data set by the search that serves single fits, from the same start."""
    alone = ModelDensity(program.model, replicate, program.priors)
    return maximise(of_density(alone, power), alone.coordinates.z(program.start)[None])


def drawn(program, count, seed=1):
    return program.outcomes(program.start, count, np.random.default_rng(seed))


def replicate_of(program, columns, replicate):
    return program.data.replace(**{role: values[replicate] for role, values in columns.items()})


def check_same_as_single(optima, replicate, alone):
    """Estimate, covariance and log density of one replicate to `SAME` of a standard error."""
    assert optima.status(replicate) == alone.status(0), alone.reason(0)
    found, expected = (kept.covariance[which] for kept, which in ((optima, replicate), (alone, 0)))
    free = np.isfinite(np.diag(expected))
    np.testing.assert_array_equal(np.isfinite(np.diag(found)), free)
    se = np.sqrt(np.diag(expected)[free])
    assert np.all(np.abs(optima.theta[replicate] - alone.theta[0])[free] <= SAME * se)
    np.testing.assert_array_equal(optima.theta[replicate][~free], alone.theta[0][~free])
    if not alone.converged[0]:
        return
    gap = (found - expected)[np.ix_(free, free)] / np.outer(se, se)
    # An inverse differs by the condition number times what its matrix differs by (skew_normal is near singular).
    condition = np.linalg.cond(expected[np.ix_(free, free)] / np.outer(se, se)) if free.any() else 1.0
    assert np.all(np.abs(gap) <= SAME * condition)
    assert abs(optima.value[replicate] - alone.value[0]) <= SAME


@pytest.mark.parametrize(("name", "variant"), REGULAR, ids=["-".join(pair) for pair in REGULAR])
def test_batch_is_the_single_fits(name, variant):
    program = case(name, variant, SMALL)
    if variant == "upper":  # no design to draw from: weights that drop every fifth unit instead
        weights = np.ones((2, SMALL))
        weights[1, ::5] = 0
        optima, data = fit_batch(program, weights=weights), program.data.rows(np.flatnonzero(weights[1]))
    else:
        columns = drawn(program, 2)
        optima, data = fit_batch(program, columns), replicate_of(program, columns, 1)
    check_same_as_single(optima, 1, single(program, data))


@pytest.mark.parametrize("name", ["weibull", "logistic"])
def test_with_the_prior_it_is_the_map(name):
    program = case(name, "plain", SMALL)
    columns = drawn(program, 1)
    optima = fit_batch(program, columns, power=1.0)
    check_same_as_single(optima, 0, single(program, replicate_of(program, columns, 0), power=1.0))
    likelihood_alone = fit_batch(program, columns)
    assert np.all(np.abs(likelihood_alone.theta - optima.theta) > 1e-4), "the prior is not felt"


@pytest.mark.parametrize("name", ["weibull", "linear"])
def test_whole_weights_stand_for_repeated_rows(name):
    program = case(name, "plain", SMALL)
    weights = np.random.default_rng(2).multinomial(SMALL, np.full(SMALL, 1 / SMALL), size=1)
    optima = fit_batch(program, weights=weights.astype(float))
    repeated = program.data.rows(np.repeat(np.arange(SMALL), weights[0]))
    check_same_as_single(optima, 0, single(program, repeated))


def test_each_replicate_may_have_its_own_design():
    model, program = models.get("linear"), case("linear", "plain", SMALL)
    sets = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        sets.append(model.simulate({"beta": np.array([1.0, 2.0, -1.0]), "sigma": 2.0}, model.design(SMALL, rng), rng))
    optima = fit_batch(program, {role: np.stack([data[role] for data in sets]) for role in ("X", "y")})
    for replicate, data in enumerate(sets):
        exact = np.append(*model.closed_form_mle(data).values())
        np.testing.assert_allclose(optima.theta[replicate], exact, rtol=1e-10)


# One replicate alone.


def poison_nan(program, columns):
    columns["y"][3, 5] = np.nan


def poison_infinite(program, columns):
    columns["y"][3, 5] = np.inf


def poison_separated(program, columns):
    columns["y"][3] = program.data["X"][:, 1] > 0


def poison_no_event(program, columns):
    columns["event"][3] = 0


def poison_all_the_same(program, columns):
    columns["y"][3] = columns["y"][3, 0]


POISONS = [
    ("linear", poison_nan, None),
    ("weibull", poison_nan, None),
    ("poisson", poison_nan, None),
    ("weibull", poison_infinite, None),
    ("logistic", poison_separated, "the covariates separate"),
    ("weibull", poison_no_event, "scale runs to infinity"),
    ("normal", poison_all_the_same, "every y is"),
]


@pytest.mark.parametrize(("name", "poison", "reason"), POISONS, ids=lambda part: getattr(part, "__name__", part))
def test_a_poisoned_replicate_fails_alone(name, poison, reason):
    program = case(name, "event" if poison is poison_no_event else "plain", SMALL)
    columns = drawn(program, 6)
    clean = fit_batch(program, columns)
    poison(program, columns)
    found = fit_batch(program, columns)
    others = np.arange(6) != 3
    assert clean.converged.all()
    np.testing.assert_array_equal(found.converged, others)
    assert np.all(np.isnan(found.theta[3]))
    assert np.all(np.isnan(found.covariance[3]))
    # The others are the same numbers, up to the last digits: which replicates are evaluated together may differ.
    np.testing.assert_allclose(found.theta[others], clean.theta[others], rtol=1e-12)
    np.testing.assert_allclose(found.covariance[others], clean.covariance[others], rtol=1e-10, atol=1e-14)
    if reason is not None:
        assert reason in why_not(program, found, 3, replicate_of(program, columns, 3))


def test_mutant_gradient_alone_takes_a_separated_replicate_for_an_optimum(monkeypatch):
    """Under separation the gradient vanishes in standard errors, too; that the steps stay long is what tells."""
    monkeypatch.setattr(newton, "REACH", np.inf)
    with pytest.raises(AssertionError):
        test_a_poisoned_replicate_fails_alone("logistic", poison_separated, None)


def test_no_replicate_at_all_may_converge():
    program = case("logistic", "plain", SMALL)
    found = fit_batch(program, {"y": np.full((3, SMALL), np.nan)})
    assert not found.converged.any()
    assert np.all(np.isnan(found.value))


# How it is cut into pieces, and where it starts.


def test_chunks_change_nothing(monkeypatch):
    program = case("weibull", "plain", SMALL)
    columns = drawn(program, 7)
    whole = fit_batch(program, columns)
    monkeypatch.setattr(problem, "CELLS", 3 * SMALL * program.layout.size)
    parts = fit_batch(program, columns)
    np.testing.assert_allclose(parts.theta, whole.theta, rtol=1e-12)
    np.testing.assert_array_equal(parts.iterations, whole.iterations)


@pytest.mark.parametrize("name", ["weibull", "logistic", "linear"])
def test_a_far_start_leads_to_the_same_optimum(name):
    program = case(name, "plain", SMALL)
    columns = drawn(program, 4)
    near, far = fit_batch(program, columns), fit_batch(program, columns, start=4 * program.start + 0.5)
    assert far.converged.all()
    se = np.sqrt(np.diagonal(near.covariance, axis1=1, axis2=2))
    assert np.all(np.abs(far.theta - near.theta) <= SAME * se)


def test_an_optimum_may_lie_on_a_closed_edge():
    """Eight effects spread less than their standard errors tell: tau = 0, and mu is the weighted mean."""
    program = case("eight_schools", "plain", SMALL)
    close = program.data["se"] / 100 * np.random.default_rng(4).standard_normal((1, SMALL))
    found = fit_batch(program, {"y": close})
    weight = 1 / program.data["se"] ** 2
    assert found.converged.all()
    np.testing.assert_allclose(found.theta, [[np.sum(weight * close[0]) / weight.sum(), 0.0]], atol=1e-12)
    np.testing.assert_allclose(found.covariance[0, 0, 0], 1 / weight.sum(), rtol=1e-10)
    assert np.isnan(found.covariance[0, 1, 1])


@pytest.mark.parametrize("term", ["(x | g)", "(x || g)"])
def test_one_edge_may_lead_to_the_next(term, monkeypatch):
    """Six groups that are one another's copies: both spreads are 0, and all else is a logistic regression.

    The mutant takes the first edges that a search comes to for the last: the other spread is on its way to 0 there.
    """
    columns = {"y": [0, 1, 1, 0, 1, 1] * 6, "x": [-1, 0, 1, 2, 0.5, -0.5] * 6, "g": np.repeat([*"abcdef"], 6)}
    model, data, _ = prepared(models.get("logistic"), columns, {}, f"y ~ x + {term}", False)
    program = ModelDensity(model, data, resolve(model, {}, data))
    start = np.where(np.arange(program.layout.size) < 2, program.start, 1.0)
    start[4:] = 0.2
    found = fit_batch(program, {"y": data["y"][None]}, start=start)
    assert found.converged.all()
    assert found.theta[0, 2:4].tolist() == [0.0, 0.0]
    plain, alone, _ = prepared(models.get("logistic"), columns, {}, "y ~ x", False)
    smaller = fit_batch(ModelDensity(plain, alone, resolve(plain, {}, alone)), {"y": alone["y"][None]})
    assert found.theta[0, :2] == pytest.approx(smaller.theta[0], rel=1e-8)
    assert found.value == pytest.approx(smaller.value, abs=1e-9)
    calls, closed = [], edges.closed
    monkeypatch.setattr(
        edges, "closed", lambda problem, z, start: z if calls else calls.append(1) or closed(problem, z, start)
    )
    assert not fit_batch(program, {"y": data["y"][None]}, start=start).converged.any()


# What cannot be asked.


@pytest.mark.parametrize(
    "arguments",
    [{}, {"columns": {"y": np.ones((2, SMALL))}, "weights": np.ones((3, SMALL))}],
    ids=["nothing", "uneven"],
)
def test_replicates_must_be_there_and_agree(arguments):
    with pytest.raises(ValueError, match="one number of replicates"):
        fit_batch(case("normal", "plain", SMALL), **arguments)


def test_supports_that_follow_the_data_are_refused():
    data = Dataset({"y": np.array([1.0, 2.0, 3.0])})
    program = ModelDensity(models.get("uniform"), data, {})
    with pytest.raises(ValueError, match="support of uniform follows the data"):
        fit_batch(program, {"y": np.ones((2, 3))})


@pytest.mark.parametrize("curvature", [1e-300, 1.0])
def test_a_slope_beyond_all_measure_is_no_optimum_and_no_warning(curvature):
    """Its length in standard errors may be more than float64 holds; warnings are errors here."""

    def evaluate(z, index):
        return np.zeros(1), np.array([[1e200, 1.0]]), -curvature * np.eye(2)[None]

    found = newton.stand(evaluate, np.zeros((1, 2)), np.zeros(1, dtype=int), np.ones(2, dtype=bool))
    assert not found.length[0] < np.inf
