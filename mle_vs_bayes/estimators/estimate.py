"""The one result of every estimator: a point, its covariance, draws or none, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..search.audit import SearchRecord

if TYPE_CHECKING:
    import xarray

    from .exact import ExactPosteriors

Array = NDArray[np.float64]
ON_EDGE = "no standard error: the estimate lies on the edge of its support"
_NONE = np.array(None)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What one estimator says of one data set; a failed fit is one of these, too.

    ``point`` is ``(p,)`` on the model scale in the order of ``labels``, NaN where ``status`` is
    not ``ok`` and where a posterior has no mean; ``covariance`` is ``(p, p)`` or None. ``results``
    is the object underneath: statsmodels' results (mle), PyMC's ``find_MAP`` DataTree (map), None otherwise.
    """

    estimator: str
    labels: tuple[str, ...]
    point: Array
    covariance: Array | None = None
    log_likelihood: float | None = None
    status: str = "ok"
    reason: str | None = None
    concerns: tuple[Concern, ...] = ()
    iterations: int | None = None
    gradient: float | None = None
    no_error: str = ON_EDGE
    """Why a quantity has no standard error, where it has none."""
    searches: tuple[SearchRecord, ...] = ()
    """Of the optimiser, one per start."""
    results: Any = None
    tree: "xarray.DataTree | None" = None
    exact: "ExactPosteriors | None" = None
    """Of R = 1 data set, only for ``posterior_exact``."""
    seconds: float = 0.0

    @property
    def distributions(self) -> Mapping[str, Any]:
        """Exact posteriors by label: SciPy's frozen ones, or `quadrature.Marginal`."""
        return {} if self.exact is None else self.exact.distributions(0)

    @property
    def quadrature_error(self) -> float | None:
        """Of numbers that are integrals: their last change on halving the nodes' step, in posterior SDs."""
        integrated = None if self.exact is None else self.exact.integrated
        return None if integrated is None else float(integrated.error[0])

    @property
    def se(self) -> Array:
        """Standard errors ``(p,)``; NaN where there is no covariance."""
        if self.covariance is None:
            return np.full(len(self.labels), np.nan)
        return np.sqrt(np.diag(self.covariance))

    @property
    def has_errors(self) -> bool:
        """Whether every parameter has a standard error: none lies on an edge of its support."""
        return self.converged and self.covariance is not None and bool(np.all(np.isfinite(self.covariance)))

    @property
    def has_some_errors(self) -> bool:
        """Whether any parameter has a standard error; those on an edge of their support have none."""
        return self.converged and bool(np.any(np.isfinite(self.se)))

    @property
    def without_error(self) -> tuple[str, ...]:
        """The parameters that have no standard error."""
        return tuple(label for label, se in zip(self.labels, self.se, strict=True) if not np.isfinite(se))

    @property
    def converged(self) -> bool:
        return self.status == "ok"


def missing(estimator: str, labels: tuple[str, ...], status: str, reason: str, **details: Any) -> Estimate:
    """An estimate without a number: ``failed``, ``divergent`` or ``not_applicable``, with its reason."""
    point = np.full(len(labels), np.nan)
    return Estimate(estimator=estimator, labels=labels, point=point, status=status, reason=reason, **details)


def stated(reasons: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Where an array of reasons holds one, and not None."""
    return np.not_equal(reasons, _NONE).astype(np.bool_)
