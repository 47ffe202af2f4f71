"""``docs/what_the_studies_say.md`` is what the kept verdicts say."""

from pathlib import Path

import pytest

from mle_vs_bayes.cli.catalogue.studies_page import kept, page, room
from mle_vs_bayes.report.study_page import sentence
from mle_vs_bayes.study.vocabulary import source

PAGE = Path(__file__).parents[2] / "docs" / "what_the_studies_say.md"


def test_the_page_is_that_of_the_kept_verdicts():
    text, documents = PAGE.read_text(encoding="utf-8"), kept()
    assert text == page(documents), "write it again as its head says"
    assert len(documents) > 10
    assert not any(each["quick"] for each in documents)
    assert all(f"### {each['question']}\n" in text and sentence(each) in text for each in documents)


def differing(documents):
    """Sections in which a kept verdict and the docstring of its study differ."""
    studies = {study.name: study.sections for study in source.known()}
    return [
        f"{document['study']}: {name}"
        for document in documents
        for name, text in studies[document["study"]].items()
        if document[name.lower()] != text
    ]


def test_kept_verdicts_are_of_the_studies_as_they_stand():
    assert differing(kept()) == []


def test_kept_results_are_run_again_by_name():
    """Each ran as its file says: a number of replicates would be that of every scenario, where some have fewer."""
    for document in kept():
        assert document["command"] == f"mle-vs-bayes study run {document['study']} --seed 0"
        page = (PAGE.parents[1] / "results" / document["study"] / "index.html").read_text(encoding="utf-8")
        assert document["command"] in page


def test_mutant_a_source_that_was_corrected_after_the_run():
    first = kept()[0]
    assert differing([{**first, "source": "from memory"}]) == [f"{first['study']}: Source"]


def test_mutant_a_claim_that_fails_in_one_group_is_shown_as_failed():
    """No sentence outlives its number: the page shows the worst group of a claim, not the first."""
    first, *others = kept()
    worse = {**first["predictions"][0], "verdict": "does not hold", "measured": 1234.5, "mcse": 0.5, "where": "mutant"}
    mutant = {**first, "predictions": [*first["predictions"], worse]}
    assert "| mutant | 1234.50 ± 0.5 | does not hold |" in page([mutant, *others])
    assert "mutant" not in page([first, *others])


@pytest.mark.parametrize(
    ("low", "high", "measured", "expected"),
    [(0, 1, 0.25, 0.25), (0, 1, 1.5, -0.5), (0, 1, -0.5, -0.5), (None, 1, 0, 1), (0, 1, None, -float("inf"))],
)
def test_room_is_the_distance_to_the_nearer_edge_and_negative_outside(low, high, measured, expected):
    assert room({"low": low, "high": high, "measured": measured}) == expected
