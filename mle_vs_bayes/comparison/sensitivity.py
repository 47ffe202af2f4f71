"""Prior sensitivity by power scaling: what would change if the prior, or the likelihood, were a little stronger.

``prior`` and ``likelihood`` are ArviZ's measure: by how much the marginal posterior changes, as cumulative
Jensen–Shannon distance per doubling of the power. [1]_ Beside it is how the posterior mean moves per unit
of the prior's power at 1, by the identity

    d E[g] / dα = Cov(g, log π)

over the posterior draws, and how the mode moves on the path from MLE to MAP (`prior_path`), Σ∇log π. Where
the posterior is near normal the two agree to the order of `agreement.Expected.remainder`.

.. [1] Kallioinen, Paananen, Bürkner & Vehtari (2024), Detecting and diagnosing prior and likelihood sensitivity
   with power-scaling, Statistics and Computing 34, 57.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from ..errors import UsageError
from ..fit.fit import Fit
from ..rows import plain
from ..sampling.draws import by_label, stacked, varies
from ..sampling.tree_groups import thinning
from ..search import prior_path

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

THRESHOLD = 0.05
"""ArviZ's: for a normal posterior that only moves, a quarter of its standard deviation per doubling of the power."""
_STEP = 1e-3
"""Step, in units of the shift per unit of power: central differences of a derived quantity err by its square."""
CONFLICT, STRONG = "prior_likelihood_conflict", "prior_sensitive"


@dataclass(frozen=True, kw_only=True)
class PowerSensitivity:
    """One quantity: ArviZ's measure for both components, and the shifts per unit of the prior's power.

    ``mean_shift`` with its Monte-Carlo error and ``mode_shift`` are in posterior standard deviations, and None where
    the posterior has none; ``mode_shift`` is None without a MAP. ``concern`` is a code of ``concerns.py`` or None.
    """

    quantity: str
    prior: float
    likelihood: float
    mean_shift: float | None
    monte_carlo_error: float | None
    mode_shift: float | None = None
    concern: str | None = None


@dataclass(frozen=True)
class Sensitivity:
    """One `PowerSensitivity` per quantity, in the order of the rows."""

    parts: tuple[PowerSensitivity, ...]

    def __getitem__(self, quantity: str) -> PowerSensitivity:
        return {part.quantity: part for part in self.parts}[quantity]

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """ArviZ's diagnoses, each once: with the numbers of the quantity that follows the prior most."""
        remarks = []
        for code in (CONFLICT, STRONG):
            concerned = sorted((part for part in self.parts if part.concern == code), key=lambda part: -part.prior)
            more = f" and {len(concerned) - 1} more" if len(concerned) > 1 else ""
            for part in concerned[:1]:
                numbers = f"prior {part.prior:.2f}, likelihood {part.likelihood:.2f}"
                remarks.append(Concern(code, f"{part.quantity}: {numbers}{more}"))
        return tuple(remarks)

    def document(self) -> dict[str, Any]:
        """What it adds to the JSON document."""
        return {"sensitivity": self.records()}

    def records(self) -> list[dict[str, Any]]:
        """The parts as JSON can hold them."""
        return [{name: plain(value) for name, value in asdict(part).items()} for part in self.parts]

    def screen(self, only: Sequence[str] = ()) -> Any:
        """What the terminal shows, as a rich renderable; in its table the quantities that ``only`` fits."""
        from ..report import text

        return text.sensitivity(self.records(), [str(concern) for concern in self.concerns], only)

    def __str__(self) -> str:
        from ..report.text import plain as without_colour

        return without_colour(self.screen())


def sensitivity(fit: Fit) -> Sensitivity:
    """Power-scaling sensitivity of every quantity of a fit.

    Raises
    ------
    UsageError
        There is no posterior to reweight.
    """
    posterior = fit.estimates.get("posterior")
    if posterior is None or posterior.tree is None:
        raise UsageError("prior sensitivity reweights posterior draws; fit the estimator posterior, too.")
    top = fit.estimates.get("map")
    mode = top.point if top is not None and top.has_errors else None
    return of_draws(fit.program, posterior.tree, mode)


