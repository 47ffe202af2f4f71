"""Where a stranger's program comes from: its function, the data it was made from, and what draws others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError
from .resizing import merged, of_size

if TYPE_CHECKING:
    import pymc

PROBE = 100
"""Rows of the design that a program is first made from where there are no data."""


@dataclass(frozen=True)
class Origin:
    """``build`` makes the program from data like ``data``; ``design`` and ``simulate`` are the contract's own.

    ``design(n, rng)`` gives the columns of n rows that are no outcome, ``simulate(theta, design, rng)`` the outcomes;
    both in any form that is read by name. What neither of them says is the data's own.
    """

    build: Callable[[Any], "pymc.Model"]
    data: Any = None
    design: Callable[..., Any] | None = None
    simulate: Callable[..., Any] | None = None
    of_one_size: bool = False
    """Whether the data stay as they are, whatever n is asked for."""

    def sized(self, n: int | None) -> Any:
        """Data of n rows, or the data as they are: the same ones at every call."""
        if self.of_one_size:
            return self.data
        if n is None and self.data is None and self.design is not None:
            n = PROBE
        if n is None or self.design is None:
            return of_size(self.data, n)
        return merged(of_size(self.data, n), self.design(n, np.random.default_rng(n)))

    def first(self) -> "pymc.Model":
        """The program of the data as they are.

        Raises
        ------
        DataError
            It reads what the data, or the design in their place, do not have.
        """
        try:
            return self.build(self.sized(None))
        except DataError as error:
            if self.data is not None or self.design is None:
                raise
            raise DataError(
                f"{str(error).rstrip('.')}; without data there is what design gives, so give data, "
                "or let design hold any values of it."
            ) from error

    def drawn(self, theta: Any, data: Any, rng: np.random.Generator) -> "pymc.Model":
        """The program made from ``data`` with outcomes that `simulate` draws at theta."""
        assert self.simulate is not None
        return self.build(merged(data, self.simulate(theta, data, rng)))


def fixed(program: "pymc.Model") -> Origin:
    """Of a program that is there already: it has the one size."""
    return Origin(lambda _data: program, of_one_size=True)
