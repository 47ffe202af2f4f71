"""Information criteria of a maximum likelihood fit."""

import math


def criteria(log_likelihood: float, parameters: int, n: int) -> tuple[float, float]:
    """AIC 2k − 2ℓ̂ and BIC k log n − 2ℓ̂ of k free ``parameters`` on n rows, as statsmodels counts them."""
    return 2 * parameters - 2 * log_likelihood, math.log(n) * parameters - 2 * log_likelihood
