"""``docs/families.md`` is what the records say, and what they say of SciPy and PyMC is so."""

import re
from pathlib import Path

import numpy as np
import pymc
import pytensor.tensor as pt
import pytest
from scipy import stats

from mle_vs_bayes import models
from mle_vs_bayes.cli.catalogue.conversions import conversions, family_of
from mle_vs_bayes.cli.catalogue.families import page

PAGE = Path(__file__).parents[2] / "docs" / "families.md"
LISTED = [name for name in models.MODELS if family_of(models.get(name))]
TRIALS, XM = 9.0, 0.4


def test_the_page_is_that_of_the_records():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again as its head says"


def test_every_family_says_how_others_write_it():
    assert {name for name in LISTED if not {"R", "Stata"} & conversions(models.get(name)).keys()} == set()


def evaluated(text, model, **names):
    """A wording of the page with the typical parameters in it."""
    values = {p.name: float(p.typical) for p in model.parameters}
    return eval(text, {"__builtins__": {}}, {"exp": np.exp, "trials": TRIALS, "xm": XM, **values, **names})


def sample(model):
    family, known = family_of(model), {"n": TRIALS, "m": XM, "lower": 0.0}
    values = {p.name: float(p.typical) for p in model.parameters}
    arguments = {a.name: values.get(a.row, known.get(a.name)) for a in family.arguments}
    y = np.asarray(family.random(np.random.default_rng(1), 12, arguments), dtype=float)
    return y, family.logp(y, arguments)


@pytest.mark.parametrize("name", [name for name in LISTED if "SciPy" in conversions(models.get(name))])
def test_scipys_wording_has_the_same_density(name):
    model = models.get(name)
    y, ours = sample(model)
    made = evaluated(conversions(model)["SciPy"], model, stats=stats)
    np.testing.assert_allclose(made.logpmf(y) if family_of(model).discrete else made.logpdf(y), ours, rtol=1e-9)


@pytest.mark.parametrize("name", [name for name in LISTED if "PyMC" in conversions(models.get(name))])
def test_pymcs_wording_has_the_same_density(name):
    """PyMC's skew normal has its constants in single precision."""
    model = models.get(name)
    y, ours = sample(model)
    text = re.sub(r"^pm\.(\w+)\(", r"pm.\1.dist(", conversions(model)["PyMC"])
    made = evaluated(text, model, pm=pymc, trials=pt.constant(int(TRIALS)))
    found = pymc.logp(made, y).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(found, ours, rtol=1e-5 if name == "skew_normal" else 1e-7, atol=1e-7)


def test_mutant_alpha_for_its_reciprocal():
    model = models.get("negative_binomial")
    y, ours = sample(model)
    mutant = evaluated("stats.nbinom(n=alpha, p=alpha/(alpha + mu))", model, stats=stats)
    assert np.max(np.abs(mutant.logpmf(y) - ours)) > 1e-3
