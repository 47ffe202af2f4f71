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


def nearest(name: str, names: Iterable[str]) -> str:
    """``; did you mean age?`` or nothing: the closest of ``names``, letter case aside."""
    by_lower_case = {candidate.lower(): candidate for candidate in names}
    near = difflib.get_close_matches(name.lower(), by_lower_case, n=1, cutoff=0.6)
    return f" (did you mean {by_lower_case[near[0]]}?)" if near else ""
