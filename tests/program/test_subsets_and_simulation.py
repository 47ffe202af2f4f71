"""A user's program on subsets, on simulated data, and on those of a parametric bootstrap."""

import numpy as np
import pandas
import pymc as pm
import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.errors import DataError, ModelError, UsageError
from mle_vs_bayes.program.file import own_model
from mle_vs_bayes.program.opening import open_program

TRUTH = {"slope": 2.0, "level": 1.0, "spread": 0.5}
PROGRAM = """
import pymc as pm

def model(data):
    with pm.Model() as made:
        slope, level = pm.Normal("slope", 0, 5), pm.Normal("level", 0, 5)
        spread = pm.HalfNormal("spread", 3)
        pm.Deterministic("ratio", slope / spread)
        pm.Normal("y", level + slope * data["x"], spread, observed=data["y"])
    return made
"""
BESIDE = """

import numpy as np

def design(n, rng):
    return {"x": np.linspace(5, 6, n), "y": np.zeros(n)}

def simulate(theta, design, rng):
    noise = rng.uniform(-1, 1, len(design["x"])) * np.sqrt(3) * theta["spread"]
    return {"y": theta["level"] + theta["slope"] * design["x"] + noise}
"""
POTENTIAL = """
import pymc as pm

def model(data):
    with pm.Model() as made:
        rate = pm.HalfNormal("rate", 1)
        pm.Exponential("seen", rate, observed=data["t"][data["event"] == 1])
        pm.Potential("unseen", -rate * data["t"][data["event"] == 0])
    return made
"""
MLE = {"estimators": ["mle"]}


@pytest.fixture
def line(tmp_path):
    (tmp_path / "line.py").write_text(PROGRAM)
    (tmp_path / "told.py").write_text(PROGRAM + BESIDE)
    (tmp_path / "times.py").write_text(POTENTIAL)
    return tmp_path


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    return pandas.DataFrame({"x": x, "y": 1 + 2 * x + rng.normal(size=30)})


def slope_of(data):
    return np.polyfit(data["x"], data["y"], 1)[0]


def test_subsets_are_nested_and_each_is_fitted_alone(line, frame):
    frame = frame.assign(place=np.arange(30.0))
    found = compare(line / "line.py", frame, n=[10, "20", "all"], **MLE)
    assert [fit.program.data.n for fit in found.fits] == [10, 20, 30]
    rows = [set(fit.program.data["y"]) for fit in found.fits]
    assert rows[0] < rows[1] < rows[2]
    for fit in found.fits:
        used = frame[frame["y"].isin(fit.program.data["y"])]
        assert fit.estimates["mle"].point[0] == pytest.approx(slope_of(used), rel=1e-7)
    assert "10" in str(found) and len(found.rows) == 3 * 4
    arrays = {name: frame[name].to_numpy() for name in frame} | {"N": 30}
    again = compare(line / "line.py", arrays, n=[10, "all"], **MLE)
    assert again.rows["estimate"].iloc[:4].tolist() == found.rows["estimate"].iloc[:4].tolist()


def test_data_are_simulated_under_the_data_s_covariates(line, frame):
    found = compare(line / "line.py", frame, simulate=30, truth=TRUTH, **MLE)
    assert found.rows["truth"].tolist() == [2.0, 1.0, 0.5, 4.0]
    freedom = 28  # of y around its line: spread² × χ²
    estimate = dict(zip(found["mle"].labels, found["mle"].point, strict=True))
    assert abs(30 * estimate["spread"] ** 2 / 0.25 - freedom) < 4.42 * np.sqrt(2 * freedom)
    assert abs(estimate["slope"] - 2) < 4.42 * found["mle"].se[0]
    same = compare(line / "line.py", frame, simulate=30, truth=TRUTH, **MLE)
    other = compare(line / "line.py", frame, simulate=30, truth=TRUTH, seed=1, **MLE)
    assert same["mle"].point.tolist() == found["mle"].point.tolist() != other["mle"].point.tolist()


def test_a_file_s_own_design_and_simulator_are_used(line):
    """Its noise is uniform, so that no residual is beyond √3 spread, as some of 400 normal ones are."""
    found = compare(line / "told.py", simulate=400, truth=TRUTH, **MLE)
    residuals = found.fit.program.data["y"] - 1 - 2 * np.linspace(5, 6, 400)
    assert 0.4 * np.sqrt(3) < np.max(np.abs(residuals)) <= 0.5 * np.sqrt(3)
    normal = own_model(line / "line.py", {"x": np.linspace(5, 6, 400), "y": np.zeros(400)})
    drawn = normal.simulate(TRUTH, normal.design(400, None), np.random.default_rng(0))["y"]
    assert np.max(np.abs(drawn - 1 - 2 * np.linspace(5, 6, 400))) > 0.5 * np.sqrt(3)


