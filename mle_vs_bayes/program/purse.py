"""What may be spent on all that stands beside the estimates of a program whose density is slow.

Further starts, a second look, profiles, tests and figures take hundreds of evaluations, each of which takes a minute
where a differential equation is solved in a black box and differenced. Each such part spends what an evaluation was
measured to take when the program was opened; when nothing is left, the part is dropped and says so
(`optional_parts.TooCostlyError`). Estimates are never dropped, and where an evaluation takes some milliseconds nothing
depends on the clock.
"""

from dataclasses import dataclass

from .. import optional_parts

SECONDS = 120.0
CHEAP = 0.1
"""Seconds that an evaluation may take without being counted: six hundred of them take a minute."""


@dataclass
class Purse:
    """``seconds`` that are left. ``price`` is that of an evaluation with its derivatives, ``value`` of one without."""

    price: float = 0.0
    value: float = 0.0
    seconds: float = SECONDS

    def spend(self, cost: float) -> None:
        """Pay for one step of an optional part; estimates cost nothing.

        Raises
        ------
        TooCostlyError
            It is more than what is left.
        """
        if self.price < CHEAP or not optional_parts.spending():
            return
        if cost > self.seconds:
            raise optional_parts.TooCostlyError(
                f"one evaluation of the density takes {self.price:.2g} s, and the time for what stands beside the "
                "estimates is used up"
            )
        self.seconds -= cost
