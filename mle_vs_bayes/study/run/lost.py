"""The rows of a unit that no worker could finish: each fit failed, with the reason."""

from ..keep import arrow
from ..plan.cells import setting_of
from ..plan.work import FinishedUnit, WorkUnit
from ..vocabulary import own_functions
from ..vocabulary.study import package_estimators
from . import unit


def result(job: WorkUnit, reason: str) -> FinishedUnit:
    """A finished unit whose fits have all failed; nothing of the study is run for it, as that is what kills workers."""
    setting = setting_of(job.study, job.cell)
    study, model = setting.study, setting.model
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
    return FinishedUnit(files, job.count, *unit.count(table))
