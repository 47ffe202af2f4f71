"""``mle-vs-bayes check``: exit codes, JUnit XML, JSON, bad input. What is computed is tested elsewhere."""

import json
from xml.etree import ElementTree

import pytest

from mle_vs_bayes.checks import run as running
from mle_vs_bayes.checks.finding import FAILED, PASSED, SKIPPED, Finding, Report

from ..cli.conftest import run_command

FINDINGS = (
    Finding("likelihood parity", PASSED, 1e-15, 1e-10, "relative", "20 points", 0.5),
    Finding("simulator", FAILED, 9.54, 4.18, "z", "mean score of rate <1>", 0.25),
    Finding("optimum", FAILED, float("nan"), 1e-6, "SE", "mle", 0.1),
    Finding("SBC ranks", SKIPPED, detail="the prior Flat() of mu is improper"),
)


@pytest.fixture
def findings(monkeypatch):
    """Findings in the place of computed ones."""

    def use(*found):
        monkeypatch.setattr(running, "check", lambda *a, **k: Report("lifetimes", 40, 3, found))

    return use


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_table_is_aligned_and_a_failure_is_exit_code_1(findings):
    findings(*FINDINGS)
    seen = run_command("check exponential")
    assert (seen.code, seen.err) == (1, "")
    lines = seen.out.splitlines()
    assert lines[0] == "lifetimes · n = 40 · seed 3"
    checks = [line for line in lines if line.startswith(tuple(each.check for each in FINDINGS))]
    assert [line.split()[-0] for line in checks] == ["likelihood", "simulator", "optimum", "SBC"]
    assert len({next(line.index(o) for o in (PASSED, FAILED, SKIPPED) if o in line) for line in checks}) == 1
    assert lines[-1] == "1 checks passed, 2 failed (simulator; optimum), 1 skipped"


def test_all_passed_or_skipped_is_exit_code_0(findings):
    findings(FINDINGS[0], FINDINGS[3])
    assert run_command("check exponential").code == 0


def test_junit(findings, folder):
    findings(*FINDINGS)
    assert run_command("check exponential --junit report.xml").code == 1
    (suite,) = ElementTree.parse(folder / "report.xml").getroot()
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "2", "errors": "0", "skipped": "1"}
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == [each.check for each in FINDINGS]
    assert cases["simulator"].find("failure").get("message") == (
        "statistic 9.54 tolerance 4.18 unit z; mean score of rate <1>"
    )
    assert cases["SBC ranks"].find("skipped").get("message") == FINDINGS[3].detail
    assert len(cases["likelihood parity"].findall("properties/property")) == 3


def test_json_has_null_for_what_is_no_number(findings):
    findings(*FINDINGS)
    seen = run_command("check exponential --json")
    document = json.loads(seen.out)
    assert (seen.code, document["failed"], len(document["checks"])) == (1, 2, 4)
    assert [each["statistic"] for each in document["checks"]] == [1e-15, 9.54, None, None]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("check expnential", 'there is no model "expnential"; did you mean exponential?'),
        ("check exponential --seed -1", "the seed is -1"),
        ("check exponential nowhere.csv", "nowhere.csv"),
        ("check nowhere.py", "there is no file nowhere.py"),
        ("check exponential --junit nowhere/report.xml", "there is no folder nowhere"),
        ("check exponential --junit .", "which is a folder"),
        ("check exponential --column y=hours", "leave it out, or give data"),
        ("check linear --formula 'y ~ x'", "leave it out, or give data"),
        ("check exponential --prior rate=Gamma", "Gamma"),
        ("check exponential --quik", "--quick"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(folder, arguments, words):
    seen = run_command(arguments)
    assert (seen.code, seen.out) == (2, "")
    assert words in seen.err
    assert "Traceback" not in seen.err
