"""Why the estimators differ: parts that add up, closed forms for a coin, and what is said when something is missing."""

import json
from dataclasses import replace
from functools import cache, partial

import numpy as np
import pytest
import scipy

from mle_vs_bayes import compare
from mle_vs_bayes.cli import steps
from mle_vs_bayes.comparison.explanation import Attribution, Explanation, explain
from mle_vs_bayes.fit.agreement import Agreement
from mle_vs_bayes.optional_parts import Interrupt
from mle_vs_bayes.report import text
from mle_vs_bayes.report.quantities import chosen
from mle_vs_bayes.sampling.draws import by_label

from ..agreement.checks import check_draws, check_shift

SUCCESSES, TRIALS = 17, 25
EXACT = scipy.stats.beta(SUCCESSES + 0.5, TRIALS - SUCCESSES + 0.5)
MLE, MAP = SUCCESSES / TRIALS, (SUCCESSES - 0.5) / (TRIALS - 1)
SE = np.sqrt(MLE * (1 - MLE) / TRIALS)


@cache
def coins():
    """One posterior for all tests here: 17 of 25 under Jeffreys' prior, where everything has a closed form."""
    y = np.repeat([1.0, 0.0], [SUCCESSES, TRIALS - SUCCESSES])
    return compare("bernoulli", {"y": y}, priors={"p": "jeffreys"}, draws=1000, tune=500, seed=4)


def check_adds_up(part, whole):
    """The parts are the whole: exactly by their sum, and to rounding by the estimators' own difference."""
    assert part.difference == part.prior + part.skewness
    assert abs(part.prior + part.skewness - whole) <= 1e-12, "the parts do not add up"


@pytest.fixture(scope="module")
def explanation():
    return coins().explain()


@pytest.mark.parametrize("quantity", ["p", "odds"])
def test_parts_add_up_to_the_difference(explanation, quantity):
    agreement = next(a for a in coins().agreement if (a.parameter, a.pair) == (quantity, "posterior - mle"))
    part = explanation[quantity]
    check_adds_up(part, agreement.in_se)
    for mutant in (replace(part, skewness=-part.skewness), replace(part, prior=0.0)):
        mutant = replace(mutant, difference=mutant.prior + mutant.skewness)
        with pytest.raises(AssertionError, match="do not add up"):
            check_adds_up(mutant, agreement.in_se)


def test_parts_of_a_coin_are_the_closed_forms(explanation):
    part = explanation["p"]
    assert part.unit == "mle se"
    assert part.prior == pytest.approx((MAP - MLE) / SE, abs=2e-6)  # each optimum is within 1e-6 SE
    # First order, Σ∇log π: the prior's gradient at p̂ is (p̂ − ½)/(p̂(1 − p̂)).
    assert part.prior_expected == pytest.approx((MLE - 0.5) / (MLE * (1 - MLE)) * SE, rel=1e-6)
    check_shift(part.skewness, (EXACT.mean() - MAP) / SE, part.monte_carlo_error, 1e-6)
    # log odds: (y + ½)/(n + 1), by chance the posterior mean.
    assert part.scale == pytest.approx(((SUCCESSES + 0.5) / (TRIALS + 1) - MAP) / SE, abs=2e-6)
    assert (part.edge, part.edge_at) == (pytest.approx((1 - MLE) / SE, abs=2e-6), 1.0)
    assert part.reason is None


def test_derived_quantity_has_its_own_error_scale_and_edge(explanation):
    part = explanation["odds"]
    odds = [share / (1 - share) for share in (MLE, MAP, (SUCCESSES + 0.5) / (TRIALS + 1))]
    se = SE / (1 - MLE) ** 2
    # Both slopes are differenced over 1e-3 SE, which errs by a millionth of the third derivative.
    assert part.prior == pytest.approx((odds[1] - odds[0]) / se, rel=1e-5)
    assert part.scale == pytest.approx((odds[2] - odds[1]) / se, rel=1e-5)
    assert (part.edge, part.edge_at) == (pytest.approx(odds[0] / se, rel=1e-5), 0.0)


