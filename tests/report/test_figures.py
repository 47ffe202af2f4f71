"""Figures, read through their axes and gids: what is drawn where, in which colour; never pixels."""

import subprocess
import sys

import arviz_base
import matplotlib
import matplotlib.pyplot
import numpy as np
import pytest
from matplotlib.colors import same_color

from mle_vs_bayes.report import palette
from mle_vs_bayes.report.figures import chains, estimates
from mle_vs_bayes.report.palette import LOOKS
from mle_vs_bayes.rows import Row, frame

KINDS = {
    "mle": "wald",
    "reml": "wald",
    "map": "laplace",
    "posterior": "eti",
    "mle_exact": "exact",
    "posterior_exact": "exact",
}
SHIFTS = {"mle": 0.0, "reml": 0.1, "map": -0.3, "posterior": 0.2, "mle_exact": 0.0, "posterior_exact": 0.2}
THREE = ("mle", "map", "posterior")
TWO = {"mu": (3.0, 0.2), "sigma": (1.1, 0.1)}
REGRESSION = {f"beta[{term}]": (float(i), 0.5) for i, term in enumerate(["Intercept", "x / 2", *"abcdefghi"])}
REGRESSION["sigma"] = (4.0, 0.3)
UNITS = {"large": (2_000_300.0, 5.0), "tiny": (1e-6, 3e-7)}


def row(label, estimator, center, sd, n=50, **fields):
    estimate = center + SHIFTS[estimator] * sd
    ends = {"estimate": estimate, "se": sd, "lower": estimate - 1.9 * sd, "upper": estimate + 2.1 * sd}
    fields = ends | {"interval": KINDS[estimator], "level": 0.95} | fields
    return Row(model="normal", n=n, estimator=estimator, parameter=label, **fields)


def diverged(label, estimator="mle", n=50, status="divergent"):
    return Row(model="normal", n=n, estimator=estimator, parameter=label, status=status, reason="x separates y")


def rows_of(spec, estimators=THREE, **fields):
    return frame(row(label, e, *at, **fields) for label, at in spec.items() for e in estimators)


def tree_of(spec, chains=4, draws=100):
    rng = np.random.default_rng(1)
    drawn = {label: center + sd * rng.normal(size=(chains, draws)) for label, (center, sd) in spec.items()}
    terms = [label for label in drawn if label.startswith("beta[")]
    posterior = {label: values for label, values in drawn.items() if label not in terms}
    if terms:
        posterior["beta"] = np.stack([drawn[label] for label in terms], axis=-1)
    return arviz_base.from_dict(
        {"posterior": posterior, "sample_stats": {"diverging": np.zeros((chains, draws), bool)}},
        coords={"term": [label.removeprefix("beta[").removesuffix("]") for label in terms]} if terms else None,
        dims={"beta": ["term"]} if terms else None,
    )


def prior_of(center, sd):
    grid = np.linspace(center - 1000 * sd, center + 1000 * sd, 999)
    return grid, np.full(999, 1 / (2000 * sd))


def titles(figure):
    return [axes.get_title(loc="left").replace("\n", "") for axes in figure.axes]


def panel(figure, label):
    return figure.axes[titles(figure).index(label)]


def lines(axes, gid):
    return [line for line in axes.lines if line.get_gid() == gid]


def texts(axes, gid):
    return [text.get_text() for text in axes.texts if text.get_gid() == gid]


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


@pytest.fixture(scope="module")
def marginal():
    return estimates.marginal(rows_of(TWO, truth=3.0), tree_of(TWO), {"mu": prior_of(*TWO["mu"])})


@pytest.mark.parametrize("spec", [{"p": (0.7, 0.04)}, TWO, REGRESSION, UNITS], ids=["one", "two", "twelve", "units"])
def test_forest_has_a_panel_per_parameter_with_every_estimate_in_its_limits(spec):
    figure = estimates.forest(rows_of(spec))
    assert titles(figure) == list(spec)
    for label, (center, sd) in spec.items():
        axes = panel(figure, label)
        points = [lines(axes, f"{estimator} point")[0] for estimator in THREE]
        assert [p.get_xdata()[0] for p in points] == [center + SHIFTS[e] * sd for e in THREE]
        assert [p.get_ydata()[0] for p in points] == [0, 1, 2]
        low, high = axes.get_xlim()
        assert low < center - 2.2 * sd
        assert high > center + 2.3 * sd
        assert high - low < 8 * sd


