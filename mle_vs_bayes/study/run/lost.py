"""The rows of a unit that no worker could finish: each fit failed, with the reason."""

from ..keep import arrow
from ..plan.cells import setting_of
from ..vocabulary import own_functions
from . import unit
from .unit import FinishedUnit, WorkUnit


def result(job: WorkUnit, reason: str) -> FinishedUnit:
    """A finished unit whose fits have all failed; nothing of the study is run for it, as that is what kills workers."""
    setting = setting_of(job.source.study, job.cell)
    study, model = setting.study, setting.model
    names = [p.name for p in model.parameters] + [f.name for f in model.functions]
    labels = tuple(study.estimands or names)
    cell = {"model": job.cell.model, "scenario": job.cell.scenario, "n": job.cell.n}
    shared = {"study": job.source.name, **cell, "variant": job.variant, "level": study.level, "truth": {}}
    estimators = (*unit.estimator_names(study.fitted), *study.custom)
    rows = [
        row
        for replicate in range(job.first, job.first + job.count)
        for name in estimators
        for row in own_functions.failed(labels, {**shared, "replicate": replicate, "estimator": name}, reason)
    ]
    table = arrow.of_rows(rows)
    return FinishedUnit({"rows": arrow.parquet(table)}, job.count, *unit.count(table))
