"""The part of a comparison's page on whether the model fits: residuals, predictions, and what is out of line."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ....optional_parts import attempt
from ....quiet import quiet
from ....report.figures.residuals import residuals
from ....report.pages.parts import Paragraph, Part, Picture, Table, TableCell, picture
from ....sampling.tree_groups import PAGE_ROWS
from ...model_fit import ModelFit
from ...outcome import Outcome

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
MOST_DRAWS, MOST_ROWS = 200, PAGE_ROWS
"""Predicted data sets that are drawn, and rows up to which they are."""
ABOUT = (
    "Each value stands somewhere among values that the model draws in its place; if the model is right these places "
    "are spread evenly. Their statistics are compared with those of data sets drawn from the fitted model and fitted "
    "again."
)


def parts(outcome: Outcome) -> list[Part]:
    """The sentence of the screen, the figure, and every statistic beside its reach under the model."""
    judged = outcome.model_fit
    if judged.u is None:
        return [Paragraph(judged.sentence)]
    left_out = _left_out_of(outcome)
    beside = [Paragraph(judged.beside(places)) for places in left_out.values()]
    drawn = _drawn(outcome, judged, left_out)
    return [Paragraph(judged.sentence), *beside, drawn, _table(judged), Paragraph(ABOUT, "quiet")]


def _table(judged: ModelFit) -> Table:
    lines = [
        [
            TableCell(each.name),
            TableCell(f"{each.seen:.3g}", each.seen),
            TableCell(f"{each.low:.3g} to {each.high:.3g}", each.low),
            TableCell(f"{each.apart:+.1f}", each.apart, tone="bad" if judged.misfit and each is judged.worst else ""),
            TableCell(each.words if abs(each.apart) > 2 else "", tone="quiet"),
        ]
        for each in judged.statistics
    ]
    headings = ("statistic", "in the data", "95 % under the model", "standard deviations apart", "in words")
    return Table("What is out of line, of the residuals", headings, lines, frozenset({1, 2, 3}))


def _tree(outcome: Outcome) -> "xarray.DataTree | None":
    """The posterior's, of data with few enough rows to draw all."""
    posterior = outcome.fit.estimates.get("posterior")
    return None if posterior is None or outcome.n > MOST_ROWS else posterior.tree


def _left_out_of(outcome: Outcome) -> dict[str, Array]:
    """LOO-PIT ``(n,)`` under ``posterior``, where there is one."""
    tree = _tree(outcome)
    return {} if tree is None else attempt(lambda: _left_out(tree), lambda _: {}, passing=())


def _drawn(outcome: Outcome, judged: ModelFit, left_out: dict[str, Array]) -> Picture:
    fit, tree = outcome.fit, _tree(outcome)
    assert judged.u is not None and judged.envelope is not None
    transforms = {"mle": judged.u, **left_out}
    predicted = {} if tree is None else _predicted(tree)
    title = f"{outcome.model.name}, n = {outcome.n:,}: data and what the model draws"
    figure = residuals(transforms, judged.envelope, fit.program.data["y"], predicted, title)
    return picture("fit", figure, f"{judged.sentence} The table below has the numbers.", _caption(outcome, predicted))


def _caption(outcome: Outcome, predicted: dict[str, Array]) -> str:
    if outcome.n > MOST_ROWS:
        return f"Of {outcome.n:,} rows, {MOST_ROWS:,} at random are drawn; predictions only of data of up to that many."
    return "" if predicted else "Ask for the groups posterior_predictive and log_likelihood to see predictions, too."


def _left_out(tree: "xarray.DataTree") -> dict[str, Array]:
    """ArviZ's LOO-PIT, where each unit is one y."""
    from arviz_stats import loo_pit

    there = {"posterior_predictive", "log_likelihood", "observed_data"} <= set(tree.children)
    if not there or tree["log_likelihood"]["y"].shape != tree["posterior_predictive"]["y"].shape:
        return {}
    with quiet():
        values = loo_pit(tree, var_names="y")
    values = values["y"] if "y" in getattr(values, "data_vars", {}) else values
    return {"posterior": np.clip(np.asarray(values, dtype=float).ravel(), 0.0, 1.0)}


def _predicted(tree: "xarray.DataTree") -> dict[str, Array]:
    """Up to `MOST_DRAWS` predicted data sets of posterior and prior ``(S, n)``."""
    thinned = {}
    for key in ("posterior", "prior"):
        group = tree.children.get(f"{key}_predictive")
        if group is not None and "y" in group.data_vars:
            draws = group["y"].to_numpy().astype(float)
            flat = draws.reshape(-1, draws.shape[-1])
            thinned[key] = flat[:: max(1, len(flat) // MOST_DRAWS)][:MOST_DRAWS]
    return thinned