def test_forest_draws_estimators_in_fixed_order_and_their_own_looks():
    estimators = [key for key in LOOKS if key != "prior"]
    figure = estimates.forest(rows_of(TWO, estimators=estimators[::-1]))
    axes = panel(figure, "mu")
    assert [label.get_text() for label in axes.get_yticklabels()] == [LOOKS[e].label for e in estimators]
    for lane, estimator in enumerate(estimators):
        point, bar = lines(axes, f"{estimator} point")[0], lines(axes, f"{estimator} interval")[0]
        assert point.get_ydata()[0] == lane
        assert same_color(point.get_color(), LOOKS[estimator].colour)
        assert same_color(bar.get_color(), LOOKS[estimator].colour)
        assert point.get_marker() == LOOKS[estimator].marker


def test_forest_title_says_model_n_and_level_and_its_caption_the_kinds_of_interval():
    figure = estimates.forest(rows_of(TWO, truth=3.0, n=1200, level=0.9))
    assert figure.get_suptitle() == "Normal, n = 1,200: estimates and 90 % intervals"
    assert "Wald (maximum likelihood); Laplace (MAP); equal-tailed (posterior mean)" in figure.get_supxlabel()
    assert "truth" in figure.get_supxlabel()


def test_forest_writes_the_status_where_there_is_no_point():
    rows = frame([diverged("mu"), diverged("mu", "map", status="not_applicable"), row("mu", "posterior", 3.0, 0.2)])
    axes = panel(estimates.forest(rows), "mu")
    assert texts(axes, "mle status") == ["divergent"]
    assert texts(axes, "map status") == ["not applicable"]
    assert lines(axes, "mle point") == []
    assert len(lines(axes, "posterior point")) == 1


def test_forest_without_any_number_has_no_ticks():
    axes = panel(estimates.forest(frame([diverged("mu")])), "mu")
    assert list(axes.get_xticks()) == []


def test_forest_shows_the_truth_inside_the_limits_only_where_it_is_known():
    rows = frame([row("mu", "mle", 3.0, 0.2, truth=9.0), row("sigma", "mle", 1.0, 0.1)])
    figure = estimates.forest(rows)
    assert [line.get_xdata()[0] for line in lines(panel(figure, "mu"), "truth")] == [9.0]
    assert panel(figure, "mu").get_xlim()[1] > 9.0
    assert lines(panel(figure, "sigma"), "truth") == []


def test_forest_shows_the_largest_n():
    rows = frame([row("mu", "mle", 1.0, 0.2, n=20), row("mu", "mle", 2.0, 0.1, n=80)])
    axes = panel(estimates.forest(rows), "mu")
    assert [line.get_xdata()[0] for line in lines(axes, "mle point")] == [2.0]


def test_forest_gives_each_kind_of_interval_a_line_and_a_failure_none_of_its_own():
    rows = frame([row("mu", "mle", 3.0, 0.2, interval=kind) for kind in ("wald", "profile")] + [diverged("sigma")])
    figure = estimates.forest(rows)
    labels = [label.get_text() for label in panel(figure, "mu").get_yticklabels()]
    assert labels == ["maximum likelihood, Wald", "maximum likelihood, profile"]
    assert texts(panel(figure, "sigma"), "mle status") == ["divergent"]


@pytest.mark.parametrize("end", [4000.0, np.inf])
@pytest.mark.parametrize("others", [("map",), ("map", "posterior")], ids=len)
def test_an_interval_out_of_proportion_is_cut_with_arrowheads(end, others):
    wide = row("mu", "mle", 3.0, 0.2, lower=-end, upper=end)
    axes = panel(estimates.forest(frame([wide, *(row("mu", e, 3.0, 0.2) for e in others)])), "mu")
    low, high = axes.get_xlim()
    assert high - low < 20
    assert [line.get_xdata()[0] for line in lines(axes, "mle cut")] == [low, high]
    assert lines(axes, "map cut") == []


def test_a_point_without_an_interval_has_no_bar():
    axes = panel(estimates.forest(frame([row("mu", "mle", 3.0, 0.2, lower=None, upper=None)])), "mu")
    assert len(lines(axes, "mle point")) == 1
    assert lines(axes, "mle interval") == []


def test_many_parameters_are_cut_short_and_the_title_says_so():
    figure = estimates.forest(rows_of({f"beta[x{i}]": (0.0, 1.0) for i in range(30)}, estimators=("mle",)))
    assert len(figure.axes) == estimates.MOST_PARAMETERS
    assert f"first {estimates.MOST_PARAMETERS} of 30 parameters" in figure.get_suptitle()


def test_long_labels_are_folded_and_lose_nothing():
    label = "beta[C(occupation_group)[T.Skilled manual worker]:C(sex)[T.female]]" + "x" * 100
    folded = palette.fold(label, 32).split("\n")
    assert max(len(line) for line in folded) <= 32
    assert "".join(folded).replace(" ", "") == label.replace(" ", "")


