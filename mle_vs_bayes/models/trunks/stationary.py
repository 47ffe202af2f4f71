"""The coefficients of stationary autoregressions, through their partial autocorrelations.

A series y[t] = Σ φ[k] y[t − k] + e[t] is stationary where all of its partial autocorrelations r[1] … r[p] lie in
(−1, 1), and each such r is one φ: the Durbin–Levinson recursion

    φ(k)[j] = φ(k − 1)[j] − r[k] φ(k − 1)[k − j]    j < k,        φ(k)[k] = r[k].    [1]_

The unconstrained coordinates are u[k] = log((1 + r[k]) / (1 − r[k])), so that r = tanh(u / 2).

.. [1] Barndorff-Nielsen & Schou (1973), On the parametrization of autoregressive models by partial autocorrelations,
   Journal of Multivariate Analysis 3(4), 408–419.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.support import Between, Support

Array = NDArray[np.float64]


def coefficients(partial: Sequence[Any] | Array) -> list[Any]:
    """φ[1] … φ[p] from partial autocorrelations: numbers, arrays or symbols."""
    phi: list[Any] = []
    for r in partial:
        phi = [*(one - r * other for one, other in zip(phi, phi[::-1], strict=True)), r]
    return phi


def predictors(phi: Sequence[Any] | Array) -> list[list[Any]]:
    """Coefficients φ(k)[1] … φ(k)[k] of the best prediction from the last k values, for k = 0 … p."""
    orders = [list(phi)]
    while orders[0]:
        *rest, r = orders[0]
        orders.insert(0, [(one + r * other) / (1 - r**2) for one, other in zip(rest, rest[::-1], strict=True)])
    return orders


def partial_autocorrelations(phi: Sequence[Any] | Array) -> list[Any]:
    """r[1] … r[p] from φ[1] … φ[p]; one outside (−1, 1) where the series is not stationary."""
    return [order[-1] for order in predictors(phi)[1:]]


class Stationary(Support):
    """Coefficients φ ``(p,)`` of a stationary series."""

    elementwise, restricts = False, True

    def element(self, place: int, size: int) -> Support:
        """Between −C(p, k) and C(p, k): 1 − φ[1] z − … − φ[p] z^p is Π (1 − z/root), and each |1/root| is below 1."""
        reach = float(math.comb(size, place + 1))
        return Between(f"{-reach:g} to {reach:g}", -reach, reach)

    def contains(self, theta: Array | float) -> bool:
        values = np.atleast_1d(np.asarray(theta, dtype=float))
        with np.errstate(all="ignore"):
            partial = np.array(partial_autocorrelations(values))
        return bool(np.all(np.abs(partial) < 1))

    def bounded(self, size: int) -> tuple[bool, ...]:
        return (True,) * size

    def unconstrain(self, theta: Array) -> Array:
        return 2 * np.arctanh(np.array(partial_autocorrelations(theta)))

    def constrain(self, u: Array) -> Array:
        return np.array(coefficients(np.tanh(u / 2)))

    def slope(self, u: Array) -> Array:
        """The diagonal of the Jacobian."""
        return np.diag(self.jacobian(u))

    def jacobian(self, u: Array) -> Array:
        return self._derivatives(u)[0]

    def curvature(self, u: Array, gradient: Array) -> Array:
        return np.einsum("i,ijk->jk", gradient, self._derivatives(u)[1])

    def _derivatives(self, u: Array) -> tuple[Array, Array]:
        """∂φ/∂u ``(p, p)`` and ∂²φ/∂u∂uᵀ ``(p, p, p)``: the recursion differentiated, φ being linear in each r[k]."""
        r, size = np.tanh(u / 2), len(u)
        rise = (1 - r**2) / 2
        phi, first, second = np.zeros(0), np.zeros((0, size)), np.zeros((0, size, size))
        # Durbin–Levinson: φ of order k + 1 is φ − r[k] · reversed φ, with r[k] behind it.
        for k in range(size):
            along = np.eye(size)[k]
            cross = along[:, None] * first[::-1][:, None, :]
            second = second - r[k] * second[::-1] - cross - np.swapaxes(cross, 1, 2)
            first = first - r[k] * first[::-1] - phi[::-1][:, None] * along
            phi = np.append(phi - r[k] * phi[::-1], r[k])
            first, second = np.vstack([first, along]), np.concatenate([second, np.zeros((1, size, size))])
        # From r to u by the chain rule: dr/du = (1 − r²)/2, and its own slope is −r times that.
        turned = second * np.outer(rise, rise) + first[:, :, None] * np.diag(-r * rise)
        return first * rise, turned

    def transform(self, size: int) -> Any:
        """PyMC's transform of p = ``size`` coefficients."""
        import pytensor.tensor as pt
        from pymc.logprob.transforms import Transform

        def parts(vector: Any) -> list[Any]:
            return [vector[k] for k in range(size)]

        class PartialAutocorrelations(Transform):
            """u of φ."""

            name = "stationary"
            ndim_supp = 1

            def forward(self, value: Any, *inputs: Any) -> Any:
                return pt.stack([2 * pt.arctanh(r) for r in partial_autocorrelations(parts(value))])

            def backward(self, value: Any, *inputs: Any) -> Any:
                return pt.stack(coefficients([pt.tanh(u / 2) for u in parts(value)]))

            def log_jac_det(self, value: Any, *inputs: Any) -> Any:
                # Each step takes φ to φ − r · (φ reversed), whose determinant is (1 − r)^⌈(k−1)/2⌉ (1 + r)^⌊(k−1)/2⌋;
                # 1 ∓ r is 2 σ(∓u), and dr/du = 2 σ(u) σ(−u).
                total = 0.0
                for k, u in enumerate(parts(value)):
                    below, above = np.log(2.0) - pt.softplus(u), np.log(2.0) - pt.softplus(-u)
                    total = total + (1 + (k + 1) // 2) * below + (1 + k // 2) * above - np.log(2.0)
                return total

        return PartialAutocorrelations()


stationary = Stationary("stationary")
