"""Rows of exact posteriors: by formula where the priors are conjugate, every other quantity by quadrature, all at once.

Equal data sets, as counts often are, have equal posteriors, which are found once.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ... import intervals
from ...estimators.quadrature import quadrature
from ...estimators.quadrature.quadrature import Quadratures
from ...intervals.credible import shortest
from ...intervals.interval import Ends
from ...model.moments import Missing, concerns
from ...rows import frame_of
from .. import row_table
from . import batch_rows
from .interval_ends import Group

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
NAME = "posterior_exact"
NUMBERS = ("estimate", "se", "median")


class ExactPosteriors:
    """The exact posteriors of one group, from starts θ ``(R, p)``."""

    def __init__(self, group: Group, start: Array) -> None:
        self.group = group
        self.places, self.back = np.unique(group.likeness, return_inverse=True)
        members = [group.members[place] for place in self.places]
        self.closed: list[Mapping[str, Any]] = [
            group.model.conjugate_posterior(each.data, each.priors) or {} for each in members
        ]
        every = batch_rows.missing_of(group, np.ones(len(group.members), dtype=np.bool_))
        self.lacking: list[tuple[Missing, ...]] = [every[place] for place in self.places]
        self.integrated, self.refusal = self._integrated(start[self.places])

    def _integrated(self, start: Array) -> tuple[Quadratures | None, str | None]:
        """Quadratures of the different data sets, if any quantity has no formula; or why there are none."""
        labels = self.group.program.quantity_labels
        if all(label in closed for closed in self.closed for label in labels):
            return None, None
        program = self.group.program
        if refusal := quadrature.refusal(program):
            return None, refusal
        return quadrature.of_stack(self.group.stack.of(self.places), start, self.lacking), None

    def rows(self) -> "pandas.DataFrame":
        """One row per data set, quantity and kind of interval."""
        group, shape = self.group, self._shape
        status, reason = self._outcomes()
        stands = status == None  # noqa: E711  (elementwise)
        none = ~stands.any(axis=1)  # of these data sets nothing is known
        with np.errstate(all="ignore"):  # moments that do not exist, which are not shown
            numbers = row_table.of_moments({name: self._numbers(name) for name in NUMBERS}, self.lacking)
        numbers |= {name: np.where(stands, numbers[name], np.nan) for name in NUMBERS}
        numbers["reason"] = np.where(stands, numbers["reason"], reason)
        codes = [{c.code for c in concerns(group.program.quantity_labels, line)} for line in self.lacking]
        each = {
            "status": np.where(none, status[:, 0], "ok"),
            "reason": [told if lost else None for told, lost in zip(reason[:, 0], none, strict=True)],
            "concerns": ["" if lost else " ".join(sorted(told)) for told, lost in zip(codes, none, strict=True)],
            "path": np.full(shape[0], "joint"),
        }
        spread = {key: np.asarray(values, dtype=object)[self.back] for key, values in each.items()}
        of_all, blocks = {name: values[self.back] for name, values in numbers.items()}, []
        for kind in intervals.of(NAME, group.context.kinds):
            lower, upper = (np.where(stands, ends, np.nan) for ends in self._ends(kind))
            ends = Ends(lower, upper, status, reason)
            blocks.append(row_table.block(NAME, kind, group.subjects, spread, of_all, ends.at(self.back)))
        return frame_of(row_table.together(blocks))

    def _outcomes(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Status and reason of each quantity ``(R, q)``, None where there is an answer."""
        labels = self.group.program.quantity_labels
        known = np.array([[label in closed for label in labels] for closed in self.closed])
        told = [self.refusal] * len(self.closed) if self.integrated is None else self.integrated.reason
        words = np.array(told, dtype=object)[:, None]
        word = "not_applicable" if self.integrated is None else "failed"
        lost = ~known & (words != None)  # noqa: E711  (elementwise)
        status, reason = np.full(lost.shape, None), np.full(lost.shape, None)
        status[lost], reason[lost] = word, np.broadcast_to(words, lost.shape)[lost]
        return status, reason

    def _numbers(self, name: str) -> Array:
        """Means, standard deviations or medians ``(R, q)``, whether they exist or not."""
        if name == "median":
            return self._quantiles(0.5)
        if name == "se":
            return self._filled(lambda integrated: integrated.sd, lambda closed: closed.std())
        return self._filled(lambda integrated: integrated.mean, lambda closed: closed.mean())

    def _ends(self, kind: str) -> tuple[Array, Array]:
        """Lower and upper ends ``(R, q)`` of one kind of interval."""
        level = self.group.context.level
        if kind == "eti":
            return self._quantiles((1 - level) / 2), self._quantiles((1 + level) / 2)
        pairs = np.full((*self._shape, 2), np.nan)
        for i, k in np.ndindex(self._shape):
            if (distribution := self._distribution(i, k)) is not None:
                pairs[i, k] = shortest(distribution, level)
        return pairs[..., 0], pairs[..., 1]

    def _quantiles(self, probability: float) -> Array:
        return self._filled(lambda found: found.quantiles(probability), lambda closed: closed.ppf(probability))

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.places), len(self.group.program.quantity_labels)

    def _distribution(self, i: int, k: int) -> Any | None:
        closed = self.closed[i].get(self.group.program.quantity_labels[k])
        if closed is not None or self.integrated is None or self.integrated.reason[i] is not None:
            return closed
        return self.integrated.marginal(i, k)

    def _filled(self, integrated: Callable[[Quadratures], Array], formula: Callable[[Any], float]) -> Array:
        """Numbers of quadratures, and those of formulas in the place of theirs."""
        values = np.full(self._shape, np.nan) if self.integrated is None else integrated(self.integrated).copy()
        for i, closed in enumerate(self.closed):
            for k, label in enumerate(self.group.program.quantity_labels):
                if label in closed:
                    values[i, k] = formula(closed[label])
        return values
