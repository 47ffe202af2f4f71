"""Does the model fit at all? Right models are seldom of concern, and each sort of misfit is called by its name."""

import json

import numpy as np
import pandas
import pytest
import scipy

from mle_vs_bayes import compare, models
from mle_vs_bayes.comparison import model_fit as module
from mle_vs_bayes.comparison import verdict
from mle_vs_bayes.comparison.model_fit import ALARM, ROWS, model_fit
from mle_vs_bayes.comparison.residuals import DRAWS, remark
from mle_vs_bayes.concerns import KINDS

SETS = 30


def generator(seed=5):
    return np.random.default_rng(seed)


def judged(model, data, seed=0, **options):
    return model_fit(compare(model, data, estimators=["mle"], **options).fit, seed)


def along(spread):
    x = generator().uniform(0, 3, size=300)
    return pandas.DataFrame({"x": x, "y": spread(x, generator(6).normal(size=300))})


def series():
    noise = generator().normal(size=300)
    return {"y": scipy.signal.lfilter([1.0], [1.0, -0.6], noise)}


def classes(log_odds):
    """Class b against a, with these log odds."""
    x = generator().normal(size=300)
    b = generator(6).random(300) < scipy.special.expit(log_odds(x))
    return pandas.DataFrame({"x": x, "y": np.where(b, "b", "a")})


