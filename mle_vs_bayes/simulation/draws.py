"""Posterior draws that are kept: of a seeded sample of replicates, and of every one that something was wrong with."""

from typing import TYPE_CHECKING

import numpy as np

from . import seeds, tables
from .study import Study

if TYPE_CHECKING:
    import pandas

    from ..replicates import Replicates
    from .unit import Job


def parquet(study: Study, job: "Job", fitted: "Replicates | None") -> bytes | None:
    """One Parquet file: replicate, chain, draw and a column per quantity; None where nothing is kept."""
    if fitted is None:
        return None
    import pyarrow

    flagged = _flagged(fitted.rows)
    parts = []
    for position in range(job.count):
        values = fitted.draws(position)
        chance = seeds.share(job.seed, "draws", job.cell.key, job.first + position)
        if values is None or not (position in flagged or chance < study.keep_draws):
            continue
        chains, length, _ = values.shape
        key = {
            "replicate": np.full(chains * length, job.first + position),
            "chain": np.repeat(np.arange(chains), length),
            "draw": np.tile(np.arange(length), chains),
        }
        columns = {label: values[:, :, index].ravel() for index, label in enumerate(fitted.labels)}
        parts.append(pyarrow.table({**key, **columns}))
    return tables.parquet(pyarrow.concat_tables(parts).combine_chunks()) if parts else None


def _flagged(rows: "pandas.DataFrame") -> set[int]:
    """Positions whose posterior failed, or was of concern."""
    own = rows[rows["estimator"] == "posterior"]
    wrong = own[(own["status"] != "ok") | (own["concerns"].fillna("") != "")]
    return {int(position) for position in wrong["replicate"].unique()}
