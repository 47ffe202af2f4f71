"""`summarise`: from a table of estimates to its performance measures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..rows import plain
from ..words import listed
from . import groups as grouping
from . import moments, pairs, ranks
from .measures import MEASURES, measured
from .moments import key_names
from .table import checks, clean, source
from .table import columns as tables
from .table.clean import Truth
from .table.roles import Roles

if TYPE_CHECKING:
    import pandas as pd


KINDS_OF_ERROR = ("robust", "published")
RESULT = ("method", "measure", "value", "mcse", "lower", "upper", "used", "failed")
"""Columns of a summary after those of the scenario."""

OF_FRAMES = ("lower", "upper")
"""Columns of `RESULT` that a JSON document leaves out: its other keys are the scenario's."""


@dataclass(frozen=True)
class Summary:
    """The measures as a frame (scenario columns, then `RESULT`), and what a reader must know of them."""

    measures: "pd.DataFrame"
    scenario: tuple[str, ...]
    """Columns that tell scenarios apart; n is one of them."""
    kinds: tuple[str, ...]
    """Columns that tell the lines of one method apart: kind and level of the interval, scale of the estimate."""
    n: str | None
    """The column with the sample size."""
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """``measures`` as plain JSON values, null and never NaN, and ``notes``."""
        first = ["measure", "method"]
        columns = [*first, *(name for name in self.measures.columns if name not in (*first, *OF_FRAMES))]
        return {"measures": records(self.measures[columns]), "notes": list(self.notes)}


