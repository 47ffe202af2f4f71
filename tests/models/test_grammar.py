"""Formulas on any parameter, links, values that are held: what is asked becomes a model, or one sentence."""

import warnings

import numpy as np
import pandas as pd
import pytest
import scipy
import statsmodels.api as sm

from mle_vs_bayes import compare, fit_replicates, models
from mle_vs_bayes.cli.catalogue.conversions import family_of
from mle_vs_bayes.data.prepare import prepare
from mle_vs_bayes.density import parity
from mle_vs_bayes.errors import DataError, ModelError, UsageError
from mle_vs_bayes.fit import priors
from mle_vs_bayes.fit.simulated import simulated
from mle_vs_bayes.model.links import LINKS
from mle_vs_bayes.model.specification import parse
from mle_vs_bayes.model.support import unit
from mle_vs_bayes.models.trunks.fixed import Fixed

from ..agreement.checks import program

N = 200
SAME = 1e-7
"""Relative: two optima, each within 1e-6 standard errors, whose standard errors are below a tenth of the estimate."""
POINT = {"estimators": ["mle"]}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=N), rng.integers(0, 2, size=N)
    spread = np.exp(0.2 + 0.5 * z)
    y = 1 + 0.5 * x + spread * rng.normal(size=N)
    made = {
        "x": x,
        "z": z,
        "y": y,
        "time": rng.weibull(1.5, N) * np.exp(0.3 * x),
        "count": rng.poisson(np.exp(0.3 * x)),
    }
    return pd.DataFrame({**made, "seen": rng.integers(0, 2, size=N), "yes": (y > 1).astype(float)})


def rows(comparison):
    table = comparison.rows.set_index("parameter")
    return table[["estimate", "se"]]


TEXTS = [
    "ordered(link='probit', order='low, high')",
    "normal(formula='y, sigma')",
    "gamma_regression",
    "weibull(formula='y', fix='shape=1')",
    "poisson(formula='y', link='sqrt')",
    "bernoulli(formula='y', link='probit')",
    "linear(formula='sigma', fix='beta[x]=0.1, beta_sigma[z]=0')",
    "normal(formula='y', censored=1)",
    "student_t(fix='nu=5')",
    "normal_mixture(components=3)",
]


@pytest.mark.parametrize("text", [text for text in TEXTS if text.partition("(")[0] in models.MODELS])
def test_a_model_is_made_again_from_its_name(text):
    model = models.get(text)
    assert model.name == text == str(parse(text))
    assert models.get(model.name).parameters == model.parameters


def test_a_named_regression_is_its_family_with_a_formula(frame):
    for name, family, formula, link in [
        ("linear", "normal", "y ~ x + z", None),
        ("logistic", "bernoulli", "yes ~ x + z", "logit"),
        ("negative_binomial_regression", "negative_binomial", "count ~ x + z", None),
    ]:
        first = rows(compare(name, frame, formula=formula, **POINT))
        second = rows(compare(family, frame, formula=formula, link=link, **POINT))
        pd.testing.assert_frame_equal(first, second)


def test_weighted_least_squares_of_two_groups(frame):
    """With a formula for sigma by group, each group has its own variance: statsmodels' WLS at those weights."""
    fit = compare("normal", frame, formula=["y ~ x", "sigma ~ z"], **POINT)
    estimate = rows(fit)["estimate"]
    sigma = np.exp(estimate["beta_sigma[Intercept]"] + estimate["beta_sigma[z]"] * frame["z"])
    weighted = sm.WLS(frame["y"], sm.add_constant(frame[["x"]]), weights=sigma**-2).fit()
    np.testing.assert_allclose(estimate[["beta[Intercept]", "beta[x]"]], weighted.params, rtol=SAME)
    residual = frame["y"] - weighted.fittedvalues
    for group in (0, 1):
        np.testing.assert_allclose(
            sigma[frame["z"] == group].iloc[0], (residual[frame["z"] == group] ** 2).mean() ** 0.5, SAME
        )


