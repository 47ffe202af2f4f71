"""SciPy's trust region, for a density by which Newton's method is lost."""

import numpy as np
from numpy.typing import NDArray

from .problem import Evaluate

Array = NDArray[np.float64]


def trust_region(evaluate: Evaluate, start: Array) -> tuple[Array, int]:
    """Where SciPy's trust region ends from ``start`` ``(f,)``, in coordinates scaled by the curvature there."""
    from scipy.optimize import minimize

    only = np.zeros(1, dtype=np.intp)
    curvature = np.abs(np.diag(evaluate(start[None], only)[2][0]))
    scale = 1 / np.sqrt(np.where(np.isfinite(curvature) & (curvature > 0), curvature, 1.0))
    known: dict[bytes, tuple[Array, Array, Array]] = {}

    def at(x: Array) -> tuple[Array, Array, Array]:
        key = x.tobytes()
        if key not in known:
            known.clear()
            known[key] = evaluate((start + scale * x)[None], only)
        return known[key]

    try:
        with np.errstate(all="ignore"):
            result = minimize(
                lambda x: np.nan_to_num(-at(x)[0][0], nan=np.inf),
                np.zeros_like(start),
                jac=lambda x: np.nan_to_num(-scale * at(x)[1][0]),
                hess=lambda x: np.nan_to_num(-scale[:, None] * at(x)[2][0] * scale),
                method="trust-exact",
                options={"gtol": 1e-4, "maxiter": 200},
            )
    except ValueError:  # SciPy's linear algebra, where a search has run off to numbers that are none
        return start, 0
    return start + scale * result.x, int(result.nit)
