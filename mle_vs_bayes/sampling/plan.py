"""How replicates are sampled: decided once, by a pilot or by hand, so that a study can be repeated and resumed."""

from dataclasses import dataclass

from ..errors import UsageError
from .batch_posterior import Schedule

SIZES = (1, 8, 32, 128, 512)
"""Replicates per joint problem that a pilot tries."""


@dataclass(frozen=True)
class Plan:
    """Plain numbers; ``dataclasses.asdict`` of one is what a study keeps.

    ``size`` replicates are sampled as one problem (1: each alone), with ``chains`` chains of ``tune`` and ``draws``
    steps, until the least effective sample size, bulk or tail, of each replicate is at least ``target``.
    """

    size: int = 128
    draws: int = 300
    tune: int = 100
    accept: float = 0.8
    target: int = 400
    chains: int = 4
    cores: int = 2

    def __post_init__(self) -> None:
        for name, least in {"size": 1, "draws": 4, "tune": 1, "target": 1, "chains": 1, "cores": 1}.items():
            value = getattr(self, name)
            if value < least or value != int(value):
                raise UsageError(f"{name} of a plan is {value}; it must be a whole number, {least} or above.")
        if not 0 < self.accept < 1:
            raise UsageError(f"accept of a plan is {self.accept:g}; it must lie inside (0, 1), such as 0.8.")

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.draws, self.tune, self.accept, self.chains, self.cores)
