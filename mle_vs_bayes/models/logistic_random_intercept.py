"""Yes or no, with covariates, of groups whose log odds scatter."""

from .logistic import Logistic
from .trunks.mixed.named import RandomIntercepts


class LogisticRandomIntercept(RandomIntercepts):
    """Successes whose log odds are linear in the covariates and differ between groups.

        beta ~ Normal(0, 2.5 × 1/sd(x))
        sd   ~ HalfNormal(2.5)
        u[j] ~ Normal(0, sd)                   j = 1 … groups
        y[i] ~ Binomial(trials[i], logit⁻¹(X[i] · beta + offset[i] + u[group[i]]))

    Maximum likelihood and MAP have u integrated out by adaptive quadrature. The formula ``y ~ x + (1 | g)`` of
    `bernoulli` is the same model; here the groups are the column ``group``.

    Here because its coefficients are those of one group and not of the population, whose log odds are nearer to 0,
    and because with few groups the likelihood's sd is too small, or 0, where the posterior's is not. [1]_

    .. [1] Agresti (2013), Categorical Data Analysis, 3rd ed., sections 13.1 to 13.3.
    """

    name, of = "logistic_random_intercept", Logistic