def test_labels_are_not_read_as_mathematics():
    figure = estimates.forest(rows_of({"beta[cost_in_$_per_$]": (1.0, 0.1)}))
    figure.canvas.draw()
    assert titles(figure) == ["beta[cost_in_$_per_$]"]


def test_marginal_draws_density_prior_pins_and_bar(marginal):
    axes = panel(marginal, "mu")
    (curve,) = lines(axes, "posterior density")
    assert np.trapezoid(curve.get_ydata(), curve.get_xdata()) == pytest.approx(1, abs=0.02)
    assert len(lines(axes, "prior density")) == 1
    for estimator in ("mle", "map"):
        assert lines(axes, f"{estimator} line")[0].get_xdata()[0] == pytest.approx(3.0 + SHIFTS[estimator] * 0.2)
        assert same_color(lines(axes, f"{estimator} line")[0].get_color(), LOOKS[estimator].colour)
    assert list(lines(axes, "posterior interval")[0].get_xdata()) == pytest.approx([2.66, 3.46])
    assert lines(axes, "posterior interval")[0].get_ydata()[0] < 0
    assert lines(panel(marginal, "sigma"), "prior density") == []


def test_marginal_limits_follow_the_posterior_and_the_estimates_not_the_prior(marginal):
    low, high = panel(marginal, "mu").get_xlim()
    assert low < 2.66
    assert high > 3.46
    assert high - low < 2


def test_marginal_legend_names_what_is_drawn(marginal):
    wanted = ["maximum likelihood", "normal approximation", "MAP", "posterior mean"]
    assert legend_of(marginal) == [*wanted, "posterior density", "prior density", "truth"]


def test_marginal_normal_approximation_is_optional():
    figure = estimates.marginal(rows_of(TWO), tree_of(TWO), {}, normal_approximation=False)
    assert lines(panel(figure, "mu"), "mle curve") == []
    assert "normal approximation" not in legend_of(figure)


def test_marginal_says_that_an_estimator_diverged():
    rows = frame([diverged("mu"), row("mu", "posterior", 3.0, 0.2)])
    axes = panel(estimates.marginal(rows, tree_of(TWO), {}), "mu")
    assert texts(axes, "mle status") == ["maximum likelihood: divergent"]


def test_marginal_finds_draws_by_label_and_leaves_out_what_has_none():
    rows = rows_of(dict(list(REGRESSION.items())[:3]) | {"other": (0.0, 1.0)})
    figure = estimates.marginal(rows, tree_of(REGRESSION), {})
    assert titles(figure) == ["beta[Intercept]", "beta[x / 2]", "beta[a]"]
    (curve,) = lines(panel(figure, "beta[a]"), "posterior density")
    assert abs(curve.get_xdata()[np.argmax(curve.get_ydata())] - 2.0) < 0.5


def test_marginal_takes_a_prior_that_is_infinite_somewhere(tmp_path):
    prior = (np.array([0.0, 1.0, 2.0, 3.0]), np.array([np.inf, 1.0, 0.5, 0.2]))
    figure = estimates.marginal(rows_of(TWO), tree_of(TWO), {"mu": prior})
    assert estimates.save({"marginal": figure}, tmp_path)[0].stat().st_size > 0


def test_marginal_of_a_heavy_tail_shows_its_centre():
    tree = arviz_base.from_dict({"posterior": {"mu": np.random.default_rng(3).standard_cauchy((4, 500))}})
    rows = frame([row("mu", "posterior", 0.0, 1.0)])
    (curve,) = lines(panel(estimates.marginal(rows, tree, {}), "mu"), "posterior density")
    inside = np.abs(curve.get_xdata()) < 3
    assert inside.sum() > 30