WITH_FORMULA = [name for name in models.MODELS if (family := family_of(models.get(name))) and family.location_links]


@pytest.mark.parametrize("name", [name for name in WITH_FORMULA if family_of(models.get(name)).location])
def test_every_family_starts_alike_in_any_unit(name):
    """Of y in millionths and in millions: the start is as good, but for what the unit adds, and the prior holds it."""
    model = models.specified(name, formula="y ~ x")
    names = [parameter.name for parameter in model.parameters]
    assert len(set(names)) == len(names), names
    data, _ = simulated(model, 60, {}, seed=1)
    continuous = not model.family.discrete and model.family.support is not unit
    heights = []
    for size in (1.0, 1e-6, 1e6) if continuous else (1.0,):
        other = data.replace(y=size * data["y"])
        start = model.start(other)
        heights.append(np.sum(model.log_likelihood(start, other)) + other.n * np.log(size))
        prior = priors.resolve(model, {}, other)["beta"].arguments
        assert abs(start["beta"][0] - np.ravel(prior["mu"])[0]) < 2 * np.ravel(prior["sigma"])[0], (size, start, prior)
    np.testing.assert_allclose(heights, heights[0], rtol=1e-9)


def test_a_gumbel_regression_is_a_weibulls_of_logarithms(frame):
    """−log of a Weibull's lifetime is a Gumbel's value: coefficients with the other sign, the scale 1/shape."""
    times = frame[["x", "time"]].assign(turned=-np.log(frame["time"]))
    gumbel = rows(compare("gumbel", times, formula="turned ~ x", **POINT))
    weibull = rows(compare("weibull", times, formula="time ~ x", **POINT))
    for term in ("beta[Intercept]", "beta[x]"):
        np.testing.assert_allclose(gumbel.loc[term], weibull.loc[term] * [-1, 1], rtol=SAME)
    np.testing.assert_allclose(gumbel.loc["scale", "estimate"], 1 / weibull.loc["shape", "estimate"], rtol=SAME)


GLM = {
    "poisson": (sm.families.Poisson, "count", ("log", "sqrt", "identity")),
    "bernoulli": (sm.families.Binomial, "yes", ("logit", "probit", "cloglog", "loglog")),
}
OF_STATSMODELS = {"cloglog": "CLogLog", "loglog": "LogLog"}


@pytest.mark.parametrize(("name", "link"), [(name, link) for name, (*_, links) in GLM.items() for link in links])
def test_generalised_linear_models_are_statsmodels(frame, name, link):
    family, outcome, _ = GLM[name]
    theirs = getattr(sm.families.links, OF_STATSMODELS.get(link, link.capitalize()))()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sm.tools.sm_exceptions.DomainWarning)
        glm = sm.GLM(frame[outcome], sm.add_constant(frame[["x", "z"]]), family=family(theirs))
        glm = glm.fit(tol=1e-14, maxiter=200)
    fit = compare(name, frame, formula=f"{outcome} ~ x + z", link=link, **POINT)
    table = rows(fit).loc[["beta[Intercept]", "beta[x]", "beta[z]"]]
    np.testing.assert_allclose(table["estimate"], glm.params, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fit["mle"].log_likelihood, glm.llf, rtol=1e-10)


def test_a_link_with_another_inverse_would_be_noticed(frame, monkeypatch):
    """A link is worded twice, so that a slip in one wording is met by parity before anything is estimated."""
    wrong = np.vectorize(lambda eta: np.exp(eta) / 1.001)
    model = models.specified("poisson", formula="count ~ x")
    data = prepare(frame, model, formula="count ~ x").data
    object.__setattr__(LINKS["log"], "inverse", wrong)
    try:
        with pytest.raises(ModelError, match="the two likelihoods"):
            parity.check(program(model, data))
    finally:
        object.__setattr__(LINKS["log"], "inverse", np.exp)


