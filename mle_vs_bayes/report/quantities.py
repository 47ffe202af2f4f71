"""Which quantities a screen shows, and in which order: those asked for, and each ratio beside its coefficient."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_RATIO = re.compile(r"\w+_ratio(\[.*\])")
SAME = 0.1
"""Standard errors: a ratio whose estimators are apart as those of its coefficient, up to this, says nothing more."""


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


def ratios(labels: Sequence[str]) -> dict[str, str]:
    """The ratio, by coefficient, that is its exponential."""
    pairs = ((_coefficient(label, labels), label) for label in labels)
    return {coefficient: label for coefficient, label in pairs if coefficient != label}


def ratio_name(coefficients: Mapping[str, str]) -> str:
    """What a column of these ratios is called: ``odds_ratio``."""
    return ", ".join(dict.fromkeys(label.partition("[")[0] for label in coefficients.values()))


def once(labels: Sequence[str]) -> list[str]:
    """The labels without each ratio whose coefficient is among them."""
    beside = set(ratios(labels).values())
    return [label for label in labels if label not in beside]


def telling(records: Sequence[Mapping[str, Any]], only: Sequence[str] = ()) -> list[str]:
    """The labels to show of records of distances: a ratio only where its estimators are apart in another way.

    That is by more than `SAME` standard errors other than those of its coefficient, or furthest of all, which is what
    the verdict speaks of.
    """
    labels = chosen([record["parameter"] for record in records], only)
    apart = {(record["parameter"], record["pair"]): record["in_se"] for record in records}
    furthest = max(apart, key=lambda key: abs(apart[key]), default=("", ""))[0]
    same = {
        ratio
        for coefficient, ratio in ratios(labels).items()
        if ratio != furthest
        and all(
            abs(value - apart.get((coefficient, pair), value + 2 * SAME)) <= SAME
            for (label, pair), value in apart.items()
            if label == ratio
        )
    }
    return [label for label in labels if label not in same]


def _coefficient(label: str, labels: Sequence[str]) -> str:
    """The coefficient whose exponential this ratio is, or the label itself."""
    match = _RATIO.fullmatch(label)
    coefficient = "" if match is None else f"beta{match.group(1)}"
    return coefficient if coefficient in labels else label
