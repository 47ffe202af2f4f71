"""The tour is one ordinary comparison: the command that it shows gives the same page."""

import re

from mle_vs_bayes.cli import steps
from mle_vs_bayes.cli.app import compare
from mle_vs_bayes.cli.catalogue import demo

from .command import run_command


def test_the_tour_runs_compare_as_it_would_be_typed(tmp_path, monkeypatch):
    asked = demo.options(compare, tmp_path / "demo")
    typed = []
    monkeypatch.setattr(steps, "compare", lambda given: typed.append(dict(given)) or 0)
    words = asked["command"].split()
    assert run_command(words[1:]).code == 0
    assert typed == [{name: value for name, value in asked.items() if name != "command"}]


def test_the_tour_leaves_a_page_and_says_what_to_look_at(tmp_path):
    seen = run_command(["demo", "--out", str(tmp_path / "demo")])
    assert (seen.code, seen.err) == (0, "")
    assert seen.out.index("This is what you would type") < seen.out.index("weibull · n = 69")
    assert seen.out.index("What to look at") > seen.out.index("MLE")
    page = (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")
    (command,) = re.findall(r"  (mle-vs-bayes compare .*)", seen.out)[:1]
    assert command in page