def of_draws(program: Density, tree: "xarray.DataTree", mode: Array | None) -> Sensitivity:
    """The sensitivity from a tree with ``posterior`` and ``log_prior``, and the MAP ``(p,)``, if there is one."""
    draws, log_prior, log_likelihood = _thinned(program, tree)
    measures = {"prior": psense(draws, log_prior), "likelihood": psense(draws, log_likelihood)}
    moved = {} if mode is None else _mode_shift(program, mode)
    parts = []
    for label, lacking in zip(program.quantity_labels, program.missing_moments, strict=True):
        prior, likelihood = measures["prior"][label], measures["likelihood"][label]
        shifts = _shifts(draws[label], log_prior, moved.get(label)) if lacking.deviation is None else (None,) * 3
        parts.append(
            PowerSensitivity(
                quantity=label,
                prior=prior,
                likelihood=likelihood,
                mean_shift=shifts[0],
                monte_carlo_error=shifts[1],
                mode_shift=shifts[2],
                concern=diagnosis(prior, likelihood),
            )
        )
    return Sensitivity(tuple(parts))


def _shifts(draws: Array, log_prior: Array, moved: float | None) -> tuple[float, float, float | None]:
    """Of the mean, its Monte-Carlo error, and of the mode, in posterior standard deviations."""
    still = not varies(draws)
    spread = 1.0 if still else float(np.std(draws))
    shift, error = (0.0, 0.0) if still else _covariance(draws, log_prior)
    return shift / spread, error / spread, None if moved is None else moved / spread


def diagnosis(prior: float, likelihood: float) -> str | None:
    """ArviZ's reading of the two measures (Kallioinen et al. 2024), as a code of ``concerns.py``."""
    if prior < THRESHOLD:
        return None
    return CONFLICT if likelihood >= THRESHOLD else STRONG


def _thinned(program: Density, tree: "xarray.DataTree") -> tuple[dict[str, Array], Array, Array]:
    """Draws by label, log prior and log-likelihood of the whole sample at each: all ``(chain, draw)``.

    Draws are thinned where evaluating all would cost too much; the likelihood is NumPy's.
    """
    step = thinning(program, tree)
    every = by_label(tree)
    draws = {label: every[label][:, ::step] for label in program.quantity_labels}
    columns = stacked(tree, program.layout.slices)[:, ::step]
    if "log_prior" in tree.children:
        log_prior = np.sum([values[:, ::step] for values in by_label(tree, "log_prior").values()], axis=0)
    else:
        log_prior = program.log_prior_of_draws(columns.reshape(-1, columns.shape[-1])).reshape(columns.shape[:2])
    flat = program.log_likelihood_of_draws(columns.reshape(-1, columns.shape[-1]))
    return draws, np.asarray(log_prior), flat.reshape(columns.shape[:2])


def psense(draws: dict[str, Array], component: Array) -> dict[str, float]:
    """ArviZ's measure of each quantity, by label, for one component ``(chain, draw)`` of the log density."""
    import arviz_base
    import arviz_stats

    if np.ptp(component) == 0:  # a flat prior to any power is the same flat prior
        return dict.fromkeys(draws, 0.0)
    moving = {label: values for label, values in draws.items() if varies(values)}
    # Numbers for names: a label such as beta[x / 2] may hold a slash, a variable of a DataTree may not.
    posterior = {str(i): values for i, values in enumerate(moving.values())}
    tree = arviz_base.from_dict({"posterior": posterior, "log_prior": {"total": component}})
    table = arviz_stats.psense(tree, group="prior")
    return {**dict.fromkeys(draws, 0.0), **{label: float(table[str(i)]) for i, label in enumerate(moving)}}


def _covariance(values: Array, log_prior: Array) -> tuple[float, float]:
    """Cov(g, log π) over draws ``(chain, draw)`` and its Monte-Carlo standard error."""
    import arviz_stats

    products = (values - values.mean()) * (log_prior - log_prior.mean())
    error = float(arviz_stats.mcse(products)) if np.ptp(products) > 0 else 0.0
    return float(products.mean()), error


def _mode_shift(program: Density, mode: Array) -> dict[str, float]:
    """dg/dα by label at α = 1 along the prior path; empty where the path has no mode there."""
    (step,) = prior_path.path(program, (1.0,), start=mode)
    if step.status != "ok":
        return {}
    ahead, behind = (program.quantities(step.point + side * _STEP * step.slope) for side in (1, -1))
    return dict(zip(program.quantity_labels, ((ahead - behind) / (2 * _STEP)).tolist(), strict=True))
