"""What a study may say: functions alone, axes, pairs, identities, laws, truths from the prior, searches of its own."""

import io
import pickle
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
import scipy

from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.study import Equals, ExpectationMaximisation, Mode, Optimiser, Ratio, Scenario, Slope, Study, Value
from mle_vs_bayes.study.judge import pairs, performance_table, results
from mle_vs_bayes.study.judge.performance_table import measured
from mle_vs_bayes.study.judge.verdict import lines
from mle_vs_bayes.study.keep.store import Store
from mle_vs_bayes.study.plan import plan
from mle_vs_bayes.study.plan.cells import settings
from mle_vs_bayes.study.run import unit
from mle_vs_bayes.study.vocabulary import source
from mle_vs_bayes.study.vocabulary.descent import Descent

SHRINKING = """
import numpy as np
from functools import partial
from mle_vs_bayes.study import *


def vector(p, n, rng):
    return {"x": rng.normal(size=p)}, {f"mu[{i}]": 0.0 for i in range(p)}


def each(replicate):
    return {"mu": replicate["x"]}


def half(replicate):
    return {"mu": np.array([replicate.estimate("each", f"mu[{i}]") / 2 for i in range(len(replicate["x"]))])}


study = Study(
    n=[1],
    replicates=200,
    batch=200,
    reference="each",
    estimators=[each, half],
    scenarios=[Scenario(f"p = {p}", at={"p": p}, generate=partial(vector, p)) for p in (2, 4, 8)],
    functionals={"first": lambda r: r["x"][0], "gap": lambda r: {"a": 0.0, "b": r["x"] @ r["x"] - (r["x"] ** 2).sum()}},
    laws={"first": "normal"},
    predictions=[
        Slope("total_mse", slope=1.0, within=0.3, along="p"),
        Ratio("total_mse", of="half", to="each", least=0.25 - 1e-12, most=0.25 + 1e-12),
        Equals("gap", within=1e-12),
        Difference("gap", of="b", to="a", least=-1e-12, most=1e-12),
        Value("first_distance", most=0.5),
        Theory("total_mse", value=lambda line: line["p"] / 4, within=0.5, relative=True, along="p",
               where={"estimator": "half"}),
    ],
)
"""


@pytest.fixture(scope="module")
def shrunk(tmp_path_factory):
    """The performance table and the verdicts of a study without a model, whose axis is the length of a vector."""
    folder = tmp_path_factory.mktemp("shrunk")
    (folder / "shrinking.py").write_text(SHRINKING, encoding="utf-8")
    found = source.find(str(folder / "shrinking.py"))
    store = Store(folder / "out")
    for job in plan.design(found, seed=0, request={}, command="").jobs(found):
        store.commit(job, unit.run(job))
    table = measured(store, found.study)
    return found.study, table, lines(found.study.predictions, table, found.study.axes)


def test_a_study_of_functions_alone_has_an_axis_pairs_identities_and_a_law(shrunk):
    _, table, judged = shrunk
    assert {line.verdict for line in judged} == {"holds"}, [line for line in judged if line.verdict != "holds"]
    assert table["p"].unique().tolist() == [2, 4, 8]
    slopes = [line for line in judged if line.claim.startswith("total_mse ∝ p^1")]
    assert [line.group["estimator"] for line in slopes] == ["each", "half"]  # one line over the three scenarios
    halves = [line for line in judged if " / " in line.claim]
    assert [line.measured for line in halves] == pytest.approx([0.25] * 3, rel=1e-12)
    assert [line.se for line in halves] == pytest.approx([0.0] * 3, abs=1e-12)  # the two errors go together
    assert table.query("measure == 'squared_error_difference' and estimator == 'half'")["value"].lt(0).all()


def test_mutants_of_the_claims_do_not_hold(shrunk):
    study, table, _ = shrunk
    wrong = [
        Slope("total_mse", slope=0.0, within=0.3, along="p"),
        Equals("gap", value=1.0, where={"parameter": "a"}),
        Value("first_distance", least=0.9),
    ]
    assert {line.verdict for line in lines(wrong, table, study.axes)} == {"does not hold"}


