"""The fixture `check_agreement` in somebody else's test suite: pytest finds it by itself, and it costs nothing."""

import subprocess
import sys

import pytest

from mle_vs_bayes.checks.finding import FAILED, PASSED, Finding, Report
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.testing import check_agreement

SUITE = """
import sys

HEAVY = {"pandas", "pymc", "pytensor", "scipy", "statsmodels", "matplotlib", "typer"}  # NumPy: other plugins import it

def test_nothing_is_imported(check_agreement):
    assert not HEAVY & set(sys.modules)

def test_what_a_fault_looks_like(check_agreement, monkeypatch):
    from mle_vs_bayes.checks import run
    from mle_vs_bayes.checks.finding import Finding, Report

    bad = Finding("simulator", "failed", 9.5, 4.0, "z", "mean score of rate")
    monkeypatch.setattr(run, "check", lambda *a, **k: Report("mine", 10, 0, (bad,)))
    check_agreement("mine")
"""


def pytest_in(folder, *options):
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_fixture_is_found_and_light(tmp_path):
    (tmp_path / "test_mine.py").write_text(SUITE)
    run = pytest_in(tmp_path)
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    assert "the estimators of mine do not agree" in run.stdout
    assert "mean score of rate" in run.stdout


def test_other_suites_are_left_alone(tmp_path):
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    run = pytest_in(tmp_path, "-p", "no:mle-vs-bayes")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "check_agreement" in pytest_in(tmp_path, "--fixtures").stdout


def report(*outcomes):
    return Report("mine", 10, 0, tuple(Finding(f"check {k}", each, 1.0, 2.0, "z") for k, each in enumerate(outcomes)))


def test_only_failures_are_told(monkeypatch):
    monkeypatch.setattr("mle_vs_bayes.checks.run.check", lambda *a, **k: report(PASSED, FAILED))
    with pytest.raises(AssertionError, match="check 1") as caught:
        check_agreement("mine")
    assert "check 0" not in str(caught.value)
    monkeypatch.setattr("mle_vs_bayes.checks.run.check", lambda *a, **k: report(PASSED))
    assert check_agreement("mine").failed == ()


def test_wrong_usage_is_no_disagreement():
    with pytest.raises(UsageError, match="there is no model"):
        check_agreement("no such model")