MISFITS = {
    "tails": ("normal", {"y": generator().standard_t(2, size=200)}, {}),
    "lean": ("normal", {"y": generator().gamma(2.0, size=200)}, {}),
    "order": ("normal", series(), {}),
    "spread": ("poisson", {"y": generator().negative_binomial(8, 0.3, size=200)}, {}),
    "zeros": ("poisson", {"y": generator().poisson(6, size=200) * (generator(6).random(200) < 0.8)}, {}),
    "bend": ("linear", along(lambda x, z: x**2 + z), {"formula": "y ~ x"}),
    "calibration[b]": ("categorical", classes(lambda x: 2 * x**2 - 1.5), {"formula": "y ~ x"}),
    "fan": ("linear", along(lambda x, z: 5 * x + x * z), {"formula": "y ~ x"}),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_misfit_is_called_by_its_name_and_says_what_to_do(name):
    model, data, options = MISFITS[name]
    found = judged(model, data, **options)
    assert (found.worst.name, found.p <= ALARM) == (name, True)
    assert found.sentence.startswith(f"The model does not fit: {found.worst.words}; ")
    (concern,) = found.concerns
    assert concern.code == "misfit" and remark(name).next_step in concern.detail


def test_a_misfit_is_a_concern_like_others():
    """In JSON with what to do, in the rows of the estimate it was read from, and for --strict."""
    model, data, options = MISFITS["spread"]
    comparison = compare(model, data, estimators=["mle", "map"], **options)
    (concern,) = (each for each in comparison.document()["concerns"] if each["code"] == "misfit")
    assert (concern["estimator"], concern["next_step"]) == ("mle", KINDS["misfit"].next_step)
    assert {(row.estimator, row.concerns) for row in comparison.judged_rows} == {("mle", "misfit"), ("map", "")}
    assert comparison.of_concern and not verdict.strict(comparison.fit)


def test_why_the_fit_of_the_model_was_not_looked_at_is_on_the_screen():
    lives = {"lower": [1.0, 2, 3, 1, 4, 2], "upper": [2.0, 3, 5, 2, 6, 4]}
    for comparison, reason in (
        (compare("normal", {"y": generator().normal(size=20)}, estimators=["map"]), "no maximum likelihood estimate"),
        (
            compare("weibull", lives, estimators=["mle"]),
            "when units were inspected is not known of those seen exactly.",
        ),
    ):
        assert f"Whether the model fits was not looked at: {reason}" in " ".join(str(comparison).split()).replace(
            "there is ", ""
        )


@pytest.mark.parametrize("moved", [0.0, 0.02, 0.2])
def test_residuals_and_loo_pit_are_compared_in_a_sentence(moved):
    even = (np.arange(200) + 0.5) / 200
    judged = module.ModelFit(u=even, envelope=generator().random((99, 200)))
    assert f"differs by up to {100 * moved:.0f} % of the rows" in (sentence := judged.beside(even * (1 - moved)))
    assert ("does not say the same" in sentence) == (moved > 1.36 / np.sqrt(200))  # Kolmogorov's 5 % point


@pytest.mark.parametrize("model", ["bernoulli", "poisson", "weibull", "logistic", "random_intercept"])
def test_data_of_the_model_itself_fit(model):
    found = model_fit(compare(model, simulate=100, estimators=["mle"]).fit, 0)
    assert found.p > ALARM and found.concerns == ()
    assert "fits as far as" in found.sentence


def test_chances_that_come_true_fit():
    found = judged("categorical", classes(lambda x: x - 0.5), formula="y ~ x")
    assert found.p > ALARM and {each.name for each in found.statistics} == {
        "distance",
        "calibration[a]",
        "calibration[b]",
    }


def test_a_series_is_judged_one_step_ahead():
    """A series of order 1 fits its own model; one of order 2 has residuals that are still alike."""
    assert judged("autoregressive", series()).p > ALARM
    longer = scipy.signal.lfilter([1.0], [1.0, -0.3, -0.5], generator().normal(size=300))
    found = judged("autoregressive", {"y": longer})
    assert (found.worst.name, found.p <= ALARM) == ("order", True)


SORTED = np.sort(generator().normal(size=200))
FREQUENCIES = {"y": [0, 1, 2, 3, 4], "weights": [60, 80, 45, 12, 3]}


@pytest.mark.parametrize(("model", "data"), [("normal", {"y": SORTED}), ("poisson", FREQUENCIES)])
def test_the_order_of_a_sorted_table_or_of_frequencies_says_nothing(model, data):
    found = judged(model, data)
    assert "order" not in {each.name for each in found.statistics} and found.p > ALARM


def test_mutant_the_order_of_a_sorted_table_is_judged(monkeypatch):
    monkeypatch.setattr(module, "_silent", lambda _data: frozenset())
    assert judged("normal", {"y": SORTED}).worst.name == "order"


def check_steps(change):
    """The densities of the steps multiply to the likelihood, which is written from the joint one of the first."""
    for conditional in (0, 1):
        model = models.get(f"autoregressive(order=2, conditional={conditional})")
        theta = {"mu": 3.0, "phi": np.array([0.5, -0.2]), "sigma": 0.7}
        data = model.simulate(theta, model.design(20, generator()), generator())
        expected, deviation = change(*model.one_step_ahead(theta, data))
        steps = scipy.stats.norm.logpdf(data["y"], expected, deviation)
        np.testing.assert_allclose(np.nansum(steps), model.log_likelihood(theta, data).sum(), rtol=1e-12)


def test_steps_of_a_series_multiply_to_its_likelihood():
    check_steps(lambda expected, deviation: (expected, deviation))


def test_mutant_first_values_as_sure_as_the_later_ones():
    with pytest.raises(AssertionError):
        check_steps(lambda expected, deviation: (expected, np.full_like(deviation, deviation[-1])))


def distances(seeds):
    """p-values, and how far the distance from uniform is from the bootstrap's, of normal samples."""
    fits = [judged("normal", {"y": generator(seed).normal(size=30)}, seed) for seed in seeds]
    apart = [next(each.apart for each in found.statistics if each.name == "distance") for found in fits]
    return np.array([found.p for found in fits]), np.array(apart)


def check_calibration(p, apart):
    """Uniform p-values have mean 1/2 and deviation √(1/12); the distances of data and draws have one distribution."""
    k = scipy.stats.norm.ppf(1 - 0.001 / 4)
    assert abs(p.mean() - 0.5) <= k * np.sqrt(1 / 12 / SETS)
    assert abs(apart.mean()) <= k * apart.std(ddof=1) / np.sqrt(SETS) + 0.2  # the median is not the mean: skewness


def test_p_values_of_a_right_model_are_uniform():
    check_calibration(*distances(range(SETS)))


def test_mutant_without_fitting_again_residuals_look_too_good(monkeypatch):
    monkeypatch.setattr(module, "_again", lambda _program, drawn, start: np.tile(start, (len(drawn["y"]), 1)))
    with pytest.raises(AssertionError):
        check_calibration(*distances(range(SETS)))


def check_places(cut):
    """Seen times are placed at F(y) and censored ones anywhere beyond, up to the draws' own error (5 of it)."""
    times = generator().exponential(2.0, size=300)
    event = times <= 2.5
    data = {"y": np.minimum(times, 2.5), "event": event if cut else times > 0}
    outcome = compare("exponential", data, estimators=["mle"])
    u = model_fit(outcome.fit, 0).u
    at = scipy.stats.expon.cdf(np.minimum(times, 2.5), scale=1 / outcome["mle"].point[0])
    error = 5 * 0.5 / np.sqrt(DRAWS)
    np.testing.assert_allclose(u[event], at[event], atol=error)
    beyond = 1 - at.max()  # uniform between the bound's place and 1
    assert abs(u[~event].mean() - (1 - beyond / 2)) <= 5 * beyond / np.sqrt(12 * np.sum(~event))


def test_a_censored_time_is_placed_beyond_its_bound():
    check_places(cut=True)


def test_mutant_censored_times_taken_for_ends():
    with pytest.raises(AssertionError):
        check_places(cut=False)


def test_of_many_rows_some_are_looked_at_and_that_is_said():
    found = judged("normal", {"y": generator().normal(size=3 * ROWS)})
    assert (found.rows, found.of, len(found.u)) == (ROWS, 3 * ROWS, ROWS)
    assert f"of {ROWS:,} of {3 * ROWS:,} rows" in found.sentence


def test_groups_whose_effects_are_integrated_out_by_formulas_are_looked_at():
    rng, groups = np.random.default_rng(3), np.repeat(np.arange(10), 6)
    y = rng.random(60) < 1 / (1 + np.exp(-rng.normal(size=10)[groups]))
    found = judged("logistic", {"y": y.astype(int), "g": [f"g{i}" for i in groups]}, formula="y ~ 1 + (1 | g)")
    assert found.reason is None
    assert 0 < found.p <= 1


@pytest.mark.parametrize(
    ("model", "data", "reason"),
    [
        ("uniform", {"y": [1.0, 2.0, 3.0]}, "not regular"),
        ("exponential", {"lower": [1.0, 2.0, 1.5], "upper": [2.0, 2.0, np.inf]}, "inspected"),
        ("bernoulli", {"y": [3], "trials": [20]}, "fewer than 5 rows"),
    ],
)
def test_what_cannot_be_looked_at_has_a_reason(model, data, reason):
    found = judged(model, data)
    assert reason in found.sentence
    assert json.loads(json.dumps(found.record, allow_nan=False))["reason"] == found.reason


def test_without_a_maximum_there_is_nothing_to_draw_from():
    found = model_fit(compare("poisson", {"y": [1, 2, 4]}, estimators=["map"]).fit, 0)
    assert (
        found.sentence
        == "Whether the model fits was not looked at: there is no maximum likelihood estimate to draw from."
    )


def test_the_screen_says_it_in_a_line_and_json_has_every_statistic():
    outcome = compare("normal", MISFITS["tails"][1], estimators=["mle", "map"])
    assert "The model does not fit: tails are heavier than the model's" in str(outcome)
    assert "[misfit]" in str(outcome)
    told = json.loads(json.dumps(outcome.document(), allow_nan=False))["model_fit"]
    assert told["misfit"] and {each["name"] for each in told["statistics"]} >= {"distance", "tails", "lean", "order"}
