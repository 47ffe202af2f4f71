"""Tests and model scores on one page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from rich.table import Table

from ... import optional_parts
from ...concerns import KINDS
from ...report import score_tables, text
from ...report.quantities import chosen
from ..outcome import Outcome
from .likelihood_ratio import check
from .null_tests import NullTest, null_tests, usual_nulls
from .scores import Against, Score, Scoreboard

EXPLAINED = (
    "LOO: expected log predictive density, from the posterior; more is better. AIC and BIC: less is better. p_loo: "
    "effective number of parameters. Scores of the plug-in estimates come from refits without each unit."
)


@dataclass(frozen=True)
class ScoreReport:
    """Tests of the first model's quantities, the scores of every model, and the first against each other one."""

    tests: tuple[NullTest, ...]
    scores: tuple[Score, ...]
    against: tuple[Against, ...]

    def document(self) -> dict[str, list[dict[str, Any]]]:
        """What it adds to the JSON document: ``tests``, ``scores`` and ``against``."""
        return {name: [each.record for each in getattr(self, name)] for name in ("tests", "scores", "against")}

    def screen(self, only: Sequence[str] = ()) -> Any:
        """What the terminal shows, as a rich renderable; of the tests those of quantities that ``only`` fits."""
        parts: list[Any] = list(self.tables(only).values())
        parts += [text.paragraph(EXPLAINED, "dim")] if self.scores else []
        parts += [text.paragraph(sentence, "bold") for sentence in self.sentences()]
        parts += [text.paragraph(f"! {remark}", "yellow") for remark in self.remarks()]
        return text.stack(parts)

    def tables(self, only: Sequence[str] = ()) -> dict[str, Table]:
        """Tests of the quantities that ``only`` fits, and scores, by what they are of."""
        records = self.document()
        kept = chosen([test.quantity for test in self.tests], only)
        tests = [each for each in records["tests"] if each["quantity"] in kept]
        made = {"Tests of quantities": score_tables.null_tests(tests)} if kept else {}
        if self.scores:
            made["Scores of models"] = score_tables.information(records["scores"])
            made["Predictions of what is left out"] = score_tables.held_out(records["scores"])
        return made

    def sentences(self) -> list[str]:
        """The first model against each other one."""
        return [_sentence(each) for each in self.against]

    def remarks(self) -> list[str]:
        """What has no number and why, and what is of concern."""
        sentences = [f"{s.model}, {name}: {reason}." for s in self.scores for name, reason in s.reasons.items()]
        sentences += [f"{test.quantity}: {test.reason}." for test in self.tests if test.reason]
        return sentences + [f"{c} [{c.code}]" for s in self.scores for c in s.concerns if c.code in KINDS]

    def __str__(self) -> str:
        return text.plain(self.screen())


def page(first: Outcome, others: Sequence[Outcome], nulls: Mapping[str, float]) -> ScoreReport:
    """The page of one outcome, beside others on the same data.

    Raises
    ------
    UsageError
        A quantity to test that the model does not have, or outcomes of other data.
    """
    for label, null in nulls.items():
        check(first.fit.program, label, null)
    board = Scoreboard((first, *others))
    with optional_parts.collecting(first.lost):
        tests = [
            optional_parts.make(f"the test of {label}", partial(null_tests, first.fit, {label: null}, first.seed), ())
            for label, null in (nulls or usual_nulls(first.fit)).items()
        ]
        scores = optional_parts.make("the table of scores", lambda: board.scores, ())
        against = optional_parts.make("the comparison with other models", lambda: board.against, ()) if scores else ()
    return ScoreReport(tuple(test for made in tests for test in made), scores, against)


def _sentence(against: Against) -> str:
    clauses = []
    if against.difference is not None and against.difference_se is not None:
        better = against.model if against.difference > 0 else against.other
        gap = f"{abs(against.difference):,.1f} ± {against.difference_se:,.1f}"
        worse = against.other if better == against.model else against.model
        clauses.append(f"{better} predicts better than {worse}, by {gap} in LOO")
    if against.remark is not None:
        clauses.append(against.remark)
    if against.likelihood_ratio is not None:
        clauses.append(
            f"{against.nested}: likelihood ratio {against.likelihood_ratio:,.2f} on {against.degrees} df, {_p(against)}"
        )
    elif against.nested is not None:
        clauses.append(f"{against.nested}, but {against.no_ratio}")
    if against.log_bayes_factor is not None:
        clauses.append(_odds(against))
    return f"{'; '.join(clauses) or f'nothing to compare {against.model} and {against.other} by'}."


def _p(against: Against) -> str:
    """The p-value and what it is read from, and that of the bootstrap beside it."""
    known = f"p = {score_tables.p_value(against.p)} from {against.reference}"
    clauses = [known if against.reference else "whose distribution is not known, as several values lie on edges"]
    if against.bootstrap_p is not None:
        clauses.append(f"{score_tables.bootstrapped(against.record)} by parametric bootstrap")
    return ", ".join([*clauses, *([against.no_bootstrap] if against.no_bootstrap else [])])


def _odds(against: Against) -> str:
    """The Bayes factor in favour of the likelier model, and what it is under other priors."""
    log = float(against.log_bayes_factor or 0.0)
    sign, names = (1.0, (against.model, against.other)) if log >= 0 else (-1.0, (against.other, against.model))
    changed = {"halved": against.log_bayes_factor_halved, "doubled": against.log_bayes_factor_doubled}
    others = [
        f"{_times(sign * value)} with prior widths {word}" for word, value in changed.items() if value is not None
    ]
    aside = f" ({', '.join(others)})" if others else ""
    return f"Bayes factor of {names[0]} over {names[1]} {_times(sign * log)}{aside}"


def _times(log: float) -> str:
    """e^log in three digits, or as a power of ten."""
    power = log / math.log(10)
    return f"{math.exp(log):.3g}" if abs(power) < 4 else f"10^{power:.1f}"