def test_sentence_has_the_numbers(explanation):
    part = explanation["p"]
    told = [part.prior, part.prior_expected, part.skewness, part.skewness_expected, part.scale]
    prior, prior_expected, skewness, skewness_expected, scale = (f"{v:+.2f}".replace("-", "−") for v in told)
    assert part.sentence == (
        f"The prior moved p by {prior} SE (expected {prior_expected}); "
        f"skewness by {skewness} SE (expected {skewness_expected}); "
        f"Monte-Carlo error is {part.monte_carlo_error:.2f} SE; "
        f"on the unconstrained scale the mode would be {scale} SE from the MAP."
    )
    near = replace(part, edge=1.3, edge_at=1.0)
    assert "the edge at 1 is only 1.3 SE away" in near.sentence


def test_table_and_records_say_the_same(explanation):
    records = explanation.records()
    assert [record["quantity"] for record in records] == ["p", "odds"]
    assert records[0]["sentence"] == explanation["p"].sentence
    shown = str(explanation)
    line = next(line for line in shown.splitlines() if line.startswith("p "))
    part = explanation["p"]
    wanted = [f"{record:+.2f}" for record in (part.difference, part.prior, part.prior_expected)]
    wanted += [f"{part.skewness:+.2f}", f"{part.skewness_expected:+.2f}", f"{part.monte_carlo_error:.2f}"]
    assert line.split()[1:] == [*wanted, f"{part.scale:+.2f}", f"{part.edge:.2f}"]
    assert "in SE of the MLE" in shown


def test_command_line_prints_both_reasons_after_the_screen(capsys):
    steps.show(coins(), [], steps.reasons(coins(), partial(steps.beside, coins(), Interrupt())), as_json=False)
    parts = (coins(), coins().explain(), coins().sensitivity())
    assert capsys.readouterr().out == "\n".join(str(part) for part in parts)


