"""What a reader of a summary must know, in sentences: what was taken for what, and what is missing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..words import listed
from .moments import key_names
from .table import clean
from .table.roles import Roles

if TYPE_CHECKING:
    import pandas as pd


def of(
    groups: "pd.DataFrame", roles: Roles, truth: clean.Truth, reference: str | None, unused: Sequence[str] = ()
) -> tuple[str, ...]:
    """Notes on a table, the most important first."""
    found = [_truth(groups, roles, truth), _ends(roles), _replicates(roles), _reference(groups, reference)]
    found += [_uneven(groups, roles), _columns(roles), _unused(unused)]
    return tuple(note for note in found if note)


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
    told = [
        f"{len(without)} groups have no {reference} in their scenario" if len(without) else "",
        f"{len(alone)} groups share no replicate with it" if len(alone) else "",
    ]
    return f"Not compared: {listed(filter(None, told))}." if any(told) else ""


def _uneven(groups: "pd.DataFrame", roles: Roles) -> str:
    """Replicates that a method lacks altogether can be failures that were thrown away."""
    keys = [name for name, own in zip(key_names(roles), roles.keys, strict=False) if own not in roles.kinds]
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


def _columns(roles: Roles) -> str:
    if roles.own:
        return ""
    told = [f"{role} = {name}" for role, name in roles.columns.items() if role != name]
    told += [f"scenario = {name}" for name in roles.scenario]
    return f"Read as: {', '.join(told)}." if told else ""
