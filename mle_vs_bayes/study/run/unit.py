"""The unit of work, one batch of replicates of one cell, from seeds to files: a pure function of its `WorkUnit`."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...data.dataset import Dataset
from ...errors import MleVsBayesError
from ...model.prior import Prior
from ..keep import arrow, draws
from ..plan import seeds
from ..plan.cells import Cell, Setting, setting_of
from ..vocabulary import own_functions
from ..vocabulary.replicate import Analysed
from ..vocabulary.source import Source

if TYPE_CHECKING:
    import pyarrow

    from ...fit.replicates import Replicates


@dataclass(frozen=True)
class WorkUnit:
    """What a worker is sent: plain text and numbers only."""

    source: Source
    cell: Cell
    variant: str
    priors: Mapping[str, Prior]
    plan: Mapping[str, Any] | None
    seed: int
    batch: int
    first: int
    count: int
    resamples: int | None = None
    """Refits of a bootstrap, where they are not as many as the study says."""

    @property
    def name(self) -> str:
        """The unit's name in files."""
        return f"{self.cell.slug}-b{self.batch:04d}"

    @property
    def key(self) -> str:
        """The unit's name for people."""
        return f"{self.cell.key}, replicates {self.first} to {self.first + self.count - 1}"


@dataclass(frozen=True)
class FinishedUnit:
    """A finished unit: the bytes of its files by folder, how many fits it holds, and how many of them failed."""

    files: Mapping[str, bytes]
    replicates: int
    fits: int
    failed: int
    problems: Mapping[str, int] = field(default_factory=dict)
    """Reasons of failed fits and how often each was met."""
    without: int = 0
    """Fits that have not failed and have no estimate: there is no maximum, or the estimator does not apply."""


def run(job: WorkUnit) -> FinishedUnit:
    """Generate, analyse and write down one batch.

    Raises
    ------
    MleVsBayesError
        The study asks for what cannot be done. Whatever else goes wrong in an analysis is a row.
    """
    began = time.perf_counter()
    setting = setting_of(job.source.study, job.cell)
    drawn = data_sets(setting, job.seed, range(job.first, job.first + job.count))
    fitted, reason = _fitted(setting, job, drawn)
    everything = _rows(setting, job, drawn, fitted, reason)
    table = _kept(everything, setting.study.estimands)
    files = {"rows": arrow.parquet(table)}
    if setting.study.functionals:
        files["functionals"] = arrow.parquet(_functionals(setting, job, drawn, fitted, everything))
    kept = draws.parquet(setting.study, job, fitted)
    if kept is not None:
        files["draws"] = kept
    seconds = {"batch": job.batch, "replicates": job.count, "seconds": time.perf_counter() - began}
    files["timings"] = arrow.parquet(arrow.of_records([{**_key(job), **seconds}], arrow.timing_schema()))
    return FinishedUnit(files, job.count, *count(table))


Drawn = list[tuple[Dataset, dict[str, float]]]


def data_sets(setting: Setting, seed: int, replicates: Sequence[int]) -> Drawn:
    """Data and truth of each replicate: pure functions of the study's seed and the replicate's key.

    Raises
    ------
    ModelError
        One cannot be simulated; the sentence names it.
    """
    return [
        setting.draw(seeds.generator(seed, "data", *setting.data_key, replicate), replicate=replicate)
        for replicate in replicates
    ]


def sampler_seed(job: WorkUnit) -> int:
    """The seed of everything random in the analysis of a batch."""
    return seeds.number(job.seed, "sampler", job.cell.model, job.cell.scenario, job.cell.n, job.batch)


def _fitted(setting: Setting, job: WorkUnit, drawn: Drawn) -> tuple["Replicates | None", str | None]:
    """The package's own estimators, or why none of them could be run."""
    names = setting.study.fitted
    if not names:
        return None, None
    from ...fit.replicates import Plan, fit_replicates
    from ...intervals import STUDIED

    try:
        replicates = fit_replicates(
            setting.model,
            [data for data, _ in drawn],
            names,
            priors=job.priors,
            intervals=tuple(setting.study.intervals) or STUDIED,
            level=setting.study.level,
            resamples=job.resamples or setting.study.resamples,
            truth=[truth for _, truth in drawn],
            seed=sampler_seed(job),
            plan=None if job.plan is None else Plan(**job.plan),
            keep=range(len(drawn)) if setting.study.functionals else draws.sampled(setting.study, job),
        )
    except MleVsBayesError:
        raise
    except Exception as error:  # noqa: BLE001 — a batch that cannot be fitted is rows with the reason
        return None, own_functions.reason(error)
    return replicates, None


