"""Any model of the suite as a genuine statsmodels ``GenericLikelihoodModel``: adapted once, for all.

Values come from the leaf's NumPy likelihood, score and Hessian from the compiled program. There
is no ``exog``: parameters are ours, so the names go in as ``extra_params_names`` and the degrees of
freedom are set afterwards (without both, statsmodels 0.15 gets AIC wrong by 2k).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.base.model import GenericLikelihoodModel, GenericLikelihoodModelResults, LikelihoodModelResults

from ..density.density import Density
from ..quiet import quiet

Array = NDArray[np.float64]


class LikelihoodModel(GenericLikelihoodModel):
    """The likelihood of a `Density` for statsmodels; parameters on the model scale, shape ``(p,)``."""

    def __init__(self, program: Density) -> None:
        self.program = program
        outcome = program.data["y"] if "y" in program.data else program.data["lower"]
        super().__init__(outcome, extra_params_names=list(program.layout.labels))
        terms = program.data.coords.get("term", ())
        self.k_constant = int("Intercept" in terms)
        self.k_extra = program.layout.free_size - len(terms)
        self.df_model = len(terms) - self.k_constant
        self.df_resid = len(outcome) - program.layout.free_size

    def loglikeobs(self, params: Array) -> Array:
        """Log-likelihood of each unit, shape ``(units,)``, as often as it was observed."""
        return self._counts * self.program.log_likelihood_units(np.asarray(params, dtype=float))

    def score_obs(self, params: Array, **keywords: Any) -> Array:
        """Exact gradient of each unit's log-likelihood, shape ``(units, p)``."""
        return np.reshape(self._counts, (-1, 1)) * self.program.score_units(np.asarray(params, dtype=float))

    @property
    def _counts(self) -> Array:
        return np.ones(1) if self.program.weights is None else self.program.weights

    def score(self, params: Array) -> Array:
        """Exact gradient, shape ``(p,)``."""
        return self._derivatives(params)[0]

    def hessian(self, params: Array) -> Array:
        """Exact Hessian, shape ``(p, p)``."""
        return self._derivatives(params)[1]

    def _derivatives(self, params: Array) -> tuple[Array, Array]:
        gradient, hessian = self.program.likelihood_derivatives(np.asarray(params, dtype=float))
        return gradient, hessian

    def fit_at(self, point: Array, covariance: Array | None) -> Any:
        """statsmodels' results at an optimum already found and polished, with its covariance.

        They are put together here: statsmodels' own `fit` inverts the Hessian on the model scale. That loses digits
        under collinearity, and has no inverse where elements are tied together (a simplex of which one share is read).
        """
        missing = np.full((len(point), len(point)), np.nan)
        covariance = missing if covariance is None else covariance
        ended = LikelihoodModelResults(self, point, covariance, scale=1.0, cov_type="nonrobust")
        ended.mle_retvals = {"fopt": -self.loglike(point) / len(self.endog), "iterations": 0, "converged": True}
        ended.mle_settings = {"optimizer": "newton", "start_params": point}
        with quiet():  # a simplex has more elements than free parameters, which statsmodels warns of
            results = GenericLikelihoodModelResults(self, ended)
        results.cov_params_default = covariance
        results.nobs = self.program.data.size  # statsmodels counts rows, whatever their weights
        results.df_resid = results.nobs - self.program.layout.free_size
        return results
