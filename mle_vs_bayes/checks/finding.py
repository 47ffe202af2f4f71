"""What one check found: a statistic beside its tolerance, and passed, failed or skipped with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import MleVsBayesError

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class NotApplicableError(Exception):
    """Raised inside a check that says nothing about this model; ``str(reason)`` is why. Never leaves `run`."""


@dataclass(frozen=True)
class Finding:
    """One check: it passes where ``statistic`` ≤ ``tolerance``, both in ``unit``; a statistic that is NaN fails.

    ``unit`` is ``relative`` (to 1 + the value's size), ``SE`` (of the estimate), ``z`` (standard errors of the
    statistic itself, normal where the claim holds) or ``power`` (of n). ``detail`` says where the worst ratio of the
    two was seen.
    """

    check: str
    outcome: str
    statistic: float | None = None
    tolerance: float | None = None
    unit: str = ""
    detail: str = ""
    seconds: float = 0.0

    def document(self) -> dict[str, Any]:
        """Plain values for JSON: null where there is no finite number."""
        return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in vars(self).items()}


@dataclass(frozen=True)
class Measured:
    """Several comparisons of one check: arrays or lists ``(m,)``, ``labels`` says where each was made."""

    statistics: Sequence[float]
    tolerances: Sequence[float]
    unit: str
    labels: Sequence[str]
    note: str = ""

    def finding(self, check: str) -> Finding:
        """The worst of them; NaN is worse than everything."""
        values = np.abs(np.asarray(self.statistics, dtype=float))
        limits = np.broadcast_to(np.asarray(self.tolerances, dtype=float), values.shape)
        excess = np.where(np.isfinite(values), values / limits, np.inf)
        worst = int(np.argmax(excess))
        outcome = PASSED if excess[worst] <= 1 else FAILED
        detail = "; ".join(part for part in (self.labels[worst], self.note) if part)
        return Finding(check, outcome, float(values[worst]), float(limits[worst]), self.unit, detail)


@dataclass(frozen=True)
class Report:
    """All findings on one model."""

    model: str
    n: int
    seed: int
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.outcome == FAILED)

    def __getitem__(self, check: str) -> Finding:
        return next(each for each in self.findings if each.check == check)

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        checks = [each.document() for each in self.findings]
        return {"model": self.model, "n": self.n, "seed": self.seed, "failed": len(self.failed), "checks": checks}

    def only_failed(self) -> str:
        """The table of the checks that failed."""
        from ..report import checks, text

        document = self.document()
        return text.plain(
            checks.screen(document | {"checks": [c for c in document["checks"] if c["outcome"] == FAILED]})
        )

    def __str__(self) -> str:
        from ..report import checks, text

        return text.plain(checks.screen(self.document()))


def refused(error: MleVsBayesError) -> str:
    """The sentence of an error as a detail."""
    return str(error).rstrip(".")
