"""Planning a study: cells, priors in plain numbers and each cell's plan, once and for all."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ...data.dataset import Dataset
from ...errors import UsageError
from ...model.layout import Layout
from ...words import listed, nearest
from ..vocabulary.source import Source
from ..vocabulary.study import package_estimators
from . import seeds
from .cells import Setting, data_sets, settings
from .study_plan import PlannedCell, StudyPlan, prior, record, versions

LARGE = 1000
"""Units, at least, of the data set from which priors that scale with the data take their numbers."""
LOOKS = 4
"""Times, at most, that a quick run asks whether its verdict is settled."""
QUICK_RESAMPLES = 200
"""Refits of a bootstrap in a quick run."""
PILOT = 100
"""Replicates that a pilot looks at."""


def design(
    source: Source,
    *,
    seed: int,
    request: Mapping[str, Any],
    command: str,
    step: Callable[[str], None] = lambda words: None,
) -> StudyPlan:
    """The design of a study; ``request`` may hold ``replicates`` and ``target_mcse`` in place of the study's own.

    ``step`` is called with what is planned, as it begins.

    Raises
    ------
    UsageError
        The study asks for what cannot be done.
    """
    study, quick = source.study, source.quick
    chosen = settings(study)
    for each in (study, *(setting.study for setting in chosen)):
        package_estimators(each.fitted)  # an unknown estimator or kind of interval is refused before anything runs
        _check_intervals(each.intervals, each.fitted)
    usual = not quick and request.get("replicates") is None
    quick_ones = min(study.quick_replicates, study.replicates)
    replicates = request.get("replicates") or (quick_ones if quick else study.replicates)
    if replicates < 1:
        raise UsageError(f"the number of replicates is {replicates}; it must be above 0.")
    batch = min(study.batch, replicates)
    cells = _cells(chosen, seed, batch, step, own_replicates=usual)
    return StudyPlan(
        study=source.name,
        file=source.path,
        sha256=source.digest,
        seed=seed,
        quick=quick,
        batch=batch,
        replicates=replicates,
        target_mcse=dict(request.get("target_mcse") or study.target_mcse),
        cells=tuple(cells),
        seconds_per_unit=None,
        versions=versions(),
        command=command,
        resamples=min(QUICK_RESAMPLES, study.resamples) if quick else None,
        looks=LOOKS if quick and request.get("replicates") is None else 1,
    )


def _cells(
    chosen: Sequence[Setting], seed: int, batch: int, step: Callable[[str], None], *, own_replicates: bool
) -> list[PlannedCell]:
    """Each cell with the priors and the plan of its model and scenario, which are the same at every n."""
    every = len({(setting.cell.model, setting.cell.scenario) for setting in chosen})
    priors: dict[tuple[str, str], dict[str, Any]] = {}
    plans: dict[tuple[str, str], dict[str, Any] | None] = {}
    cells = []
    for setting in chosen:
        cell, place = setting.cell, (setting.cell.model, setting.cell.scenario)
        if place not in priors:
            step(f"planning {'/'.join(dict.fromkeys(place))}, {len(priors) + 1} of {every}")
            priors[place] = _priors(setting, seed, max(LARGE, *(each.cell.n for each in chosen)))
        variant = _variant(setting)
        if place not in plans:
            plans[place] = _plan(setting, priors[place], seed, batch)
        plan = plans[place]
        replicates = setting.scenario.replicates if own_replicates else None
        fewer = replicates if replicates is not None and replicates < batch else None
        cells.append(PlannedCell(cell.model, cell.scenario, cell.n, variant, priors[place], plan, replicates, fewer))
    return cells


def _priors(setting: Setting, seed: int, n: int) -> dict[str, Any]:
    """Priors in plain numbers: what scales with the data does so with one large data set of the scenario."""
    model, study = setting.model, setting.study
    of_functions = setting.generating is None and not study.fitted  # who knows whether the model could read the data
    if model is None or model.fixed_priors or (of_functions and not setting.scenario.priors):
        return {}
    from ...fit.priors import resolve

    data, _ = setting.draw(seeds.generator(seed, "priors", *setting.data_key[:2]), n)
    _check_target(setting, data)
    resolved = resolve(model, setting.scenario.priors, data)
    return {name: record(prior) for name, prior in resolved.items()}


def _check_target(setting: Setting, data: Dataset) -> None:
    """Refuse the truth of a quantity that the only model does not have, where no function could estimate it.

    Raises
    ------
    UsageError
        With the quantities that there are.
    """
    study, scenario = setting.study, setting.scenario
    if study.custom or (scenario.model is None and len(study.models) > 1):
        return
    assert setting.model is not None
    labels = Layout(setting.model, data).quantity_labels(setting.model.functions)
    for name in scenario.target or ():
        if name not in labels:
            raise UsageError(
                f"the target of scenario {scenario.name} names {name}{nearest(name, labels)}, but the quantities of "
                f"{setting.model.name} are {listed(labels, 12)} there."
            )


def _variant(setting: Setting) -> str:
    if not setting.scenario.priors:
        return "default"
    from ...fit.priors import variant

    return variant(setting.scenario.priors)


def _plan(setting: Setting, priors: Mapping[str, Any], seed: int, batch: int) -> dict[str, Any] | None:
    """The pilot's decisions for the cells of a model and scenario, on the first data sets of the first of them."""
    if "posterior" not in setting.study.fitted:
        return None
    from ...fit.replicates import plan_replicates

    numbers = {name: prior(each) for name, each in priors.items()}
    drawn = data_sets(setting, seed, range(min(PILOT, batch)), numbers)
    assert setting.model is not None
    pilot = plan_replicates(setting.model, [data for data, _ in drawn], priors=numbers, seed=seed, cores=1)
    decided: dict[str, Any] = json.loads(json.dumps(asdict(pilot)))  # as a resumed run will read it
    return decided


def _check_intervals(kinds: Sequence[str], estimators: Sequence[str]) -> None:
    if kinds and estimators:
        from ...intervals import chosen, notes

        chosen(tuple(kinds))
        notes(package_estimators(estimators), tuple(kinds))