def test_a_weibull_of_shape_1_is_exponential(frame):
    lifetimes = {"formula": "time ~ x", "columns": {"event": "seen"}, **POINT}
    held = compare("weibull", frame, fix={"shape": 1}, **lifetimes)
    free = compare("exponential", frame, **lifetimes)
    pd.testing.assert_frame_equal(rows(held), rows(free), rtol=1e-6)
    assert held["mle"].log_likelihood == pytest.approx(free["mle"].log_likelihood, rel=1e-12)
    assert list(held.fit.program.priors) == ["beta"]
    larger = compare("weibull", frame, **lifetimes)
    (against,) = held.page(larger).against
    ratio = 2 * (larger["mle"].log_likelihood - held["mle"].log_likelihood)
    assert (against.degrees, against.reference) == (1, "χ²₁")
    assert against.likelihood_ratio == pytest.approx(ratio, rel=1e-9)


def test_a_coefficient_that_is_held_is_an_offset(frame):
    """Ordinary least squares of what is left, and 0 leaves the covariate out."""
    held = rows(compare("linear", frame, formula="y ~ x + z", fix={"beta[z]": 0.4}, **POINT))
    left = rows(compare("linear", frame.assign(y=frame["y"] - 0.4 * frame["z"]), formula="y ~ x", **POINT))
    pd.testing.assert_frame_equal(held, left, rtol=1e-9)
    out = rows(compare("normal", frame, formula=["y ~ x", "sigma ~ x + z"], fix={"beta_sigma[z]": 0}, **POINT))
    without = rows(compare("normal", frame, formula=["y ~ x", "sigma ~ x"], **POINT))
    pd.testing.assert_frame_equal(out, without, rtol=SAME)


WHOLE = {"beta[Intercept]": 1.0, "beta[x]": 0.4}
"""Every coefficient of a formula."""


def test_a_formula_that_is_held_leaves_the_other_parameters(frame):
    """A normal whose mean is known, by each estimator, and the likelihood-ratio test of both coefficients together."""
    left = frame.assign(left=frame["y"] - 1.0 - 0.4 * frame["x"])
    sampled = {"draws": 200, "tune": 300, "chains": 2, "priors": {"sigma": "Exponential(1)"}}
    held = compare("linear", frame, formula="y ~ x", fix=WHOLE, **sampled)
    known = compare("normal", left, columns={"y": "left"}, fix={"mu": 0.0}, **sampled)
    wanted = known.rows[known.rows["parameter"] == "sigma"].set_index("estimator")
    found = held.rows.set_index("estimator")
    assert set(held.rows["parameter"]) == {"sigma"} and list(held.fit.program.priors) == ["sigma"]
    for name in ("mle", "map"):
        np.testing.assert_allclose(
            found.loc[name, ["estimate", "se"]].tolist(), wanted.loc[name, ["estimate", "se"]].tolist(), rtol=SAME
        )
    apart = found.loc["posterior", "estimate"] - wanted.loc["posterior", "estimate"]
    assert abs(apart) < 4 * np.hypot(found.loc["posterior", "mcse"], wanted.loc["posterior", "mcse"])
    (line,) = held.predict({"x": [2.0]}).rows.query("estimator == 'mle'").to_dict("records")
    assert line["mean"] == pytest.approx(1.8) and line["se"] == 0.0
    free = compare("linear", frame, formula="y ~ x", **POINT)
    (against,) = held.page(free).against
    ratio = 2 * (free["mle"].log_likelihood - held["mle"].log_likelihood)
    assert (against.degrees, against.reference) == (2, "χ²₂")
    assert against.likelihood_ratio == pytest.approx(ratio, rel=1e-9)


