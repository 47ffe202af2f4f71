"""What may be spent on evaluations of a program's density, each counted at a price that is measured once.

An evaluation takes microseconds in most programs, and minutes where a differential equation is solved in a black box
and differenced. What cannot be afforded at that price is left out and named; estimates never are. A climb that is cut
short starts the chains elsewhere, so on a faster machine the draws may be others. Where all can be afforded, as it can
for gradients of some milliseconds, nothing depends on the clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import optional_parts
from ..concerns import Concern
from .graphs.differentiate import Derivatives
from .graphs.randomness import check_repeats

Array = NDArray[np.float64]

OPENING = 60.0
"""Seconds that opening a program may spend in derivatives, about as many as the fits of an ordinary one take."""
BESIDE = 120.0
"""Seconds that all optional parts of a slow program may take together."""
CHEAP = 0.02
"""Seconds that an evaluation may take without an optional part being charged: three thousand of them take a minute."""
TRIALS, QUICK = 7, 1.0
"""Gradients that are timed at most, and the seconds after which no other one is."""


@dataclass
class Price:
    """Seconds that one evaluation takes by this ``clock``; 0 until it is measured."""

    clock: Callable[[], float] = time.perf_counter
    gradient: float = 0.0
    whole: float = 0.0
    """Of the density with its gradient and Hessian."""
    value: float = 0.0
    """Of the density alone."""

    def measure(self, derivatives: Derivatives, point: Array) -> None:
        """Time the gradient at θ ``(p,)`` if that has not been done. The first one compiles; two show draws.

        Raises
        ------
        ModelError
            The gradient is random.
        """
        if self.whole:
            return
        first, again = derivatives.gradient(point), list[Array]()
        self.time(lambda: again.append(derivatives.gradient(point)), derivatives.hessian_gradients)
        self.value = self.gradient / (1 if derivatives.first is not None else 2 * len(first))
        check_repeats(first, again[0], "the gradient")

    def time(self, gradient: Callable[[], object], gradients: int) -> None:
        """Time a gradient, the fastest of a few quick ones: other processes and the garbage collector come between.

        A Hessian costs as much as so many ``gradients``.
        """
        self.gradient, spent = np.inf, 0.0
        for _ in range(TRIALS):
            began = self.clock()
            gradient()
            seconds = self.clock() - began
            self.gradient, spent = min(self.gradient, seconds), spent + seconds
            if spent >= QUICK:
                break
        self.whole = self.gradient * (1 + gradients)


@dataclass
class EvaluationBudget:
    """The ``seconds`` that are left for evaluations at their ``price``.

    A program has two, at one price. That of its opening is for steps that follow each other, each of which may take
    half of what is left (`affords`). The other is for what stands beside the estimates: further starts, a second look,
    profiles, tests and figures take hundreds of evaluations, and each part is charged until nothing is left (`charge`).
    """

    seconds: float
    price: Price = field(default_factory=Price)
    left_out: list[str] = field(default_factory=list)

    def evaluations(self, most: int) -> int:
        """How many of ``most`` evaluations half of what is left pays for."""
        return min(most, int(self.seconds / 2 / self.price.whole)) if self.price.whole else most

    def spend(self, evaluations: int) -> None:
        self.seconds -= evaluations * self.price.whole

    def affords(self, evaluations: int, what: str) -> bool:
        """Whether so many can be paid for, and if so they are; if not, ``what`` is noted as left out."""
        if self.evaluations(evaluations) < evaluations:
            self.left_out.append(what)
            return False
        self.spend(evaluations)
        return True

    def charge(self, evaluations: int = 0, *, values: int = 0) -> None:
        """Pay for one step of an optional part; what is no optional part costs nothing.

        Raises
        ------
        TooCostlyError
            It is more than what is left.
        """
        if self.price.whole < CHEAP or not optional_parts.spending():
            return
        cost = evaluations * self.price.whole + values * self.price.value
        if cost > self.seconds:
            raise optional_parts.TooCostlyError(
                f"one evaluation of the density takes {self.price.whole:.2g} s, and the time for what stands beside "
                "the estimates is used up"
            )
        self.seconds -= cost

    @property
    def concern(self) -> tuple[Concern, ...]:
        """What was left out, and at which price."""
        if not self.left_out:
            return ()
        detail = f"one takes {self.price.gradient:.2g} s; left out: {', '.join(self.left_out)}"
        return (Concern("slow_gradient", detail),)
