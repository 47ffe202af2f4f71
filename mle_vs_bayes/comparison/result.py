"""What `compare` returns: the fits of every n, and every form people want them in."""

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import rows as row_schema
from ..contract.model import Model
from ..errors import UsageError
from ..estimators.estimate import Estimate
from . import document, tree, verdict
from .agreement import Agreement
from .estimators import ESTIMATORS
from .fit import Fit

if TYPE_CHECKING:
    import pandas
    import xarray
    from matplotlib.figure import Figure

    from ..intervals.profile_curve import ProfileCurve
    from .explanation import Explanation
    from .sensitivity import Sensitivity


class Comparison:
    """Estimators of one model side by side, on one data set or on nested subsets of it.

    ``comparison["mle"]`` is the `Estimate` at the largest n; ``["mle"].results`` is statsmodels'
    own results object, ``["posterior"].tree`` ArviZ's DataTree.
    """

    def __init__(self, model: Model, fits: tuple[Fit, ...], level: float, seed: int, columns: dict[str, str]) -> None:
        self.model, self.fits, self.level, self.seed, self.columns = model, fits, level, seed, columns

    @property
    def fit(self) -> Fit:
        """The fit of the largest n."""
        return self.fits[-1]

    @property
    def n(self) -> int:
        """Rows of the largest fit."""
        return self.fit.program.data.n

    def __getitem__(self, estimator: str) -> Estimate:
        return self.fit.estimates[estimator]

    @property
    def rows(self) -> "pandas.DataFrame":
        """Tidy rows of every n: the columns of `rows.Row`."""
        return row_schema.frame(row for fit in self.fits for row in fit.rows)

    @property
    def table(self) -> "pandas.DataFrame":
        """The largest n, wide: one line per quantity; estimate, se, lower, upper of each estimator."""
        tidy = row_schema.frame(self.fit.rows).drop_duplicates(["parameter", "estimator"])
        wide = tidy.pivot(index="parameter", columns="estimator", values=["estimate", "se", "lower", "upper"])
        order = [(name, value) for name in self.fit.estimates for value in ("estimate", "se", "lower", "upper")]
        return wide.swaplevel(axis=1)[order].loc[list(tidy["parameter"].unique())]

    @property
    def agreement(self) -> tuple[Agreement, ...]:
        """Observed and expected differences of each pair of estimators, at the largest n."""
        return self.fit.agreement

    @property
    def data_tree(self) -> "xarray.DataTree":
        """The posterior's DataTree with the groups ``mle`` and ``map`` inside."""
        return tree.with_point_estimates(self.fit)

    @property
    def verdict(self) -> str:
        """Does it matter which estimator is used? One sentence with a number."""
        return verdict.headline(self.fit)

    @property
    def of_concern(self) -> bool:
        """Whether ``--strict`` would fail."""
        return any(verdict.strict(fit) for fit in self.fits)

    def profile(self, label: str, estimator: str = "mle") -> "ProfileCurve":
        """The profile of one parameter or derived quantity at the largest n; ``.interval(level)`` reads off its ends.

        Of the likelihood around the MLE, or (``estimator="map"``) of likelihood × prior around the MAP.

        Raises
        ------
        UsageError
            No such quantity, another estimator, or one that has no optimum.
        """
        from ..intervals.profile import profile_curve

        powers = {"mle": 0.0, "map": 1.0}
        if estimator not in powers or estimator not in self.fit.estimates:
            raise UsageError(f'there is no optimum of "{estimator}" to profile; fit mle or map.')
        return profile_curve(self.fit.program, self[estimator], label, powers[estimator])

    def explain(self) -> "Explanation":
        """Why posterior mean and MLE differ at the largest n: prior and skewness, which add up, and remarks."""
        from .explanation import explain

        return explain(self.fit)

    def sensitivity(self) -> "Sensitivity":
        """Prior sensitivity by power scaling at the largest n: ArviZ's measure and the shift of the mean.

        Raises
        ------
        UsageError
            There is no posterior.
        """
        from .sensitivity import sensitivity

        return sensitivity(self.fit)

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return document.document(self)

    def plot(self) -> "Figure":
        """The forest of all estimators and their intervals."""
        from ..report import figures

        return figures.forest(row_schema.frame(self.fit.rows))

    def figures(self) -> "dict[str, Figure]":
        """Every figure there is for these fits, by file name."""
        from .pictures import pictures

        return pictures(self)

    def save(self, folder: str | Path) -> list[Path]:
        """Leave rows, DataTree, statsmodels summary and figures in ``folder``; all files or none.

        Raises
        ------
        OutputError
            When the folder cannot be written.
        """
        from .files import save

        return save(self, Path(folder))

    def __str__(self) -> str:
        from ..report.text import plain

        return plain(self.screen())

    def screen(self) -> Any:
        """What the terminal shows, as a rich renderable."""
        from .screen import screen

        return screen(self)

    def _repr_html_(self) -> str:
        words = [html.escape(text) for text in (self.verdict, *verdict.concerns(self.fit))]
        renamed = self.table.rename(columns={name: kind.words for name, kind in ESTIMATORS.items()}, level=0)
        body = renamed.to_html(float_format=lambda value: f"{value:.4g}", na_rep="–")
        return f"<p><b>{html.escape(self.model.name)}</b>, n = {self.n}</p>{body}" + "".join(
            f"<p>{w}</p>" for w in words
        )