def functional(smallest, largest, failed=0):
    columns = {"model": "m", "variant": "default", "scenario": "s", "n": [5], "measure": "gap", "value": 0.0}
    return pandas.DataFrame({**columns, "smallest": smallest, "largest": largest, "failed": failed, "used": 9}).reindex(
        columns=[*columns, "estimator", "parameter", "interval", "mcse", "smallest", "largest", "failed", "used"]
    )


@pytest.mark.parametrize(
    ("smallest", "largest", "failed", "word"),
    [(0, 1e-10, 0, "holds"), (-1e-3, 1e-3, 0, "does not hold"), (0, 0, 1, "undecided")],
)
def test_an_identity_is_judged_by_its_worst_replicate(smallest, largest, failed, word):
    """A mean of 0 is no identity, and a replicate in which nothing was computed proves nothing."""
    (line,) = lines([Equals("gap")], functional(smallest, largest, failed))
    assert line.verdict == word


@pytest.mark.parametrize(("ratio", "root"), [(True, False), (True, True), (False, False), (False, True)])
def test_the_error_of_a_pair_is_its_spread(ratio, root):
    """3,000 studies of 200 pairs of correlated χ²: spread over reported error is 1 within 5/√(2·3000) = 0.065."""
    rng = np.random.default_rng(4)
    z = rng.normal(size=(3000, 200, 2)) @ np.array([[1.0, 0.8], [0.0, 0.6]])
    found = np.array([pairs.compared(a[:, 0] ** 2, a[:, 1] ** 2, ratio, root) for a in z])
    spread = np.std(found[:, 0])
    assert spread / np.mean(found[:, 1]) == pytest.approx(1, abs=0.065)
    alone = [pairs.compared(a[:, 0] ** 2, b[:, 1] ** 2, ratio, root)[1] for a, b in pairwise(z[:500])]
    assert abs(spread / np.mean(alone) - 1) > 0.065  # the mutant: pairs of different data sets


@pytest.mark.parametrize("law", pairs.LAWS)
def test_the_distance_from_a_law_is_kolmogorov_s(law):
    values = np.random.default_rng(1).uniform(size=50)
    reference = scipy.stats.kstest(values, {"uniform": "uniform", "normal": "norm"}[law]).statistic
    assert pairs.distance(values, law) == pytest.approx(reference, rel=1e-12)


def test_a_value_that_is_missing_is_at_the_worst_place_that_it_may_have():
    values = np.random.default_rng(1).uniform(size=50)
    placed = [scipy.stats.kstest([*values, *[end] * 5], "uniform").statistic for end in (0, 1)]
    assert pairs.distance(values, "uniform", missing=5) == pytest.approx(max(placed), rel=1e-12)
    assert pairs.distance(values, "uniform") < max(placed)  # the mutant: what failed is dropped


def test_a_functional_of_several_numbers_that_failed_has_failed_in_each_of_them(desk):
    """Its row has no part; an identity in the others is not proved, and a distance counts them against the law."""
    cell = {"model": "m", "variant": "default", "scenario": "s", "n": 5}
    values = [{"replicate": i, "name": f"u[{part}]", "value": (i + 0.5) / 8} for i in range(8) for part in "ab"]
    failed = [{"replicate": i, "name": "u", "value": None} for i in (8, 9)]
    path = desk.folder / "functionals.parquet"
    pandas.DataFrame([{**cell, **each} for each in values + failed]).to_parquet(path)
    means, distances = performance_table._means([path]), pairs._distances("u", "uniform", [path])
    for table in (means, distances):
        assert table[["parameter", "used", "failed"]].to_numpy().tolist() == [["a", 8, 2], ["b", 8, 2]]
    assert distances["value"].tolist() == pytest.approx([pairs.distance((np.arange(8) + 0.5) / 8, "uniform", 2)] * 2)


def test_what_cannot_be_paired_or_has_no_law_is_refused():
    ratio = Ratio("rank_mean", of="a", to="b")
    with pytest.raises(UsageError, match='a pair compares no "rank_mean"'):
        pairs.check([ratio], Study(n=[1], predictions=[ratio]))
    with pytest.raises(UsageError, match="laws of functionals are uniform and normal"):
        pairs.check([], Study(n=[1], functionals={"z": len}, laws={"z": "cauchy"}))


