"""Posteriors of many data sets beside the exact ones: errors in units of their own Monte-Carlo errors are N(0, 1)."""

from functools import cache

import numpy as np
import pytest

from mle_vs_bayes import models
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.sampling.diagnostics import diagnose

from .checks import PLAN, check_standard_normal, datasets

COUNT, ROWS = 200, 25
ENDS = (0.025, 0.975)
FLAT_LINE = {"beta": "Flat()", "sigma": "HalfFlat()"}
FLAT = {"mu": "Flat()", "sigma": "HalfFlat()"}
EXACT = [("bernoulli", "p", {}), ("poisson", "rate", {}), ("exponential", "rate", {}), ("normal", "mu", FLAT)]
EXACT += [("normal", "variance", FLAT), *(("linear", f"beta[{term}]", FLAT_LINE) for term in ("Intercept", "x1", "x2"))]


@cache
def fitted(name):
    """Fits with every draw kept, and the exact posteriors."""
    model, sets = models.get(name), datasets(name, COUNT, ROWS)
    given = next(priors for other, _, priors in EXACT if other == name)
    found = fit_replicates(name, sets, ("posterior",), priors=given, plan=PLAN, keep=range(COUNT), seed=1)
    return found, exact(model, sets, given)


def exact(model, sets, given):
    return [model.conjugate_posterior(data, priors.resolve(model, given, data)) for data in sets]


def errors(name, label, shift=0.0, truths=None):
    """z of the mean, of the variance and of the probability below both exact ends, ``(4, COUNT)``.

    Squares and indicators are skewed, and their estimated errors move with them, which would push z by
    −skewness/(2 √ESS) (−0.15 for an end); their exact standard deviations stand in the denominator, over the root of
    their ESS. What is wrong on purpose: a ``shift`` of the draws in MCSE of the mean, or other ``truths``.
    """
    found, own = fitted(name)
    place = found.labels.index(label)
    z = []
    for replicate, of in enumerate(truths or own):
        mean, variance, kurtosis = (float(value) for value in of[label].stats(moments="mvk"))
        draws = found.draws(replicate)[..., place]
        draws = draws + shift * diagnose(draws[None]).mcse[0]
        below = [(draws <= of[label].ppf(end)).astype(float) for end in ENDS]
        truth = [mean, variance, *ENDS]
        spread = [np.sqrt(variance), variance * np.sqrt(kurtosis + 2), *(np.sqrt(end * (1 - end)) for end in ENDS)]
        seen = diagnose(np.stack([draws, (draws - mean) ** 2, *below]))
        with np.errstate(invalid="ignore"):  # no draw at all beyond a wrong end
            z.append((seen.mean - truth) / spread * seen.sd / seen.mcse)
    return np.array(z).T


@pytest.mark.parametrize(("name", "label", "_"), EXACT, ids=[f"{name}-{label}" for name, label, _ in EXACT])
def test_posteriors_are_the_exact_ones(name, label, _):
    for z in errors(name, label):
        check_standard_normal(z)


def test_mutant_half_an_error_off():
    with pytest.raises(AssertionError, match="mean"):
        check_standard_normal(errors("bernoulli", "p", shift=0.5)[0])


@pytest.mark.parametrize(
    "truth",
    [
        pytest.param("Beta(4, 4)", id="prior twice as narrow"),
        pytest.param("Beta(3, 3)", id="Jacobian dropped"),  # p^(a − 2) (1 − p)^(b − 2): as if a and b were less by 1
    ],
)
def test_mutant_posterior(truth):
    model = models.get("bernoulli")
    others = exact(model, datasets("bernoulli", COUNT, ROWS), {"p": truth})
    with pytest.raises(AssertionError):
        check_standard_normal(errors("bernoulli", "p", truths=others)[0])


def test_mutant_data_of_the_next():
    _, own = fitted("poisson")
    with pytest.raises(AssertionError):
        check_standard_normal(errors("poisson", "rate", truths=[*own[1:], own[0]])[0])
