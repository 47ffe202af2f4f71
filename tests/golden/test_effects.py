"""Published average effects: who survived the Titanic, in chances."""

from itertools import product

import pandas as pd
import pytest

from mle_vs_bayes import compare

from .test_published import check

PEOPLE = "0 0 35 0 0 0 17 0 118 154 387 670 4 13 89 3 5 11 13 0 1 13 14 0 57 14 75 192 140 80 76 20"
"""R's data set Titanic: by survival, age, sex and class, the first changing slowest."""
EFFECTS = {
    "Age: Child − Adult": ("0.197", "0.0487"),
    "Class: 2nd − 1st": ("-0.195", "0.0365"),
    "Class: 3rd − 1st": ("-0.307", "0.0307"),
    "Class: Crew − 1st": ("-0.168", "0.0323"),
    "Sex: Male − Female": ("-0.507", "0.0245"),
}
"""R: tidy_avg_comparisons(glm(Survived ~ Class + Age + Sex, binomial)), reference page of broom.helpers."""


@pytest.fixture(scope="module")
def effects():
    classes, sexes = ("1st", "2nd", "3rd", "Crew"), ("Male", "Female")
    kinds = product(("No", "Yes"), ("Child", "Adult"), sexes, classes)
    frame = pd.DataFrame(kinds, columns=["Survived", "Age", "Sex", "Class"])
    fit = compare(
        "logistic",
        frame.assign(people=[int(number) for number in PEOPLE.split()]),
        formula="Survived ~ Class + Age + Sex",
        columns={"weights": "people"},
        order=["No", "Yes"],
        estimators=["mle"],
    )
    return fit.effect("Age", "Class", "Sex").rows.set_index("effect")


def check_effects(effects):
    assert set(effects.index) == set(EFFECTS)
    for name, (difference, error) in EFFECTS.items():
        check(effects.loc[name, "estimate"], difference, what=name)
        check(effects.loc[name, "se"], error, what=f"SE of {name}")


def test_survivors_of_the_titanic(effects):
    check_effects(effects)


def test_mutant_the_other_level_first(effects):
    with pytest.raises(AssertionError):
        check_effects(effects.assign(estimate=-effects["estimate"]))
