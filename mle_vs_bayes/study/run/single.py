"""One replicate of a study again, alone and with everything shown: its data, seeds, rows then and now."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...data.dataset import Dataset
from ...errors import UsageError
from ..keep.store import Store
from ..plan import study_plan as designs
from ..plan.cells import setting_of
from . import unit
from .run import source_of
from .unit import WorkUnit

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Single:
    """A replicate by its key: ``before`` are the stored rows, empty where its batch is not done; ``now`` the new."""

    key: str
    job: WorkUnit
    seed: int
    data: Dataset
    truth: Mapping[str, float]
    before: "pandas.DataFrame"
    now: "pandas.DataFrame"
    traces: Mapping[str, str]
    """Tracebacks of the study's own estimators that raised, by name."""


def single(folder: Path, key: str) -> Single:
    """Run the replicate MODEL/SCENARIO/N/REPLICATE of the study in a folder again; nothing there is changed.

    Its data are the same to the last bit. So are its rows, but for posterior draws where a batch is sampled as one
    problem: alone, they are other draws of the same posterior.

    Raises
    ------
    UsageError
        No study, or no such replicate.
    """
    import pandas

    source, design = source_of(folder), designs.load(folder)
    designs.check_source(folder, source)
    place, _, number = key.rpartition("/")
    cell = next((each for each in design.cells if each.cell.key == place), None)
    if cell is None or not number.isdecimal():
        known = f"{design.cells[0].cell.key}/0"
        raise UsageError(f'the study has no replicate "{key}"; write MODEL/SCENARIO/N/REPLICATE, such as {known}.')
    position = int(number)
    job = design.job(source, cell, position // design.batch)
    path = Store(folder).path("rows", job.name)
    before = pandas.read_parquet(path) if path.exists() else pandas.DataFrame(columns=["replicate"])
    alone = replace(job, first=position, count=1)
    setting = setting_of(source.study, cell.cell)
    data, truth = unit.data_sets(setting, design.seed, [position])[0]
    now = pandas.read_parquet(_buffer(unit.run(alone).files["rows"]))
    traces = {name: found for name, function in setting.study.custom.items() if (found := _trace(function, data))}
    stored = before[before["replicate"] == position]
    return Single(key, job, unit.sampler_seed(job), data, truth, stored, now, traces)


def _trace(function: Any, data: Dataset) -> str | None:
    try:
        function(data)
    except Exception:  # noqa: BLE001 — the author's function, whose traceback is what is asked for
        return traceback.format_exc()
    return None


def _buffer(content: bytes) -> Any:
    import io

    return io.BytesIO(content)
