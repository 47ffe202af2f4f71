"""What regressions share: a design to simulate from, least squares by QR, and the test for separation."""

import numpy as np
import scipy

from ..data import counts
from ..data.dataset import Dataset


def design(n: int, rng: np.random.Generator) -> Dataset:
    """An intercept and two covariates, one continuous and one binary (never constant)."""
    group = rng.permutation(np.arange(n) % 2).astype(float)
    return Dataset({"X": np.column_stack([np.ones(n), rng.normal(size=n), group])}, {"term": ("Intercept", "x1", "x2")})


def least_squares(design_matrix, y):
    """Coefficients (k,) that minimise ‖y − Xβ‖, by QR on columns of unit length.

    Columns of very different size (powers of x) cost digits in normal equations and none here.
    """
    length = np.linalg.norm(design_matrix, axis=0)
    q, r = np.linalg.qr(design_matrix / length)
    return scipy.linalg.solve_triangular(r, q.T @ y) / length


def triangle(data):
    """The k + 1 rows of R in [X y] = Q R, with weights that sum to n: the sufficient statistics of a normal outcome.

    A row's weight counts its log sigma; its square is counted once, so that the row is divided by the weight's root.
    """
    if data.size <= data["X"].shape[1] + 1:
        return None
    both = np.column_stack([data["X"], data["y"]]) * np.reshape(counts.roots(data), (-1, 1))
    length = np.linalg.norm(both, axis=0)
    r = np.linalg.qr(both / np.where(length > 0, length, 1.0), mode="r") * length
    weight = data.size / len(r)
    bare = Dataset({role: values for role, values in data.items() if role != counts.WEIGHTS}, data.coords)
    return bare.replace(X=r[:, :-1] / np.sqrt(weight), y=r[:, -1] / np.sqrt(weight)), np.full(len(r), weight)


def flat_prior_posterior(data, beta):
    """Student-t posterior of each coefficient under p(beta, sigma) ∝ 1, by label."""
    freedom = data.size - len(beta) - 1
    if freedom < 1:
        return None
    roots = np.reshape(counts.roots(data), (-1, 1))
    residuals = (data["y"] - data["X"] @ beta) * roots[:, 0]
    triangle = np.linalg.qr(data["X"] * roots, mode="r")
    spread = np.sqrt(np.sum(np.linalg.inv(triangle) ** 2, axis=1) * (residuals @ residuals) / freedom)
    named = zip(data.coords["term"], beta, spread, strict=True)
    return {f"beta[{term}]": scipy.stats.t(freedom, loc=b, scale=s) for term, b, s in named}


def separating_term(data) -> str | None:
    """The label of the coefficient that grows most along a direction that separates y, or None.

    Rows with failures must lie at or below 0 and rows with successes at or above 0 of some
    combination of covariates, not all of them at 0: a linear programme (Konis 2007, DPhil thesis,
    University of Oxford, section 4.2).
    """
    scaled = data["X"] / np.abs(data["X"]).max(axis=0)
    successes, failures = scaled[data["y"] > 0], scaled[data["y"] < data["trials"]]
    signed = np.unique(np.vstack([successes, -failures]), axis=0)
    found = scipy.optimize.linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if found.status != 0 or -found.fun < 1e-6 * len(signed):  # the solver keeps constraints to 1e-7 each
        return None
    return f"beta[{data.coords['term'][int(np.argmax(np.abs(found.x)))]}]"