def test_a_model_in_memory_simulates_as_many_as_it_observes():
    with pm.Model() as model:
        pm.Normal("y", pm.Normal("mu", 0, 5), 2, observed=np.zeros(40))
    found = compare(model, simulate=40, truth={"mu": 3.0}, **MLE)
    assert abs(found["mle"].point[0] - 3) < 4.42 * 2 / np.sqrt(40)


@pytest.mark.parametrize(
    ("file", "given", "options", "error", "words"),
    [
        ("line.py", None, {"simulate": 20}, UsageError, "takes data"),
        ("line.py", "frame", {"simulate": 20, "truth": {"q": 1}}, UsageError, 'no parameter "q"'),
        ("line.py", "frame", {"n": [40]}, UsageError, "the data have 30 rows"),
        ("line.py", "frame", {"priors": {"slope": "Normal(0, 1)"}}, UsageError, "write another one there"),
        ("times.py", "times", {"simulate": 3}, ModelError, "a Potential that reads data .unseen.*write simulate"),
    ],
)
def test_what_cannot_be_drawn_is_refused(line, frame, file, given, options, error, words):
    times = {"t": np.array([1.0, 2, 3]), "event": np.array([1, 1, 0])}
    data = {"frame": frame, "times": times, None: None}[given]
    with pytest.raises(error, match=words):
        compare(line / file, data, **options, **MLE)


@pytest.mark.parametrize(
    ("beside", "error", "words"),
    [
        ("def simulate(theta, design, rng):\n    return 1 / 0\n", ModelError, "simulate of .* raised ZeroDivision"),
        ("def simulate(theta, design, rng):\n    return {'x': -design['x']}\n", ModelError, "reads beside what it obs"),
        ("def design(n, rng):\n    return {'x': rng.normal(size=n)}\n", DataError, "let design hold any values"),
    ],
)
def test_faults_of_what_stands_beside_are_told(line, frame, beside, error, words):
    (line / "beside.py").write_text(PROGRAM + "\n" + beside)
    with pytest.raises(error, match=words):
        compare(line / "beside.py", frame if "simulate" in beside else None, simulate=30, **MLE)


def test_the_parametric_bootstrap_is_that_of_a_normal_regression(line, frame):
    """σ̂² of a refit is σ̂² χ²(n − 2)/n, so its quantiles are known; the mutant draws from n."""
    from scipy.stats import chi2

    from mle_vs_bayes.intervals.interval import IntervalRequest
    from mle_vs_bayes.intervals.resampling import replicates

    found = compare(line / "line.py", frame, **MLE)
    refits = replicates(IntervalRequest(found.fit.program, found["mle"], 0.95, 0, 2000), "parametric")
    assert refits.failed == 0
    ratio = 30 * (refits.quantities[:, 2] / found["mle"].point[2]) ** 2
    error = 4.42 * np.sqrt(2 * 28 / 2000)
    assert abs(ratio.mean() - 28) < error < abs(ratio.mean() - 30)
    for share in (0.1, 0.5, 0.9):
        assert abs(np.mean(ratio < chi2.ppf(share, 28)) - share) < 4.42 * np.sqrt(share * (1 - share) / 2000)
    both = compare(line / "line.py", frame, intervals=["bootstrap", "bootstrap_bca"], **MLE)
    rows = both.rows[both.rows["parameter"] != "spread"]  # whose bias BCa cannot correct with a thousand refits
    assert set(rows["status"]) == {"ok"}


def test_units_of_other_data_are_those_of_a_program_of_them(frame):
    with pm.Model() as model:
        pm.Normal("y", pm.Normal("mu"), 1, observed=frame["y"].to_numpy())
        pm.Poisson("k", pm.math.exp(model["mu"]), observed=np.array([1, 2, 3]))
    program = open_program(model)
    (data,) = program.replicate([np.array([0.5])], np.random.default_rng(3))
    units = program.model.log_likelihood({"mu": np.array(0.5)}, data)
    assert units == pytest.approx(program.on(data).log_likelihood_units(np.array([0.5])), rel=1e-12)
    assert not np.allclose(units, program.log_likelihood_units(np.array([0.5])))
