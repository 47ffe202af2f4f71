"""One call of `fit_replicates`: shape by shape, estimator by estimator, rows as they come."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import estimators, intervals
from ...compile_cache import kept
from ...data.dataset import Dataset
from ...density import parity
from ...density.density import Density
from ...density.stack import Stack
from ...estimators import maximum_a_posteriori, maximum_likelihood, posterior
from ...estimators.estimate import Estimate
from ...estimators.exact import exact_posteriors
from ...estimators.modes import MAXIMUM_A_POSTERIORI, MAXIMUM_LIKELIHOOD, Method, Modes, modes
from ...estimators.quadrature import quadrature
from ...model.layout import Layout
from ...model.model import Model
from ...rows import COLUMNS, Row, frame, frame_of
from ...sampling.batch_posterior import Posteriors
from ...sampling.pilot import pilot
from ...sampling.plan import Plan
from ...sampling.single import of_parameters
from ...search.problem import of_stack
from .. import quantities
from ..row_table import Context, Subjects
from ..sampled import Functional, Reading
from .posteriors import sampled
from .result import Replicates
from .stacking import Member, Refused, stacked

if TYPE_CHECKING:
    import pandas


Array = NDArray[np.float64]


def starts(stack: Stack, members: Sequence[Member]) -> Array:
    """Each data set's starting point, θ ``(R, p)``."""
    density = stack.program
    return np.array([density.layout.join(density.model.start(each.data)) for each in members])


