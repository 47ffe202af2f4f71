"""What cannot be fitted is refused in a sentence that says the way out; what can be fitted in part is."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.density.black_box import black_box
from mle_vs_bayes.errors import DataError, MleVsBayesError, ModelError, UsageError
from mle_vs_bayes.quiet import quiet

from .programs import normal, numbers

BAD = {}
POINTS = ["mle", "map"]


def noise():
    """A standard normal number, another one at every evaluation."""
    return pt.random.normal(rng=pt.random.shared_rng(numbers()), return_next_rng=True)[1]


def refused(error, *words):
    def keep(of):
        BAD[of.__name__] = (of, error, words)
        return of

    return keep


@refused(ModelError, "no observed variable", "observed=data")
def nothing_observed():
    pm.Normal("b", 0, 1)


@refused(ModelError, "no free variable", "prior")
def nothing_free():
    pm.Normal("y", 0, 1, observed=[1.0, 2])


@refused(ModelError, "discrete free variables (k)", "marginalise", "pm.Mixture")
def discrete():
    pm.Normal("y", pm.Poisson("k", 3), 1, observed=[1.0, 2])


@refused(ModelError, "the variable y observes is drawn at random", "pm.Minibatch", "observe all of the data")
def a_handful_of_rows_at_a_time():
    rows = pm.Minibatch(numbers().normal(size=30), batch_size=5)
    pm.Normal("y", pm.Normal("a"), 1, observed=rows, total_size=30)


@refused(ModelError, "the density of y draws random numbers", "same at every call")
def a_simulated_density():
    with quiet():  # PyMC makes it in a way that PyTensor warns of
        pm.Simulator("y", lambda rng, a, size: rng.normal(a, 1, size=size), pm.Normal("a"), observed=[1.0, 2, 3])


@refused(ModelError, "the density of noise draws random numbers")
def a_potential_that_draws():
    pm.Normal("y", pm.Normal("a"), 1, observed=[1.0, 2])
    pm.Potential("noise", noise())


@refused(ModelError, "a density draws random numbers")
def a_logp_that_draws():
    pm.CustomDist("y", pm.Normal("a"), logp=lambda y, a: -((y - a) ** 2) + noise(), observed=[1.0, 2])


@refused(ModelError, "two evaluations of the likelihood at one point gave", "and then", "is random")
def a_black_box_that_draws():
    generator = numbers()
    box = black_box(lambda a: generator.normal(size=2), lambda a: np.ones((2, 1)))
    pm.Potential("p", box(pm.Normal("a", shape=1)).sum())


@refused(ModelError, "two evaluations of the gradient at one point gave")
def a_black_box_whose_scores_draw():
    generator = numbers()
    box = black_box(lambda a: -((a - 1) ** 2), lambda a: generator.normal(size=(1, 1)))
    pm.Potential("p", box(pm.Normal("a", shape=1)).sum())


@refused(ModelError, "PyMC has no density of", "give the variable a logp=")
def a_sum_without_density():
    a = pm.Normal("a")
    pm.CustomDist("y", a, dist=lambda a, size: pm.Normal.dist(a, size=size) + pm.Normal.dist(), observed=[1.0])


@refused(ModelError, "improper", "a − b", "give a or b a proper prior")
def improper():
    pm.Normal("y", pm.Flat("a") + pm.Flat("b"), 1, observed=[1.0, 2])


@refused(ModelError, "not finite at the start (a = 1)", "the term y is −inf for y[1] = -2", "initval=")
def impossible_datum():
    pm.Exponential("y", pm.HalfNormal("a"), observed=[1.0, -2, 3])


@refused(DataError, "y has 1 missing value", "drop those rows")
def missing():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyMC says that it imputes
        pm.Normal("y", pm.Normal("b"), 1, observed=np.array([1, np.nan, 2]))


@pytest.mark.parametrize("name", BAD)
def test_refused_in_one_sentence(name):
    of, error, words = BAD[name]
    with pm.Model() as model:
        of()
    with pytest.raises(error) as seen:
        compare(model, estimators=POINTS)
    sentence = str(seen.value)
    assert "\n" not in sentence and sentence.endswith(".")
    for word in words:
        assert word in sentence


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"data": {"y": [1.0]}}, "holds its own data"),
        ({"formula": "y ~ x"}, "formula cannot be used"),
        ({"columns": {"y": "x"}}, "columns cannot be used"),
        ({"priors": {"mu": "Normal(0, 1)"}}, "the program says its own priors"),
        ({"simulate": 20}, "a PyMC model draws as many as it observes, 3; give that number, or a file"),
        ({"n": [2]}, "n takes subsets of data; give path/to/model.py"),
        ({"truth": {"mu": 1}}, "a truth for mu, but nothing is simulated"),
        ({"simulate": 3, "n": [2]}, "simulate each size by itself"),
    ],
)
def test_options_of_the_catalogue_are_refused(options, words):
    with pytest.raises(UsageError, match=words):
        compare(normal([1.0, 2, 4]), **options)


def test_what_is_no_model_is_refused():
    with pytest.raises(UsageError, match="the model is a int"):
        compare(3, {"y": [1.0]})
    with pytest.raises(MleVsBayesError, match="allow-joint is for PyMC programs"):
        compare("normal", {"y": [1.0, 2]}, allow_joint=True)


def test_directions_that_only_a_prior_tells_are_named():
    with pm.Model() as model:
        pm.Normal("y", pm.Normal("a") + pm.Normal("b"), 1, observed=numbers().normal(2, 1, 20))
    found = compare(model, estimators=POINTS)
    assert found["mle"].status == "not_applicable" and "a − b" in found["mle"].reason
    assert found["map"].point[0] == pytest.approx(found["map"].point[1])


def test_collinear_covariates_are_named_and_nearly_collinear_ones_fitted():
    x = numbers().normal(size=30)
    for other, status in ((2 * x, "not_applicable"), (2 * x + 1e-4 * numbers().random(30), "ok")):
        with pm.Model() as model:
            beta = pm.Normal("beta", 0, 1e3, shape=2)
            pm.Normal("y", np.column_stack([x, other]) @ beta, 1, observed=x + numbers().normal(size=30))
        mle = compare(model, estimators=["mle"])["mle"]
        assert mle.status == status
    assert "concerns" not in mle.labels


def test_a_black_box_that_repeats_itself_is_no_random_one():
    """What the two evaluations at one point are compared with: the same box without the draws, MLE 1."""
    box = black_box(lambda a: -((a - 1) ** 2), lambda a: np.reshape(-2 * (a - 1), (1, 1)))
    with pm.Model() as model:
        pm.Potential("p", box(pm.Normal("a", shape=1)).sum())
    assert compare(model, estimators=["mle"])["mle"].point == pytest.approx([1.0], abs=1e-6)


def test_a_derived_quantity_that_draws_has_no_row():
    with pm.Model() as model:
        a = pm.Normal("a")
        pm.Deterministic("noisy", a + noise())
        pm.Normal("y", a, 1, observed=[1.0, 2])
    assert compare(model, estimators=["mle"]).fit.program.quantity_labels == ("a",)


def test_a_parameter_that_nothing_reads_is_named():
    with pm.Model() as model:
        pm.Normal("idle")
        pm.Exponential("y", pm.HalfNormal("a"), observed=[1.0, 2, 3])
    found = compare(model, estimators=POINTS)
    assert found["mle"].reason.startswith("the likelihood does not depend on idle")
    assert found["map"].converged


def test_a_maximum_beyond_a_prior_s_bound_is_divergent_and_says_so():
    with pm.Model() as model:
        pm.Normal("y", pm.Uniform("mu", -1, 1), 1, observed=numbers().normal(5, 1, 20))
    mle = compare(model, estimators=["mle"])["mle"]
    assert mle.status == "divergent"
    assert "mu runs to 1: a bound of its prior" in mle.reason


def test_a_start_outside_the_support_is_mended():
    """PyMC's own point of a Flat variable is 0, where this density is 0; points around it are tried."""
    with pm.Model() as model:
        mu = pm.Flat("mu")
        pm.CustomDist("y", mu, logp=lambda y, mu: pm.math.log(mu) - mu * y, observed=np.array([1.0, 2, 3]))
    assert compare(model, estimators=["mle"])["mle"].point[0] == pytest.approx(0.5, rel=1e-7)
