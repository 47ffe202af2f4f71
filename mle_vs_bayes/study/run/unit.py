"""The unit of work: one batch of replicates of one cell, from seeds to finished files; a pure function of its data."""

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import MleVsBayesError
from ...rows import Row
from ...threads import single_thread
from ..keep import arrow
from ..plan import seeds
from ..plan.cells import Setting, data_sets, setting_of
from ..plan.work import FinishedUnit, WorkUnit
from ..vocabulary import own_functions
from ..vocabulary.replicate import Replicate
from ..vocabulary.study import Study, package_estimators

if TYPE_CHECKING:
    import pandas
    import pyarrow

    from ...fit.replicates import Replicates

Drawn = Sequence[tuple[Any, dict[str, float]]]


@single_thread()
def run(job: WorkUnit) -> FinishedUnit:
    """Generate, analyse and write down one batch.

    Raises
    ------
    MleVsBayesError
        The study asks for what cannot be done. Whatever else goes wrong in an analysis is a row.
    """
    began = time.perf_counter()
    setting = setting_of(job.study, job.cell)
    drawn = data_sets(setting, job.seed, range(job.first, job.first + job.count), job.priors)
    fitted, reason = _fitted(setting, job, drawn)
    analysed = list(replicates(setting, job, drawn, fitted))
    custom = [_own_rows(setting, job, replicate, place, reason) for place, replicate in enumerate(analysed)]
    table = _kept(_table(job, fitted, custom), setting.study.estimands)
    files = {"rows": arrow.parquet(table)}
    if setting.study.functionals:
        files["functionals"] = arrow.parquet(_functionals(setting, job, analysed))
    kept = kept_draws(setting.study, job, fitted)
    if kept is not None:
        files["draws"] = kept
    seconds = {"batch": job.batch, "replicates": job.count, "seconds": time.perf_counter() - began}
    files["timings"] = arrow.parquet(arrow.of_records([{**job.columns, **seconds}], arrow.timing_schema()))
    return FinishedUnit(files, job.count, *count(table))


def sampler_seed(job: WorkUnit) -> int:
    """The seed of everything random in the analysis of a batch."""
    return seeds.number(job.seed, "sampler", job.cell.model, job.cell.scenario, job.cell.n, job.batch)


def _fitted(setting: Setting, job: WorkUnit, drawn: Drawn) -> tuple["Replicates | None", str | None]:
    """The package's own estimators, or why none of them could be run."""
    study = setting.study
    if not study.fitted or setting.model is None:
        return None, None
    from ...fit.replicates import Plan, fit_replicates
    from ...intervals import STUDIED

    try:
        fitted = fit_replicates(
            setting.model,
            [data for data, _ in drawn],
            study.fitted,
            priors=job.priors,
            intervals=tuple(study.intervals) or STUDIED,
            level=study.level,
            resamples=job.resamples or study.resamples,
            truth=[truth for _, truth in drawn],
            seed=sampler_seed(job),
            plan=None if job.plan is None else Plan(**job.plan),
            keep=range(len(drawn)) if study.functionals or study.custom else _seeded(study, job),
        )
    except MleVsBayesError:
        raise
    except Exception as error:  # noqa: BLE001 — a batch that cannot be fitted is rows with the reason
        return None, own_functions.reason(error)
    return fitted, None


def replicates(setting: Setting, job: WorkUnit, drawn: Drawn, fitted: "Replicates | None") -> Iterator[Replicate]:
    """Each replicate as the study's own functions see it, with the rows of the package's estimators."""
    needed = bool(setting.study.functionals or setting.study.custom)
    rows: list[list[dict[str, Any]]] = [[] for _ in drawn]
    if fitted is not None and needed:
        for record in arrow.of_frame(fitted.rows).to_pylist():
            rows[record["replicate"]].append(record)
    for place, (data, truth) in enumerate(drawn):
        yield Replicate(
            data,
            truth,
            n=job.cell.n,
            at=setting.scenario.at,
            model=setting.model,
            priors=job.priors,
            draw=partial(_again, setting, job, job.first + place),
            seeded=partial(seeds.generator, job.seed, "own", *setting.data_key, job.first + place),
            rows=rows[place],
            labels=() if fitted is None else fitted.labels,
            all_draws=None if fitted is None or not needed else fitted.draws(place),
        )


def _again(setting: Setting, job: WorkUnit, replicate: int, n: int, generator: np.random.Generator) -> Any:
    """More data from the truth of a replicate, which the first use of its own generator tells again."""
    truths = seeds.generator(job.seed, "data", *setting.data_key, replicate)
    return setting.draw(generator, n, replicate, truth=setting.truth(truths, job.priors))[0]


