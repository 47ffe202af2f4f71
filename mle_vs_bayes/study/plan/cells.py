"""The cells of a study: every model, scenario and n that it visits, by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ... import models
from ...data.arrays import dataset
from ...data.dataset import Dataset
from ...errors import DataError, MleVsBayesError, ModelError, UsageError
from ...model.model import Model
from ..vocabulary import own_functions
from ..vocabulary.study import Scenario, Study

DENSE = 12
"""A grid of more n is one to see a curve on, and is thinned to about as many by ``--quick``; else it takes three."""


@dataclass(frozen=True)
class Cell:
    """One model, scenario and n; ``key`` is its name in files and on the command line."""

    model: str
    scenario: str
    n: int

    @property
    def key(self) -> str:
        return f"{self.model}/{self.scenario}/{self.n}"

    @property
    def slug(self) -> str:
        """The key as part of a file name; two keys that differ do so here, too, as `cells` makes sure."""
        return re.sub(r"[^\w.+=-]+", "_", f"{self.model}-{self.scenario}-n{self.n}")


@dataclass(frozen=True)
class Setting:
    """What a study says of one cell, looked up: the objects behind the names, and the study as its scenario has it."""

    study: Study
    cell: Cell
    scenario: Scenario
    model: Model

    @cached_property
    def generating(self) -> Model | None:
        """The model that the data come from; None where it is a function."""
        given = self.scenario.generate
        if given is None:
            return self.model
        if isinstance(given, str):
            return models.get(given)
        return given if isinstance(given, Model) else None

    @property
    def formula(self) -> str | None:
        """What makes the design matrix of generated columns; a study's own is for its models that take one."""
        if self.scenario.formula is not None or not self.model.takes_formula:
            return self.scenario.formula
        return None if self.generating is self.model else self.study.formula

    @property
    def data_key(self) -> tuple[str, str, int]:
        """What the seeds of data sets are made of, besides the replicate: nothing of how they are analysed."""
        origin = "function" if self.generating is None else self.generating.name
        return origin, self.scenario.data or self.scenario.name, self.cell.n

    def draw(
        self, generator: np.random.Generator, n: int | None = None, replicate: int | None = None
    ) -> tuple[Dataset, dict[str, float]]:
        """One data set of the cell's n (or another) and the truth of each quantity by label.

        Raises
        ------
        UsageError
            A truth that the model cannot have.
        ModelError
            Nothing can be simulated, or nothing that the model reads; the sentence names the cell and the replicate.
        """
        name = self.cell.key if replicate is None else f"{self.cell.key}/{replicate}"
        try:
            return self._drawn(generator, n)
        except DataError as error:
            raise ModelError(f"the data of {name} do not fit: {error}") from error
        except MleVsBayesError:
            raise
        except Exception as error:
            why = f"{name} cannot be simulated ({own_functions.reason(error)})"
            raise ModelError(f"{why}; mend the scenario, or the model's design and simulate.") from error

    def _drawn(self, generator: np.random.Generator, n: int | None) -> tuple[Dataset, dict[str, float]]:
        from ...fit.simulated import drawn

        size, scenario = self.cell.n if n is None else n, self.scenario
        if self.generating is None:
            assert callable(scenario.generate)
            return self._read(scenario.generate(size, generator)), dict(scenario.target or {})
        truth = scenario.truth(generator) if callable(scenario.truth) else scenario.truth
        data, named = drawn(self.generating, size, truth, generator)
        if scenario.generate is not None or scenario.target is not None:
            return self._read(data), dict(scenario.target or {})
        return data, named

    def _read(self, data: Any) -> Dataset:
        """What the model reads of generated data; functions of the data get a `Dataset` as it is."""
        from ...fit.simulated import filled

        if isinstance(data, Dataset) and not self.study.fitted:
            return filled(self.model, data)
        return filled(self.model, dataset(self.model, data, self.formula))


def settings(study: Study, *, quick: bool = False) -> list[Setting]:
    """Every cell of a study with the objects behind its names, in the order of the study file.

    Raises
    ------
    UsageError
        There is none, a model is unknown, two cells have one name, or an n is no whole number above 0.
    """
    found = [
        Setting(study.of(scenario), Cell(model.name, scenario.name, n), scenario, model)
        for scenario in study.scenarios
        for model in _models(study, scenario)
        for n in _sizes(study, scenario, quick)
    ]
    if not found:
        raise UsageError("the study has no cells; give it models, scenarios and at least one n.")
    slugs = [setting.cell.slug for setting in found]
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1}) if len(set(slugs)) < len(slugs) else []
    if twice:
        raise UsageError(f"two cells of the study are called {twice[0]}; give scenarios names that differ in letters.")
    return found


def setting_of(study: Study, cell: Cell) -> Setting:
    """The setting of one cell."""
    scenario = next(each for each in study.scenarios if each.name == cell.scenario)
    return Setting(
        study.of(scenario), cell, scenario, next(m for m in _models(study, scenario) if m.name == cell.model)
    )


def _models(study: Study, scenario: Scenario) -> list[Model]:
    given = study.models if scenario.model is None else (scenario.model,)
    return [models.get(each) if isinstance(each, str) else each for each in given]


def _sizes(study: Study, scenario: Scenario, quick: bool) -> Sequence[int]:
    sizes = study.n if scenario.n is None else scenario.n
    for n in sizes:
        if n < 1 or n != int(n):
            raise UsageError(f"n is {n} in scenario {scenario.name}; it must be a whole number above 0.")
    if not quick:
        return sizes
    if study.quick_n is None or scenario.n is not None:
        return sizes[:3] if len(sizes) <= DENSE else sizes[:: -(-len(sizes) // DENSE)]
    return study.quick_n