def test_json_of_the_command_line_has_both_reasons_when_asked(capsys):
    steps.show(coins(), [], steps.reasons(coins(), partial(steps.beside, coins(), Interrupt())), as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert document["explanation"] == coins().explain().records()
    assert document["sensitivity"] == coins().sensitivity().records()
    steps.show(coins(), [], [], as_json=True)
    assert json.loads(capsys.readouterr().out).keys() == document.keys() - {"explanation", "sensitivity"}


# The sampled posterior.


def test_sampled_posterior_under_jeffreys_prior_is_the_exact_one():
    check_draws(coins()["posterior"].results.loc["p"], EXACT)


def test_log_prior_group_has_the_potential():
    tree = coins()["posterior"].tree
    total = sum(values for values in by_label(tree, "log_prior").values())
    p = by_label(tree)["p"]
    # ½ log(n/(p(1 − p))), as the prior's density with its constant.
    np.testing.assert_allclose(total, 0.5 * np.log(TRIALS / (p * (1 - p))), rtol=1e-10)


def test_sampled_shift_is_that_of_the_exact_posteriors():
    """Jeffreys' prior to the power α: Beta(1 − α/2 + y, 1 − α/2 + n − y), whose mean has a derivative."""
    part = coins().sensitivity()["p"]
    slope = (-0.5 * (TRIALS + 1) + (SUCCESSES + 0.5)) / (TRIALS + 1) ** 2
    check_shift(part.mean_shift, slope / EXACT.std(), part.monte_carlo_error, 0.01 * abs(part.mean_shift))
    # Mode (y − α/2)/(n − α).
    mode = (-0.5 * (TRIALS - 1) + (SUCCESSES - 0.5)) / (TRIALS - 1) ** 2
    assert coins()["map"].point[0] == pytest.approx(MAP, rel=1e-9)
    check_shift(part.mode_shift, mode / EXACT.std(), 0.0, 0.05 * abs(part.mode_shift))


# What is missing.


def without(fit, *names):
    pairs = tuple(a for a in fit.agreement if not set(a.pair.split(" - ")) & set(names))
    return replace(fit, estimates={n: e for n, e in fit.estimates.items() if n not in names}, agreement=pairs)


def test_without_a_posterior_the_prior_is_told_alone():
    part = explain(without(coins().fit, "posterior"))["p"]
    assert part.prior == coins().explain()["p"].prior
    assert (part.difference, part.skewness, part.monte_carlo_error) == (None, None, None)
    assert "the rest cannot be told: no posterior mean was asked for" in part.sentence


def test_without_a_map_the_difference_is_not_split():
    part = explain(without(coins().fit, "map"))["p"]
    check_shift(part.difference, (EXACT.mean() - MLE) / SE, part.monte_carlo_error, 1e-6)
    assert (part.prior, part.skewness, part.scale) == (None, None, None)
    assert part.sentence.startswith("The posterior mean of p is ")
    assert "the rest cannot be told: no maximum a posteriori was asked for" in part.sentence


def test_without_an_mle_the_unit_is_the_map():
    """All failures; the posterior's pair is made by hand, for no sampling is needed to put it into words."""
    fit = compare("bernoulli", {"y": [0.0] * 6}, estimators=["mle", "map"]).fit
    pair = Agreement("p", "posterior - map", 0.02, 0.4, None, 0.01, None, "no prediction", "map se")
    part = explain(replace(fit, agreement=(pair,)))["p"]
    assert (part.unit, part.prior, part.difference, part.skewness) == ("map se", None, None, 0.4)
    assert part.sentence.startswith("Skewness moved the mean of p by +0.40 SE of the MAP; Monte-Carlo error is 0.01 SE")
    assert "the rest cannot be told: maximum likelihood has no standard error to measure in" in part.sentence
    assert "in SE of the MAP" in str(explain(replace(fit, agreement=(pair,))))


def test_without_any_pair_the_sentence_says_so():
    explanation = explain(compare("bernoulli", {"y": [0.0] * 6}, estimators=["mle"]).fit)
    assert explanation["p"].numbers_in_words == ""
    assert explanation["p"].sentence.startswith(
        "Why they differ cannot be told: maximum likelihood has no standard error to measure in"
    )
    assert np.all([value is None for key, value in explanation.records()[0].items() if key in text.PARTS.values()])
    assert str(explanation).count("cannot be told") == 1


def quantity(label, difference):
    return Attribution(quantity=label, difference=difference, prior=difference, skewness=0.0, monte_carlo_error=0.01)


def sentences(explanation, only=()):
    """The sentences under the table, without their line breaks."""
    return " ".join(text.plain(explanation.screen(only)).partition("support is.")[2].split())


def test_few_sentences_and_all_in_the_table():
    """The three that differ most, every one above 0.1 SE, and one sentence for all others."""
    few = Explanation(tuple(quantity(f"beta[x{k}]", 0.01 * k) for k in range(1, 9)))
    told = sentences(few)
    assert [k for k in range(1, 9) if f"moved beta[x{k}] by" in told] == [6, 7, 8]
    assert told.endswith("No part of the other 5 quantities is larger than 0.05 SE.")
    assert all(f"beta[x{k}]" in str(few) for k in range(1, 9))
    many = Explanation(tuple(quantity(f"beta[x{k}]", -0.03 * k) for k in range(1, 9)))
    told = sentences(many)
    assert [k for k in range(1, 9) if f"moved beta[x{k}] by" in told] == [4, 5, 6, 7, 8]
    assert told.endswith("No part of the other 3 quantities is larger than 0.09 SE.")


def test_only_what_is_asked_for_and_ratios_behind_their_coefficients():
    labels = ("beta[x1]", "beta[x2]", "odds_ratio[x1]", "odds_ratio[x2]")
    explanation = Explanation(tuple(quantity(label, 0.2) for label in labels))
    table = [line.split()[0] for line in str(explanation).splitlines() if line.startswith(("beta", "odds"))]
    assert table == ["beta[x1]", "odds_ratio[x1]", "beta[x2]", "odds_ratio[x2]"]
    assert "x2" not in sentences(explanation, ("*[x1]",))


@pytest.mark.parametrize(
    ("pattern", "fitting"),
    [
        ("beta[x*]", ["beta[x1]", "beta[x10]"]),
        ("beta[x?]", ["beta[x1]"]),
        ("beta[C(dose)[T.mid]]", ["beta[C(dose)[T.mid]]"]),
        ("beta*", ["beta[x1]", "beta[x10]", "beta[C(dose)[T.mid]]"]),
        ("sigma", ["sigma"]),
        ("beta[x]", []),
    ],
)
def test_brackets_of_a_pattern_are_literal(pattern, fitting):
    assert chosen(["beta[x1]", "beta[x10]", "beta[C(dose)[T.mid]]", "sigma"], [pattern]) == fitting
