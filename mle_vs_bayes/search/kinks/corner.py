"""A maximum that lies on kinks or ends of a log density."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_LEAST_CURVATURE = 1e-3
"""Per squared unit: along what curves less a step is a thousand times the slope, which a line cuts short."""


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
    def shares(self) -> Array:
        """λ ``(k,)`` with g = Σ λᵢ Jᵢ; of ends, whose normals have no size, relative to the gradient."""
        shares = np.linalg.lstsq(self.jumps, self.gradient, rcond=None)[0]
        return np.where(self.walls, shares / max(float(np.linalg.norm(self.gradient)), 1e-300), shares)

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

    def smooth_step(self) -> tuple[Array, float]:
        """Newton's step along the kinks with its length in standard errors; the way up where nothing curves."""
        # Within the directions along the kinks the density is smooth, so Newton's step is that of the Hessian projected
        # there; a unit diagonal makes eigenvalues comparable whatever the units.
        inside = self.inside
        if not inside.size:
            return np.zeros_like(self.z), 0.0
        slope, information = inside.T @ self.gradient, -inside.T @ self.hessian @ inside
        size = np.sqrt(np.abs(np.diag(information)))
        if np.all(size > 0):
            values, vectors = np.linalg.eigh(information / np.outer(size, size))
            if values[0] > 1e-12:
                turned = vectors.T @ (slope / size)
                length = float(np.sqrt(np.sum(turned**2 / values)))
                return inside @ (vectors @ (turned / values) / size), length
        # Not a maximum yet along all of them: a step by the size of each curvature climbs, whatever its sign.
        values, vectors = np.linalg.eigh(information)
        step = vectors @ (vectors.T @ slope / np.maximum(np.abs(values), _LEAST_CURVATURE))
        steepest = float(np.max(np.abs(self.gradient), initial=0.0))
        return inside @ step, np.inf if np.max(np.abs(slope)) > 1e-9 * steepest else 0.0
