"""What a study file writes down: `Study` and its `Scenario`s."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...data.formulas.parts import Formulas
from ...errors import UsageError
from .predictions import COLUMNS, Prediction
from .replicate import Replicate

if TYPE_CHECKING:
    from ...model.model import Model
    from ...model.prior import Prior

Generate = Callable[[int, np.random.Generator], Any]
"""n and a generator → a `Dataset`, a dictionary of arrays by role or a frame; or a pair of that and its truth."""
Estimator = Callable[[Replicate], Any]
"""A replicate → ``{parameter: value}``, where a value is a number, an array ``(k,)``, a mapping of `rows.Row` columns,
or several of these; called by its ``name``, else by the function's."""
Functional = Callable[[Replicate], Any]
"""A replicate → a number, or several by name."""
Figure = Callable[[Any, Any], None]
"""A Matplotlib figure to draw on, and the finished tables (see `judge.results.Tables`)."""
PRIOR = "prior"
"""The truth that is drawn from the prior."""
DENSE = 12
"""A grid of more n is one to see a curve on, and is thinned to about as many by ``--quick``. Of others it takes the
first, one between and the last: a slope is known the better the further apart they are."""


@dataclass(frozen=True, eq=False)
class Program:
    """A user's PyMC program as a model of a study: where it is, and what it is made from.

    It is opened where it is needed, once per process: what a worker is sent is this record.
    """

    path: str
    data: Any = None
    function: str = "model"

    @cached_property
    def model(self) -> "Model":
        """The program, opened."""
        from ...program import file

        return file.own_model(Path(self.path), self.data, self.function)

    def __reduce__(self) -> tuple[Any, ...]:
        return Program, (self.path, self.data, self.function)


@dataclass(frozen=True)
class Scenario:
    """One way in which data come about and are analysed; scenarios need not be factorial.

    Parameters
    ----------
    name : str
        In rows, keys and seeds.
    at : mapping, optional
        Where the scenario lies on axes other than n: ``{"alpha": 0.5}``. A slope or a theory may run along one, and
        figures are drawn against it; scenarios that differ in several are told apart by the others.
    model : str, Model or Program, optional
        What the data are analysed with; each of the study's models when None. A study without any is one of its own
        functions, which get a mapping that ``generate`` gives as it is.
    generate : str, Model or function, optional
        What the data come from when that is another model (misspecification), or a function of n and a generator,
        which gives a `Dataset`, a dictionary of arrays by role or a frame. A regression reads the design matrix ``X``
        ``(n, k)``, whose columns are called Intercept (where it is 1), x1, x2 … unless ``coords`` name them as
        ``term``; with a ``formula`` it reads columns by their names instead.
    formula : str or sequence of str, optional
        From generated columns to the design matrix and y, as of `compare`, with groups, too: ``"y ~ x + (1 | g)"``.
        Where the model generates its own data it reads their covariates x1, x2 …, and groups of five rows under any
        other name. The study's own when None.
    truth : mapping, function or "prior", optional
        Parameters of what generates, typical values where not given; a function of a generator for truths that vary
        by replicate; ``"prior"`` for truths drawn from the scenario's priors.
    target : mapping, optional
        Truth of the analysed quantities by label, needed where something else generates.
    priors : mapping, optional
        In place of the default priors. Priors that scale with the data are fixed in numbers once, when the study is
        planned: a prior that followed each replicate's data would be none.
    n : sequence of int, optional
        In place of the study's n grid.
    data : str, optional
        The name that data seeds are made of, to give two scenarios the same data sets; its own name when None.
    estimators, intervals, functionals, replicates
        In place of the study's, where a scenario asks for more, for other kinds, or costs too much for as many.
    """

    name: str = "default"
    at: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    model: "str | Model | Program | None" = None
    generate: "str | Model | Generate | None" = None
    formula: Formulas = None
    truth: str | Mapping[str, float] | Callable[[np.random.Generator], Mapping[str, float]] = field(
        default_factory=dict
    )
    target: Mapping[str, float] | None = None
    priors: "Mapping[str, Prior | str]" = field(default_factory=dict)
    n: Sequence[int] | None = None
    data: str | None = None
    estimators: "Sequence[str | Estimator] | Mapping[str, Estimator] | None" = None
    intervals: Sequence[str] | None = None
    functionals: "Mapping[str, Functional] | None" = None
    replicates: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.truth, str) and self.truth != PRIOR:
            raise UsageError(f'truth of {self.name} is "{self.truth}"; give values by parameter, or "{PRIOR}".')
        if taken := [axis for axis in self.at if axis in COLUMNS]:
            raise UsageError(f"an axis of {self.name} is called {taken[0]}, as a column of every table; rename it.")