def test_a_point_per_panel_is_no_figure_beside_the_study_s_own(monkeypatch):
    table = pandas.DataFrame(
        {"measure": ["u", "v", "v"], "model": "m", "scenario": "s", "parameter": "p", "n": [5, 5, 9]}
    )
    made = []
    monkeypatch.setattr(results.optional_parts, "make", lambda words, *_: made.append(words) or {})
    for figures, names in (({}, ["u", "v"]), ({"own": len}, ["v", "own"])):
        own = Study(n=[5], predictions=[Value("u"), Value("v")], figures=figures)
        outcome = SimpleNamespace(source=SimpleNamespace(study=own), folder=None)
        made.clear()
        results._pictures(SimpleNamespace(table=table, outcome=outcome))
        assert made == [f"the figure {name}" for name in names]


COIN = """
from mle_vs_bayes.study import *
study = Study(n=[20], models=["bernoulli"], replicates=4, batch=4, estimators=["mle"], functionals={"look": LOOK},
    scenarios=[Scenario("any", truth="prior", priors={"p": "Beta(3, 2)"})])
"""


def replicates_of(desk, text):
    found = source.find(str(desk.write(text)))
    (job,) = plan.design(found, seed=0, request={}, command="").jobs(found)
    setting = unit.setting_of(job.study, job.cell)
    drawn = unit.data_sets(setting, job.seed, range(job.count), job.priors)
    return list(unit.replicates(setting, job, drawn, None))


def test_truths_come_from_the_prior_and_fresh_data_from_the_same_truth(desk):
    several = replicates_of(desk, COIN.replace("LOOK", "lambda r: 0.0"))
    truths = [replicate.truth["p"] for replicate in several]
    assert len(set(truths)) == 4
    for replicate in several:
        many = replicate.fresh(20_000)["y"]
        assert many.mean() == pytest.approx(replicate.truth["p"], abs=5 * 0.5 / np.sqrt(20_000))
        first, same, other = (replicate.fresh(again=number)["y"].tolist() for number in (0, 0, 1))
        assert first == same != other


def test_modes_under_a_power_and_on_another_scale_are_the_closed_forms(desk):
    """Beta(3, 2) to the power α: (k + 2α)/(n + 3α); on the scale of log odds the posterior mean of p is the mode."""
    for replicate in replicates_of(desk, COIN.replace("LOOK", "lambda r: 0.0")):
        k, n = replicate["y"].sum(), 20
        found = {mode.name: mode(replicate)["p"]["estimate"] for mode in (Mode(0.5), Mode(1.0, "unconstrained"))}
        assert found == pytest.approx(
            {"map^0.5": (k + 1) / (n + 1.5), "map_unconstrained": (k + 3) / (n + 5)}, rel=1e-8
        )


def test_the_objective_has_the_derivatives_of_its_values(desk):
    replicate = replicates_of(desk, COIN.replace("LOOK", "lambda r: 0.0"))[0]
    for power in (0.0, 1.0):
        at, step = replicate.objective(power), 1e-5
        value, gradient, hessian = at(np.array([0.3]))
        up, down = at(np.array([0.3 + step])), at(np.array([0.3 - step]))
        assert gradient[0] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-6)
        assert hessian[0, 0] == pytest.approx((up[1][0] - down[1][0]) / (2 * step), rel=1e-6)
        assert value == pytest.approx(
            replicate.log_likelihood({"p": 0.3}) + power * replicate.density.log_prior(np.array([0.3]))
        )


