"""The DataTree with the point estimates beside the posterior, so that one netCDF file holds all three."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ...estimators.estimate import Estimate
from ...fit.fit import Fit

if TYPE_CHECKING:
    import xarray


def with_point_estimates(fit: Fit) -> "xarray.DataTree":
    """A copy of the posterior's tree with groups ``mle`` and ``map``.

    Each has the parameters on the model scale and, as ``<name>_se``, their standard errors; a
    fit without an answer has NaN and its status and reason as variables (netCDF has no null).
    """
    import xarray

    posterior = fit.estimates.get("posterior")
    tree = xarray.DataTree() if posterior is None or posterior.tree is None else posterior.tree.copy()
    for name in ("mle", "map"):
        if name in fit.estimates:
            tree[name] = _group(fit, fit.estimates[name])
    return tree


def _group(fit: Fit, estimate: Estimate) -> "xarray.Dataset":
    import xarray

    layout = fit.program.layout
    variables: dict[str, Any] = {}
    for suffix, vector in (("", estimate.point), ("_se", estimate.se)):
        for name, value in layout.split(vector).items():
            dims = next(p.dims for p in layout.parameters if p.name == name)
            variables[name + suffix] = (dims, np.asarray(value))
    variables |= {"status": estimate.status, "reason": estimate.reason or ""}
    if estimate.log_likelihood is not None:
        variables["log_likelihood"] = estimate.log_likelihood
    coords = {dim: list(values) for dim, values in layout.coords.items()}
    return xarray.Dataset(variables, coords=coords)
