"""One replicate of a study again, alone and with everything shown: its data, seeds, rows then and now."""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import UsageError
from ..keep import plan_file
from ..keep.store import Store
from ..plan.cells import data_sets, setting_of
from ..plan.work import WorkUnit
from ..vocabulary.replicate import Replicate
from . import unit

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Single:
    """A replicate by its key: ``before`` are the stored rows, empty where its batch is not done; ``now`` the new."""

    key: str
    job: WorkUnit
    seed: int
    data: Mapping[str, Any]
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

    source, design = plan_file.source_of(folder), plan_file.load(folder)
    plan_file.check_source(folder, source)
    place, _, number = key.rpartition("/")
    cell = next((each for each in design.cells if each.cell.key == place), None)
    if cell is None or not number.isdecimal():
        known = f"{design.cells[0].cell.key}/0"
        raise UsageError(f'the study has no replicate "{key}"; write MODEL/SCENARIO/N/REPLICATE, such as {known}.')
    position = int(number)
    job = design.job(source, cell, position // design.batch_of(cell))
    path = Store(folder).path("rows", job.name)
    before = pandas.read_parquet(path) if path.exists() else pandas.DataFrame(columns=["replicate"])
    alone = replace(job, first=position, count=1)
    setting = setting_of(source.study, cell.cell)
    data, truth = data_sets(setting, design.seed, [position], job.priors)[0]
    now = pandas.read_parquet(_buffer(unit.run(alone).files["rows"]))
    (replicate,) = unit.replicates(setting, alone, [(data, truth)], None)
    tried = {name: _trace(function, replicate) for name, function in setting.study.custom.items()}
    traces = {name: trace for name, trace in tried.items() if trace}
    stored = before[before["replicate"] == position]
    return Single(key, job, unit.sampler_seed(job), data, truth, stored, now, traces)


def _trace(function: Any, replicate: Replicate) -> str | None:
    try:
        function(replicate)
    except Exception:  # noqa: BLE001 — the author's function, whose traceback is what is asked for
        return traceback.format_exc()
    return None


def _buffer(content: bytes) -> Any:
    import io

    return io.BytesIO(content)