class BatchFit:
    """What was asked for, and what has been found so far."""

    def __init__(
        self,
        *,
        model: Model,
        names: tuple[str, ...],
        context: Context,
        truths: Sequence[Mapping[str, float]],
        plan: Plan | None,
        keep: Collection[int],
        functionals: Mapping[str, Functional],
        memory: int,
    ) -> None:
        self.model, self.names, self.context, self.truths = model, names, context, truths
        self.plan, self.keep, self.functionals, self.memory = plan, keep, functionals, memory
        self.labels: tuple[str, ...] = ()
        self.frames: list[pandas.DataFrame] = []
        self.numbers: list[pandas.DataFrame] = []
        self.kept: dict[int, Any] = {}
        self.evaluations = 0

    def refuse(self, refused: Sequence[Refused], datasets: Sequence[Dataset]) -> None:
        """Rows of data sets that no estimator can use."""
        for each in refused:
            labels = Layout(self.model, datasets[each.position]).quantity_labels(self.model.functions)
            shared: dict[str, Any] = {
                "model": self.model.name,
                "variant": self.context.variant,
                "n": datasets[each.position].size,
            }
            shared |= {"replicate": each.position, "level": self.context.level, "seed": self.context.seed}
            shared |= {"status": "failed", "reason": each.reason, "converged": False, "path": "single"}
            truth = self.truths[each.position]
            self.frames.append(
                frame(
                    Row(estimator=name, parameter=label, truth=truth.get(label), **shared)
                    for name in estimators.chosen(self.names)
                    for label in labels
                )
            )

    def fit(self, members: list[Member]) -> None:
        """Every estimator on data sets of one shape."""
        stack = stacked(self.model, members)
        start = starts(stack, members)
        if stack.program.two_likelihoods:
            kept(("parity", stack.shape), lambda: parity.check(members[0].program(self.model)))
        self.labels = self.labels or stack.program.quantity_labels
        alone = lru_cache(maxsize=16)(lambda i: members[i].program(self.model))  # a program takes seconds to open
        subjects = self._subjects(stack, members)
        for name, method in (("mle", MAXIMUM_LIKELIHOOD), ("map", MAXIMUM_A_POSTERIORI)):
            if name in self.names:
                modes = optima(method, stack, alone, start, self.context.seed)
                self.frames.append(frame_of(quantities.of_optima(name, subjects, modes)))
        if "posterior" in self.names:
            self._sample(stack, subjects, Posteriors(stack, start) if of_parameters(self.model) else None)
        if "mle_exact" in estimators.chosen(self.names):
            self.frames.append(frame_of(quantities.of_optima("mle_exact", subjects, self._closed_forms(subjects))))
        if "posterior_exact" in estimators.chosen(self.names):
            self.frames.append(frame_of(self._exact_posteriors(stack, subjects, start)))

    def _subjects(self, stack: Stack, members: Sequence[Member]) -> Subjects:
        first: dict[Any, int] = {}
        return Subjects(
            stack.program,
            self.context,
            [each.position for each in members],
            [each.data for each in members],
            [each.priors for each in members],
            [self.truths[each.position] for each in members],
            np.array([first.setdefault(each.likeness, i) for i, each in enumerate(members)], dtype=np.intp),
            lambda power: of_stack(stack, power),
            cache(lambda i: members[i].program(self.model)),  # kinds of interval share what it compiles and resamples
        )

    def _closed_forms(self, subjects: Subjects) -> Modes:
        """Closed-form maxima, one data set after the other; equal ones once."""
        modes = Modes.without("mle_exact", len(subjects.datasets), subjects.program.layout.size, "ok", None)
        estimates: dict[int, Estimate] = {}
        for i, place in enumerate(subjects.likeness.tolist()):
            if place not in estimates:
                settings = estimators.Settings(self.context.seed)
                estimates[place] = estimators.fit("mle_exact", subjects.alone(place), settings)
            modes.put(i, estimates[place])
        return modes

    def _exact_posteriors(self, stack: Stack, subjects: Subjects, start: Array) -> dict[str, Any]:
        """Columns of exact posteriors: those of equal data sets, as counts often are, are found once."""
        places, back = np.unique(subjects.likeness, return_inverse=True)
        every = subjects.lacking(np.ones(len(subjects.datasets), dtype=np.bool_))
        lacking = [every[place] for place in places]
        members = [(subjects.datasets[place], subjects.priors[place]) for place in places]
        exact = exact_posteriors(
            stack.program, members, lacking, lambda: quadrature.of_stack(stack.of(places), start[places], lacking)
        )
        return quantities.of_exact_posteriors("posterior_exact", subjects, exact, back)

    def _sample(self, stack: Stack, subjects: Subjects, posteriors: Posteriors | None) -> None:
        """Draws of all data sets at once; one after the other where effects of groups are sampled, too."""
        seed = self.context.seed
        if self.plan is None and posteriors is not None:
            self.plan = pilot(posteriors, self.memory, Plan().cores, Plan().target, seed)
        kinds = intervals.of("posterior", self.context.kinds)
        reading = Reading(self.context.level, kinds, self.keep, self.functionals)
        positions = np.array(subjects.positions, dtype=np.intp)

        def single(place: int) -> Estimate:
            return posterior.fit(subjects.alone(place), posterior.ALONE, seed)

        draws = sampled(stack, posteriors, positions, self.plan or Plan(), reading, seed, single)
        self.frames.append(frame_of(quantities.of_draws("posterior", subjects, draws)))
        self.evaluations += draws.steps
        self.kept |= {int(positions[place]): kept for place, kept in draws.kept.items()}
        self.numbers.append(_functionals(positions, draws.functionals))

    def result(self, datasets: Sequence[Dataset], members: Sequence[Member]) -> Replicates:
        """All rows, by replicate and in the order of the estimators."""
        import pandas

        resolved = {each.position: each.priors for each in members}
        rows = pandas.concat(self.frames, ignore_index=True) if self.frames else frame(())
        rows = rows.sort_values("replicate", kind="stable", ignore_index=True)[list(COLUMNS)]
        return Replicates(
            rows=rows,
            labels=self.labels,
            plan=self.plan,
            kept=self.kept,
            functionals=pandas.concat([_functionals(np.zeros(0), {}), *self.numbers], ignore_index=True),
            evaluations=self.evaluations,
            model=self.model,
            datasets=datasets,
            priors=[resolved.get(position) for position in range(len(datasets))],
            context=self.context,
        )


def _functionals(positions: NDArray[Any], values: Mapping[str, Array]) -> "pandas.DataFrame":
    """Numbers read from each posterior, one line each."""
    import pandas

    count = len(positions)
    frames = [
        pandas.DataFrame({"replicate": positions, "name": np.full(count, name, dtype=object), "value": numbers})
        for name, numbers in values.items()
    ]
    none = {"replicate": np.zeros(0, dtype=int), "name": np.zeros(0, dtype=object), "value": np.zeros(0)}
    return pandas.concat(frames) if frames else pandas.DataFrame(none)


_ALONE: dict[str, Callable[..., Estimate]] = {
    MAXIMUM_LIKELIHOOD.name: maximum_likelihood.fit,
    MAXIMUM_A_POSTERIORI.name: maximum_a_posteriori.fit,
}


def optima(method: Method, stack: Stack, alone: Callable[[int], Density], start: Array, seed: int) -> Modes:
    """The estimates of one method; starts ``(R, p)`` on the model scale. ``alone`` gives the density of one data set.

    A search that failed is made once more by the path of `compare`, which also asks ``find_MAP`` and, of a user's
    program, starts where that program's own data say.
    """
    problem = of_stack(stack, method.power, alone)
    optimum = modes(method, problem, start, seed)
    for i, status in enumerate(optimum.status):
        if status == "failed":
            optimum.put(i, _ALONE[method.name](alone(i), seed))
    return optimum
