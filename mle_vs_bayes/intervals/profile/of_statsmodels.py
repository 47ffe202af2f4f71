"""The profile that statsmodels' results do not have."""

from typing import Any

import numpy as np

from ...density.density import Density
from ...errors import UsageError
from ...estimators.estimate import Estimate
from .curve import ProfileCurve
from .profile import profile_curve


def profile(results: Any, label: str) -> ProfileCurve:
    """The profile likelihood of one parameter or derived quantity from statsmodels' results of one of our models.

    ``profile(comparison["mle"].results, "shape").interval(0.95)`` gives its ends.

    Raises
    ------
    UsageError
        Results of another model, or no such quantity.
    """
    program = getattr(getattr(results, "model", None), "program", None)
    if not isinstance(program, Density):
        raise UsageError(
            f"there is no profile of {type(results).__name__} here; give the results of a comparison, "
            'comparison["mle"].results.'
        )
    covariance = np.asarray(results.cov_params(), dtype=float)
    point = np.asarray(results.params, dtype=float)
    estimate = Estimate(
        estimator="maximum_likelihood", labels=program.layout.labels, point=point, covariance=covariance
    )
    return profile_curve(program, estimate, label)
