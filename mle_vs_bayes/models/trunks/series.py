"""The trunk of series: what is new is added to shares of the last values, around a mean or a formula's mean."""

import numpy as np
import scipy

from ...data.column import Column, number
from ...data.counts import TIMES
from ...data.dataset import Dataset
from ...data.formulas.parts import FormulaRule
from ...errors import UsageError
from ...model import families
from ...model.model import Model
from ...model.parameter import Parameter, of_argument
from ...model.prior import DEFAULTS, Prior
from ...model.support import real
from .stationary import predictors, stationary

mu, sigma = (of_argument(argument) for argument in families.normal.arguments)


class Series(Model):
    """One series, its rows in the order of time; ``kind`` is the leaf's name, to which its arguments are written."""

    kind: str
    columns = (Column("y", number),)
    unit = "series"
    offers = frozenset({"one_step_ahead", "closed_form_mle"})

    def __init__(self, order=1, conditional=0, regression=0):
        if order < 1:
            raise UsageError(f"order is {order}; a series remembers at least 1 value (for none take the model normal).")
        if conditional > 1 or regression > 1:
            raise UsageError("conditional and regression are 0 (no) or 1 (yes).")
        self.name = self._named(order, conditional, regression)
        self.with_formula = self._named(order, conditional, 1)
        self.lags, self.conditional, self.regression = order, bool(conditional), bool(regression)
        support, typical = real if conditional else stationary, tuple(0.5 * (-0.4) ** k for k in range(order))
        phi = Parameter("phi", "φ", support, Prior("Normal", mu=0, sigma=1), typical, ("lag",), "the share of y[i − k]")
        beta = Parameter("beta", "β", real, DEFAULTS["coefficients of y"], 1.0, ("term",), "rise of y per unit")
        self.parameters = (beta if regression else mu, phi, sigma)
        self.formula = FormulaRule() if regression else None

    def _named(self, order, conditional, regression):
        """The text that `models.get` makes this model from."""
        options = {"order": (order, 1), "conditional": (conditional, 0), "regression": (regression, 0)}
        text = ", ".join(f"{name}={value}" for name, (value, usual) in options.items() if value != usual)
        return f"{self.kind}({text})" if text else self.kind

    def coords(self, data):
        return {**data.coords, "lag": tuple(str(k + 1) for k in range(self.lags))}

    def design(self, n, rng):
        if not self.regression:
            return Dataset({"unit": np.arange(float(n))})
        return Dataset({"X": np.column_stack([np.ones(n), rng.normal(size=n)])}, {"term": ("Intercept", "x1")})

    def mean(self, theta, data):
        return data["X"] @ theta["beta"] if self.regression else theta["mu"]

    def simulate(self, theta, design, rng):
        away = self.deviations(np.atleast_1d(theta["phi"]), theta["sigma"], design.n, rng)
        columns = {role: values for role, values in design.items() if role != "unit"}
        return Dataset({**columns, "y": self.mean(theta, design) + away}, design.coords)

    def deviations(self, phi, scale, n, rng):
        """A series ``(n,)`` around 0.

        The first p values are each drawn from those before, as stationary series have them; of others they are new
        alone.
        """
        new, p = rng.normal(0.0, 1.0, n), self.lags
        away = scale * new
        if stationary.contains(phi):
            orders = predictors(phi)
            for t, (order, variance) in enumerate(zip(orders, variances(orders), strict=False)):
                away[t] = np.dot(order, away[:t][::-1]) + scale * np.sqrt(variance) * new[t]
        past = scipy.signal.lfiltic([1.0], np.append(1.0, -phi), away[:p][::-1])
        away[p:] = scipy.signal.lfilter([1.0], np.append(1.0, -phi), away[p:], zi=past)[0]
        return away

    def log_likelihood(self, theta, data):
        """The joint normal density of the first p values, and of each later one given the p before it."""
        phi, p, y = np.atleast_1d(theta["phi"]), self.lags, np.asarray(data["y"])
        times = data.get(TIMES, np.ones(len(y)))
        away = y - self.mean(theta, data)
        later = away[p:] - sum(phi[k] * away[p - 1 - k : len(y) - 1 - k] for k in range(p))
        total = times[p:] @ scipy.stats.norm.logpdf(later, scale=theta["sigma"])
        if self.conditional:
            return np.array([total])
        if not stationary.contains(phi):
            return np.array([-np.inf])
        # The first p values are normal with the stationary autocovariances; whitened by their Cholesky root, each is
        # standard.
        root = np.linalg.cholesky(scipy.linalg.toeplitz(autocovariances(phi)[:p]))
        first = scipy.linalg.solve_triangular(root, away[:p], lower=True)
        each = scipy.stats.norm.logpdf(first, scale=theta["sigma"]) - np.log(np.diag(root))
        return np.array([total + times[:p] @ each])

    def likelihood(self, theta, data):
        """The first p values one by one, each from all before it, and the later ones together."""
        import pymc as pm

        p, n = self.lags, data["y"].shape[0]

        def log_density(y, mean, *others):
            *phi, scale = others[: p + 1]
            times = others[p + 1 :]
            away = y - mean

            def counted(values, part):
                return (times[0][part] * values).sum() if times else values.sum()

            # The density is a product of each value's given those before it: of the first p by their best linear
            # predictors, of the later ones by φ.
            later = sum(phi[k] * away[p - 1 - k : n - 1 - k] for k in range(p))
            total = counted(pm.logp(pm.Normal.dist(later, scale), away[p:]), slice(p, None))
            orders = [] if self.conditional else predictors(phi)
            for t, (order, variance) in enumerate(zip(orders, variances(orders), strict=False)):
                expected = sum((share * away[t - 1 - k] for k, share in enumerate(order)), 0.0)
                total = total + counted(pm.logp(pm.Normal.dist(expected, scale * variance**0.5), away[t]), t)
            return total.sum()[None]

        def draw(mean, *others, rng=None, size=None):
            *phi, scale = (np.ravel(value)[0] for value in others[: p + 1])
            away = self.deviations(np.array(phi), float(scale), int(np.prod(size)), rng)
            return np.ravel(mean) + away if np.size(mean) == np.prod(size) else np.ravel(mean)[0] + away.reshape(size)

        arguments = [self.mean(theta, data), *(theta["phi"][k] for k in range(p)), theta["sigma"]]
        arguments += [data[TIMES]] if TIMES in data else []
        return pm.CustomDist("y", *arguments, logp=log_density, random=draw, observed=data["y"])

    def one_step_ahead(self, theta, data):
        """From all values before the first p, from the p before it for each later one."""
        phi, p, y = np.atleast_1d(theta["phi"]), self.lags, np.asarray(data["y"])
        mean = np.broadcast_to(self.mean(theta, data), y.shape)
        away, deviation = y - mean, np.full(len(y), float(theta["sigma"]))
        expected = mean + scipy.signal.lfilter(np.append(0.0, phi), [1.0], away)
        expected[:p] = np.nan
        if not self.conditional:
            orders = predictors(phi)
            for t, (order, variance) in enumerate(zip(orders, variances(orders), strict=False)):
                expected[t] = mean[t] + np.dot(order, away[:t][::-1])
                deviation[t] *= np.sqrt(variance)
        return expected, deviation

    def start(self, data):
        """Least squares for the mean, then the Yule–Walker equations of what is left, which are stationary always."""
        location, away = self._centred(data)
        n, p = len(away), self.lags
        # Divided by n, not by n − k, they are the autocovariances of a series of finite length padded with 0: their
        # matrix is positive definite, and so the solution stationary.
        covariances = np.array([np.dot(away[k:], away[: n - k]) / n for k in range(p + 1)])
        phi = scipy.linalg.solve_toeplitz(covariances[:p], covariances[1:])
        variance = covariances[0] - np.dot(phi, covariances[1:])
        return {**location, "phi": phi, "sigma": np.sqrt(variance)}

    def _centred(self, data):
        if not self.regression:
            return {"mu": data["y"].mean()}, data["y"] - data["y"].mean()
        beta = np.linalg.lstsq(data["X"], data["y"], rcond=None)[0]
        return {"beta": beta}, data["y"] - data["X"] @ beta

    def closed_form_mle(self, data):
        """Given the first p values: least squares of each value on a constant and the p before it."""
        if not self.conditional or self.regression:
            return None
        y, p = data["y"], self.lags
        past = np.column_stack([np.ones(len(y) - p), *(y[p - 1 - k : len(y) - 1 - k] for k in range(p))])
        (constant, *phi), *_ = np.linalg.lstsq(past, y[p:], rcond=None)
        left = y[p:] - past @ [constant, *phi]
        return {"mu": constant / (1 - np.sum(phi)), "phi": np.array(phi), "sigma": np.sqrt(np.mean(left**2))}

    def unusable(self, data):
        least = self.least_rows(data)
        if data.n < least:
            return f"the series has {data.n} values; {self.name} needs at least {least}"
        return None if np.ptp(data["y"]) > 0 else f"every y is {data['y'][0]:g}; a constant series has no memory to see"

    def known_values(self, data):
        return self.lags if self.conditional else 0

    def least_rows(self, data):
        """A value for each parameter beyond those that the first ones are predicted from."""
        return super().least_rows(data) + self.lags


def variances(orders):
    """Variances of the errors of these `predictors` of orders 0 … p − 1, in units of sigma², the last one's error."""
    shares = [1.0]
    for order in orders[:0:-1]:
        shares.insert(0, shares[0] / (1 - order[-1] ** 2))
    return shares[:-1]


def autocovariances(phi):
    """γ(0) … γ(p) in units of sigma², from the Yule–Walker equations γ(k) = Σ φ[j] γ(|k − j|) + [k = 0]."""
    p = len(phi)
    system = np.eye(p + 1)
    for k in range(p + 1):
        for j in range(1, p + 1):
            system[k, abs(k - j)] -= phi[j - 1]
    return np.linalg.solve(system, np.eye(p + 1)[0])
