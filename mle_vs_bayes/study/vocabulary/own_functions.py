"""A study's own functions, called on each replicate: whatever they raise becomes a row with the reason.

NumPy does not warn in them: a value that is no number is in the row, too.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...rows import Row
from .replicate import Replicate


def estimated(
    function: Callable[[Replicate], Any], replicate: Replicate, labels: Sequence[str], shared: Mapping[str, Any]
) -> list[Row]:
    """The rows of one custom estimator on one replicate; one failed row per label where it raises.

    ``shared`` holds what all rows of the replicate have in common; its ``truth`` is a mapping by label.
    """
    truths = shared["truth"]
    common = {"path": "custom", **shared}
    try:
        with np.errstate(all="ignore"):
            answers = list(_columns(function(replicate)))
        return [Row(**{**common, "truth": truths.get(name), "parameter": name, **columns}) for name, columns in answers]
    except Exception as error:  # noqa: BLE001 — the author's function: its failure is a result of the study
        return failed(labels or ("?",), common, reason(error))


def failed(labels: Sequence[str], shared: Mapping[str, Any], why: str) -> list[Row]:
    """One row without a number per label."""
    truths = shared["truth"]
    ended = {"status": "failed", "reason": why, "converged": False}
    return [Row(**{**shared, "truth": truths.get(name), "parameter": name, **ended}) for name in labels]


def functionals(functions: Mapping[str, Callable[[Replicate], Any]], replicate: Replicate) -> Iterator[dict[str, Any]]:
    """Name, value, status and reason of each functional of one replicate."""
    for name, function in functions.items():
        try:
            with np.errstate(all="ignore"):
                value = function(replicate)
            several = value if isinstance(value, Mapping) else {"": value}
            numbers = {f"{name}[{key}]" if key else name: float(each) for key, each in several.items()}
        except Exception as error:  # noqa: BLE001 — the author's function: its failure is a result of the study
            yield {"name": name, "value": None, "status": "failed", "reason": reason(error)}
            continue
        for label, number in numbers.items():
            finite = abs(number) < float("inf")
            ended = {"status": "ok"} if finite else {"status": "failed", "reason": f"its value is {number}"}
            yield {"name": label, "value": number if finite else None, **ended}


def reason(error: Exception) -> str:
    """``ValueError: the text``, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _columns(answers: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parameter and columns of each row that a custom estimator's answer stands for."""
    if not isinstance(answers, Mapping):
        raise TypeError(f"an estimator gives a mapping from parameters to values, not {type(answers).__name__}")
    for parameter, answer in answers.items():
        if isinstance(answer, np.ndarray) and answer.ndim:  # a vector: one quantity per element
            for position, value in enumerate(answer.ravel()):
                yield f"{parameter}[{position}]", _row(value)
            continue
        for each in answer if isinstance(answer, Sequence) else [answer]:
            yield str(parameter), _row(each)


def _row(answer: Any) -> dict[str, Any]:
    """The columns of one row."""
    row = dict(answer) if isinstance(answer, Mapping) else {"estimate": answer}
    numbers = {key: _number(row[key]) for key in ("estimate", "se", "lower", "upper") if key in row}
    row |= numbers
    if "lower" in row or "upper" in row:
        row.setdefault("interval", "custom")
    if numbers.get("estimate") is None and row.get("status", "ok") == "ok":
        row |= {"status": "failed", "reason": f"its estimate is {answer}"}
    return row


def _number(value: Any) -> float | None:
    """A finite number; an interval may be open on one side."""
    if value is None:
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None