def records(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """Lines as dictionaries that JSON can hold."""
    missing = frame.astype(object).where(frame.notna(), None)
    return [{str(key): plain(value) for key, value in line.items()} for line in missing.to_dict("records")]


@dataclass(frozen=True)
class SummaryRequest:
    """What `summarise` was asked; see there."""

    reference: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    scenario: tuple[str, ...] = ()
    truth: Truth = None
    level: float = 0.95
    null: float = 0.0
    mcse: str = "robust"

    def check(self) -> None:
        """Refuse numbers that mean nothing.

        Raises
        ------
        UsageError
            A level outside (0, 1), a truth or null value that is not finite.
        """
        if not 0 < self.level < 1:
            raise UsageError(f"level is {self.level:g}; it must lie inside (0, 1), such as 0.95.")
        if self.mcse not in KINDS_OF_ERROR:
            raise UsageError(f'there is no Monte-Carlo error "{self.mcse}"; choose {" or ".join(KINDS_OF_ERROR)}.')
        truths = self.truth.values() if isinstance(self.truth, Mapping) else [self.truth]
        for name, value in (*(("truth", truth) for truth in truths), ("null", self.null)):
            if value is not None and not math.isfinite(value):
                raise UsageError(f"{name} is {value:g}; it must be a finite number.")


def summarise(
    table: Any,
    *,
    reference: str | None = None,
    columns: Mapping[str, str] | None = None,
    scenario: Sequence[str] = (),
    truth: Truth = None,
    level: float = 0.95,
    null: float = 0.0,
    mcse: str = "robust",
) -> "pd.DataFrame":
    """Performance measures of every method in every scenario, one line each, with Monte-Carlo standard errors.

    Parameters
    ----------
    table
        Estimates, one row per replicate, method and scenario: a pandas frame, a PyArrow table, a file (CSV, TSV,
        Parquet, JSON), a folder of Parquet chunks or a glob. The columns of `rows.Row` are recognised as they are.
    reference
        The method that relative precision and paired differences compare with.
    columns
        Column by role, where its name does not tell: replicate, method, estimate, se, lower, upper, truth, df …
    scenario
        Columns that tell scenarios apart; by default those known by name, and text.
    truth
        The true value where no column has it; where the table has several estimands, by parameter.
    level
        Level of the intervals, inside (0, 1): of Wald's where there are no ends, and of the score.
    null
        The value that rejection rates test, in units of the estimate.
    mcse
        Monte-Carlo standard errors: ``robust``, which hold whatever the estimates' distribution, or ``published``, to
        agree with printed tables (`published`).

    Returns
    -------
    pandas.DataFrame
        The scenario columns, then method, measure (`measures.MEASURES`), value, mcse, lower and upper (95 %
        Monte-Carlo interval, Wilson's for proportions), used and failed (numbers of replicates). Relative precision
        and relative error of the model SE are in per cent, as in Morris, White & Crowther (2019), relative bias is a
        fraction.

    Raises
    ------
    DataError, UsageError
        A table that cannot be used, or a column, role or method that is not there.
    """
    asked = SummaryRequest(reference, columns or {}, tuple(scenario), truth, level, null, mcse)
    return summary(table, asked).measures


def summary(table: Any, asked: SummaryRequest) -> Summary:
    """As `summarise`, with notes for people."""
    asked.check()
    with source.connect(table) as connection:
        said = source.made_long(connection, asked.columns)
        roles = tables.assigned(connection, said, asked.scenario)
        checks.truth_given(connection, roles, asked.truth)
        groups = moments.means(connection, roles, asked.truth)
        checks.after_means(connection, groups, roles)
        groups = grouping.with_levels(groups, roles, asked.level)
        centred = moments.centred(connection, groups, roles, asked.truth)
        groups = moments.sums(connection, groups, centred, asked.null, roles)
        checks.after_sums(connection, groups, roles)
        groups = grouping.with_failed(groups, roles)
        groups["has_truth"] = groups["truths"] > 0
        if asked.reference is not None:
            references = grouping.links(groups, roles, asked.reference)
            groups = pairs.joint(connection, groups, references, centred)
        if "rank" in roles:
            groups = ranks.counted(connection, groups, centred)
        unused = () if roles.own else tables.without_role(connection, roles)
    measures = _lines(groups, roles, asked)
    kinds = tuple(name for name in roles.keys if name in roles.kinds)
    scenario = tuple(name for name in roles.keys if name not in kinds)
    notes = remarks(groups, roles, asked.truth, asked.reference, unused)
    return Summary(measures, scenario, kinds, roles.columns.get("n"), notes)


def _lines(groups: "pd.DataFrame", roles: tables.Roles, asked: SummaryRequest) -> "pd.DataFrame":
    """One line per scenario, measure and method, in the order of the keys, of `MEASURES` and of the methods."""
    import pandas as pd

    available = {role for role in ("truth", "se", "prior_sd", "rank") if role in roles}
    available |= {"truth"} if asked.truth is not None else set()
    available |= {"reference"} if asked.reference is not None else set()
    available |= {"interval"} if {"se", "lower", "upper"} & set(roles.columns) else set()
    lines = pd.concat(measured(groups, frozenset(available), as_published=asked.mcse == "published"), ignore_index=True)
    keys = moments.labels(groups, (*roles.keys, "method"))
    blocks = keys.groupby(list(roles.keys), dropna=False, sort=False).ngroup() if roles.keys else 0
    table = keys.assign(gid=groups["gid"], block_=blocks).merge(lines, on="gid", how="right")
    place = {measure.name: position for position, measure in enumerate(MEASURES)}
    table = table.assign(place_=table["measure"].map(place)).sort_values(["block_", "place_", "gid"], kind="stable")
    return table[[*roles.keys, *RESULT]].reset_index(drop=True)


def remarks(
    groups: "pd.DataFrame", roles: Roles, truth: clean.Truth, reference: str | None, unused: Sequence[str] = ()
) -> tuple[str, ...]:
    """Notes on a table, the most important first."""
    sentences = [_truth(groups, roles, truth), _ends(roles), _replicates(roles), _reference(groups, reference)]
    sentences += [_uneven(groups, roles), _columns(roles, truth), _unused(unused)]
    return tuple(note for note in sentences if note)


def _truth(groups: "pd.DataFrame", roles: Roles, truth: clean.Truth) -> str:
    if truth is not None and "truth" in roles:
        return f'The truth is the one given, and not what column "{roles.columns["truth"]}" holds.'
    if isinstance(truth, Mapping) and (without := groups["truths"] == 0).any():
        cell = f"k{roles.keys.index(roles.columns['parameter'])}"
        return f"No truth for {listed(groups.loc[without & (groups['fitted'] > 0), cell].astype(str).unique())}."
    if truth is not None and roles.scenario:
        return f"The one truth, {truth:g}, is taken for every value of {listed(roles.scenario)}."
    if truth is not None or groups["truths"].any():
        return ""
    return (
        "No truth, so no bias, error or coverage: give it with --truth T, or its column with --column truth=NAME; "
        "what needs none is here."
    )


def _ends(roles: Roles) -> str:
    missing = [end for end in ("lower", "upper") if end not in roles]
    if len(missing) == 1:
        return f"No {missing[0]} ends: intervals are open there; their column is --column {missing[0]}=NAME."
    if missing and "se" not in roles:
        return "No standard error and no interval: only measures of the estimates are here."
    return ""


def _replicates(roles: Roles) -> str:
    return "" if "replicate" in roles else "No replicate column: every row counts as one replicate."


def _reference(groups: "pd.DataFrame", reference: str | None) -> str:
    if reference is None:
        return ""
    alone = groups[(groups["has_reference"] > 0) & (groups["pair_pairs"] == 0) & (groups["used"] > 0)]
    without = groups[groups["has_reference"] == 0]
    sentences = [
        f"{len(without)} groups have no {reference} in their scenario" if len(without) else "",
        f"{len(alone)} groups share no replicate with it" if len(alone) else "",
    ]
    return f"Not compared: {listed(filter(None, sentences))}." if any(sentences) else ""


def _uneven(groups: "pd.DataFrame", roles: Roles) -> str:
    """Replicates that a method lacks altogether can be failures that were thrown away."""
    keys = [name for name, column in zip(key_names(roles), roles.keys, strict=False) if column not in roles.kinds]
    numbers = groups.assign(scenario_=0).groupby([*keys, "scenario_"], dropna=False)["total"]
    few = (groups["total"] < numbers.transform("max").to_numpy()).sum()
    if not few:
        return ""
    return (
        f"{few} of {len(groups)} groups have fewer replicates than others of their scenario: if failed fits were left "
        "out of the table, they are not counted as failed."
    )


def _unused(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"Not used: {listed(names)}; say what such a column is with --column ROLE=NAME."


def _columns(roles: Roles, truth: clean.Truth) -> str:
    """What each column was read as, but for a truth that another was given for."""
    if roles.own:
        return ""
    read = {role: name for role, name in roles.columns.items() if role != "truth" or truth is None}
    words = [name if role == name else f"{role} = {name}" for role, name in read.items()]
    words += [f"scenario = {name}" for name in roles.scenario]
    return f"Read as: {', '.join(words)}." if words else ""
