"""The small words of error sentences: lists of names, row numbers, values as they were seen."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any


def listed(names: Iterable[Any], limit: int = 20) -> str:
    """``a, b and c``; beyond ``limit`` names only how many more there are."""
    words = [str(name) for name in names]
    if len(words) > limit:
        return f"{', '.join(words[:limit])} and {len(words) - limit} more"
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str) -> str:
    """``1 page`` or ``2,000 pages``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def in_rows(rows: Sequence[Any]) -> str:
    """``row 3`` or ``rows 1, 2, 3, 4, 5 and 7 more``; rows count from 1, the header not included."""
    return f"row {rows[0]}" if len(rows) == 1 else f"rows {listed(rows, limit=5)}"


def shown(value: Any) -> str:
    """A value as the person would recognise it: text in quotes and not too long, numbers with ten digits."""
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 40 else f'"{value[:37]}..."'
    if isinstance(value, float):
        return f"{value:.10g}"
    return shown(str(value)) if len(str(value)) > 40 else str(value)


def as_written(value: Any) -> str:
    """A level or a setting as people write it: 1 for 1.0, without quotes."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def closest(name: str, names: Iterable[str]) -> str | None:
    """What was meant by ``name``, letter case aside: a name that differs by a typing error, or that it is a part of.

    Names that merely share letters (lognormal and normal, gaussian and poisson) are others: no advice is better then.
    """
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    typed = name.lower()
    near = difflib.get_close_matches(typed, by_lower_case, n=3, cutoff=0.7)
    for candidate in near:
        if abs(len(candidate) - len(typed)) <= 2:
            return by_lower_case[candidate]
    parts = [one for one in by_lower_case if len(typed) >= 3 and (one.startswith(typed) or typed in one.split("_"))]
    return by_lower_case[parts[0]] if parts else None


def nearest(name: str, names: Iterable[str]) -> str:
    """`` (did you mean age?)`` or nothing: the `closest` of ``names``."""
    near = closest(name, names)
    return f" (did you mean {near}?)" if near else ""
