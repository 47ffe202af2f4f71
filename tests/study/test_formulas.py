"""Formulas of a study: groups reach every replicate, and designs of the model's own are read through them."""

import numpy as np
import pandas as pd
import pytest

from mle_vs_bayes.errors import ModelError
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.study import Scenario, Study
from mle_vs_bayes.study.plan import cells

FIVE = "y ~ x1 + (1 | g)"


def drawn(scenario, n=40, count=1, priors=None, **study):
    (setting,) = cells.settings(Study(n=[n], estimators=["mle"], scenarios=[scenario], **study))
    return setting, cells.data_sets(setting, 0, range(count), priors)


def marks(n, rng):
    school = np.arange(n) % (n // 5)
    names = np.array([f"school {k}" for k in range(n)])
    return pd.DataFrame({"mark": rng.normal(size=n) + 2 * rng.normal(size=n)[school], "school": names[school]})


def by_hand(frame):
    """Maximum likelihood of one-way random effects of equal size (Searle, Casella & McCulloch 1992, section 3.7)."""
    groups = frame.groupby("school")["mark"]
    means, size = groups.mean(), groups.size().iloc[0]
    within = groups.var(ddof=1).mean()
    return {"mu": means.mean(), "tau": np.sqrt(max(0.0, means.var(ddof=0) - within / size)), "sigma": np.sqrt(within)}


def test_maximum_likelihood_of_generated_groups_is_that_by_formula():
    setting, made = drawn(Scenario("s", model="normal", generate=marks, formula="mark ~ 1 + (1 | school)"), count=2)
    rows = fit_replicates(setting.model, [data for data, _ in made], ["mle"]).rows
    names = {"mu": "beta[Intercept]", "tau": "sd[Intercept|school]", "sigma": "sigma"}
    for replicate, (data, _) in enumerate(made):
        frame = pd.DataFrame({"mark": data["y"], "school": data["level[school]"]})
        own = rows[rows["replicate"] == replicate].set_index("parameter")["estimate"]
        assert own[[*names.values()]].tolist() == pytest.approx([by_hand(frame)[name] for name in names], rel=1e-6)
        mixed = by_hand(frame.assign(school=np.sort(frame["school"])))  # the mutant: rows in others' groups
        assert own[names["tau"]] != pytest.approx(mixed["tau"], rel=0.01)


@pytest.mark.parametrize(
    ("model", "formula", "levels", "nested"),
    [
        ("bernoulli", FIVE, {"g": 8}, (0,)),
        ("linear", "y ~ x1 + x2 + (x1 | g)", {"g": 8}, (0,)),
        ("normal", "y ~ 1 + (1 | a/b)", {"a": 2, "a:b": 8}, (1, 0)),
        ("poisson", "y ~ 1 + (1 | a) + (1 | b)", {"a": 8, "b": 8}, None),
    ],
)
def test_the_model_s_own_design_has_the_groups_of_the_formula(model, formula, levels, nested):
    setting, [(data, truth)] = drawn(Scenario("s", model=model, formula=formula))
    assert {axis: len(data.coords[f"level[{axis}]"]) for axis in levels} == levels
    assert set(setting.model.groups.factors) == set(levels)
    assert setting.model.groups.nested == nested
    assert set(truth) >= {f"sd[{effect}]" for effect in setting.model.groups.effects}
    terms = ["Intercept", *(name for name in ("x1", "x2") if f" {name} +" in formula)]
    assert [label for label in truth if label.startswith("beta[")] == [f"beta[{term}]" for term in terms]


def test_effects_are_drawn_with_the_spread_of_the_truth():
    """The variance between shares of 200 groups of 5 is p (1 − p)/5 (1 + 4 r), r the correlation of two of its rows.

    Without effects r is 0, and the ratio 1 with an error of √(2/200); at a spread of 5 in log odds r is well above 1/2.
    """
    scenarios = [Scenario(f"sd {sd}", model="bernoulli", formula=FIVE, truth={"sd[Intercept|g]": sd}) for sd in (0, 5)]
    spreads = []
    for scenario in scenarios:
        _, [(data, _)] = drawn(scenario, n=1000)
        shares = np.bincount(data["level[g]"].astype(int), data["y"]) / 5
        spreads.append(np.var(shares) / np.mean(data["y"] * (1 - data["y"].mean()) / 5))
    assert spreads[0] < 1.5
    assert spreads[1] > 3


def test_a_formula_without_groups_chooses_among_the_covariates():
    _, [(data, truth)] = drawn(Scenario("s", model="poisson", formula="y ~ x2"))
    assert data.coords["term"] == ("Intercept", "x2")
    assert [label for label in truth if "beta" in label] == ["beta[Intercept]", "beta[x2]"]


def test_groups_with_other_effects_in_another_data_set_are_refused():
    def made(n, rng):
        return marks(n, rng).assign(kind=np.where(np.arange(n) % 3 == 0, "a", rng.choice(["b", "c"])))

    with pytest.raises(ModelError, match=r"the effects of groups are .* and of the first data .*; keep them alike"):
        drawn(Scenario("s", model="normal", generate=made, formula="mark ~ 1 + (kind || school)"), count=20)