def test_all_but_the_spread_of_groups_may_be_held(frame):
    """Its marginal likelihood is that of the larger model there, whose maximum SciPy finds in it."""
    grouped = frame.assign(g=np.arange(N) % 10)
    grouped["count"] += 3 * (grouped["g"] > 6)
    formula = "count ~ x + (1 | g)"
    held = compare("poisson", grouped, formula=formula, fix=WHOLE, estimators=("mle", "map"))
    assert held["mle"].labels == ("sd[Intercept|g]",) and held["map"].status == "ok"
    larger = compare("poisson", grouped, formula=formula, **POINT).fit.program
    best = scipy.optimize.minimize_scalar(
        lambda sd: -larger.log_likelihood(np.array([*WHOLE.values(), sd])), bounds=(0.01, 3), options={"xatol": 1e-9}
    )
    np.testing.assert_allclose(held["mle"].point, best.x, rtol=1e-6)
    np.testing.assert_allclose(held["mle"].log_likelihood, -best.fun, rtol=1e-10)


def test_many_data_sets_may_have_a_formula_that_is_held():
    model = models.get("normal(formula='y', fix='beta[Intercept]=1, beta[x1]=0.5, beta[x2]=0')")
    rng = np.random.default_rng(3)
    design = model.design(30, rng)
    data = [design.replace(y=1 + rng.normal(size=30)) for _ in range(2)]
    many = fit_replicates(model, data, ["mle"]).rows
    assert list(many["parameter"]) == ["sigma", "sigma"] and set(many["status"]) == {"ok"}
    wanted = [np.sqrt(np.mean((each["y"] - each["offset"]) ** 2)) for each in data]
    np.testing.assert_allclose(many["estimate"], wanted, rtol=SAME)


def test_many_data_sets_have_the_rows_of_each(frame):
    """Through the batch: two formulas, a value held, and posterior draws."""
    model = models.get("normal(formula='y, sigma', fix='beta_sigma[z1]=0.2')")
    assert isinstance(model, Fixed)
    rng = np.random.default_rng(3)
    theta = {"beta": np.array([1.0, 0.5, -0.5]), "beta_sigma": np.array([0.1])}
    data = [model.simulate(theta, model.design(60, rng), rng) for _ in range(2)]
    many = fit_replicates(model, data, ["mle", "posterior"], seed=1).rows
    one = compare(model, data[0], estimators=["mle", "posterior"], chains=2, draws=500)
    mine = many[(many["replicate"] == 0) & (many["estimator"] == "mle")].set_index("parameter")["estimate"]
    alone = one.rows[one.rows["estimator"] == "mle"].set_index("parameter")["estimate"]
    assert list(alone.index) == ["beta[Intercept]", "beta[x1]", "beta[x2]", "beta_sigma[Intercept]"]
    np.testing.assert_allclose(mine[alone.index], alone, rtol=1e-6)
    assert set(many["status"]) == {"ok"}


def test_negative_binomial_regression_is_statsmodels(frame):
    """Their alpha is ours; 1/alpha, as R's theta, would be far off."""
    counts = frame.assign(y=np.random.default_rng(8).negative_binomial(2, 2 / (2 + np.exp(0.5 + 0.4 * frame["x"]))))
    fit = compare("negative_binomial_regression", counts, formula="y ~ x", **POINT)
    theirs = sm.NegativeBinomial(counts["y"], sm.add_constant(counts["x"])).fit(disp=0, gtol=1e-9, maxiter=500)
    mine = rows(fit)["estimate"].loc[["beta[Intercept]", "beta[x]", "alpha"]]
    np.testing.assert_allclose(mine, theirs.params, rtol=1e-4)
    assert abs(1 / mine["alpha"] - theirs.params["alpha"]) > 0.5
    np.testing.assert_allclose(fit["mle"].log_likelihood, theirs.llf, rtol=1e-9)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog", "loglog"])
