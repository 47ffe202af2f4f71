"""One call of `fit_replicates`: shape by shape, estimator by estimator, rows as they come."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
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
from ...estimators.modes import MAXIMUM_A_POSTERIORI, MAXIMUM_LIKELIHOOD, Method, Modes, modes
from ...model.layout import Layout
from ...model.model import Model
from ...rows import COLUMNS, Row, frame
from ...sampling.batch_posterior import Posteriors
from ...sampling.plan import Plan, pilot
from ...sampling.single import of_parameters
from ...search.problem import of_stack
from .. import quantities
from ..row_table import Context
from . import batch_rows
from .exact_posteriors import ExactPosteriors
from .interval_ends import Group
from .posteriors import Functional, WantedPosterior, sampled
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
        truths = [self.truths[each.position] for each in members]
        group = Group(self.model, stack, members, self.context, truths)
        alone = lru_cache(maxsize=16)(lambda i: members[i].program(self.model))  # a program takes seconds to open
        for name, method in (("mle", MAXIMUM_LIKELIHOOD), ("map", MAXIMUM_A_POSTERIORI)):
            if name in self.names:
                found = optima(method, stack, alone, start, self.context.seed)
                self.frames.append(batch_rows.of_optima(name, group, found))
        if "posterior" in self.names:
            self._sample(group, Posteriors(stack, start) if of_parameters(self.model) else None)
        if "mle_exact" in estimators.chosen(self.names):
            self._closed_forms(group)
        if "posterior_exact" in estimators.chosen(self.names):
            self.frames.append(ExactPosteriors(group, start).rows())

    def _closed_forms(self, group: Group) -> None:
        """Closed-form maxima, one data set after the other; equal ones once."""
        found: list[Row] = []
        known: dict[int, list[Row]] = {}
        for place, each, truth in zip(group.likeness.tolist(), group.members, group.truths, strict=True):
            if place not in known:
                program = group.alone(place)
                estimate = estimators.fit("mle_exact", program, estimators.Settings(self.context.seed))
                known[place] = quantities.rows("mle_exact", estimate, program, self.context)
            found.extend(replace(r, replicate=each.position, truth=truth.get(r.parameter)) for r in known[place])
        self.frames.append(frame(found))

    def _sample(self, group: Group, posteriors: Posteriors | None) -> None:
        """Draws of all data sets at once; one after the other where effects of groups are sampled, too."""
        seed = self.context.seed
        if self.plan is None and posteriors is not None:
            self.plan = pilot(posteriors, self.memory, Plan().cores, Plan().target, seed)
        kinds = intervals.of("posterior", self.context.kinds)
        wanted = WantedPosterior(self.context.level, kinds, self.keep, self.functionals)
        positions = np.array([each.position for each in group.members])

        def single(place: int) -> Estimate:
            return posterior.fit(group.members[place].program(self.model), posterior.Sampling(), seed)

        found = sampled(group.stack, posteriors, positions, self.plan or Plan(), wanted, seed, single)
        self.frames.append(batch_rows.of_draws(group, found))
        self.evaluations += found.steps
        self.kept |= {int(positions[place]): draws for place, draws in found.kept.items()}
        self.numbers.append(batch_rows.of_functionals(positions, found.functionals))

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
            functionals=pandas.concat([batch_rows.of_functionals(np.zeros(0), {}), *self.numbers], ignore_index=True),
            evaluations=self.evaluations,
            model=self.model,
            datasets=datasets,
            priors=[resolved.get(position) for position in range(len(datasets))],
            context=self.context,
        )


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
    found = modes(method, problem, start, seed)
    for i, status in enumerate(found.status):
        if status == "failed":
            found.put(i, _ALONE[method.name](alone(i), seed))
    return found
