"""A maximum that lies on kinks or ends of a log density."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Corner:
    """A maximum at z ``(f,)``: the jumps ``(f, k)`` of the kinks through it, of which ``walls`` ``(k,)`` are ends.

    ``gradient`` ``(f,)`` and ``hessian`` ``(f, f)`` are those on one side of all of them.
    """

    z: Array
    value: float
    jumps: Array
    walls: NDArray[np.bool_]
    gradient: Array
    hessian: Array
    unit: Array
    """What each coordinate ``(f,)`` is moved by to change the log density by about one."""
    level: bool = False
    """Whether it is the middle of a stretch that is as high everywhere."""

    @property
    def across(self) -> Array:
        """Orthonormal directions ``(f, k)`` that leave a kink, each coordinate counted in its unit."""
        return np.linalg.qr(self.jumps * self.unit[:, None])[0]

    @property
    def inside_in_units(self) -> Array:
        """Orthonormal directions ``(f, f − k)`` along the kinks, each coordinate counted in its unit."""
        scaled = self.jumps * self.unit[:, None]
        return np.linalg.qr(scaled, mode="complete")[0][:, scaled.shape[1] :]

    @property
    def inside(self) -> Array:
        """Directions ``(f, f − k)`` in which the density is smooth, orthonormal where all units are 1."""
        k = self.jumps.shape[1]
        return np.linalg.qr(self.jumps, mode="complete")[0][:, k:] if k else np.eye(len(self.z))
