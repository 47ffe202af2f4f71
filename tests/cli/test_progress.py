"""The step under way is shown with its time; no test waits for a clock, which is a parameter."""

import io
import threading

import pytest
from rich.console import Console

from mle_vs_bayes.cli import progress, study_progress
from mle_vs_bayes.cli.progress import Steps
from mle_vs_bayes.study.run.watch import Progress


class Clock:
    """Seconds that pass only when told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pipe():
    return Console(file=io.StringIO(), width=100)


def looked(steps, clock, seconds):
    """What is printed when so many seconds have passed, one look a second."""
    for _ in range(seconds):
        clock.now += 1
        steps.look()
    return steps.console.file.getvalue().splitlines()


def test_in_a_pipe_a_line_every_thirty_seconds(clock, pipe):
    steps = Steps("reading", pipe, clock)
    assert looked(steps, clock, 20) == []
    steps("fitting maximum likelihood")
    assert looked(steps, clock, 9) == []
    assert looked(steps, clock, 1) == ["fitting maximum likelihood … 0:10"]
    assert looked(steps, clock, 59) == ["fitting maximum likelihood … 0:10", "fitting maximum likelihood … 0:40"]
    assert looked(steps, clock, 1)[-1] == "fitting maximum likelihood … 1:10"


def test_on_a_terminal_the_step_and_its_time(clock, monkeypatch):
    monkeypatch.setattr(progress, "TICK", 1e6)  # no look but the test's
    screen = Console(file=io.StringIO(), width=100, force_terminal=True)
    with Steps("reading", screen, clock) as steps:
        steps("fitting posterior mean")
        clock.now = 75.0
        steps.look()
        assert steps.status.status == "fitting posterior mean … 1:15"
    assert "fitting posterior mean" in screen.file.getvalue()


class Hurried(Clock):
    """Ten seconds further at every look."""

    def __call__(self):
        self.now += 10
        return self.now


def test_a_thread_looks_while_a_step_is_busy(monkeypatch, patience):
    printed = threading.Event()

    class Page(io.StringIO):
        def write(self, text):
            printed.set()
            return super().write(text)

    monkeypatch.setattr(progress, "TICK", 1e-3)
    page = Page()
    with Steps("busy", Console(file=page, width=100), Hurried()) as steps:
        assert printed.wait(patience)
    assert page.getvalue().startswith("busy … ")
    assert not steps._thread.is_alive()


def test_a_study_in_a_pipe_says_every_thirty_seconds_what_has_changed(clock, pipe):
    screen = study_progress.Screen(clock)
    screen.console = pipe
    for second in range(1, 121):
        clock.now = float(second)
        screen.progress(Progress(10 * (second // 50), 30, 10, 0, 10, 50.0))
    screen.progress(Progress(30, 30, 30, 0, 30, 121.0))
    said = [line.split(" replicates")[0] for line in pipe.file.getvalue().splitlines()]
    assert said == ["10 of 30", "20 of 30", "30 of 30"]  # of 50, 100 and the end, whatever was said before


def test_a_study_in_a_pipe_says_what_what_it_plans_and_then_its_plan(monkeypatch, patience):
    """Planning compiles every model: of forty it takes minutes."""
    printed = threading.Event()

    class Page(io.StringIO):
        def write(self, text):
            if "poisson" in text:
                printed.set()
            return super().write(text)

    monkeypatch.setattr(progress, "TICK", 1e-3)
    monkeypatch.setattr(progress, "SECONDS", 0.0)
    page = Page()
    with study_progress.Screen() as screen:
        screen.console = Console(file=page, width=100)
        screen.step("planning")
        screen.step("planning poisson, 2 of 40")
        assert printed.wait(patience)
        thread = screen.steps._thread
        screen.damaged({"a": "empty"})
        assert not thread.is_alive()
    lines = page.getvalue().splitlines()
    assert "planning poisson, 2 of 40 …" in lines
    assert lines[-1].startswith("a was damaged (empty)")