def _rows(
    setting: Setting, job: WorkUnit, drawn: Drawn, fitted: "Replicates | None", reason: str | None
) -> "pyarrow.Table":
    """All rows of the batch, replicate by replicate."""
    import pyarrow

    shared = {**_key(job), "variant": job.variant, "level": setting.study.level}
    parts = []
    if fitted is not None:
        columns = {**shared, "replicate": fitted.rows["replicate"] + job.first}
        parts.append(arrow.of_frame(fitted.rows.assign(**{k: v for k, v in columns.items() if k != "level"})))
    own = []
    for replicate, (data, truth) in enumerate(drawn, start=job.first):
        labels = tuple(setting.study.estimands) or tuple(truth)
        common = {**shared, "replicate": replicate, "truth": truth}
        for name, function in setting.study.custom.items():
            own += own_functions.estimated(function, data, labels, {**common, "estimator": name})
        if reason is not None:
            for name in estimator_names(setting.study.fitted):
                own += own_functions.failed(labels, {**common, "estimator": name}, reason)
    if own or not parts:
        parts.append(arrow.of_rows(own))
    return pyarrow.concat_tables(parts).sort_by([("replicate", "ascending")]).combine_chunks()


def estimator_names(choices: Sequence[str]) -> tuple[str, ...]:
    """The names in rows of the estimators asked for."""
    from ...estimators import chosen

    return chosen(tuple(choices)) if choices else ()


def _kept(table: "pyarrow.Table", estimands: Sequence[str]) -> "pyarrow.Table":
    """The rows of the quantities that the study is about."""
    if not estimands:
        return table
    import pyarrow.compute

    return table.filter(pyarrow.compute.is_in(table["parameter"], value_set=pyarrow.array(list(estimands))))


def _functionals(
    setting: Setting, job: WorkUnit, drawn: Drawn, fitted: "Replicates | None", table: "pyarrow.Table"
) -> "pyarrow.Table":
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        rows.setdefault(row["replicate"], []).append(row)
    records = []
    for position, (data, truth) in enumerate(drawn):
        replicate = job.first + position
        own = rows.get(replicate, [])
        labels = () if fitted is None else fitted.labels
        posterior = None if fitted is None else fitted.draws(position)
        analysed = Analysed(data, truth, own, setting.model, job.priors, labels, posterior)
        key = {**_key(job), "variant": job.variant, "replicate": replicate}
        records += [{**key, **found} for found in own_functions.functionals(setting.study.functionals, analysed)]
    return arrow.of_records(records, arrow.functional_schema())


def count(table: "pyarrow.Table") -> tuple[int, int, dict[str, int], int]:
    """Fits of a table, those that failed, their reasons, and those that have no estimate without having failed.

    A fit is one estimator on one replicate. Where the likelihood has no maximum nothing has failed, yet a performance
    measure has one replicate fewer.
    """
    import pyarrow
    import pyarrow.compute as pc

    fit = ["replicate", "estimator"]
    absent = pc.is_null(table["estimate"])
    lost, missing = (
        table.filter(pc.and_(absent, pc.is_in(table["status"], pyarrow.array(statuses))))
        for statuses in (["failed"], ["divergent", "not_applicable"])
    )
    fits, failed, without = (each.select(fit).group_by(fit).aggregate([]).num_rows for each in (table, lost, missing))
    reasons = (
        lost.select([*fit, "reason"]).group_by([*fit, "reason"]).aggregate([])["reason"].value_counts().to_pylist()
    )
    return fits, failed, {each["values"] or "no reason given": each["counts"] for each in reasons}, without


def _key(job: WorkUnit) -> dict[str, Any]:
    cell = job.cell
    return {"study": job.source.name, "model": cell.model, "scenario": cell.scenario, "n": cell.n}
