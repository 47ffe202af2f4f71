"""A series that remembers its last values."""

from .trunks.series import Series


class Autoregressive(Series):
    """A series in which what is new is added to a share of the last values.

        mu    ~ Normal(mean(y), 2.5 × sd(y))
        phi   ~ Normal(0, 1)  each, of those under which the series is stationary
        sigma ~ Exponential(1/sd(y))
        y[i]  ~ Normal(mu + Σ phi[k] (y[i − k] − mu), sigma)    i = 1 … n, from what came before

    The order p is 1, or 2 in autoregressive(order=2). The rows are in the order of time, without gaps. The likelihood
    is the exact one: the first p values have the distribution that a stationary series has. In
    autoregressive(order=2, conditional=1) it is that of the others given the first p values, and phi is any number:
    maximum likelihood is then least squares. With a formula the mean is that of the covariates, with beta[term] in the
    place of mu, and the errors are the series: autoregressive(regression=1).

    Here because the three disagree most where the memory is long: the MLE of phi is too small by about (1 + 3 phi) / n,
    and mu is hardly known where phi is near 1. [1]_ Rows are one series, which is not resampled row by row.

    .. [1] Kendall (1954), Note on bias in the estimation of autocorrelation, Biometrika 41(3/4), 403–404.
    """

    kind = "autoregressive"
    edges = {"phi runs to a unit root": "the series wanders, and has no mean that it comes back to"}
