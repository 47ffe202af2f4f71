"""Intervals hold the truth as often as they say, and posteriors rank it uniformly, over replicated data sets.

Truths from the prior: then a posterior is calibrated exactly, at every n and also among those data sets that some rule
of the data alone selects, such as "both fits converged" (Talts et al. 2018, arXiv 1804.06788). Wald's and Laplace's
intervals hold at large n: around one truth, with what the next order in n may do to them allowed for.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2, norm

from ..data.dataset import Dataset
from ..density.density import Density
from ..errors import ModelError
from ..fit.agreement import predict
from ..sampling.single import of_parameters
from .finding import Measured, NotApplicableError
from .subject import Subject, draw, named, replicated

if TYPE_CHECKING:
    import pandas

    from ..fit.replicates import Replicates

Array = NDArray[np.float64]
LEVEL = 0.95
RANKS = 99
"""Draws, evenly spaced along the chains, that the truth is ranked among: 100 places."""
MOST_ROWS = 1000
"""Rows at most of a data set whose MLE and MAP are refitted."""
MOST_ALLOWED = 1 - LEVEL
"""Coverage that may be unexplained: from here on even intervals that always hold the truth would pass."""
PROBE = 5
"""Data sets that tell how fast the others will be."""
LEAST = 50
"""Data sets; a chi-square of ten bins expects 5 in each."""


class Calibration:
    """Posteriors of data sets with truths from the prior: fitted once, read by two checks."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._reason: str | None = None

    @cached_property
    def fitted(self) -> tuple["pandas.DataFrame", Array, Array]:
        """As `_fitted`; what cannot be done is tried once."""
        if self._reason is None:
            try:
                return self._fitted()
            except NotApplicableError as error:
                self._reason = str(error)
        raise NotApplicableError(self._reason)

    def _fitted(self) -> tuple["pandas.DataFrame", Array, Array]:
        """Rows of the posterior, ranks ``(R, p)`` and the number of data sets drawn; only fits without a failure."""
        replicated(self.subject.program)
        self.subject.check_patience()
        model = self.subject.program.model
        if not self.subject.effort.patient and model.groups is not None and not of_parameters(model):
            raise NotApplicableError("effects of groups are sampled of each data set alone; run without --quick")
        subject, program = self.subject, self.subject.subset(self.subject.effort.rows)
        truths = truths_from_prior(program, subject.effort.replicates, subject.generator(2))
        datasets = draw(program, truths, subject.generator(3))
        usable = [i for i, data in enumerate(datasets) if _finite(data) and program.model.unusable(data) is None]
        if len(usable) < max(LEAST, len(datasets) / 2):
            raise NotApplicableError(
                f"only {len(usable)} of {len(datasets)} data sets with truths from the prior can be used; "
                "give a narrower prior"
            )
        used = [datasets[i] for i in usable], [truths[i] for i in usable], ("posterior",), subject.seed
        check_pace(subject, program, *used)
        fits = fit(program, *used)
        return _ranks(fits, program, len(datasets))


def _finite(data: Dataset) -> bool:
    """Whether every number can be read as one: a truth far out in a wide prior may give outcomes beyond float64."""
    return all(bool(np.all(np.isfinite(values) | (role in ("upper", "lower")))) for role, values in data.items())


def truths_from_prior(program: Density, count: int, generator: np.random.Generator) -> list[Array]:
    """``count`` points θ ``(p,)`` from the prior.

    Raises
    ------
    NotApplicableError
        A prior is improper, or has no wording but PyMC's.
    """
    try:
        return program.draw_prior(count, generator)
    except ModelError as error:
        raise NotApplicableError(str(error)) from error


def fit(
    program: Density, datasets: Sequence[Dataset], truths: Sequence[Array], names: Sequence[str], seed: int
) -> "Replicates":
    """All data sets under the program's own numbers for priors; of posteriors the ranks of the truths are kept."""
    from ..fit.replicates import Plan, fit_replicates
    from ..intervals import STUDIED

    labels = program.layout.labels

    def rank_of(k: int) -> Any:
        def rank(draws: Array, position: int) -> float:
            values = draws[..., k].ravel()
            thinned = values[np.linspace(0, len(values) - 1, RANKS).round().astype(int)]
            return float(np.sum(thinned < truths[position][k]))

        return rank

    functionals = {label: rank_of(k) for k, label in enumerate(labels)} if "posterior" in names else {}
    truths_by_name = [named(labels, theta) for theta in truths]
    return fit_replicates(
        program.model,
        datasets,
        names,
        priors=program.priors,
        intervals=STUDIED,
        truth=truths_by_name,
        seed=seed,
        plan=Plan(),
        functionals=functionals,
    )


def check_pace(
    subject: Subject, program: Density, datasets: Sequence[Dataset], truths: Sequence[Array], *asked: Any
) -> None:
    """Refuse, in a quick run, thousands of fits of a program most of which would be made one by one.

    Raises
    ------
    NotApplicableError
        Of the first few data sets more than one has an answer, or none, only by itself: under wide priors truths give
        data with no information, such as counts of nothing.
    """
    if subject.effort.patient or program.compiles_many:
        return
    rows = fit(program, datasets[:PROBE], truths[:PROBE], *asked).rows
    single = int((rows["path"] == "single").groupby(rows["replicate"]).any().sum())
    if single > 1:
        raise NotApplicableError(
            f"{single} of the first {PROBE} data sets must be fitted one by one; give narrower priors, "
            "or run without --quick"
        )


