"""Many data sets of one model, all estimators: one fit after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.data import Dataset
from ..contract.model import Model
from ..contract.prior import Prior

if TYPE_CHECKING:
    import pandas

Truths = Mapping[str, float] | Sequence[Mapping[str, float]] | None


@dataclass(frozen=True)
class Plan:
    """What a pilot has decided, in plain numbers; sampling of each data set here."""

    draws: int = 1000
    tune: int = 1000
    chains: int = 4


@dataclass(frozen=True)
class Replicates:
    """Rows of all data sets, ``replicate`` being their position, and the posterior draws of each."""

    rows: "pandas.DataFrame"
    labels: tuple[str, ...]
    kept: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)

    def draws(self, position: int) -> NDArray[np.float64] | None:
        """Posterior draws ``(chains, draws, quantities)`` of one data set, or None."""
        return self.kept.get(position)


def plan_replicates(
    model: str | Model,
    datasets: Sequence[Dataset],
    estimators: Sequence[str] = (),
    *,
    priors: Mapping[str, Prior | str] | None = None,
) -> Plan:
    """How to fit data sets such as these."""
    del model, datasets, estimators, priors  # one fit after another needs no pilot
    return Plan()


def fit_replicates(
    model: str | Model,
    datasets: Sequence[Dataset],
    estimators: Sequence[str] = ("mle", "map", "posterior"),
    *,
    priors: Mapping[str, Prior | str] | None = None,
    intervals: Sequence[str] = (),
    level: float = 0.95,
    truth: Truths = None,
    seed: int = 0,
    plan: Plan | None = None,
) -> Replicates:
    """Every estimator on every data set; a failed fit is a row."""
    import pandas

    from ..comparison.compare import compare
    from ..contract.draws import by_label

    sampling = plan or Plan()
    tables, kept = [], {}
    labels: tuple[str, ...] = ()
    for position, data in enumerate(datasets):
        found = compare(
            model,
            data,
            priors=dict(priors or {}),
            estimators=estimators,
            intervals=intervals,
            level=level,
            seed=seed + position,
            draws=sampling.draws,
            tune=sampling.tune,
            chains=sampling.chains,
            groups=(),
        )
        labels = found.fit.program.quantity_labels
        table = found.rows.assign(replicate=position)
        truths = truth if isinstance(truth, Mapping) or truth is None else truth[position]
        if truths is not None:
            table["truth"] = table["parameter"].map(dict(truths))
        tables.append(table)
        estimate = found.fit.estimates.get("posterior")
        if estimate is not None and estimate.tree is not None:
            draws = by_label(estimate.tree)
            kept[position] = np.stack([draws[name] for name in labels], axis=-1)
    rows = pandas.concat(tables, ignore_index=True)
    return Replicates(rows.astype({"replicate": "Int64"}), tuple(labels), kept)