@dataclass(frozen=True, kw_only=True)
class Study:
    """Estimators over replicated data sets of each model, scenario and n.

    Parameters
    ----------
    n : sequence of int
        Units of a data set.
    models : sequence of str or Model
        Catalogue names or models of your own; crossed with the scenarios that name none themselves. None at all in a
        study of functions of the data.
    scenarios : sequence of Scenario
    formula : str or sequence of str, optional
        Of the models that take one, where a scenario generates the data and says none itself; with groups, of all.
    replicates : int
        Data sets per cell (model, scenario, n); with ``target_mcse`` the most that may be drawn.
    batch : int
        Replicates that are fitted together, one unit of work and one file: part of what determines the rows.
    estimators : sequence of str or function
        ``mle``, ``map``, ``posterior``, ``exact``, or functions of a `Replicate`; or functions by name. See `Estimator`
        and `estimators`.
    reference : str, optional
        The estimator that paired measures (``squared_error_difference`` …) and pairs compare with.
    intervals : sequence of str
        Kinds of interval by their name in rows; ``wald``, ``laplace`` and ``eti`` when empty.
    resamples : int
        Refits of each data set's bootstrap.
    level : float
        Of every interval.
    estimands : sequence of str
        Labels of the quantities to keep; all when empty.
    functionals : mapping
        Name → function of one analysed replicate, for a second tidy table.
    laws : mapping
        Functional → a law that its values over replicates should follow (``uniform``, ``normal``): the measure
        ``NAME_distance`` is the largest distance of the two distribution functions.
    predictions : sequence of Prediction
    answer : str
        What it means that all predictions hold, in one plain sentence.
    remark : str
        What does not hold, or stays undecided, and why, in one plain sentence: shown wherever not everything holds.
    figures : mapping
        File name → function that draws a figure of the study's own from the finished tables; see `Figure`.
    target_mcse : mapping
        Measure → Monte-Carlo standard error at which a cell has enough replicates.
    quick_replicates, quick_n : int, sequence of int
        What ``--quick`` takes; the first, middle and last n of each grid unless given. These are its fewest data sets
        of a cell: it takes as many more, up to ``replicates``, as there is time for.
    quick_scenarios, quick_models : sequence of str
        Names of the scenarios and of the study's ``models`` that ``--quick`` takes; all when empty.
    quick_estimators : sequence of str
        The study's ``estimators`` in a quick run, such as ``posterior_exact`` in place of ``posterior``, which takes
        many times as long; all when empty. Scenarios with estimators of their own keep them.
    keep_draws : float
        Share of replicates whose posterior draws are kept, beside those that something was wrong with.
    """

    n: Sequence[int]
    models: "Sequence[str | Model | Program]" = ()
    scenarios: Sequence[Scenario] = (Scenario(),)
    formula: Formulas = None
    replicates: int = 1000
    batch: int = 100
    estimators: Sequence[str | Estimator] | Mapping[str, Estimator] = ("mle", "map", "posterior")
    reference: str | None = None
    intervals: Sequence[str] = ()
    resamples: int = 1000
    level: float = 0.95
    estimands: Sequence[str] = ()
    functionals: Mapping[str, Functional] = field(default_factory=dict)
    laws: Mapping[str, str] = field(default_factory=dict)
    predictions: Sequence[Prediction] = ()
    answer: str = ""
    remark: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    target_mcse: Mapping[str, float] = field(default_factory=dict)
    quick_replicates: int = 20
    quick_n: Sequence[int] | None = None
    quick_scenarios: Sequence[str] = ()
    quick_models: Sequence[str] = ()
    quick_estimators: Sequence[str] = ()
    keep_draws: float = 0.01

    def __post_init__(self) -> None:
        whole = {name: getattr(self, name) for name in ("replicates", "batch", "quick_replicates", "resamples")}
        whole |= {f"replicates of {s.name}": s.replicates for s in self.scenarios if s.replicates is not None}
        for name, value in whole.items():
            if value < 1 or value != int(value):
                raise UsageError(f"{name} of the study is {value}; it must be a whole number above 0.")
        if not self.estimators and not self.measured:
            raise UsageError("the study has no estimators; name some, such as mle and map.")
        names = [scenario.name for scenario in self.scenarios]
        if len(set(names)) < len(names):
            raise UsageError(f"scenarios of a study need names of their own; these are {', '.join(names)}.")
        if unknown := [name for name in self.quick_scenarios if name not in names]:
            raise UsageError(f'a quick run is to take the scenario "{unknown[0]}"; there are {", ".join(names)}.')
        for prediction in self.predictions:
            prediction.check(self.axes)

    def of(self, scenario: Scenario) -> "Study":
        """The study as one scenario has it: with its own estimators and intervals where it names some."""
        return replace(
            self,
            estimators=self.estimators if scenario.estimators is None else scenario.estimators,
            intervals=self.intervals if scenario.intervals is None else scenario.intervals,
            functionals=self.functionals if scenario.functionals is None else scenario.functionals,
        )

    @property
    def quickened(self) -> "Study":
        """What a quick run takes of it: few n, those models, scenarios and estimators that it names, and no targets.

        It predicts nothing of scenarios that it leaves out. What speaks of none at all, as a name in it is mistaken,
        stays, and shows as a claim about nothing.
        """
        chosen = [each for each in self.scenarios if not self.quick_scenarios or each.name in self.quick_scenarios]
        taken = {each.name for each in chosen}
        spoken = [(each, self._spoken_of(each)) for each in self.predictions]
        return replace(
            self,
            models=self.quick_models or self.models,
            n=_thinned(self.n) if self.quick_n is None else self.quick_n,
            scenarios=[each if each.n is None else replace(each, n=_thinned(each.n)) for each in chosen],
            estimators=self.quick_estimators or self.estimators,
            predictions=[each.quickened for each, names in spoken if not names or names & taken],
            target_mcse={},
        )

    def _spoken_of(self, prediction: Prediction) -> set[str]:
        """Names of the scenarios of which a prediction says something."""
        return {each.name for each in self.scenarios if prediction.speaks_of({"scenario": each.name, **each.at})}

    @property
    def fitted(self) -> tuple[str, ...]:
        """The estimators of this package among all."""
        return () if isinstance(self.estimators, Mapping) else tuple(e for e in self.estimators if isinstance(e, str))

    @property
    def custom(self) -> dict[str, Estimator]:
        """The study's own estimators by name."""
        if isinstance(self.estimators, Mapping):
            return dict(self.estimators)
        return {called(each): each for each in self.estimators if not isinstance(each, str)}

    @property
    def measured(self) -> tuple[str, ...]:
        """Names of all functionals, the study's and its scenarios' own."""
        several = (self.functionals, *(each.functionals or {} for each in self.scenarios))
        return tuple(dict.fromkeys(name for functionals in several for name in functionals))

    @property
    def axes(self) -> tuple[str, ...]:
        """Axes other than n on which the scenarios lie."""
        return tuple(dict.fromkeys(axis for scenario in self.scenarios for axis in scenario.at))


def _thinned(sizes: Sequence[int]) -> Sequence[int]:
    """The first, one between and the last of a grid of n, or about `DENSE` of one that is to show a curve."""
    if len(sizes) > DENSE:
        return sizes[:: -(-len(sizes) // DENSE)]
    return sorted({sizes[0], sizes[len(sizes) // 2], sizes[-1]}) if len(sizes) else sizes


def called(estimator: Estimator) -> str:
    """The name of an estimator of a study's own, in rows."""
    return str(getattr(estimator, "name", None) or getattr(estimator, "__name__", repr(estimator)))


def package_estimators(choices: Sequence[str]) -> tuple[str, ...]:
    """The names in rows of the package's estimators asked for.

    Raises
    ------
    UsageError
        There is no such estimator.
    """
    from ...estimators import chosen

    return chosen(tuple(choices)) if choices else ()
