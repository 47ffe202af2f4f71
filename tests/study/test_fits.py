"""Studies of the package's own estimators: rows, functionals, draws, and batches that cannot be fitted."""

import io

import numpy as np
import pandas
import pytest

from mle_vs_bayes.performance.summarise import summarise
from mle_vs_bayes.rows import COLUMNS
from mle_vs_bayes.study.plan import plan
from mle_vs_bayes.study.run import unit
from mle_vs_bayes.study.vocabulary import own_functions, source

STUDY = """
from mle_vs_bayes.study import Scenario, Study

study = Study(
    n=[12],
    models=["bernoulli"],
    scenarios=[
        Scenario("weak", priors={"p": "Beta(1, 1)"}),
        Scenario("strong", priors={"p": "Beta(9, 9)"}, data="weak"),
    ],
    replicates=3,
    batch=3,
    estimators=["mle", "map"],
    estimands=["odds"],
    functionals={"gap": lambda r: abs(r.estimate("map", "p") - r.estimate("mle", "p")), "bad": lambda r: r.draws("p")},
)
"""


@pytest.fixture
def jobs(desk):
    found = source.find(str(desk.write(STUDY, "fits.py")))
    return list(plan.design(found, seed=0, request={}, command="").jobs(found))


def frame(result, table):
    return pandas.read_parquet(io.BytesIO(result.files[table]))


def test_rows_carry_the_key_and_functionals_see_what_the_estimands_leave_out(jobs):
    weak, strong = (unit.run(job) for job in jobs)
    rows = frame(weak, "rows")
    assert tuple(rows.columns) == COLUMNS
    assert set(rows["parameter"]) == {"odds"}
    assert rows["truth"].unique() == pytest.approx([0.4 / 0.6])
    assert rows["replicate"].tolist() == [0, 0, 1, 1, 2, 2]
    assert rows["scenario"].unique().tolist() == ["weak"]
    assert rows["variant"].unique().tolist() == ["p ~ Beta(alpha=1, beta=1)"]
    assert rows["study"].unique().tolist() == ["fits"]
    assert (weak.fits, weak.failed) == (6, 0)
    gaps = [frame(each, "functionals").query("name == 'gap'")["value"] for each in (weak, strong)]
    assert gaps[0].max() < 1e-6  # a flat prior moves nothing
    assert gaps[1].max() > 0.1  # by (9 − 18 p)/(n + 16)
    mles = [frame(each, "rows").query("estimator == 'mle'")["estimate"].tolist() for each in (weak, strong)]
    assert mles[0] == mles[1]  # the same data sets
    bad = frame(weak, "functionals").query("name == 'bad'")
    assert bad["status"].unique().tolist() == ["failed"]
    assert bad["reason"].unique().tolist() == ["LookupError: there are no draws of p"]


HEAVY_TAILS = """
from mle_vs_bayes.study import Scenario, Study

study = Study(
    n=[20],
    models=["student_t"],
    scenarios=[Scenario("nearly normal", truth={"nu": 30})],
    replicates=6,
    batch=6,
    estimators=["mle"],
    estimands=["mu"],
)
"""


def test_what_has_no_maximum_is_counted_beside_what_failed(desk):
    """nu runs to infinity in most of these: the table has as many replicates fewer as the count says."""
    tails = source.find(str(desk.write(HEAVY_TAILS, "tails.py")))
    (job,) = plan.design(tails, seed=0, request={}, command="").jobs(tails)
    result = unit.run(job)
    rows = frame(result, "rows")
    assert (result.fits, result.failed) == (6, 0)
    assert 0 < result.without == (rows["status"] == "divergent").sum() < 6
    table = summarise(rows, scenario=("model", "variant", "scenario"))
    assert table.query("measure == 'bias'")["failed"].tolist() == [result.failed + result.without]


def test_a_batch_that_cannot_be_fitted_is_failed_rows_with_the_reason(jobs, monkeypatch):
    import mle_vs_bayes.fit.replicates

    def broken(*arguments, **keywords):
        raise MemoryError("too large")

    monkeypatch.setattr(mle_vs_bayes.fit.replicates, "fit_replicates", broken)
    result = unit.run(jobs[0])
    rows = frame(result, "rows")
    assert rows["status"].unique().tolist() == ["failed"]
    assert rows["reason"].unique().tolist() == ["MemoryError: too large"]
    assert rows["estimator"].tolist() == ["mle", "map"] * 3
    assert (result.fits, result.failed, result.problems) == (6, 6, {"MemoryError: too large": 6})


def test_draws_are_kept_of_a_seeded_sample_and_of_every_replicate_with_a_problem(jobs):
    from types import SimpleNamespace

    import numpy as np

    from mle_vs_bayes.study import Study
    from mle_vs_bayes.study.run.unit import kept_draws

    rows = pandas.DataFrame(
        {"estimator": "posterior", "replicate": range(3), "status": "ok", "concerns": ["", "rhat", ""]}
    )
    kept = {position: np.full((2, 5, 1), float(position)) for position in range(3)}
    fitted = SimpleNamespace(rows=rows, labels=("p",), draws=kept.get)
    few = Study(n=[1], keep_draws=0.0)
    table = pandas.read_parquet(io.BytesIO(kept_draws(few, jobs[0], fitted)))
    assert table["replicate"].unique().tolist() == [1]
    assert (len(table), table["p"].unique().tolist()) == (10, [1.0])
    everything = pandas.read_parquet(io.BytesIO(kept_draws(Study(n=[1], keep_draws=1.0), jobs[0], fitted)))
    assert everything["replicate"].unique().tolist() == [0, 1, 2]


def test_a_value_that_is_no_number_is_in_its_row_and_nothing_warns():
    """The log score of what a network gives no chance: warnings are errors here, which the reason would name."""
    (row,) = own_functions.functionals({"score": lambda _: np.log(np.zeros(2)).mean()}, None)
    assert row == {"name": "score", "value": None, "status": "failed", "reason": "its value is -inf"}
