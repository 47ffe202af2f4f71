"""The tables of a comparison's page: cells of text with what they are sorted by."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .... import rows as row_schema
from ....fit.agreement import pairs_of
from ....fit.fit import Fit
from ....report import numbers
from ....report.pages.parts import Paragraph, Part, Table, TableCell
from ....report.quantities import once, ratio_name, ratios, telling
from ... import verdict
from ...explanation import MOST, NOTABLE
from ...outcome import Outcome


def anchor(fit: Fit, label: str) -> str:
    """Where everything about one quantity stands on the page."""
    return f"#q{fit.program.quantity_labels.index(label)}-inside"


def estimates(outcome: Outcome) -> list[Part]:
    """One line per quantity, estimator and kind of interval; a fit without an answer has its reason there.

    A ratio stands beside its coefficient.
    """
    rows, fit = row_schema.frame(outcome.fit.rows), outcome.fit
    blocks = {str(label): block for label, block in rows.groupby("parameter", sort=False)}
    beside, lines = ratios(list(blocks)), []
    for label in once(list(blocks)):
        style, ratio = numbers.number_format(blocks[label]), beside.get(label, "")
        ratio_of = numbers.ratio_cells(blocks.get(ratio))
        for line in numbers.records_of(blocks[label]):
            cells = _estimate(fit, label, line, style)
            if beside:
                ratio_words = ratio_of(line, True)
                cells.insert(5, TableCell(ratio_words, link=anchor(fit, ratio) if ratio_words else ""))
            lines.append(cells)
    headings = ["quantity", "estimator", "estimate", "SE / SD", f"{100 * outcome.level:g} % interval", "kind", "remark"]
    if beside:
        headings.insert(5, ratio_name(beside))
    if rows["truth"].notna().any():
        headings.append("truth")
    shown = [line[: len(headings)] for line in lines]
    words = ("quantity", "estimator", "kind", "remark")
    numeric = frozenset(place for place, each in enumerate(headings) if each not in words)
    return [Table("Estimates; click a quantity for all there is of it", headings, shown, numeric)]


def _estimate(fit: Fit, label: str, line: Mapping[str, Any], style: str) -> list[TableCell]:
    estimate, error, interval, kind = numbers.estimate_cells(dict(line), style)
    reason = "" if line["status"] == "ok" and not line["reason"] else str(line["reason"] or line["status"])
    words = "" if line["status"] == "ok" else estimate if not error else interval
    return [
        TableCell(label, link=anchor(fit, label)),
        TableCell(numbers.label_of(dict(line)), key=line["estimator"]),
        TableCell("–" if words == estimate else estimate, sort=numbers.sort_key(line["estimate"])),
        TableCell(error or "–", sort=numbers.sort_key(line["se"])),
        TableCell("–" if words == interval else interval or "–", sort=numbers.sort_key(line["lower"])),
        TableCell(kind),
        TableCell(": ".join(dict.fromkeys(text for text in (words, reason) if text)), tone="quiet"),
        TableCell(numbers.number(line["truth"], style), sort=numbers.sort_key(line["truth"])),
    ]


def agreement(fit: Fit) -> list[Part]:
    """How far apart each pair of estimators is, beside what theory expects at this n."""
    records = [asdict(each) for each in fit.agreement]
    if not records:
        return []
    pairs = pairs_of(fit.agreement)
    headings = ["quantity"]
    for pair in pairs:
        headings += [numbers.pair_heading(pair), "expected"]
    lines = []
    for label in telling(records):
        cells = [TableCell(label, link=anchor(fit, label))]
        for pair in pairs:
            record = next((r for r in records if (r["parameter"], r["pair"]) == (label, pair)), None)
            cells += _pair(record)
        lines.append(cells)
    unit = numbers.unit_of(records)
    words = (
        "Theory to first order: MAP − MLE is the inverse information times the slope of the log prior, posterior mean "
        "− MAP half the skewness. An exclamation mark stands where an observed difference is further from the expected "
        "one than Monte-Carlo error and the terms left out explain. A ratio has a line where "
        "its estimators are apart in another way than those of its coefficient."
    )
    numeric = frozenset(range(1, len(headings)))
    return [Table(f"Differences in {unit}", headings, lines, numeric), Paragraph(words, "quiet")]


def _pair(record: dict[str, Any] | None) -> list[TableCell]:
    observed, expected = numbers.pair_cells(record)
    if record is None:
        return [TableCell(observed), TableCell(expected)]
    tone = "bad" if record["verdict"] == "unexplained" else ""
    return [TableCell(observed, record["in_se"], tone=tone), TableCell(expected, record["expected"], tone="quiet")]


def explanation(outcome: Outcome) -> list[Part]:
    """The parts of posterior mean − MLE, and sentences for the quantities that differ most."""
    fit, reasons = outcome.fit, outcome.explanation
    records = reasons.records()
    lines = []
    for record in records:
        values = {key: record[key] for key in numbers.PARTS.values()}
        cells = [
            TableCell(numbers.or_dash(value, "{:.2f}" if key in numbers.LENGTHS else "{:+.2f}"), value)
            for key, value in values.items()
        ]
        lines.append([TableCell(record["quantity"], link=anchor(fit, record["quantity"])), *cells])
    unit = numbers.unit_of(records)
    headings = ["quantity", *(name.strip() for name in numbers.PARTS)]
    table = Table(f"Parts of posterior mean − MLE, in {unit}", headings, lines, frozenset(range(1, len(headings))))
    paragraphs = [Paragraph(words) for words in _sentences(reasons.parts)]
    return [*paragraphs, table, Paragraph(numbers.PARTS_EXPLAINED, "quiet")]


def _sentences(parts: Any) -> list[str]:
    """Of the quantities that differ by more than `NOTABLE`, the first few; and why some cannot be told."""
    apart = [part for part in parts if part.numbers_in_words and abs(part.difference or 0.0) > NOTABLE]
    largest = sorted(apart, key=lambda part: -abs(part.difference))[:MOST]
    reasons = dict.fromkeys(part.reason for part in parts if part.reason)
    unsaid = [f"Not every part can be told: {reason}." for reason in reasons]
    if not largest and any(part.numbers_in_words for part in parts):
        return [f"No quantity has its posterior mean further than {NOTABLE} SE from the MLE.", *unsaid]
    return [*(part.numbers_in_words for part in largest), *unsaid]


def sizes(outcome: Outcome) -> list[Part]:
    """Estimate and standard error of each estimator by n; nothing of one n."""
    if len(outcome.fits) < 2:
        return []
    lines, rows = [], outcome.model_scale.drop_duplicates(["n", "parameter", "estimator"])
    blocks = {str(label): block for label, block in rows.groupby("parameter", sort=False)}
    for label in once(list(blocks)):
        style = numbers.number_format(blocks[label])
        for line in numbers.records_of(blocks[label]):
            estimate, error, *_ = numbers.estimate_cells(line, style)
            cells = [TableCell(str(label)), TableCell(f"{line['n']:,}", line["n"])]
            cells += [
                TableCell(numbers.label_of(line), key=line["estimator"]),
                TableCell(estimate, numbers.sort_key(line["estimate"])),
            ]
            lines.append([*cells, TableCell(error, numbers.sort_key(line["se"]))])
    headings = ["quantity", "n", "estimator", "estimate", "SE / SD"]
    return [Table("Nested random subsets of the data", headings, lines, frozenset({1, 3, 4}))]


def diagnostics(fit: Fit) -> list[Part]:
    """The line of the screen, and how the posterior of each quantity was sampled."""
    rows = [row for row in fit.rows if row.estimator == "posterior" and row.rhat is not None]
    parts: list[Part] = [Paragraph(verdict.diagnostics(fit))]
    if rows:
        lines = [_sampled(fit, row) for row in {row.parameter: row for row in rows}.values()]
        headings = ["quantity", "R-hat", "bulk ESS", "tail ESS", "Monte-Carlo error, in SD"]
        parts.append(Table("The sampler, by quantity", headings, lines, frozenset({1, 2, 3, 4})))
    return parts


def _sampled(fit: Fit, row: row_schema.Row) -> list[TableCell]:
    share = row.mcse / row.se if row.mcse is not None and row.se else None
    values = (("{:.3f}", row.rhat), ("{:,.0f}", row.ess_bulk), ("{:,.0f}", row.ess_tail), ("{:.3f}", share))
    cells = [TableCell(numbers.or_dash(value, style, most=float("inf")), value) for style, value in values]
    return [TableCell(row.parameter, link=anchor(fit, row.parameter)), *cells]
