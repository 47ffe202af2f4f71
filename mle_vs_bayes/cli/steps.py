"""The steps of `compare` on the command line: read the arguments, run with progress, save, show."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ..errors import UsageError

if TYPE_CHECKING:
    from ..comparison.result import Comparison

EXAMPLES = {"--column": "y=hours", "--prior": '"shape=Gamma(alpha=2, beta=1)"', "--truth": "shape=1.5"}
"""What an assignment looks like."""


def check_output(out: Path | None) -> None:
    """Refuse a folder that cannot be written before anything is fitted."""
    if out is not None:
        from ..comparison.files import writable

        writable(out)


def assignments(texts: Sequence[str] | None, option: str) -> dict[str, str]:
    """``["y=hours", …]`` → ``{"y": "hours"}``; a name given twice is refused."""
    from ..comparison.priors import split_assignment

    found: dict[str, str] = {}
    for text in texts or ():
        try:
            name, value = split_assignment(text)
        except UsageError as error:
            raise UsageError(f"{option} {str(error).rstrip('.')}; write it like {EXAMPLES[option]}.") from error
        if name in found:
            raise UsageError(f'{option} gives "{name}" twice, as {found[name]} and as {value}; keep one.')
        found[name] = value
    return found


def numbers(texts: Sequence[str] | None, option: str) -> dict[str, float]:
    """``["shape=1.5", …]`` → ``{"shape": 1.5}``."""
    found = {}
    for name, value in assignments(texts, option).items():
        try:
            found[name] = float(value)
        except ValueError:
            raise UsageError(
                f'{option} {name} is "{value}", which is not a number; write it like {EXAMPLES[option]}.'
            ) from None
    return found


def sizes(text: str | None) -> list[int | str] | None:
    """``"20,50,all"`` → ``["20", "50", "all"]``."""
    if text is None:
        return None
    found: list[int | str] = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise UsageError(f'--n is "{text}", which names no size; write it like 20,50,100,all.')
    return found


def groups(out: Path | None, estimator: Sequence[str] | None, explain: bool) -> tuple[str, ...]:
    """With ``--out`` the DataTree is kept, so it gets every group; reasons need the prior's density only."""
    if estimator and "posterior" not in estimator:
        return ()
    from ..estimators.groups import GROUPS

    return tuple(GROUPS) if out else ("log_prior",) if explain else ()


def run(model: str, data: str | None, request: Mapping[str, Any]) -> "Comparison":
    """Compare, with the current step shown on standard error where that is a terminal."""
    with Console(stderr=True).status("importing PyMC and statsmodels …") as status:
        from ..comparison.compare import compare

        return compare(model, data, progress=lambda step: status.update(f"{step} …"), **request)


def save(comparison: "Comparison", out: Path | None) -> list[Path]:
    """Write the files when asked to."""
    if out is None:
        return []
    with Console(stderr=True).status(f"writing to {out} …"):
        return comparison.save(out)


def show(comparison: "Comparison", written: list[Path], *, as_json: bool, explain: bool = False) -> None:
    """Print the JSON document, or the screen and the files written; with ``explain`` also why they differ."""
    if as_json:
        document = comparison.document() | (explanation(comparison) if explain else {})
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
        return
    console = Console(highlight=False, markup=False)
    shown = [comparison, *(_reasons(comparison) if explain else ())]
    if console.is_terminal:
        for part in shown:
            console.print(part.screen(), end="\n" if part is shown[-1] else "\n\n")
    else:
        sys.stdout.write("\n".join(str(part) for part in shown))
    if written:
        console.print(f"\nwritten to {written[0].parent}: {', '.join(path.name for path in written)}", soft_wrap=True)


def explanation(comparison: "Comparison") -> dict[str, Any]:
    """What ``--explain`` adds to the JSON document: ``explanation`` and, with a posterior, ``sensitivity``."""
    return dict(zip(("explanation", "sensitivity"), (part.records() for part in _reasons(comparison)), strict=False))


def _reasons(comparison: "Comparison") -> list[Any]:
    """Why the estimators differ and, where there is a posterior to ask, what a stronger prior would do."""
    posterior = comparison.fit.estimates.get("posterior")
    sensitivity = [comparison.sensitivity()] if posterior is not None and posterior.converged else []
    return [comparison.explain(), *sensitivity]
