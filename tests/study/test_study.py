"""Study files: found, read, refused with a sentence; cells, seeds and priors of the plan."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas
import pytest

from mle_vs_bayes.cli import study_steps, summarising
from mle_vs_bayes.errors import MleVsBayesError, UsageError
from mle_vs_bayes.study import Scenario, Study
from mle_vs_bayes.study.plan import cells, plan, seeds
from mle_vs_bayes.study.plan.study_plan import prior
from mle_vs_bayes.study.run import unit
from mle_vs_bayes.study.run.run import RunRequest, run
from mle_vs_bayes.study.vocabulary import source


def test_numbers_that_are_none_are_refused_before_anything_runs(desk):
    """Not a traceback for an infinite target, nor the default for no replicates."""
    with pytest.raises(UsageError, match="coverage is inf; it must be above 0 and finite"):
        study_steps.targets(["coverage=inf"])
    tiny = source.find(str(desk.write()))
    for number in (0, -3):
        with pytest.raises(UsageError, match=f"the number of replicates is {number}; it must be above 0"):
            run(tiny, desk.folder / "out", RunRequest(replicates=number))
    with pytest.raises(UsageError, match="--slope mse predicts nan, which is not a finite number"):
        summarising.predictions(["mse=nan"])


def arrow_frame(content):
    return pandas.read_parquet(io.BytesIO(content))


def planned(study_text, desk, **wanted):
    found = source.find(str(desk.write("from mle_vs_bayes.study import *\n" + study_text)))
    return found, plan.design(found, seed=0, request=wanted, command="")


def test_the_studies_that_ship_are_short_complete_and_can_be_planned():
    studies = source.known()
    names = [each.name for each in studies]
    assert len(set(names)) == len(names) > 4
    assert {"consistency", "map_to_mle", "bernstein_von_mises", "interval_coverage"} < set(names)
    assert all(len([*folder.glob("*.py")]) <= 12 for folder in source.FOLDERS[1].iterdir())
    for each in studies:
        assert len(each.text.splitlines()) <= 60
        assert set(each.sections) == set(source.SECTIONS)
        assert all(each.sections.values())
        assert cells.settings(each.study.quickened)
        for setting in cells.settings(each.study):
            data, truth = setting.draw(np.random.default_rng(0))
            assert data
            assert not each.study.estimands or set(each.study.estimands) & set(truth)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("study = (", "is no Python|cannot be run"),
        ("import no_such_module", r"cannot be run \(ModuleNotFoundError: .*\); mend the study file"),
        ("x = 1", "has no study; bind one with `study = Study"),
        ("study = Study(n=[10], replicates=0)", "replicates of the study is 0"),
        ("study = Study(n=[10], estimators=[])", "no estimators"),
        ("study = Study(n=[10], scenarios=[Scenario(), Scenario()])", "names of their own"),
        ("study = Study(n=[10])", "has no cells"),
        ("study = Study(n=[0], models=['normal'])", "n is 0"),
        ("study = Study(n=[10], models=['norml'])", "did you mean normal"),
        ("study = Study(n=[10], models=['normal'], estimators=['mel'])", 'no estimator "mel"'),
        ("study = Study(n=[10], models=['normal'], intervals=['wold'])", "did you mean wald"),
        ("study = Study(n=[10], models=['normal'], scenarios=[Scenario(truth={'mean': 1})])", 'no parameter "mean"'),
    ],
)
def test_a_study_that_cannot_be_run_is_one_sentence(desk, text, sentence):
    with pytest.raises(UsageError, match=sentence):
        planned(text, desk)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("run consistensy", "did you mean consistency?"),
        ("run nowhere.py", 'the study file "nowhere.py" cannot be read'),
        ("run tiny.py --workers 0 --out out", "the number of workers is 0"),
        ("run tiny.py --replicates -3 --out out", "the number of replicates is -3"),
        ("run tiny.py --target-mcse coverage", '--target-mcse is "coverage"; write it like coverage=0.005'),
        ("run tiny.py --target-mcse bias=0", "it must be above 0"),
        ("run tiny.py --target-mcse covrage=0.01 --out out", 'there is no measure "covrage"'),
        ("status .", 'there is no study in "."'),
        ("resume nowhere", 'there is no study in "nowhere"'),
        ("replicate nowhere a/b/1/0", 'there is no study in "nowhere"'),
        ("run tiny.py --out tiny.py", '"tiny.py" is a file'),
    ],
)
def test_a_command_that_cannot_be_done_is_one_sentence_and_2(desk, arguments, sentence):
    code, out, err = desk.run(*arguments.split())
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_a_quick_run_may_leave_scenarios_out_and_what_is_said_of_them(desk):
    text = (
        "study = Study(n=[10], models=['normal'], scenarios=[Scenario('a', at={'x': 1}), Scenario('b', at={'x': 2})], "
        "quick_scenarios=['b'], predictions=[Value('bias', most=k, where=where) for k, where in enumerate(({}, "
        "{'scenario': 'a'}, {'scenario': ('a', 'b')}, {'x': [1]}, {'x': 2, 'parameter': 'mu'}, {'scenario': 'c'}))])"
    )
    found, _ = planned(text, desk)
    assert [each.most for each in found.study.quickened.predictions] == [0, 2, 4, 5]  # none of a alone; c is a mistake
    names = [[each.scenario.name for each in cells.settings(each)] for each in (found.study.quickened, found.study)]
    assert names == [["b"], ["a", "b"]]
    with pytest.raises(UsageError, match='is to take the scenario "c"; there are a, b'):
        Study(n=[10], scenarios=[Scenario("a"), Scenario("b")], quick_scenarios=["c"])


def test_a_quick_run_may_take_other_estimators_and_fewer_models(desk):
    text = (
        "study = Study(n=[10, 20, 30, 40], models=['normal', 'poisson'], scenarios=[Scenario('a'), "
        "Scenario('b', model='poisson', n=[5], estimators=('map',))], quick_models=['normal'], "
        "quick_estimators=('mle', 'posterior_exact'), predictions=[Theory('coverage', value=abs, within=0.01, "
        "quick_within=0.03), Theory('rmse', value=abs, within=0.01)])"
    )
    found, design = planned(text, desk)
    quick = replace(found, quick=True)
    settings = {each.cell.key: each.study.fitted for each in cells.settings(quick.study)}
    both = ("mle", "posterior_exact")
    assert settings == {f"normal/a/{n}": both for n in (10, 30, 40)} | {"poisson/b/5": ("map",)}
    assert [cell.cell.key for cell in plan.design(quick, seed=0, request={}, command="").cells] == list(settings)
    assert [[each.within for each in study.predictions] for study in (quick.study, found.study)] == [
        [0.03, 0.01],
        [0.01, 0.01],
    ]
    assert len(design.cells) == 9 and quick.digest == found.digest


def test_seeds_are_functions_of_the_key_alone():
    assert seeds.number(0, "data", "normal", 10, 3) == seeds.number(0, "data", "normal", 10, 3)
    keys = [("data", "normal", n, replicate) for n in (10, 1) for replicate in range(1000)]
    assert len({seeds.number(0, *key) for key in keys}) == len(keys)
    assert seeds.number(0, "a", "bc") != seeds.number(0, "ab", "c")
    assert seeds.number(0, "a") != seeds.number(1, "a")


def test_scenarios_share_data_sets_where_they_say_so(desk):
    text = (
        "study = Study(n=[5], models=['normal'], replicates=2, estimators=['mle'], scenarios=["
        "Scenario('a'), Scenario('b', priors={'mu': 'Normal(0, 1)'}, data='a'), Scenario('c')])"
    )
    found, design = planned(text, desk)
    a, b, c = (
        cells.data_sets(cells.setting_of(found.study, each.cell), 0, [0, 1])[1][0]["y"].tolist()
        for each in design.cells
    )
    assert a == b
    assert a != c


def test_priors_that_scale_with_the_data_are_fixed_once_for_all_n(desk):
    text = "study = Study(n=[5, 50], models=['exponential'], estimators=['map'], replicates=1)"
    _, design = planned(text, desk)
    small, large = (prior(cell.priors["rate"]) for cell in design.cells)
    assert small == large
    assert json.loads(json.dumps(design.cells[0].priors)) == design.cells[0].priors
    # events ~ 1,000 at rate 1/2: beta = exposure/events is 2 within 5 standard errors, 5 · 2/√1000
    assert float(large.arguments["beta"]) == pytest.approx(2.0, abs=5 * 2 / np.sqrt(1000))


def test_misspecification_truths_by_replicate_and_functions_that_generate():
    def heavy(n, rng):
        from mle_vs_bayes import Dataset

        return Dataset({"y": rng.standard_t(3, size=n)})

    study = Study(
        n=[20],
        scenarios=[
            Scenario("t3", model="normal", generate=heavy, target={"mu": 0.0}),
            Scenario("student", model="normal", generate="student_t", target={"mu": 1.0}),
            Scenario("random", model="normal", truth=lambda rng: {"mu": rng.normal(), "sigma": 1.0}),
        ],
    )
    function, other, varying = cells.settings(study)
    assert function.draw(np.random.default_rng(0))[1] == {"mu": 0.0}
    assert other.draw(np.random.default_rng(0))[1] == {"mu": 1.0}
    truths = [truth["mu"] for _, truth in cells.data_sets(varying, 0, range(3))]
    assert len(set(truths)) == 3


X = "np.column_stack([np.ones(n), rng.normal(size=n)])"
CASES = (
    "({'x1': (z := rng.normal(size=n)), 'dose': 1 + z, 'y': 2 * z + rng.normal(size=n),"
    " 'kind': np.where(np.arange(n) % 2, 'b', 'a')})"
)


def generating(made, more="", target="{}", models="['linear']"):
    return (
        "import numpy as np, pandas\nfrom mle_vs_bayes import Dataset\n"
        f"def made(n, rng):\n    return {made}\n"
        f"study = Study(n=[20], models={models}, estimators=['mle'], replicates=3, {more}"
        f"scenarios=[Scenario('s', generate=made, target={target})])"
    )


@pytest.mark.parametrize(
    ("made", "more", "terms"),
    [
        (f"Dataset({{'y': rng.normal(size=n), 'X': {X}}})", "", ("Intercept", "x1")),
        (f"{{'y': rng.normal(size=n), 'X': {X}}}", "", ("Intercept", "x1")),
        (f"{{'y': list(rng.normal(size=n)), 'X': {X}[:, 1]}}", "", ("x1",)),
        (f"Dataset({{'y': rng.normal(size=n), 'X': {X}}}, {{'term': ('one', 'dose')}})", "", ("one", "dose")),
        (CASES, "formula='y ~ x1 + kind', ", ("Intercept", "x1", "kind[T.b]")),
        (f"pandas.DataFrame({CASES})", "formula='np.log(y + 100) ~ dose', ", ("Intercept", "dose")),
        ("'normal'", "formula='y ~ 1', ", ("Intercept",)),
    ],
)
def test_a_function_may_make_the_data_of_a_regression(desk, made, more, terms):
    text = generating(made, more).replace(
        "generate=made", f"generate={made}" if made == "'normal'" else "generate=made"
    )
    found, design = planned(text, desk)
    rows = arrow_frame(unit.run(next(design.jobs(found))).files["rows"])
    assert list(rows["parameter"].unique()) == [*(f"beta[{term}]" for term in terms), "sigma"]


def test_the_estimates_are_those_of_the_generated_columns(desk):
    """Least squares by NumPy on the columns that the function makes of the replicate's own seed; not of another's."""
    found, design = planned(generating(CASES, "formula='y ~ dose', "), desk)
    rows = arrow_frame(unit.run(next(design.jobs(found))).files["rows"])
    slopes = rows[rows["parameter"] == "beta[dose]"]["estimate"].to_numpy()
    (setting,) = cells.settings(found.study)

    def slope(replicate):
        made = setting.scenario.generate(20, seeds.generator(0, "data", *setting.data_key, replicate))
        return np.polyfit(made["dose"], made["y"], 1)[0]

    expected = [slope(replicate) for replicate in range(3)]
    assert slopes == pytest.approx(expected, rel=1e-9)
    assert slopes != pytest.approx(expected[::-1], rel=1e-2)


def test_every_model_of_the_calibration_is_simulated_at_truths_from_its_priors():
    for setting in cells.settings(source.find("calibration").study):
        priors = {parameter.name: parameter.plausible for parameter in setting.model.parameters}
        drawn = cells.data_sets(setting, 0, range(2), priors)
        assert all(truth for _, truth in drawn), setting.cell.key
        assert not np.array_equal(drawn[0][0]["y"], drawn[1][0]["y"])


def test_the_copy_from_which_a_study_is_resumed_belongs_to_the_same_topic(tmp_path):
    known = source.find("consistency")
    copy = tmp_path / "consistency.py"
    copy.write_text(known.text, encoding="utf-8")
    assert source.find(str(copy)).topic == known.topic == "limits"
    copy.write_text(known.text + "\n", encoding="utf-8")
    assert source.find(str(copy)).topic == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (generating("{'y': rng.normal(size=n), 'dose': np.ones(n)}"), ("linear/s/20", "y and dose", "X", "formula=")),
        (generating("pandas.DataFrame({'y': np.ones(n)})"), ("needs a formula",)),
        (generating("np.ones(n)"), ("a ndarray", "a frame")),
        (generating(f"{{'y': np.ones(3), 'X': {X}}}"), ("y has 3", "equally long")),
        (generating(f"Dataset({{'y': np.ones(n), 'X': {X}}}, {{'term': ('a',)}})"), ("1 names", "X has 2 columns")),
        (generating(CASES, "formula='y ~ doses', "), ("doses", "did you mean dose?")),
        (generating(f"{{'y': 'many', 'X': {X}}}"), ("y cannot be read as numbers",)),
        (generating("1 / 0"), ("linear/s/20 cannot be simulated", "ZeroDivisionError")),
        (generating(f"{{'y': rng.normal(size=n), 'X': {X}}}", target="{'beta[x2]': 1}"), ("beta[x2]", "beta[x1]?")),
    ],
)
def test_generated_data_that_do_not_fit_are_told_in_one_sentence(desk, text, words):
    with pytest.raises(MleVsBayesError) as caught:
        planned(text, desk)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert [word for word in words if word not in sentence] == [], sentence


def test_a_simulator_that_raises_is_named(desk):
    text = (
        "def broken(n, rng):\n    raise ZeroDivisionError('no')\n"
        "study = Study(n=[5], scenarios=[Scenario('s', model='normal', generate=broken)], estimators=[len])"
    )
    found, design = planned(text, desk)
    with pytest.raises(Exception, match=r"normal/s/5/0 cannot be simulated \(ZeroDivisionError: no\)"):
        unit.run(next(design.jobs(found)))
