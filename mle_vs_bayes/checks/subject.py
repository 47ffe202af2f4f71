"""What is checked: a model on one data set, a truth, and how much may be computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .. import estimators
from ..data.dataset import Dataset
from ..density.density import Density
from ..estimators import Settings
from ..estimators.estimate import Estimate
from ..search import expectation_maximisation as em
from ..study.judge.verdict import FAMILY
from .finding import NotApplicableError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Effort:
    """How much is computed: more makes every check sharper, none more lenient.

    ``replicates`` data sets for coverage and ranks, ``per_size`` at each of ``sizes`` for slopes, ``units`` independent
    units in all for the simulator; data sets that are replicated have at most ``rows`` rows. ``patient``: posteriors
    that mix badly, each of which is sampled again alone, are waited for.
    """

    replicates: int = 1000
    per_size: int = 1000
    sizes: tuple[int, ...] = (100, 200, 800, 3200)
    units: int = 50_000
    rows: int = 100
    patient: bool = True


FULL = Effort()
QUICK = Effort(replicates=200, per_size=200, sizes=(100, 200, 400, 1600), units=20_000, rows=50, patient=False)


@dataclass(frozen=True)
class Budget:
    """How large a random statistic may be: a number of false alarms for the whole run, shared among all comparisons.

    Bonferroni twice: each of the run's ``checks`` random checks, skipped ones included, has an equal share of `FAMILY`,
    and splits it evenly among its own comparisons, so that a model without a fault fails one run in a thousand, however
    many parameters it has.
    """

    checks: int

    def rate(self, comparisons: int) -> float:
        """Two-sided chance of a false alarm of one of ``comparisons`` in one check."""
        return FAMILY / (self.checks * max(1, comparisons))

    def z(self, comparisons: int) -> float:
        """The normal quantile that goes with `rate`."""
        return NormalDist().inv_cdf(1 - self.rate(comparisons) / 2)


@dataclass(eq=False)
class Subject:
    """One model under check; ``given`` is the truth ``(p,)`` data are simulated at, None for the estimate."""

    program: Density
    effort: Effort
    budget: Budget
    seed: int = 0
    given: Array | None = None
    cache: dict[str, Estimate] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.program.layout.labels

    def generator(self, purpose: int) -> np.random.Generator:
        """Random numbers of one check: they do not depend on which others run."""
        return np.random.default_rng([self.seed, purpose])

    def estimate(self, name: str) -> Estimate:
        """The estimate of one estimator (``mle``, ``map``, ``posterior``), fitted once.

        Raises
        ------
        NotApplicableError
            There is none: the likelihood has no maximum, the mode lies on an edge, the model refuses.
        """
        if name not in self.cache:
            self.cache[name] = estimators.fit(name, self.program, Settings(self.seed))
        estimate = self.cache[name]
        if estimate.status in ("divergent", "not_applicable"):
            reason, _, _ = str(estimate.reason).partition(": ")  # the rest is advice to who reads one estimate
            raise NotApplicableError(f"no {name}: {reason}")
        return estimate

    @cached_property
    def truth(self) -> Array:
        """The point ``(p,)`` on the model scale that data are simulated at: the one given, else the MAP or MLE."""
        if self.given is not None:
            return self.given
        try:
            return self.estimate("map").point
        except NotApplicableError:
            return self.estimate("mle").point

    def check_patience(self) -> None:
        """Refuse thousands of fits of a model with several maxima, each of which is fitted alone, in a quick run.

        Raises
        ------
        NotApplicableError
            The run is quick and the model says a step of EM, as those with several maxima do.
        """
        if not self.effort.patient and em.available(self.program):
            raise NotApplicableError("with several maxima each data set is fitted alone; run without --quick")

    def subset(self, most: int) -> Density:
        """The program on at most ``most`` random rows of the data (of a series the first), under the same priors."""
        from ..fit import priors

        program = self.program
        if not program.has_subsets or program.data.n <= most:
            return program
        rows = np.arange(most)
        if program.model.unit != "series":
            rows = np.sort(self.generator(0).choice(program.data.n, most, replace=False))
        data = program.data.rows(rows)
        numbers = priors.of_subset(program.priors, program.model, program.data.coords, data)
        return program.on(data, numbers)


def replicated(program: Density) -> None:
    """Make sure that data sets can be drawn from this model and fitted by the thousand.

    Raises
    ------
    NotApplicableError
        They cannot, and why.
    """
    if reason := program.undrawable:
        raise NotApplicableError(reason)


def draw(program: Density, truths: Sequence[Array], generator: np.random.Generator) -> list[Dataset]:
    """One data set at each truth ``(p,)`` under the data's own design: covariates, groups and censoring stay."""
    replicated(program)
    return program.replicate(truths, generator)


def named(labels: Sequence[str], theta: Array) -> Mapping[str, float]:
    """Values by label, as `fit_replicates` takes a truth."""
    return {label: float(value) for label, value in zip(labels, theta, strict=True)}