def test_ordered_is_statsmodels(frame, link):
    """Under the complementary log-log links the latent variable has a Gumbel distribution, of either sign."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    distributions = {"cloglog": scipy.stats.gumbel_l, "loglog": scipy.stats.gumbel_r}
    table = frame.assign(level=np.digitize(frame["y"], [0.0, 1.5]))
    fit = compare("ordered", table, formula="level ~ x + z", link=link, **POINT)
    theirs = OrderedModel(table["level"], table[["x", "z"]], distr=distributions.get(link, link))
    theirs = theirs.fit(method="bfgs", disp=0, gtol=1e-8)
    mine = rows(fit)["estimate"]
    np.testing.assert_allclose(mine[["beta[x]", "beta[z]"]], theirs.params.iloc[:2], rtol=1e-4)
    np.testing.assert_allclose(mine[["cutpoints[1]", "cutpoints[2]"]], _cuts(theirs), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(fit["mle"].log_likelihood, theirs.llf, rtol=1e-9)


def _cuts(results):
    """The first threshold, and the others from the logarithms of their gaps."""
    first, gap = results.params.iloc[2:]
    return [first, first + np.exp(gap)]


def test_the_order_of_classes_is_the_one_that_was_told(frame):
    words = frame.assign(level=np.array(["low", "middle", "high"])[np.digitize(frame["y"], [0.0, 1.5])])
    told = rows(compare("ordered", words, formula="level ~ x", order=["low", "middle", "high"], **POINT))
    codes = rows(
        compare("ordered", frame.assign(level=np.digitize(frame["y"], [0.0, 1.5])), formula="level ~ x", **POINT)
    )
    pd.testing.assert_frame_equal(told, codes)
    turned = rows(compare("ordered", words, formula="level ~ x", order=["high", "middle", "low"], **POINT))
    assert turned["estimate"]["beta[x]"] == pytest.approx(-told["estimate"]["beta[x]"], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "formula", "fix"),
    [
        ("ordered", "word ~ x + time", {"beta[x]": 0.0}),
        ("multinomial_logit", "word ~ x", {}),
        ("categorical", None, {}),
        ("bernoulli", None, {}),
        ("bernoulli", "word ~ x + (1 | g)", {}),
        ("ordered", "word ~ x + (1 | g)", {}),
        ("probit", "word ~ x", {}),
    ],
)
def test_an_order_reaches_the_outcome_whatever_else_is_asked(frame, name, formula, fix):
    """The mutant is the order turned round: the alphabet's, which is what text is read in where no order is told."""
    words = frame.assign(word=np.where(frame["z"] == 1, "hi", "lo"), g=np.arange(N) % 5)
    columns = {} if formula else {"y": "word"}
    for order, codes in ((["lo", "hi"], frame["z"]), (["hi", "lo"], 1 - frame["z"])):
        model = models.specified(name, formula=formula, fix=fix, order=order)
        made = prepare(words, model, columns=columns, formula=formula)
        np.testing.assert_array_equal(made.data["y"], codes)


def test_shares_of_classes_have_a_dirichlet_posterior():
    """The marginal of one share, with the others integrated out on a grid over the simplex."""
    model = models.get("categorical")
    data = model.simulate({"p": np.array([0.5, 0.3, 0.2])}, model.design(30, None), np.random.default_rng(4))
    made = program(model, data)
    exact = model.conjugate_posterior(data, made.priors)["p[a]"]
    first, share = np.array([0.35, 0.5, 0.65]), (np.arange(400) + 0.5) / 400
    logs = [
        [made.log_likelihood(np.array([p, (1 - p) * s, (1 - p) * (1 - s)])) for s in share] for p in first
    ]  # under the flat prior; the second share is (1 − p) s
    marginal = np.log(np.exp(np.array(logs) + 30).mean(axis=1)) + np.log(1 - first)
    gaps = marginal - exact.logpdf(first)
    np.testing.assert_allclose(gaps, gaps[0], atol=1e-4)