def _ranks(replicates: "Replicates", program: Density, count: int) -> tuple["pandas.DataFrame", Array, Array]:
    rows = replicates.rows[replicates.rows["parameter"].isin(program.layout.labels)]
    good = (rows["status"] == "ok").groupby(rows["replicate"]).all()
    kept = good.index[good.to_numpy()]
    ranks = replicates.functionals.pivot(index="replicate", columns="name", values="value").loc[kept]
    if len(kept) < LEAST:
        raise NotApplicableError(f"only {len(kept)} of {count} posteriors could be sampled")
    return rows[rows["replicate"].isin(kept)], ranks[list(program.layout.labels)].to_numpy(), np.array([count])


def ranks(calibration: Calibration) -> Measured:
    """SBC: the truth's rank among the draws is uniform: chi-square of bins, and the mean, which sees a shift sooner."""
    _, table, _ = calibration.fitted
    labels = calibration.subject.program.layout.labels
    count = len(table)
    bins = min(20, count // 5)
    statistics, names = [], []
    for label, column in zip(labels, table.T, strict=True):
        seen = np.bincount((column * bins // (RANKS + 1)).astype(int), minlength=bins)
        # Pearson's chi-square of equal bins, as a normal score; ranks to RANKS have the variance ((RANKS + 1)² − 1)/12.
        square = float(np.sum((seen - count / bins) ** 2) * bins / count)
        variance = ((RANKS + 1) ** 2 - 1) / 12
        mean = (column.mean() - RANKS / 2) / np.sqrt(variance / count)
        statistics += [float(norm.isf(chi2.sf(square, bins - 1) / 2)), float(mean)]
        names += [f"spread of the ranks of {label}", f"mean rank of {label}"]
    k = calibration.subject.budget.z(len(statistics))
    return Measured(statistics, [k], "z", names, f"{count} data sets")


def posterior_coverage(calibration: Calibration) -> Measured:
    """Equal-tailed intervals of posteriors hold a truth from the prior with probability `LEVEL`."""
    rows, _, _ = calibration.fitted
    effective = float(rows["ess_tail"].median())
    # Quantiles of S draws are themselves random: the interval between two of them holds (S + 1)⁻¹ × ranks between.
    return _coverage(rows, calibration.subject, 2 / effective)


def _coverage(rows: "pandas.DataFrame", subject: Subject, allowance: float) -> Measured:
    """z of the coverage of every parameter, exact binomial tails, beyond ``allowance`` on either side."""
    held = (rows["lower"] <= rows["truth"]) & (rows["truth"] <= rows["upper"])
    counts = held.groupby(rows["parameter"], sort=False).agg(["sum", "count"])
    statistics = [_binomial_z(int(s), int(c), allowance) for s, c in zip(counts["sum"], counts["count"], strict=True)]
    shares = counts["sum"] / counts["count"]
    errors = np.sqrt(shares * (1 - shares) / counts["count"])
    names = [
        f"{label} {share:.3f} (MCSE {error:.3f}), {of} data sets"
        for label, share, error, of in zip(counts.index, shares, errors, counts["count"], strict=True)
    ]
    k = subject.budget.z(len(statistics))
    return Measured(statistics, [k], "z", names, f"± {allowance:.2g} allowed")


def _binomial_z(held: int, count: int, allowance: float) -> float:
    low, high = max(LEVEL - allowance, 0.0), min(LEVEL + allowance, 1.0)
    tail = min(1.0, 2 * binom.cdf(held, count, low), 2 * binom.sf(held - 1, count, high))
    return float(norm.isf(max(tail, 1e-300) / 2))


def wald_coverage(subject: Subject) -> Measured:
    """Wald intervals of MLE and MAP hold the truth with probability `LEVEL`, up to terms of order 1/n.

    A pivot with bias δ (in SE) covers 2Φ(z − δ) … ≈ 1 − α − zφ(z)δ², one whose width is off by r gains 2zφ(z)r; δ² and
    r are of the size of the squared shifts that `predict` reports as the remainder. Truths scatter by one standard
    error, as coverage of a count oscillates with p (Brown, Cai & DasGupta 2001, Statistical Science 16, 101–133).
    """
    replicated(subject.program)
    program = subject.subset(MOST_ROWS)
    if not program.model.regular:
        raise NotApplicableError("the support of the data depends on the parameters: there is no normal theory")
    mode, mle = subject.estimate("map"), subject.estimate("mle")
    if not (mode.has_errors and mle.has_errors):
        raise NotApplicableError("an estimate lies on the edge of its support")
    remainder = predict(subject.program, mode, mle).remainder * subject.program.units / program.units
    z = norm.isf((1 - LEVEL) / 2)
    allowance = float(3 * z * norm.pdf(z) * remainder)
    if allowance > MOST_ALLOWED:
        raise NotApplicableError(f"terms of order 1/n may change the coverage by {allowance:.2g}: too much at this n")
    generator = subject.generator(4)
    # Truths from Normal(z, (−H)⁻¹): z + L ε with L Lᵀ the inverse of the information.
    centre = program.coordinates.z(subject.truth)
    root = np.linalg.cholesky(np.linalg.inv(-program.evaluate(centre, 0.0).hessian))
    scatter = generator.standard_normal((subject.effort.replicates, len(centre))) @ root.T
    truths = [program.coordinates.theta(centre + each) for each in scatter]
    used = draw(program, truths, generator), truths, ("mle", "map"), subject.seed
    check_pace(subject, program, *used)
    fits = fit(program, *used)
    rows = fits.rows[fits.rows["parameter"].isin(program.layout.labels)]
    good = rows[rows["status"] == "ok"]
    lost = 1 - len(good) / len(rows)
    if lost > MOST_ALLOWED:
        raise NotApplicableError(f"{100 * lost:.0f} % of the fits have no interval")
    good = good.assign(parameter=good["estimator"] + ", " + good["parameter"])
    return _coverage(good, subject, allowance + lost)