def test_convergence_draws_each_estimator_at_each_n():
    sizes = (20, 100, 1000)
    rows = [row("mu", e, 3.0, 2 / n**0.5, n=n, truth=3.1) for n in sizes for e in THREE]
    figure = estimates.convergence(frame(rows))
    axes = panel(figure, "mu")
    assert axes.get_xscale() == "log"
    for estimator in THREE:
        points = lines(axes, f"{estimator} point")
        assert [p.get_xdata()[0] for p in points] == list(sizes)
        assert [p.get_ydata()[0] for p in points] == [3.0 + SHIFTS[estimator] * 2 / n**0.5 for n in sizes]
    assert legend_of(figure) == [*(LOOKS[e].label for e in THREE), "truth"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1,000", "100", "20"]


def test_convergence_sets_estimators_at_the_same_n_side_by_side():
    axes = panel(estimates.convergence(rows_of(TWO)), "mu")
    places = [lines(axes, f"{e} point")[0] for e in THREE]
    across = [p.get_transform().transform(p.get_xydata())[0, 0] for p in places]
    assert np.diff(across) == pytest.approx([6.0 * axes.figure.dpi / 72] * 2)


def test_convergence_writes_the_status_at_the_n_where_there_is_no_point():
    rows = frame([diverged("mu", n=20), row("mu", "mle", 3.0, 0.2, n=50), row("mu", "map", 3.0, 0.2, n=20)])
    axes = panel(estimates.convergence(rows), "mu")
    assert texts(axes, "mle status") == ["divergent"]
    assert [text.get_position()[0] for text in axes.texts] == [20]


@pytest.mark.parametrize("draw", [chains.trace, chains.rank])
def test_chains_have_a_panel_per_scalar_and_a_line_per_chain(draw):
    figure = draw(tree_of(TWO))
    assert titles(figure) == ["mu", "sigma"]
    colours = [line.get_color() for line in figure.axes[0].lines]
    assert len(colours) == 4
    assert all(same_color(a, b) for a, b in zip(colours, palette.CHAINS, strict=True))


def test_chains_stop_at_twelve_scalars_and_the_title_says_so():
    figure = chains.trace(tree_of(REGRESSION | {"nu": (5.0, 1.0)}))
    assert len(figure.axes) == 12
    assert "first 12 of 13 scalars" in figure.get_suptitle()


def test_rank_of_one_chain_is_a_sentence():
    figure = chains.rank(tree_of(TWO, chains=1))
    assert figure.axes == []
    assert "only one chain" in figure.get_suptitle()


def test_trace_marks_divergent_transitions_where_they_were():
    tree = tree_of(TWO)
    tree["sample_stats"]["diverging"][2, 40] = True
    axes = chains.trace(tree).axes[0]
    assert [float(x) for rug in axes.collections for x, _ in rug.get_offsets()] == [40.0]


def test_draws_that_do_not_vary_or_are_not_finite_are_left_out():
    values = {"mu": np.random.default_rng(1).normal(size=(2, 50)), "fixed": np.ones((2, 50))}
    values["gone"] = np.full((2, 50), np.nan)
    tree = arviz_base.from_dict({"posterior": values})
    assert titles(chains.rank(tree)) == ["mu"]


def test_same_estimator_has_the_same_colour_in_all_figures(marginal):
    rows = rows_of(TWO)
    for figure in (estimates.forest(rows), estimates.convergence(rows), marginal):
        for look in (LOOKS[estimator] for estimator in THREE):
            drawn = [line for axes in figure.axes for line in axes.lines if line.get_gid() == f"{look.key} point"]
            assert drawn
            assert all(same_color(line.get_color(), look.colour) for line in drawn)


def test_looks_differ():
    assert len({look.colour for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.label for look in LOOKS.values()}) == len(LOOKS)
    assert len({(look.marker, look.filled) for look in LOOKS.values()}) == len(LOOKS)


def test_saved_files_have_the_names_and_the_same_bytes_each_time(tmp_path):
    def draw(folder):
        drawn = {"forest": estimates.forest(rows_of(TWO)), "rank": chains.rank(tree_of({"mu": TWO["mu"]}))}
        return estimates.save(drawn, folder)

    first, second = draw(tmp_path / "a"), draw(tmp_path / "b")
    assert first == [tmp_path / "a" / "forest.png", tmp_path / "a" / "rank.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_reader_settings_neither_change_nor_matter(tmp_path):
    plain = estimates.save({"plain": estimates.forest(rows_of(TWO))}, tmp_path)[0].read_bytes()
    with matplotlib.rc_context({"axes.facecolor": "pink", "font.size": 20, "savefig.facecolor": "pink"}):
        before = dict(matplotlib.rcParams)
        styled = estimates.save({"styled": estimates.forest(rows_of(TWO))}, tmp_path)[0].read_bytes()
        assert dict(matplotlib.rcParams) == before
    assert styled == plain


def test_no_figure_is_left_open(marginal):
    chains.trace(tree_of(TWO))
    assert matplotlib.pyplot.get_fignums() == []


def test_a_label_in_a_script_the_font_lacks_is_saved_without_a_warning(tmp_path):
    (path,) = estimates.save({"forest": estimates.forest(rows_of({"beta[年齢]": (1.0, 0.1)}))}, tmp_path)
    assert path.stat().st_size > 0


def test_palette_needs_no_matplotlib():
    code = "import sys, mle_vs_bayes.report.palette; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
