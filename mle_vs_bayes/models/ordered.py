"""Classes in an order, with covariates."""

from functools import cached_property

import numpy as np

from ..data import counts
from ..data.column import Column, classes, offset
from ..data.dataset import Dataset
from ..model import links
from ..model.model import FormulaRule, Model
from ..model.parameter import Function, Parameter
from ..model.prior import DEFAULTS
from ..model.support import ordered, positive, real
from .trunks.thresholds import between, symbolic_between


class Ordered(Model):
    """Classes that a latent variable falls into between cutpoints: cumulative logit, probit, cloglog or loglog.

        beta      ~ Normal(0, 2.5 × 1/sd(x))
        cutpoints ~ Normal(0, 2.5 × spread at x = 0), in rising order
        y[i]      ~ Ordered(P(y[i] ≤ k) = F(cutpoints[k] − X[i] · beta − offset[i])), F⁻¹ the link

    Here because one coefficient serves all cutpoints (proportional odds), which is a claim that classes of their own
    (the model categorical) do not make. [1]_

    .. [1] McCullagh (1980), Regression models for ordinal data, Journal of the Royal Statistical Society B 42(2),
       109–142.
    """

    name = "ordered"
    weighted = True
    takes_order = True
    takes_links = ("logit", "probit", "cloglog", "loglog")
    link = links.logit
    order: tuple[str, ...] = ()
    columns = (Column("y", classes), offset)
    formula = FormulaRule(intercept=False)
    parameters = (
        Parameter("beta", "β", real, DEFAULTS["coefficients"], 0.5, ("term",), "how much the latent variable grows"),
        Parameter(
            "cutpoints", "c", ordered, DEFAULTS["cutpoints"], (-0.5, 1.0), ("cut",), "above it lies the next class of y"
        ),
    )

    @cached_property
    def functions(self):  # type: ignore[override]
        odds = Function("odds_ratio", lambda theta: np.exp(theta["beta"]), ("term",), positive)
        return (odds,) if self.link is links.logit else ()

    def coords(self, data):
        """Cutpoints 1 … K − 1: the first lies above the lowest class."""
        cuts = tuple(str(k) for k in range(1, len(data.coords["outcome"])))
        return {**data.coords, "cut": cuts}

    def design(self, n, rng):
        X = np.column_stack([rng.normal(size=n), rng.permutation(np.arange(n) % 2)])
        names = {"term": ("x1", "x2"), "outcome": self.order or ("0", "1", "2")}
        return Dataset({"X": X, "offset": np.zeros(n)}, names)

    def predictor(self, theta, data):
        return data["X"] @ theta["beta"] + data["offset"]

    def simulate(self, theta, design, rng):
        latent = self.predictor(theta, design) + self.link.link(rng.uniform(size=design.n))
        return design.replace(y=np.searchsorted(np.asarray(theta["cutpoints"]), latent).astype(float))

    def log_likelihood(self, theta, data):
        ends = np.concatenate([[-np.inf], theta["cutpoints"], [np.inf]])
        y, eta = data["y"].astype(int), self.predictor(theta, data)
        return between(self.link, ends[y] - eta, ends[y + 1] - eta)

    def likelihood(self, theta, data):
        """The classes as a sum over cutpoints of those that a row lies below: an index that differs between rows."""
        import pymc as pm

        def draw(eta, cutpoints, rng=None, size=None):
            latent = eta + self.link.link(rng.uniform(size=size))
            return np.sum(latent[..., None] > cutpoints, axis=-1).astype(float)

        def log_density(y, eta, cutpoints):
            return symbolic_between(self.link, y, eta, cutpoints)

        arguments = self.predictor(theta, data), theta["cutpoints"]
        return pm.CustomDist("y", *arguments, logp=log_density, random=draw, signature="(),(k)->()", observed=data["y"])

    def start(self, data):
        """No covariate has an effect, and the cutpoints are those of the shares of the classes."""
        shares = [counts.mean(data, data["y"] <= k) for k in range(len(data.coords["outcome"]) - 1)]
        return {"beta": np.zeros(data["X"].shape[1]), "cutpoints": self.link.link(np.array(shares))}

    def unusable(self, data):
        absent = set(range(len(data.coords["outcome"]))) - set(data["y"].astype(int))
        return f"no y is {data.coords['outcome'][min(absent)]}, whose cutpoint nothing tells" if absent else None