def _own_rows(setting: Setting, job: WorkUnit, replicate: Replicate, place: int, reason: str | None) -> list[Row]:
    """Rows of the study's own estimators on one replicate, each of which sees those before it."""
    study, rows = setting.study, list[Row]()
    labels = tuple(study.estimands) or tuple(replicate.truth)
    shared = {**job.columns, "variant": job.variant, "level": study.level, "replicate": job.first + place}
    shared["truth"] = replicate.truth
    seen = replicate.rows
    assert isinstance(seen, list)
    for name, function in study.custom.items():
        answers = own_functions.estimated(function, replicate, labels, {**shared, "estimator": name})
        seen += map(vars, answers)
        rows += answers
    if reason is not None:
        for name in package_estimators(study.fitted):
            rows += own_functions.failed(labels, {**shared, "estimator": name}, reason)
    return rows


def _table(job: WorkUnit, fitted: "Replicates | None", custom: Sequence[Sequence[Row]]) -> "pyarrow.Table":
    """All rows of the batch, replicate by replicate."""
    import pyarrow

    rows = [row for several in custom for row in several]
    parts = []
    if fitted is not None:
        columns = {**job.columns, "variant": job.variant, "replicate": fitted.rows["replicate"] + job.first}
        parts.append(arrow.of_frame(fitted.rows.assign(**columns)))
    if rows or not parts:
        parts.append(arrow.of_rows(rows))
    return pyarrow.concat_tables(parts).sort_by([("replicate", "ascending")]).combine_chunks()


def _kept(table: "pyarrow.Table", estimands: Sequence[str]) -> "pyarrow.Table":
    """The rows of the quantities that the study is about."""
    if not estimands:
        return table
    import pyarrow.compute

    return table.filter(pyarrow.compute.is_in(table["parameter"], value_set=pyarrow.array(list(estimands))))


def _functionals(setting: Setting, job: WorkUnit, analysed: Sequence[Replicate]) -> "pyarrow.Table":
    records = []
    for position, replicate in enumerate(analysed, start=job.first):
        key = {**job.columns, "variant": job.variant, "replicate": position}
        records += [{**key, **each} for each in own_functions.functionals(setting.study.functionals, replicate)]
    return arrow.of_records(records, arrow.functional_schema())


def count(table: "pyarrow.Table") -> tuple[int, int, Mapping[str, int], int]:
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


def lost(job: WorkUnit, reason: str) -> FinishedUnit:
    """A finished unit whose fits have all failed; nothing of the study is run for it, as that is what kills workers."""
    setting = setting_of(job.study, job.cell)
    study, model = setting.study, setting.without_groups
    names = [] if model is None else [p.name for p in model.parameters] + [f.name for f in model.functions]
    labels = tuple(study.estimands or names or ("?",))
    key = {**job.columns, "variant": job.variant}
    shared = {**key, "level": study.level, "truth": {}}
    estimators = (*package_estimators(study.fitted), *study.custom)
    rows = [
        row
        for replicate in range(job.first, job.first + job.count)
        for name in estimators
        for row in own_functions.failed(labels, {**shared, "replicate": replicate, "estimator": name}, reason)
    ]
    table = arrow.of_rows(rows)
    files = {"rows": arrow.parquet(table)}
    if study.functionals:
        records = [
            {**key, "replicate": replicate, "name": name, "status": "failed", "reason": reason}
            for replicate in range(job.first, job.first + job.count)
            for name in study.functionals
        ]
        files["functionals"] = arrow.parquet(arrow.of_records(records, arrow.functional_schema()))
    return FinishedUnit(files, job.count, *count(table))


def kept_draws(study: Study, job: "WorkUnit", fitted: "Replicates | None") -> bytes | None:
    """One Parquet file: replicate, chain, draw and a column per quantity; None where nothing is kept."""
    if fitted is None:
        return None
    import pyarrow

    positions = _flagged(fitted.rows) | _seeded(study, job)
    parts = []
    for position in range(job.count):
        values = fitted.draws(position)
        if values is None or position not in positions:
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


def _seeded(study: Study, job: "WorkUnit") -> set[int]:
    """Positions in a batch whose draws are kept whatever comes of them: a share that the seed decides."""
    chances = [seeds.share(job.seed, "draws", job.cell.key, job.first + position) for position in range(job.count)]
    return {position for position, chance in enumerate(chances) if chance < study.keep_draws}


def _flagged(rows: "pandas.DataFrame") -> set[int]:
    """Positions whose posterior failed, or was of concern."""
    posteriors = rows[rows["estimator"] == "posterior"]
    wrong = posteriors[(posteriors["status"] != "ok") | (posteriors["concerns"].fillna("") != "")]
    return {int(position) for position in wrong["replicate"].unique()}
