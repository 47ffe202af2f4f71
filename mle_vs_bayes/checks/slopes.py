"""How fast errors fall as n grows: the root mean square error as n^-1/2, MAP − MLE as n^-1.

A measure is c n^s (1 + d/n + …), so that its logarithm is linear in log n and 1/n; its scatter is known from the
replicates it is made of, so that the slope's standard error is no guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..density.model_density import ModelDensity
from ..fit import priors
from ..fit.simulated import drawn
from ..model.layout import Layout
from ..model.model import Model
from ..model.prior import Prior
from .finding import Measured, NotApplicableError
from .subject import Subject, named, replicated

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
APART = 0.5
"""An order must be distinguishable from its neighbours, half a power of n away, or nothing has been measured."""


@dataclass(frozen=True)
class Fits:
    """MLE and MAP ``(R, p)`` at one n, and the truth ``(p,)``."""

    labels: tuple[str, ...]
    n: int
    mle: Array
    mode: Array
    truth: Array


class Sizes:
    """MLE and MAP of data sets of several sizes: fitted once, read by two checks."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    @cached_property
    def fitted(self) -> list[Fits]:
        """One per size.

        Raises
        ------
        NotApplicableError
            The model is not regular, its size or its parameters depend on n, or some fits have no answer.
        """
        subject, program = self.subject, self.subject.program
        replicated(program)
        subject.check_patience()
        model = program.model
        if not model.regular:
            raise NotApplicableError("the support of the data depends on the parameters: errors fall faster")
        _check_grows(model, subject.effort.sizes)
        truth = self._truth(model)
        sloping = sloped(model, subject.effort.sizes[-1], truth, subject.seed)
        return [_at(model, n, subject.effort.per_size, truth, sloping, subject.seed) for n in subject.effort.sizes]

    def _truth(self, model: Model) -> Array | None:
        """The truth ``(p,)`` where the model's own design has the data's parameters, else its typical values."""
        design = model.design(self.subject.effort.sizes[0], np.random.default_rng(0))
        same = Layout(model, design).labels == self.subject.labels
        return self.subject.truth if same else None


def _check_grows(model: Model, sizes: Sequence[int]) -> None:
    designs = [model.design(n, np.random.default_rng(0)) for n in (sizes[0], sizes[-1])]
    if [design.n for design in designs] != [sizes[0], sizes[-1]]:
        raise NotApplicableError("these data have a size of their own; `study run --model` takes a program at several")
    if len({Layout(model, design).size for design in designs}) > 1:
        raise NotApplicableError("parameters come with rows: more data say no more of each")


def sloped(model: Model, n: int, truth: Array | None, seed: int) -> dict[str, Prior]:
    """Priors of plain numbers, the same at every n, that pull every estimate by about 1/√n standard errors.

    With u the standard error of one unit, measured on n of them, a slope of the log prior of 1/u moves the estimate by
    (u²/n)/u: small enough for the expansion in 1/n, whatever the units of the data.
    """
    labels = Layout(model, model.design(n, np.random.default_rng(0))).labels
    data, values = drawn(model, n, {} if truth is None else named(labels, truth), np.random.default_rng([seed, 6]))
    program = ModelDensity(model, data, priors.resolve(model, {}, data))
    theta = np.array([values[label] for label in program.layout.labels])
    z = program.coordinates.z(theta)
    covariance = program.coordinates.covariance(z, program.evaluate(z, 0.0).hessian)
    unit = np.sqrt(np.diag(covariance) * program.units)
    sloping = {}
    for p in program.layout.parameters:
        block = program.layout.slices[p.name]
        some = np.arange(block.start, block.stop) if p.dims else block.start
        prior = _sloped(p.support.name, theta[some], unit[some])
        if prior is None:
            raise NotApplicableError(f"no prior is known on {p.support.name}")
        sloping[p.name] = prior
    return sloping


def _sloped(support: str, theta: Array, unit: Array) -> Prior | None:
    """The log prior's slope at θ ``(k,)`` or ``()`` is ±1/u on the line and above 0, and 1 to a few on shares."""
    if support in ("real", "ordered", "stationary"):
        return Prior("Normal", mu=(theta - unit).tolist(), sigma=unit.tolist())
    if support in ("positive", "nonnegative", "ordered_positive"):
        return Prior("Exponential", scale=unit.tolist())
    if support == "unit":
        return Prior("Beta", alpha=np.full_like(theta, 2.0).tolist(), beta=np.ones_like(theta).tolist())
    return Prior("Dirichlet", a=np.full_like(theta, 2.0).tolist()) if support == "simplex" else None


