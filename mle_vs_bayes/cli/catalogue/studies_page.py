"""``docs/what_the_studies_say.md``: the verdict of every study whose results are kept, made from its ``verdict.json``.

To write the page again: ``python -m mle_vs_bayes.cli.catalogue.studies_page > docs/what_the_studies_say.md``.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...report.study_page import measured, sentence
from ...study.vocabulary import source

ROOT = Path(__file__).parents[3]
HEAD = """# What the studies say

Every question that a study with kept results has asked, in a sentence, with what was predicted and what was measured (±
its Monte-Carlo error). This page is made from the `verdict.json` of each folder of `results/`, and a test holds it to
them: `python -m mle_vs_bayes.cli.catalogue.studies_page > docs/what_the_studies_say.md` writes it again. Of predictions
that many groups share, the group that came nearest to the edge of the predicted band, or furthest beyond it, is shown.
"""


def kept() -> list[dict[str, Any]]:
    """The verdicts of a checkout that its ``.gitignore`` keeps; what else lies in ``results/`` is the user's own."""
    names = re.findall(r"^!/results/(\w+)/$", (ROOT / ".gitignore").read_text(encoding="utf-8"), re.MULTILINE)
    paths = (ROOT / "results" / name / "verdict.json" for name in sorted(names))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]


def page(documents: Sequence[Mapping[str, Any]]) -> str:
    """The text of the page, from what each study's ``verdict.json`` says."""
    topics = {study.name: Path(study.path).parent.name for study in source.known()}
    parts = [HEAD]
    for topic in sorted({topics[document["study"]] for document in documents}):
        members = [document for document in documents if topics[document["study"]] == topic]
        parts += [f"## {topic.replace('_', ' ').capitalize()}\n", *map(_entry, members)]
    return "\n".join(parts)


def _entry(document: Mapping[str, Any]) -> str:
    name = document["study"]
    lines = ["| prediction | groups | where | measured | verdict |", "|---|---|---|---|---|", *_claims(document)]
    facts = f"**{document['verdict'].capitalize()}.** {sentence(document)}"
    kept = f"[Page and figures](../results/{name}/README.md); `mle-vs-bayes study run {name}`"
    return f"### {document['question']}\n\n{facts}\n\n" + "\n".join(lines) + f"\n\n{kept}\n"


def _claims(document: Mapping[str, Any]) -> Iterable[str]:
    """One row per claim: the group of the worst verdict, and of these the one that the band has least room for."""
    worst_first = ("does not hold", "undecided", "holds")
    for claim in dict.fromkeys(line["claim"] for line in document["predictions"]):
        predictions = [line for line in document["predictions"] if line["claim"] == claim]
        line = min(predictions, key=lambda line: (worst_first.index(line["verdict"]), room(line)))
        number = measured(line["measured"], line["mcse"])
        cells = (claim, str(len(predictions)), line["where"], number, line["verdict"])
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def room(line: Mapping[str, Any]) -> float:
    """How far inside the predicted band the measured value is; negative outside, and −∞ where nothing was measured."""
    value, low, high = (line[key] for key in ("measured", "low", "high"))
    if value is None:
        return -math.inf
    return min(value - low if low is not None else math.inf, high - value if high is not None else math.inf)


if __name__ == "__main__":
    print(page(kept()), end="")
