"""How a comparison was made, so that somebody else can make it again: command, data, priors, seed, versions, files."""

import json

from ....report.drawn import data_uri
from ....report.pages.parts import Command, Download, Facts, Part
from ... import verdict
from ...outcome import Outcome
from .. import json_document


def parts(outcome: Outcome, command: str, kept: str) -> list[Part]:
    """Facts, the command, and the rows and the JSON document as files inside the page."""
    return [*_facts(outcome, kept), *_command(command), *_files(outcome)]


def _facts(outcome: Outcome, kept: str) -> list[Part]:
    fit = outcome.fit
    data = fit.program.data
    pairs = [("model", outcome.model.name), ("rows", f"{outcome.n:,}")]
    if outcome.columns:
        pairs.append(("columns", ", ".join(f"{role} = {name}" for role, name in outcome.columns.items())))
    pairs += [(f"prior of {name}", str(prior)) for name, prior in fit.program.priors.items()]
    if fit.program.prior_power != 1:
        pairs.append(("all priors", f"to the power {fit.program.prior_power:g}"))
    pairs += [("level", f"{100 * outcome.level:g} %"), ("seed", str(outcome.seed))]
    pairs += [("data fingerprint", f"SHA-256 {data.fingerprint[:32]} of the columns that were fitted")]
    pairs += [("time", verdict.times(fit))]
    pairs += [("versions", ", ".join(f"{name} {version}" for name, version in json_document.versions().items()))]
    return [Facts([*pairs, *([("files beside", kept)] if kept else [])])]


def _command(command: str) -> list[Part]:
    if not command:
        return []
    return [Command("Run it yourself, where the data are:", command)]


def _files(outcome: Outcome) -> list[Part]:
    rows = outcome.rows_csv.encode()
    document = (
        json.dumps(json_document.complete(outcome, outcome.asked.values()), indent=1, allow_nan=False) + "\n"
    ).encode()
    return [
        Download(
            "rows.csv", f"has every estimate and interval ({len(outcome.rows):,} rows).", data_uri(rows, "text/csv")
        ),
        Download("comparison.json", "is what --json prints.", data_uri(document, "application/json")),
    ]
