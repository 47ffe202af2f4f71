"""Whether the terms of a design matrix say different things, and which do not if they do not."""

import numpy as np
import scipy
from numpy.typing import NDArray

from ...errors import DataError
from ...words import listed, shown

Array = NDArray[np.float64]


def check_terms(design_matrix: Array, terms: tuple[str, ...]) -> None:
    """Refuse columns that are constant beside an intercept, 0 throughout, or combinations of others.

    ``design_matrix`` is ``(n, k)`` with n ≥ k and finite.

    Raises
    ------
    DataError
        Naming the covariate and its value, or the covariates involved.
    """
    lowest, highest = design_matrix.min(axis=0), design_matrix.max(axis=0)
    for term, low, high in zip(terms, lowest, highest, strict=True):
        if low == high and (low == 0 or (term != "Intercept" and "Intercept" in terms)):
            beside = "beside an intercept it says nothing" if low else "it says nothing"
            raise DataError(
                f"covariate {term} is {shown(float(low))} in every row and {beside}; leave it out of the formula."
            )
    dependent = _combination(design_matrix)
    if dependent:
        raise DataError(
            f"covariates {listed(terms[j] for j in dependent)} are collinear (each is a combination of the others); "
            "leave one of them out of the formula."
        )


def _combination(design_matrix: Array) -> list[int]:
    """Positions of columns that sum to 0 with some weights, or an empty list.

    Pivoted QR on columns of unit length, so that units do not matter and high powers of x, far from
    orthogonal but different, pass. The first, unpivoted factorisation makes the cost of the second
    independent of n.
    """
    n, k = design_matrix.shape
    unit_length = design_matrix / np.abs(design_matrix).max(axis=0)  # first to 1, so that no square overflows
    unit_length /= np.linalg.norm(unit_length, axis=0)
    triangle, pivots = scipy.linalg.qr(np.linalg.qr(unit_length, mode="r"), mode="r", pivoting=True)
    # Rounding: 25 machine precisions at worst in 3,000 collinear designs, up to 100,000 rows; NIST's Filip needs 1e-9.
    tolerance = np.finfo(float).eps * max(20, k, min(n, 1000))
    rank = int(np.sum(np.abs(np.diag(triangle)) > tolerance))
    if rank == k:
        return []
    weights = scipy.linalg.solve_triangular(triangle[:rank, :rank], triangle[:rank, rank])
    involved = pivots[:rank][np.abs(weights) > 1e-6 * np.abs(weights).max()]
    return sorted([*(int(j) for j in involved), int(pivots[rank])])
