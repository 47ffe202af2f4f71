"""Posterior draws that are kept: of a seeded sample of replicates, and of every one that something was wrong with."""

from typing import TYPE_CHECKING

import numpy as np

from ..plan import seeds
from ..vocabulary.study import Study
from . import arrow

if TYPE_CHECKING:
    import pandas

    from ...fit.replicates import Replicates
    from ..plan.work import WorkUnit


def parquet(study: Study, job: "WorkUnit", fitted: "Replicates | None") -> bytes | None:
    """One Parquet file: replicate, chain, draw and a column per quantity; None where nothing is kept."""
    if fitted is None:
        return None
    import pyarrow

    wanted = _flagged(fitted.rows) | sampled(study, job)
    parts = []
    for position in range(job.count):
        values = fitted.draws(position)
        if values is None or position not in wanted:
            continue
        chains, length, _ = values.shape
        key = {
            "replicate": np.full(chains * length, job.first + position),
            "chain": np.repeat(np.arange(chains), length),
            "draw": np.tile(np.arange(length), chains),
        }
        columns = {label: values[:, :, index].ravel() for index, label in enumerate(fitted.labels)}
        parts.append(pyarrow.table({**key, **columns}))
    return arrow.parquet(pyarrow.concat_tables(parts).combine_chunks()) if parts else None


def sampled(study: Study, job: "WorkUnit") -> set[int]:
    """Positions in a batch whose draws are kept whatever comes of them: a share that the seed decides."""
    chances = [seeds.share(job.seed, "draws", job.cell.key, job.first + position) for position in range(job.count)]
    return {position for position, chance in enumerate(chances) if chance < study.keep_draws}


def _flagged(rows: "pandas.DataFrame") -> set[int]:
    """Positions whose posterior failed, or was of concern."""
    own = rows[rows["estimator"] == "posterior"]
    wrong = own[(own["status"] != "ok") | (own["concerns"].fillna("") != "")]
    return {int(position) for position in wrong["replicate"].unique()}
