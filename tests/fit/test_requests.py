"""What can be asked of many fits: plans, draws, functionals, intervals, truths, full fits; what mistakes are told."""

import signal
from contextlib import suppress

import numpy as np
import pytest

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.fit.replicates import Plan, fit_replicates, plan_replicates
from mle_vs_bayes.sampling import pilot as plans
from mle_vs_bayes.sampling.diagnostics import diagnose
from mle_vs_bayes.sampling.plan import allowed_rhat

from ..agreement.checks import K
from .checks import PLAN, datasets, posteriors

COUNT, ROWS = 6, 30
EXACT = 1e-8
"""Of intervals: both walk from optima that agree to `test_rows.SAME`."""


def normal():
    return datasets("normal", COUNT, ROWS)


def fitted(**settings):
    return fit_replicates("normal", normal(), **{"plan": PLAN, **settings})


def test_a_plan_and_a_seed_give_the_same_rows():
    first, second = fitted(seed=3), fitted(seed=3, memory=2**40)
    assert first.rows.equals(second.rows)
    other = fitted(seed=4).rows
    assert not first.rows["estimate"].equals(other["estimate"])
    assert first.rows.query("estimator == 'mle'")["estimate"].equals(other.query("estimator == 'mle'")["estimate"])


def test_draws_functionals_truths():
    truths = [{"mu": float(place)} for place in range(COUNT)]
    seen = fitted(keep=[1], truth=truths, functionals={"mean of mu": lambda draws, place: float(draws[..., 0].mean())})
    rows = seen.rows[(seen.rows["estimator"] == "posterior") & (seen.rows["parameter"] == "mu")].set_index("replicate")
    np.testing.assert_allclose(seen.draws(1)[..., 0].mean(), rows.loc[1, "estimate"], rtol=1e-12)
    assert seen.draws(0) is None
    np.testing.assert_allclose(seen.functionals["value"], rows["estimate"], rtol=1e-12)
    assert list(seen.functionals["replicate"]) == list(range(COUNT))
    assert list(rows["truth"]) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert rows["iterations"].min() >= PLAN.draws * PLAN.chains


def test_results_and_full_fits_on_request():
    seen = fitted(estimators=("mle",))
    results, rows = seen.results(2), seen.rows[seen.rows["replicate"] == 2].set_index("parameter")
    assert "coef" in str(results.summary())
    np.testing.assert_allclose(results.params, rows.loc[["mu", "sigma"], "estimate"], rtol=1e-12)
    np.testing.assert_allclose(results.bse, rows.loc[["mu", "sigma"], "se"], rtol=EXACT)
    whole = seen.fit(2, "mle").estimates["mle"]
    np.testing.assert_allclose(whole.point, rows.loc[["mu", "sigma"], "estimate"], rtol=EXACT)


def test_data_sets_of_many_sizes_are_fitted_in_one_call():
    sets = [datasets("weibull", 1, rows, first=rows)[0] for rows in (20, 35, 20, 50)]
    rows = fit_replicates("weibull", sets, ("mle",)).rows
    assert list(rows.drop_duplicates("replicate")["n"]) == [20, 35, 20, 50]
    for place in (1, 2):
        alone = compare("weibull", sets[place], estimators=("mle",), groups=()).rows
        np.testing.assert_allclose(rows.loc[rows["replicate"] == place, "estimate"], alone["estimate"], rtol=EXACT)


@pytest.mark.parametrize(("draws", "path"), [(20, "few"), (4, "alone")])
def test_too_few_draws_are_drawn_again(draws, path):
    """A batch is drawn from until it has eight times the plan's draws, which are too few here."""
    rows = posteriors("normal", normal(), plan=Plan(size=COUNT, draws=draws, tune=20, target=700))
    assert set(rows["path"]) == {path}
    short = (rows[["ess_bulk", "ess_tail"]].min(axis=1) < 700).groupby(rows["replicate"]).any()
    assert (rows["concerns"].str.contains("ess").groupby(rows["replicate"]).any() == short).all()


def test_allowed_rhat_is_what_converged_chains_show(monkeypatch):
    """Of 4,000 sets of 4 chains of 100 independent draws 40 are above the limit for one in a hundred."""
    monkeypatch.setattr("mle_vs_bayes.sampling.plan.FALSE_ALARM", 0.01)
    rhat = diagnose(np.random.default_rng(0).standard_normal((4000, 4, 100))).rhat
    assert abs(np.sum(rhat > allowed_rhat(4, 400)) - 40) <= K * np.sqrt(40)
    assert np.mean(rhat > 1.01) > 0.05  # the usual limit would not do at 400 draws
    apart = np.random.default_rng(0).standard_normal((200, 4, 100)) + np.array([0, 0, 0, 1.0])[:, None]
    assert diagnose(apart).rhat.min() > allowed_rhat(4, 400)


def test_an_interrupt_while_sampling_stays_one(monkeypatch):
    """nutpie takes it for "enough" and returns the draws so far, which would then be drawn again, and again."""
    import nutpie

    def sample(*given, **settings):
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(nutpie, "sample", sample)
    with pytest.raises(KeyboardInterrupt):
        fitted(estimators=("posterior",))


def test_a_pilot_makes_a_plan_within_its_memory():
    plan = plan_replicates("normal", normal(), memory=8 * 6 * 4 * 1000 * 2)
    assert plan.size == 1
    assert plan.target == 400
    assert plan_replicates("normal", []) == Plan()


def test_a_pilot_takes_short_schedules_and_leaves_them_where_they_do_not_mix(monkeypatch):
    short, _, careful = plans.TRIALS
    plan = plan_replicates("normal", normal())
    assert (plan.tune, plan.accept) == (short.tune, short.accept)
    monkeypatch.setattr(plans, "BAD", 2.0)  # no chain is as good as that
    plan = plan_replicates("normal", normal())
    assert (plan.tune, plan.accept) == (careful.tune, careful.accept)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"estimators": ("mle", "mean")}, 'there is no estimator "mean"; choose from mle, map, posterior.'),
        ({"estimators": ()}, "no estimator is asked for; choose from mle, map, posterior."),
        ({"intervals": ("none such",)}, 'there is no interval "none such"'),
        ({"level": 1.5}, r"level is 1.5; it must lie inside \(0, 1\)"),
        ({"truth": [{}]}, "there are 1 truths for 6 data sets; give one for all, or one each."),
        ({"seed": -1}, "seed is -1; it must be a whole number, 0 or above."),
        ({"keep": [6]}, "draws of data set 6 are to be kept, but there are 6; the first is 0."),
        ({"priors": {"nu": "Gamma(2, 1)"}}, 'normal has no parameter "nu" for a prior'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_mistakes_are_told_in_a_sentence(settings, sentence):
    with pytest.raises(UsageError, match=sentence):
        fitted(**settings)


@pytest.mark.parametrize("wrong", [{"size": 0}, {"draws": 3}, {"tune": 0.5}, {"accept": 1.0}, {"chains": 0}])
def test_a_plan_holds_whole_numbers(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        Plan(**wrong)