@pytest.mark.parametrize("name", [name for name in models.MODELS if getattr(models.get(name), "family", None)])
def test_parameters_beside_a_formula_have_names_of_their_own(name):
    """A family's own ``beta`` would be the name of the coefficients, too."""
    family = models.get(name).family
    if family.location and family.location_links:
        parameters = [parameter.name for parameter in models.specified(name, formula="y ~ x").parameters]
        assert len(set(parameters)) == len(parameters)


REFUSED = {
    "no such parameter": ("normal", {"formula": ["y ~ x", "tau ~ x"]}, "further formulas may be for sigma"),
    "a second formula for it": ("normal", {"formula": ["y ~ x", "sigma ~ x", "sigma ~ z"]}, "2 formulas"),
    "a link it does not take": (
        "poisson",
        {"formula": "count ~ x", "link": "logit"},
        "log, identity, inverse and sqrt",
    ),
    "a link without a formula": ("normal", {"link": "log"}, "add one"),
    "a model without a location": ("normal_mixture", {"link": "log"}, "takes no link log"),
    "outside its support": ("student_t", {"fix": {"nu": -1}}, "0 to inf"),
    "fixed with a formula": ("normal", {"formula": ["y ~ x", "sigma ~ z"], "fix": {"sigma": 1}}, "has a formula"),
    "fixed as a whole": ("linear", {"formula": "y ~ x", "fix": {"beta": 1}}, r"beta\[x\]=0"),
    "no such coefficient": ("linear", {"formula": "y ~ x", "fix": {"beta[w]": 1}}, r"beta\[Intercept\] and beta\[x\]"),
    "nothing left": ("exponential", {"columns": {"y": "time"}, "fix": {"rate": 1}}, "leave one to estimate"),
    "no coefficient left": (
        "poisson",
        {"formula": "count ~ x", "fix": WHOLE},
        "every parameter .* leave one to estimate",
    ),
    "counts that are censored": ("poisson", {"columns": {"y": "count", "event": "seen"}}, "not censored here"),
    "text without an order": ("ordered", {"formula": "word ~ x"}, '--order "a,b"'),
    "a class out of the order": (
        "ordered",
        {"formula": "word ~ x", "order": ["a", "c"]},
        "b, which is not in the order",
    ),
    "an order of no classes": ("linear", {"formula": "y ~ x", "order": ["a", "b"]}, "are no classes"),
    "two classes without an order": (
        "logistic",
        {"formula": "word ~ x"},
        '--order "a,b" with what counts',
    ),
    "a link of ordered": ("ordered", {"formula": "z ~ x", "link": "log"}, "logit, probit, cloglog and loglog"),
    "entry after exit": ("weibull", {"formula": "time ~ x", "columns": {"entry": "late"}}, "must exceed its entry"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(frame, case):
    name, asked, words = REFUSED[case]
    with pytest.raises((UsageError, DataError), match=words):
        compare(name, frame.assign(late=frame["time"] + 1, word=np.where(frame["z"], "a", "b")), **asked, **POINT)


def test_a_spread_of_its_own_in_each_group_may_run_to_0_alone():
    """Where the terms explain all y of one of them, as they do where it has one row, or one value of y."""
    y, g = np.array([1.0, 1.0, 1.0, 2.0, 3.0, 5.0]), ["a", "a", "a", "b", "b", "b"]
    for values, rows in ((y, 3), (y + np.array([0, 0.5, 0.1, 0, 0, 0]), None)):
        data = pd.DataFrame({"y": values, "g": g})
        model = models.specified("normal", formula=["y ~ 1", "sigma ~ C(g)"])
        reason = model.divergence(prepare(data, model, formula=["y ~ 1", "sigma ~ C(g)"]).data)
        words = f"sigma runs to 0 in {rows} rows that share its predictor: the terms explain their y exactly"
        assert reason == (words if rows else None)
