"""The cells of a study: every model, scenario and n that it visits, by name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ... import models
from ...data import arrays
from ...data.dataset import Dataset
from ...data.formulas.parts import Formulas
from ...errors import DataError, MleVsBayesError, ModelError, UsageError
from ...model.model import Model
from ...model.prior import Prior
from ...words import listed
from ..vocabulary import own_functions
from ..vocabulary.study import Program, Scenario, Study
from . import formulas, seeds

NO_MODEL = "none"
"""The model of cells whose data only the study's own functions read."""


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
    """What a study says of one cell, looked up: the objects behind the names, and the study as its scenario has it.

    ``named`` is what the data are analysed with, as the study names it.
    """

    study: Study
    cell: Cell
    scenario: Scenario
    named: Model | None

    @property
    def formula(self) -> Formulas:
        """What makes the design matrix of generated columns, and effects of groups.

        A study's own is for its models that take one: for generated data, or with groups, which need one.
        """
        of_study = self.study.formula
        if self.scenario.formula is not None or of_study is None or self.named is None:
            return self.scenario.formula
        generated = self.scenario.generate is not None and self.named.takes_formula
        return of_study if generated or formulas.terms_of(of_study) else None

    @cached_property
    def without_groups(self) -> Model | None:
        """The model with the scenario's formula, before data say what effects its groups have."""
        return None if self.named is None else formulas.regression(self.named, self.formula)

    @cached_property
    def model(self) -> Model | None:
        """What the data are analysed with: which effects groups have, the first of all data sets says for all.

        It also says whether a formula has any coefficient that is not held.
        """
        model = self.without_groups
        if model is None or not (formulas.terms_of(self.formula) or (model.held and self.formula)):
            return model
        generator = seeds.generator(0, "groups", self.cell.key)
        with self._named(f"{self.cell.key}, as its groups are read,"):
            if self.scenario.generate is None:
                read = formulas.own_design(model, self.formula, self.cell.n, generator).model
            else:
                made, _ = self._generated(generator, self.cell.n, self.truth(generator))
                read, _ = arrays.read(model, made, self.formula)
            return read if read.groups is None else read.with_groups(formulas.of_every_data_set(read.groups))

    @cached_property
    def generating(self) -> Model | None:
        """The model that the data come from; None where it is a function."""
        origin = self.scenario.generate
        if origin is None:
            return self.model
        return _opened(origin) if isinstance(origin, str | Model) else None

    @property
    def data_key(self) -> tuple[str, str, int]:
        """What the seeds of data sets are made of, besides the replicate: nothing of how they are analysed."""
        origin = "function" if self.generating is None else self.generating.name
        return origin, self.scenario.data or self.scenario.name, self.cell.n

    def truth(self, generator: np.random.Generator, priors: Mapping[str, Prior] | None = None) -> Mapping[str, float]:
        """The truth of one replicate by parameter, as the scenario says it: the first use of its generator.

        A truth from the prior is typical where ``priors`` are not known yet.
        """
        truth = self.scenario.truth
        if callable(truth):
            return truth(generator)
        if not isinstance(truth, str):
            return truth
        if not priors or self.generating is None:
            return {}
        from ...fit.simulated import from_priors

        design = self._design(self.generating, self.cell.n, np.random.default_rng(0))
        return from_priors(self.generating, design, priors, generator)

    def draw(
        self,
        generator: np.random.Generator,
        n: int | None = None,
        replicate: int | None = None,
        priors: Mapping[str, Prior] | None = None,
        truth: Mapping[str, float] | None = None,
    ) -> tuple[Any, dict[str, float]]:
        """One data set of the cell's n (or another) and the truth of each quantity by label.

        The truth is the scenario's, drawn from ``priors`` where it says so, unless one is given.

        Raises
        ------
        UsageError
            A truth that the model cannot have.
        ModelError
            Nothing can be simulated, or nothing that the model reads; the sentence names the cell and the replicate.
        """
        with self._named(self.cell.key if replicate is None else f"{self.cell.key}/{replicate}"):
            chosen = self.truth(generator, priors) if truth is None else truth
            data, known = self._generated(generator, self.cell.n if n is None else n, chosen)
            return (data if self.scenario.generate is None else self._read(data)), known

    @contextmanager
    def _named(self, name: str) -> Iterator[None]:
        """An error that is raised inside names ``name``."""
        try:
            yield
        except DataError as error:
            raise ModelError(f"the data of {name} do not fit: {error}") from error
        except MleVsBayesError:
            raise
        except Exception as error:
            why = f"{name} cannot be simulated ({own_functions.reason(error)})"
            raise ModelError(f"{why}; mend the scenario, or the model's design and simulate.") from error

    def _generated(
        self, generator: np.random.Generator, size: int, truth: Mapping[str, float]
    ) -> tuple[Any, dict[str, float]]:
        """Data as they come about, and the truth of each quantity of what analyses them by label."""
        from ...fit.simulated import drawn

        scenario = self.scenario
        if self.generating is None:
            assert callable(scenario.generate)
            made = scenario.generate(size, generator)
            data, known = made if isinstance(made, tuple) else (made, scenario.target)
            return data, {label: float(value) for label, value in (known or {}).items()}
        data, named = drawn(self.generating, size, truth, generator, self._design(self.generating, size, generator))
        return data, named if scenario.generate is None and scenario.target is None else dict(scenario.target or {})

    def _design(self, generating: Model, size: int, generator: np.random.Generator) -> Dataset:
        """The design of the model that the data come from, through the scenario's formula where it is its own."""
        if self.scenario.generate is not None or self.formula is None or self.without_groups is None:
            return generating.design(size, generator)
        return formulas.own_design(self.without_groups, self.formula, size, generator).data

    def _read(self, data: Any) -> Any:
        """What the model reads of generated data; functions of the data get a `Dataset` as it is."""
        from ...fit.simulated import filled

        model = self.without_groups
        if model is None:
            if not isinstance(data, Mapping):
                raise DataError(f"the data are a {type(data).__name__}; give a mapping such as a dictionary of arrays.")
            return data
        if isinstance(data, Dataset) and not self.study.fitted:
            return filled(model, data)
        read, dataset = arrays.read(model, data, self.formula)
        groups, known = (formulas.of_every_data_set(each.groups if each else None) for each in (read, self.model))
        if groups != known:
            effects = (listed(each.effects) if each else "none" for each in (groups, known))
            raise DataError("the effects of groups are {} and of the first data {}; keep them alike.".format(*effects))
        return filled(read, dataset)


