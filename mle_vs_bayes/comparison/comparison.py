"""What `compare` returns: the outcome with the plots, files, texts and further questions people have of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import intervals as kinds
from ..errors import UsageError
from ..intervals.interval import Interval, IntervalRequest, check_level
from ..machine_code import one_machine_code
from ..threads import single_threaded
from . import verdict
from .forms import json_document, tree
from .outcome import Outcome

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

    from ..fit.prediction.new_rows import FittedTable
    from ..intervals.profile.curve import ProfileCurve
    from .explanation import Explanation
    from .forms.effects import Effects
    from .forms.predictions import Predictions
    from .scores.report import ScoreReport
    from .sensitivity import Sensitivity


class InterruptedComparison(KeyboardInterrupt):
    """Ctrl-C; ``comparison`` is what was done until then: the estimators, and the sizes of n, that were complete."""

    def __init__(self, comparison: "Comparison") -> None:
        super().__init__("interrupted")
        self.comparison = comparison


@single_threaded
class Comparison(Outcome):
    """What `compare` returns: an `Outcome`, and every form people want it in."""

    source: "FittedTable | None" = None
    """The table that the model was fitted to, where it was fitted to one."""

    def predict(self, data: Any) -> "Predictions":
        """Mean response and prediction interval of each new row, by every estimator of the largest n, side by side.

        ``data`` is a frame, a mapping of columns, or a file. The mean's error is the delta method's at an optimum, and
        its interval for y that of the distribution at the estimate (plug-in); the posterior's are quantiles of draws.
        A member of a group that the fit has seen has its own effect, over which the mean and its error are taken; the
        effect of a new one is drawn from the distribution of all. `save` writes the rows as ``predictions.csv``.

        Raises
        ------
        UsageError, DataError
            An outcome without a mean; new data that cannot be read, or lack a column or a value.
        """
        from .forms.predictions import predictions
        from .sources import frame_of

        return self._keep("predictions", predictions(self, self.source, frame_of(data)))

    def _keep[T](self, name: str, part: T) -> T:
        """Remember what was asked for, for the page and the files."""
        self.asked[name] = part
        return part

    def effect(self, *covariates: str) -> "Effects":
        """How much the mean response differs, averaged over the rows of the fit, when a covariate is another.

        Levels of a category against its first, 1 against 0, x + 1 against x: by every estimator of the largest n. The
        error is the delta method's at an optimum; the posterior's are of its draws. Members of groups are taken for new
        ones. `save` writes ``effects.csv``.

        Raises
        ------
        UsageError
            No covariate of that name, or an outcome without a mean.
        """
        from .forms.effects import effects

        return self._keep("effects", effects(self, self.source, covariates))

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
        return any(verdict.strict(fit) for fit in self.fits) or self.model_fit.misfit

    @property
    def answered(self) -> bool:
        """Whether any estimator has an answer at the largest n; not where all fits failed."""
        return verdict.answered(self.fit)

    def profile(self, label: str, estimator: str = "mle") -> "ProfileCurve":
        """The profile of one parameter or derived quantity at the largest n; ``.interval(level)`` reads off its ends.

        Of the likelihood around the MLE, or (``estimator="map"``) of likelihood × prior around the MAP.

        Raises
        ------
        UsageError
            No such quantity, another estimator, or one that has no optimum.
        """
        from ..intervals.profile.profile import profile_curve

        powers = {"mle": 0.0, "map": 1.0}
        if estimator not in powers or estimator not in self.fit.estimates:
            raise UsageError(f'there is no optimum of "{estimator}" to profile; fit mle or map.')
        return profile_curve(self.fit.program, self[estimator], label, powers[estimator])

    def interval(self, label: str, kind: str, estimator: str | None = None, level: float | None = None) -> "Interval":
        """One kind of interval of one parameter or derived quantity at the largest n; its ``lower`` and ``upper``.

        Of the first fitted estimator that the kind belongs to unless one is named, at the comparison's level.

        Raises
        ------
        UsageError
            No such quantity, kind or estimator, or a level outside (0, 1).
        """
        return _interval(self, label, kind, estimator, self.level if level is None else level)

    def explain(self) -> "Explanation":
        """Why posterior mean and MLE differ at the largest n: prior and skewness, which add up, and remarks."""
        return self._keep("explanation", self.explanation)

    @one_machine_code()
    def page(self, *others: "Comparison", nulls: Mapping[str, float] | None = None) -> "ScoreReport":
        """Tests of quantities against ``nulls`` and model scores, beside ``others`` fitted to the same data.

        Without ``nulls``: every coefficient but the intercept at 0, and what makes the model a simpler one.

        Raises
        ------
        UsageError
            A quantity the model does not have, or other data.
        """
        from .scores.report import page

        return self._keep("scores", page(self, others, nulls or {}))

    def sensitivity(self) -> "Sensitivity":
        """Prior sensitivity by power scaling at the largest n: ArviZ's measure and the shift of the mean.

        Raises
        ------
        UsageError
            There is no posterior.
        """
        from .sensitivity import sensitivity

        return self._keep("sensitivity", sensitivity(self.fit))

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return json_document.document(self)

    def plot(self) -> "Figure":
        """The forest of all estimators and their intervals."""
        from ..report.figures import estimates

        return estimates.forest(self.model_scale)

    def figures(self) -> "dict[str, Figure]":
        """Every figure there is for these fits, by file name."""
        from .forms.figures import pictures
        from .forms.material import Material

        return pictures(Material(self))

    def save(self, folder: str | Path, command: str = "") -> list[Path]:
        """Leave the page, rows, DataTree, statsmodels summary and figures in ``folder``; all files or none.

        ``command`` stands on the page as how to do it again.

        Raises
        ------
        OutputError
            When the folder cannot be written.
        """
        from .forms.files import save

        return save(self, Path(folder), command)

    def __str__(self) -> str:
        from ..report.text import plain

        return plain(self.screen())

    def screen(self, only: Sequence[str] = ()) -> Any:
        """What the terminal shows, as a rich renderable; in its tables the quantities that a pattern of ``only`` fits.

        In a pattern ``*`` is anything and ``?`` one sign, and all else, brackets too, is literal: ``beta[x*]``.
        """
        from .forms.screen import screen

        return screen(self, only)

    def _repr_html_(self) -> str:
        """The parts of the page that `save` leaves, for a notebook; they need no widgets."""
        from ..report.pages import render
        from .forms.figures import pictures
        from .forms.material import Material
        from .forms.page.page import page

        material = Material(self)
        return render.fragment(page(material, pictures(material)))


def _interval(outcome: Outcome, label: str, kind: str, estimator: str | None, level: float) -> Interval:
    """The interval of ``kind`` of the quantity ``label``: of the estimator named, or the first it belongs to."""
    kinds.chosen((kind,))
    program, fitted = outcome.fit.program, outcome.fit.estimates
    if label not in program.quantity_labels:
        known = ", ".join(program.quantity_labels)
        raise UsageError(f'{program.model.name} has no quantity "{label}"; it has {known}.')
    check_level(level)
    owners = [name for name in kinds.KINDS[kind].estimators if name in fitted and estimator in (None, name)]
    if not owners:
        words = " or ".join(kinds.KINDS[kind].estimators)
        raise UsageError(f"an interval of kind {kind} is one of {words}; fit one of them and name no other estimator.")
    request = IntervalRequest(program, fitted[owners[0]], level, outcome.seed)
    return kinds.KINDS[kind].compute(request)[program.quantity_labels.index(label)]
