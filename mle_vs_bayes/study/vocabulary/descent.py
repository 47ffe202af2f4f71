"""Optimisers by name, which leave a trace: every point at which the log density was looked at, and at what cost.

They walk on the model scale and know nothing of the problem, as textbooks have them; the package's own search
(`search.optimum`) is another, made for certainty.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .replicate import Objective, Replicate

Array = NDArray[np.float64]
Index = NDArray[np.intp]
HALVINGS = 40
"""Of a step that leads down, before a search gives up."""


@dataclass(frozen=True, eq=False)
class Path:
    """Points θ ``(k, p)``, log densities ``(k,)`` there, and evaluations of the whole data set ``(k,)`` until then."""

    points: Array
    values: Array
    evaluations: Array

    def until(self, reached: NDArray[np.bool_]) -> float:
        """Evaluations until the first point at which ``reached`` ``(k,)`` holds; infinite where it never does."""
        return float(self.evaluations[np.argmax(reached)]) if reached.any() else float("inf")


@dataclass(frozen=True, eq=False)
class Descent:
    """What an optimiser is given: log-likelihood + power · log prior, the start θ ``(p,)``, a budget, a rate, rows."""

    replicate: Replicate
    power: float
    start: Array
    budget: float
    rate: float | None
    rows: int | None

    @cached_property
    def objective(self) -> Objective:
        """Value, gradient and Hessian: several times as dear as `value` and `gradient`."""
        return self.replicate.objective(self.power)

    def value(self, theta: Array) -> float:
        """The height at θ ``(p,)``."""
        density = self.replicate.density
        height = density.log_likelihood(theta)
        return height + self.power * density.log_prior(theta) if self.power else height

    def gradient(self, theta: Array, some: Index | None = None) -> Array:
        """The gradient ``(p,)``; of ``some`` units, divided by their share, whose mean is the whole gradient."""
        density = self.replicate.density
        scores = density.score_units(theta)
        if density.weights is not None:
            scores = scores * density.weights[:, None]
        slope = scores.sum(axis=0) if some is None else scores[some].sum(axis=0) * (len(scores) / len(some))
        return slope + self.power * density.prior_gradient(theta) if self.power else slope

    @cached_property
    def step(self) -> float:
        """The rate; by default one over the largest curvature at the start, at which a quadratic is never overshot."""
        if self.rate is not None:
            return self.rate
        return float(1 / np.max(np.linalg.eigvalsh(-self.objective(self.start)[2])))


def newton(problem: Descent) -> Path:
    """Full steps −H⁻¹g, halved while they lead down; ends where none leads up any more."""
    theta, spent, current = problem.start, 1.0, problem.objective(problem.start)
    points, values, evaluations = [theta], [current[0]], [spent]
    while spent < problem.budget:
        value, gradient, hessian = current
        move = np.linalg.solve(-hessian, gradient)
        for _ in range(HALVINGS):
            ahead = problem.objective(theta + move)
            spent += 1
            points.append(theta + move)
            values.append(ahead[0])
            evaluations.append(spent)
            if ahead[0] >= value:
                break
            move = move / 2
        else:
            break
        theta, current = theta + move, ahead
        if not ahead[0] > value:
            break
    return Path(np.array(points), np.array(values), np.array(evaluations))


def scipy_method(method: str, derivatives: bool) -> Callable[[Descent], Path]:
    """A method of ``scipy.optimize.minimize``, told to go on until it cannot."""

    def run(problem: Descent) -> Path:
        from scipy.optimize import minimize

        points: list[Array] = []
        values: list[float] = []

        def negative(theta: Array) -> float | tuple[float, Array]:
            value = problem.value(theta)
            points.append(np.array(theta))
            values.append(value)
            height = value if np.isfinite(value) else -1e300
            return (-height, -problem.gradient(theta)) if derivatives else -height

        most = {"maxiter": int(problem.budget)}
        ends = {"gtol": 0.0} if derivatives else {"xatol": 0.0, "fatol": 0.0, "maxfev": int(problem.budget)}
        minimize(negative, problem.start, method=method, jac=derivatives, options={**most, **ends})
        return Path(np.array(points), np.array(values), np.arange(1.0, len(points) + 1))

    return run


def gradient_descent(problem: Descent) -> Path:
    """θ + rate · gradient, with one rate for all coordinates."""
    return _steps(problem, lambda gradient, turn: problem.step * gradient, rows=None)


def stochastic(problem: Descent) -> Path:
    """`gradient_descent` by the gradient of a random part of the rows, scaled to all of them."""
    return _steps(problem, lambda gradient, turn: problem.step * gradient, rows=problem.rows)


def adam(problem: Descent) -> Path:
    """Steps of about ``rate`` in each coordinate, from running means of the gradient and of its square. [1]_

    .. [1] Kingma & Ba (2015), Adam: a method for stochastic optimization, ICLR, algorithm 1, with its defaults.
    """
    first, second = np.zeros_like(problem.start), np.zeros_like(problem.start)
    rate = 0.01 if problem.rate is None else problem.rate

    def move(gradient: Array, turn: int) -> Array:
        nonlocal first, second
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        mean, square = first / (1 - 0.9**turn), second / (1 - 0.999**turn)
        return rate * mean / (np.sqrt(square) + 1e-8)

    return _steps(problem, move, rows=problem.rows)


def _steps(problem: Descent, move: Callable[[Array, int], Array], rows: int | None) -> Path:
    """Steps of given length until the budget is spent; what a mini-batch costs is its share of the rows."""
    units, generator = problem.replicate.density.units, problem.replicate.generator("descent")
    share = 1.0 if rows is None else rows / units
    theta, spent, turn = problem.start, 0.0, 0
    points, costs = [theta], [0.0]
    while spent < problem.budget:
        turn += 1
        some = None if rows is None else generator.choice(units, size=rows, replace=False)
        theta = theta + move(problem.gradient(theta, some), turn)
        spent += share
        points.append(theta)
        costs.append(spent)
    values = [problem.value(point) for point in points]
    return Path(np.array(points), np.array(values), np.array(costs))


METHODS: Mapping[str, Callable[[Descent], Path]] = {
    "newton": newton,
    "bfgs": scipy_method("BFGS", derivatives=True),
    "nelder_mead": scipy_method("Nelder-Mead", derivatives=False),
    "gradient_descent": gradient_descent,
    "sgd": stochastic,
    "adam": adam,
}
