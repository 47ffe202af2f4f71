"""What `fit_replicates` gives: rows, draws that were kept, and any replicate fitted in full on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...data.dataset import Dataset
from ...density.density import Density
from ...density.model_density import density_of
from ...estimators.likelihood_model import LikelihoodModel
from ...model.model import Model
from ...model.prior import Prior
from ...sampling.plan import Plan
from ..fit import Fit, fit
from ..row_table import Context

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Replicates:
    """The fits of many data sets.

    ``rows`` has the columns of `rows.Row`; its ``replicate`` is the place in the data sets given. ``path`` says how a
    row was reached: ``joint`` in a batch, ``few`` or ``alone`` where it had to be sampled again, ``single`` by the
    path of `compare`.
    """

    rows: "pandas.DataFrame"
    labels: tuple[str, ...]
    plan: Plan | None
    kept: Mapping[int, Any]
    functionals: "pandas.DataFrame"
    """Numbers read from each posterior: columns replicate, name, value."""
    evaluations: int
    """Gradient evaluations of the sampler, each counted once per replicate in its batch."""
    model: Model
    datasets: Sequence[Dataset]
    priors: Sequence[Mapping[str, Prior] | None]
    context: Context

    def draws(self, position: int) -> Any:
        """Draws ``(chains, draws, quantities)`` in the order of ``labels``, or None where none were kept."""
        return self.kept.get(position)

    def program(self, position: int) -> Density:
        """The density of one data set.

        Raises
        ------
        ValueError
            Its data set cannot be fitted.
        """
        priors = self.priors[position]
        if priors is None:
            raise ValueError(f"data set {position} cannot be fitted")
        return density_of(self.model, self.datasets[position], priors)

    def results(self, position: int) -> Any:
        """statsmodels' results of one replicate's maximum likelihood, from the estimate in the rows; None without."""
        rows = self.rows[(self.rows["replicate"] == position) & (self.rows["estimator"] == "mle")]
        program = self.program(position)
        rows = rows.drop_duplicates("parameter").set_index("parameter").loc[list(program.layout.labels)]
        if rows.empty or not rows["estimate"].notna().all():
            return None
        theta = rows["estimate"].to_numpy(dtype=float)
        z = program.coordinates.z(theta)
        spread = program.coordinates.covariance(z, program.evaluate(z, 0.0).hessian) if program.model.regular else None
        return LikelihoodModel(program).fit_at(theta, spread)

    def fit(self, position: int, *estimators: str) -> Fit:
        """One replicate fitted alone, as `compare` does, with everything it says."""
        from ...estimators import Settings, chosen

        names = chosen(estimators)
        return fit(self.program(position), names, Settings(self.context.seed), self.context, lambda step: None)