def test_searches_by_name_reach_the_maximum_and_show_their_way(desk):
    replicate = replicates_of(desk, COIN.replace("LOOK", "lambda r: 0.0"))[0]
    k = replicate["y"].mean()
    for method in ("newton", "bfgs", "nelder_mead", "gradient_descent"):
        search = Optimiser(method, budget=200, start={"p": 0.45})
        path = search.path(replicate)
        assert np.array_equal(path.points, Optimiser(method, budget=200, start=[0.45]).path(replicate).points)
        assert path.points[0] == pytest.approx([0.45])
        assert search(replicate)["p"]["estimate"] == pytest.approx(k, abs=1e-5), method
        assert np.isfinite(path.until(np.abs(path.points[:, 0] - k) < 1e-5))
    estimated = replace(replicate, rows=[{"estimator": "mle", "parameter": "p", "estimate": k}])
    away = estimated.standard_errors_from(np.array([[0.45], [k]]))
    assert away == pytest.approx([abs(0.45 - k) / np.sqrt(k * (1 - k) / 20), 0.0], rel=1e-6, abs=1e-6)
    assert Optimiser("sgd", budget=5, rows=5)(replicate) == Optimiser("sgd", budget=5, rows=5)(replicate)
    with pytest.raises(UsageError, match='no optimiser "lbfgs"; choose from newton'):
        Optimiser("lbfgs")
    with pytest.raises(UsageError, match="does not say a step of EM"):
        ExpectationMaximisation().path(replicate)


@pytest.mark.parametrize("power", [0.0, 0.5])
def test_what_optimisers_climb_is_the_objective_with_its_prior_by_all_rows_and_by_some(desk, power):
    """The mean over the halves of the rows is the whole gradient; one half's, the mutant, is another."""
    replicate = replicates_of(desk, COIN.replace("LOOK", "lambda r: 0.0"))[0]
    problem, theta = Descent(replicate, power, np.array([0.3]), 10, None, None), np.array([0.3])
    value, gradient, _ = replicate.objective(power)(theta)
    assert problem.value(theta) == pytest.approx(value, rel=1e-12)
    assert problem.gradient(theta) == pytest.approx(gradient, rel=1e-12)
    halves = [problem.gradient(theta, rows) for rows in np.arange(20).reshape(2, 10)]
    assert np.mean(halves, axis=0) == pytest.approx(gradient, rel=1e-12)
    assert halves[0] != pytest.approx(gradient, rel=1e-3)
    counted = replace(replicate, data=replicate.data.replace(weights=np.arange(1.0, 21.0)))
    problem = Descent(counted, power, theta, 10, None, None)
    assert problem.gradient(theta) == pytest.approx(counted.objective(power)(theta)[1], rel=1e-12)
    assert problem.gradient(theta) != pytest.approx(gradient, rel=1e-3)  # the mutant: each row once


def test_a_worker_is_sent_objects_and_runs_no_text(desk, monkeypatch):
    found = source.find(str(desk.write(COIN.replace("LOOK", "lambda r: r.column('estimate', 'mle', 'p')"))))
    (job,) = plan.design(found, seed=0, request={}, command="").jobs(found)
    sent = pickle.dumps(job)

    def refuse(*arguments, **keywords):
        raise AssertionError("a worker compiled a study file")

    source._loaded.cache_clear()
    monkeypatch.setattr(source, "_loaded", refuse)
    result = unit.run(pickle.loads(sent))
    values = pandas.read_parquet(io.BytesIO(result.files["functionals"]))["value"]
    rows = pandas.read_parquet(io.BytesIO(result.files["rows"]))
    assert values.tolist() == rows.query("parameter == 'p'")["estimate"].tolist()


def test_a_study_that_cannot_be_sent_is_one_sentence(desk):
    text = COIN.replace("LOOK", "lambda r: 0.0 if lock else 1.0") + "\nimport threading\nlock = threading.Lock()\n"
    with pytest.raises(UsageError, match=r"holds what cannot be sent to a worker \(TypeError.*\); make it inside"):
        _ = source.find(str(desk.write(text))).shipment


def test_a_scenario_says_what_it_cannot_be():
    with pytest.raises(UsageError, match='give values by parameter, or "prior"'):
        Scenario("s", truth="posterior")
    with pytest.raises(UsageError, match="is called n, as a column of every table"):
        Scenario("s", at={"n": 3})
    functions = Scenario("s", generate=lambda n, rng: {"x": rng.normal(size=n)})
    with pytest.raises(UsageError, match="scenario s has no model for mle"):
        settings(Study(n=[3], scenarios=[functions]))
    (setting,) = settings(Study(n=[3], scenarios=[functions], estimators=[len]))
    assert setting.cell.key == "none/s/3"
