"""What may be spent before anything is fitted: looking for a start and for directions that the data say nothing of.

A gradient takes microseconds in most programs and seconds in some (a differential equation in a black box). It is
measured once, and what cannot be afforded at that price is left out and named: a climb that is cut short starts the
chains elsewhere, so on a faster machine the draws may be others. Where all can be afforded, as it can for gradients of
some milliseconds, nothing depends on the clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...concerns import Concern

Clock = Callable[[], float]

SECONDS = 60.0
"""That opening a program may spend in derivatives, about as many as the fits of an ordinary one take."""


@dataclass
class Allowance:
    """``seconds`` that are left, of which an evaluation of the density with its derivatives takes ``price``."""

    seconds: float = SECONDS
    clock: Clock = time.perf_counter
    gradient: float = 0.0
    """Seconds of one gradient."""
    price: float = 0.0
    left_out: list[str] = field(default_factory=list)

    @property
    def measured(self) -> bool:
        return self.price > 0

    def measure(self, gradient: Callable[[], object], gradients: int) -> None:
        """Time one gradient; an evaluation with a Hessian costs ``gradients`` more."""
        began = self.clock()
        gradient()
        self.gradient = self.clock() - began
        self.price = self.gradient * (1 + gradients)

    def evaluations(self, most: int) -> int:
        """How many of ``most`` evaluations half of what is left pays for."""
        return min(most, int(self.seconds / 2 / self.price)) if self.measured else most

    def spend(self, evaluations: int) -> None:
        self.seconds -= evaluations * self.price

    def affords(self, evaluations: int, what: str) -> bool:
        """Whether so many can be paid for, and if so they are; if not, ``what`` is noted as left out."""
        if self.evaluations(evaluations) < evaluations:
            self.left_out.append(what)
            return False
        self.spend(evaluations)
        return True

    @property
    def concern(self) -> tuple[Concern, ...]:
        """What was left out, and at which price."""
        if not self.left_out:
            return ()
        return (Concern("slow_gradient", f"one takes {self.gradient:.2g} s; left out: {', '.join(self.left_out)}"),)
