"""The command that a study's page shows runs it again with the same rows, wherever it was run and topped up."""

import shlex
from dataclasses import replace

import pytest

from mle_vs_bayes.cli.study_steps import targets
from mle_vs_bayes.study.judge.command import command
from mle_vs_bayes.study.keep.outcome import FinishedStudy
from mle_vs_bayes.study.plan import plan
from mle_vs_bayes.study.vocabulary import source

STUDY = """
from mle_vs_bayes.study import Scenario, Study

study = Study(n=[12], models=["bernoulli"], replicates=40, batch=10, estimators=["mle"], target_mcse={"bias": 0.5},
    scenarios=[Scenario("many"), Scenario("few", replicates=20)])
"""


def again(path, typed, topped_up=None, **request):
    """The command of a study that was begun so and, perhaps, topped up; ``FILE`` is its file."""
    found = replace(source.find(str(path)), quick="--quick" in typed)
    design = plan.design(found, seed=3, request=request, command=typed.replace("FILE", str(path)))
    outcome = FinishedStudy(path.parent, found, design.topped_up(topped_up), {})
    return command(outcome).replace(shlex.quote(str(path)), "FILE")


RUN = "mle-vs-bayes study run FILE"


@pytest.mark.parametrize(
    ("typed", "request_", "shown"),
    [
        (RUN, {}, f"{RUN} --seed 3"),
        (f"{RUN} --out there --workers=4 --seed 3", {}, f"{RUN} --seed 3"),
        (f"{RUN} --replicates 40", {"replicates": 40}, f"{RUN} --replicates 40 --seed 3"),  # both scenarios have 40
        (f"{RUN} --replicates 10", {"replicates": 10, "topped_up": 60}, f"{RUN} --replicates 60 --seed 3"),
        (RUN, {"topped_up": 60}, f"{RUN} --replicates 60 --seed 3"),
        (RUN, {"target_mcse": targets(["bias=0.1"])}, f"{RUN} --target-mcse=bias=0.1 --seed 3"),
        (f"{RUN} --quick", {}, f"{RUN} --quick --seed 3"),
        (f"{RUN} --quick --replicates 5", {"replicates": 5}, f"{RUN} --quick --replicates 5 --seed 3"),
        ("", {}, "mle-vs-bayes study run mine --seed 3"),
        (
            "mle-vs-bayes study run --model 'a b.py' --truth a=1 --n 50 --patience 3",
            {},
            "mle-vs-bayes study run --model 'a b.py' --truth a=1 --n 50 --seed 3",
        ),
    ],
)
def test_a_study_s_own_numbers_are_left_out_and_others_are_said(tmp_path, typed, request_, shown):
    path = tmp_path / "mine.py"
    path.write_text(STUDY, encoding="utf-8")
    assert again(path, typed, **request_) == shown
