"""Which quantities a screen shows, and in which order: those asked for, each ratio behind its coefficient."""

import re
from collections.abc import Iterable, Sequence

_RATIO = re.compile(r"\w+_ratio(\[.*\])")


def chosen(labels: Iterable[str], only: Sequence[str] = ()) -> list[str]:
    """The labels that one of the patterns ``only`` fits, all without any; `odds_ratio[x]` stands behind `beta[x]`."""
    fitting = [label for label in dict.fromkeys(labels) if not only or any(fits(label, pattern) for pattern in only)]
    behind: dict[str, list[str]] = {}
    for label in fitting:
        behind.setdefault(_coefficient(label, fitting), []).append(label)
    return [label for labels in behind.values() for label in labels]


def fits(label: str, pattern: str) -> bool:
    """Whether a pattern with ``*`` (anything) and ``?`` (one sign) fits; all other signs, brackets too, are literal."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, label) is not None


def _coefficient(label: str, labels: Sequence[str]) -> str:
    """The coefficient whose exponential this ratio is, or the label itself."""
    found = _RATIO.fullmatch(label)
    coefficient = "" if found is None else f"beta{found.group(1)}"
    return coefficient if coefficient in labels else label
