"""A user's program drawn from and fitted many times gives the rows of single fits."""

import numpy as np
import pandas
import pytest

from mle_vs_bayes.comparison.compare import compare
from mle_vs_bayes.errors import UsageError
from mle_vs_bayes.fit.replicates import fit_replicates
from mle_vs_bayes.fit.simulated import drawn
from mle_vs_bayes.program.file import own_model
from mle_vs_bayes.program.origin import of_size

TRUTH = {"slope": 2.0, "level": 1.0, "spread": 0.5}
PROGRAM = """
import pymc as pm

def model(data):
    with pm.Model() as made:
        slope = pm.Normal("slope", 0, 5)
        level = pm.Normal("level", 0, 5)
        spread = pm.HalfNormal("spread", 3)
        pm.Normal("seen", level + slope * data["x"].to_numpy(), spread, observed=data["y"].to_numpy())
    return made
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "line.py"
    path.write_text(PROGRAM)
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    return own_model(path, pandas.DataFrame({"x": x, "y": 1 + 2 * x + rng.normal(size=30)}))


@pytest.fixture(scope="module")
def datasets(line):
    rng = np.random.default_rng(1)
    return [drawn(line, 20, TRUTH, rng)[0] for _ in range(40)]


def on(model, data):
    """The density of these data alone."""
    return model.own_density(data).on(data)


def test_data_are_drawn_at_the_truth(line, datasets):
    """All data sets of one n have the same covariates, so that values scatter by spread² around their means."""
    y = np.array([data["seen"] for data in datasets])
    scatter = y - y.mean(axis=0)
    freedom = scatter.shape[1] * (len(y) - 1)
    assert abs(np.sum(scatter**2) / TRUTH["spread"] ** 2 - freedom) < 4.42 * np.sqrt(2 * freedom)


def test_rows_are_those_of_single_fits(line, datasets):
    rows = fit_replicates(line, datasets, ("mle", "map"), truth=TRUTH).rows
    for position in (0, 7):
        alone = compare(on(line, datasets[position]), estimators=("mle", "map"), groups=()).rows
        ours = rows[rows["replicate"] == position]
        assert ours["parameter"].tolist() == alone["parameter"].tolist()
        np.testing.assert_allclose(ours["estimate"], alone["estimate"], rtol=0, atol=1e-8 * alone["se"].min())
        np.testing.assert_allclose(ours["se"], alone["se"], rtol=1e-8)
    estimates = rows[rows["estimator"] == "mle"].groupby("parameter")[["estimate", "se"]].mean()
    for name, truth in TRUTH.items():
        if name != "spread":  # whose maximum likelihood estimate is too small
            assert abs(estimates["estimate"][name] - truth) < 4.42 * estimates["se"][name] / np.sqrt(len(datasets))


def test_mutant_rows_of_another_data_set(line, datasets):
    rows = fit_replicates(line, datasets[:2], ("mle",)).rows
    alone = compare(on(line, datasets[1]), estimators=("mle",), groups=()).rows
    gap = np.abs(rows[rows["replicate"] == 0]["estimate"].to_numpy() - alone["estimate"].to_numpy())
    assert np.all(gap > 1e-6)


def test_priors_are_the_program_s_own(line, datasets):
    with pytest.raises(UsageError, match="says its own priors"):
        fit_replicates(line, datasets[:2], ("map",), priors={"slope": "Normal(0, 1)"})


def test_rows_are_drawn_for_another_n():
    frame = pandas.DataFrame({"x": np.arange(5.0)})
    assert of_size(frame, 5) is frame
    assert len(of_size(frame, 12)) == 12
    assert of_size(frame, 12)["x"].tolist() == of_size(frame, 12)["x"].tolist()
    arrays = of_size({"N": 5, "K": 2, "x": [1, 2, 3, 4, 5], "u": [1, 2]}, 8)
    assert (arrays["N"], arrays["K"], len(arrays["x"]), list(arrays["u"])) == (8, 2, 8, [1, 2])


def test_deterministics_of_many_points_are_those_of_each():
    from mle_vs_bayes.program.opening import open_program

    from .programs import PROGRAMS

    for name in ("regression", "shares"):
        program = open_program(PROGRAMS[name]())
        points = program.start * (1 + 1e-3 * np.arange(6)[:, None])
        each = np.stack([program.quantities(point) for point in points])
        np.testing.assert_allclose(program.quantities(points.reshape(2, 3, -1)), each.reshape(2, 3, -1), rtol=1e-12)


def test_more_parameters_than_rows_are_no_reason_to_refuse():
    """Eight schools have ten parameters, and priors."""
    from mle_vs_bayes.program.opening import open_program

    from .programs import schools

    program = open_program(schools(centred=True))
    sets = program.replicate([program.start] * 2, np.random.default_rng(0))
    rows = fit_replicates(program.model, sets, ("mle",)).rows
    assert set(rows["status"]) == {"not_applicable"} and "latent" in rows["reason"].iloc[0]


def test_a_program_with_chosen_starting_points_is_drawn_from_and_keeps_them():
    """PyMC copies none that has some."""
    from mle_vs_bayes.program.simulate import sampler, with_observed

    from .programs import PROGRAMS

    program = PROGRAMS["two_groups"]()
    theta = {"mu": np.array([-50.0, 50.0]), "share": 0.5, "sigma": 1.0}
    drawn = sampler(program)(theta, np.random.default_rng(0))
    assert np.all(np.abs(np.abs(drawn["y"]) - 50) < 10)
    for each in (program, with_observed(program, drawn)):
        (chosen,) = [value for value in each.rvs_to_initial_values.values() if value is not None]
        assert np.array_equal(chosen, [-1, 1]) and each.rvs_to_initial_values[each["mu"]] is chosen