def _at(model: Model, n: int, count: int, truth: Array | None, resolved: Mapping[str, Prior], seed: int) -> Fits:
    from ..fit.replicates import fit_replicates

    generator = np.random.default_rng([seed, 5, n])
    labels = Layout(model, model.design(n, np.random.default_rng(0))).labels
    truth_by_name = {} if truth is None else named(labels, truth)
    pairs = [drawn(model, n, truth_by_name, generator) for _ in range(count)]
    rows = fit_replicates(model, [data for data, _ in pairs], ("mle", "map"), priors=resolved, seed=seed).rows
    mle, mode = (_wide(rows, name, labels) for name in ("mle", "map"))
    kept = np.isfinite(mle).all(axis=1) & np.isfinite(mode).all(axis=1)
    if not kept.all():
        raise NotApplicableError(f"{int((~kept).sum())} of {count} data sets of n = {n} have no MLE or no MAP")
    return Fits(labels, n, mle, mode, np.array([pairs[0][1][label] for label in labels]))


def _wide(rows: "pandas.DataFrame", name: str, labels: Sequence[str]) -> Array:
    estimates = rows[(rows["estimator"] == name)].drop_duplicates(["replicate", "parameter"])
    wide = estimates.pivot(index="replicate", columns="parameter", values="estimate")
    return np.asarray(wide[list(labels)].to_numpy(dtype=float))


def errors(sizes: Sizes) -> Measured:
    """The root mean square error of the MLE of every parameter falls as n^-1/2."""
    table = sizes.fitted
    logs = [_log_root_mean((fits.mle - fits.truth) ** 2) for fits in table]
    return _measured(sizes.subject, [f.n for f in table], logs, -0.5, [f"RMSE of {label}" for label in table[0].labels])


def prior_pull(sizes: Sizes) -> Measured:
    """The length of MAP − MLE, in units of √n standard errors of the MLE, falls as n^-1: its mean logarithm."""
    table = sizes.fitted
    unit = table[-1].mle.std(axis=0) * np.sqrt(table[-1].n)
    # The logarithm of c n^s (1 + d/n + …) is linear in s log n, and its mean over replicates has a known error.
    lengths = [np.linalg.norm((fits.mode - fits.mle) / unit, axis=1)[:, None] for fits in table]
    if not all(np.all(length > 0) for length in lengths):
        raise NotApplicableError("the prior does not move the estimate")
    logs = [(np.log(each).mean(axis=0), np.log(each).std(axis=0) / np.sqrt(len(each))) for each in lengths]
    return _measured(sizes.subject, [f.n for f in table], logs, -1.0, ["length of MAP − MLE"])


def _log_root_mean(squares: Array) -> tuple[Array, Array]:
    """log √m̄ of squares ``(R, m)`` and its standard error sd/(2 m̄ √R), by the delta method."""
    mean = squares.mean(axis=0)
    return 0.5 * np.log(mean), squares.std(axis=0) / (2 * mean * np.sqrt(len(squares)))


def _measured(
    subject: Subject, n: Sequence[int], logs: Sequence[tuple[Array, Array]], expected: float, names: Sequence[str]
) -> Measured:
    """Slopes of logarithms with their errors, ``(m,)`` each at every n, against the one expected.

    Allowed are k standard errors, and what the next term of the expansion does to the slope: as much as the slope
    changes when the smallest n, where that term is largest, is left out.
    """
    values, ses = (np.stack([each[part] for each in logs]) for part in (0, 1))
    size = np.asarray(n, dtype=float)
    k = subject.budget.z(values.shape[1])
    gaps, limits, words = [], [], []
    for name, value, se in zip(names, values.T, ses.T, strict=True):
        power, error = slope(size, value, se)
        fewer, _ = slope(size[1:], value[1:], se[1:])
        gaps.append(power - expected)
        limits.append(k * error + abs(power - fewer))
        words.append(f"{name} falls as n^{power:.3f} (MCSE {error:.3f}), expected n^{expected:g}")
    if max(limits) >= APART:
        raise NotApplicableError(f"the slope is only known to ± {max(limits):.2g}; more replicates would tell")
    return Measured(gaps, limits, "power", words)


def slope(n: Array, values: Array, errors: Array) -> tuple[float, float]:
    """Slope in log n of ``values`` with standard ``errors`` and its own error, curvature d/n fitted beside it."""
    # Weighted least squares of a + b log n + d/n; the errors are known, so that (XᵀX)⁻¹ is the covariance itself.
    weights = 1 / np.maximum(errors, 1e-12)
    regressors = np.column_stack([np.ones_like(n), np.log(n), n.min() / n]) * weights[:, None]
    inverse = np.linalg.inv(regressors.T @ regressors)
    return float((inverse @ regressors.T @ (values * weights))[1]), float(np.sqrt(inverse[1, 1]))