def settings(study: Study) -> list[Setting]:
    """Every cell of a study with the objects behind its names, in the order of the study file.

    Raises
    ------
    UsageError
        There is none, a model is unknown, two cells have one name, or an n is no whole number above 0.
    """
    chosen = [
        Setting(study.of(scenario), Cell(_name(model), scenario.name, n), scenario, model)
        for scenario in study.scenarios
        for model in _models(study, scenario)
        for n in _sizes(study, scenario)
    ]
    if not chosen:
        raise UsageError("the study has no cells; give it models, scenarios and at least one n.")
    slugs = [setting.cell.slug for setting in chosen]
    twice = sorted({slug for slug in slugs if slugs.count(slug) > 1}) if len(set(slugs)) < len(slugs) else []
    if twice:
        raise UsageError(f"two cells of the study are called {twice[0]}; give scenarios names that differ in letters.")
    return chosen


def setting_of(study: Study, cell: Cell) -> Setting:
    """The setting of one cell."""
    scenario = next(each for each in study.scenarios if each.name == cell.scenario)
    return Setting(
        study.of(scenario), cell, scenario, next(m for m in _models(study, scenario) if _name(m) == cell.model)
    )


def data_sets(
    setting: Setting, seed: int, replicates: Sequence[int], priors: Mapping[str, Prior] | None = None
) -> list[tuple[Any, dict[str, float]]]:
    """Data and truth of each replicate: pure functions of the study's seed and the replicate's key.

    Raises
    ------
    ModelError
        One cannot be simulated; the sentence names it.
    """
    return [
        setting.draw(seeds.generator(seed, "data", *setting.data_key, replicate), replicate=replicate, priors=priors)
        for replicate in replicates
    ]


def _models(study: Study, scenario: Scenario) -> list[Model | None]:
    """What a scenario is analysed with: its own model, else each of the study's, else none where functions make data.

    Raises
    ------
    UsageError
        The package's own estimators have no model to fit.
    """
    named = study.models if scenario.model is None else (scenario.model,)
    if named:
        return [_opened(each) for each in named]
    if not callable(scenario.generate):
        return []
    if fitted := study.of(scenario).fitted:
        raise UsageError(
            f"scenario {scenario.name} has no model for {fitted[0]}; give it one, or estimate by functions of its own."
        )
    return [None]


def _opened(model: str | Model | Program) -> Model:
    if isinstance(model, str):
        return models.get(model)
    return model.model if isinstance(model, Program) else model


def _name(model: Model | None) -> str:
    return NO_MODEL if model is None else model.name


def _sizes(study: Study, scenario: Scenario) -> Sequence[int]:
    sizes = study.n if scenario.n is None else scenario.n
    for n in sizes:
        if n < 1 or n != int(n):
            raise UsageError(f"n is {n} in scenario {scenario.name}; it must be a whole number above 0.")
    return sizes
