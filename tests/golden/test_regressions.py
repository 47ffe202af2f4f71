"""Published regressions of shares, lifetimes and counts, most of them R's and Stata's as statsmodels' tests quote them.

Each number is compared to half a unit of its last digit, beside what the source's search had left to go.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.genmod.tests
import statsmodels.othermod.tests
from scipy.special import ndtri

from mle_vs_bayes import compare

from .test_published import check, half_unit, mle

BETAREG = Path(statsmodels.othermod.tests.__file__).parent / "results"
GLM = Path(statsmodels.genmod.tests.__file__).parent / "results"


OVARIAN = """59 1 1 1 115 1 1 1 156 1 1 2 421 0 2 1 431 1 1 1 448 0 1 2 464 1 2 2 475 1 2 2 477 0 1 1 563 1 2 2
638 1 1 2 744 0 2 1 769 0 2 2 770 0 2 1 803 0 1 1 855 0 1 2 1040 0 1 2 1106 0 1 1 1129 0 2 1 1206 0 2 1 1227 0 2 2
268 1 1 2 329 1 1 1 353 1 2 2 365 1 2 1 377 0 2 1"""
"""Days, 1 for a death, treatment and performance of 26 patients: Edmunson et al. (1979), R's survival::ovarian."""


def rows_of(fit):
    assert fit.status == "ok", fit.reason
    return dict(zip(fit.labels, fit.point, strict=True))


FOOD = {
    "beta[Intercept]": ("-0.783082", "0.177708"),
    "beta[income]": ("-0.008217", "0.002411"),
    "beta[persons]": ("0.092554", "0.034821"),
    "beta_phi[Intercept]": ("5.5043", "0.5334"),
    "beta_phi[persons]": ("-0.4835", "0.1335"),
}
"""R: betareg(I(food/income) ~ income + persons | persons, data = FoodExpenditure), tests/vignette-betareg.Rout.save."""


def test_shares_of_income_spent_on_food():
    """betareg()'s standard errors are of the expected information; those of the observed are a quarter larger for phi.

    Without a formula for phi: statsmodels, othermod/tests/test_beta.py, which quotes the same data and program.
    """
    frame = pd.read_csv(BETAREG / "foodexpenditure.csv")
    frame = frame.assign(share=frame.food / frame.income)
    rows = rows_of(mle("beta", frame, formula="share ~ income + persons"))
    check(rows["beta[Intercept]"], "-0.62254806")
    check(rows["beta[income]"], "-0.01229884")
    check(rows["beta[persons]"], "0.11846210")
    check(rows["phi"], "35.60975")
    formulas, kinds = ["share ~ income + persons", "phi ~ persons"], ["wald_expected", "wald"]
    fit = compare("beta", frame, formula=formulas, estimators=["mle"], intervals=kinds)
    check(fit["mle"].log_likelihood, "49.18")
    fit_rows = fit.rows.set_index(["interval", "parameter"])
    for label, (value, error) in FOOD.items():
        lower, upper = fit_rows.loc[("wald_expected", label), ["lower", "upper"]]
        check(fit_rows.loc[("wald_expected", label), "estimate"], value, what=label)
        check((upper - lower) / 2 / ndtri(0.975), error, what=f"SE of {label}")
    with pytest.raises(AssertionError):
        check(fit_rows.loc[("wald", "beta_phi[persons]"), "se"], FOOD["beta_phi[persons]"][1])


def test_methylation_whose_precision_has_a_formula():
    """R: betareg(methylation ~ gender + CpG | age), the precision under a log link.

    Source: statsmodels, othermod/tests/results/results_betareg.py: "(Intercept) 1.44224", "genderM 0.06986", and for
    the precision "(Intercept) 8.22829", "age -0.03471"; loglik = 104.148028405343.
    """
    frame = pd.read_csv(BETAREG / "methylation-test.csv")
    fit = mle("beta", frame, formula=["methylation ~ gender + CpG", "phi ~ age"])
    rows = rows_of(fit)
    check(rows["beta[Intercept]"], "1.44224")
    check(rows["beta[gender[T.M]]"], "0.06986")
    check(rows["beta[CpG[T.CpG_2]]"], "0.97355")
    check(rows["beta_phi[Intercept]"], "8.22829")
    check(rows["beta_phi[age]"], "-0.03471")
    check(fit.log_likelihood, "104.14802841")


def test_months_to_death_or_end_of_study():
    """Stata: glm studytime age i.drug, family(gamma) link(log), on 48 patients with cancer; its mean is ours.

    Source: statsmodels, genmod/tests/results/results_glm.py, CancerLog: estimates, and standard errors with a
    dispersion by moments. Stata's search ended some 1e-4 of those from the maximum, where ours has no slope.
    """
    fit = mle("gamma", pd.read_csv(GLM / "stata_cancer_glm.csv"), formula="studytime ~ age + C(drug)")
    rows = rows_of(fit)
    printed = {
        "age": ("-0.04477778", "0.0147328"),
        "C(drug)[T.2]": ("0.57437126", "0.19694727"),
        "C(drug)[T.3]": ("1.05210726", "0.19772507"),
        "Intercept": ("4.64604002", "0.83534671"),
    }
    for term, (value, error) in printed.items():
        assert rows[f"beta[{term}]"] == pytest.approx(float(value), abs=2e-4 * float(error)), term


def ovarian():
    columns = ["time", "status", "rx", "ecog"]
    return pd.DataFrame(np.array(OVARIAN.split(), dtype=float).reshape(-1, 4), columns=columns)


LIFETIMES = [("exponential", {}), ("weibull", {"fix": {"shape": 1}})]


@pytest.mark.parametrize(("name", "more"), LIFETIMES)
def test_exponential_lifetimes_by_themselves_and_as_a_weibull_that_is_held(name, more):
    """R: survreg(Surv(futime, fustat) ~ ecog.ps + rx, ovarian, dist="exponential"), and dist="weibull", scale=1.

    Source: what R prints of the examples of ?survreg, "6.9618376 -0.4331347 0.5815027", "Loglik(model)= -97.2".
    """
    fit = mle(name, ovarian(), formula="time ~ ecog + rx", columns={"event": "status"}, **more)
    rows = rows_of(fit)
    check(rows["beta[Intercept]"], "6.9618376")
    check(rows["beta[ecog]"], "-0.4331347")
    check(rows["beta[rx]"], "0.5815027")
    check(fit.log_likelihood, "-97.2")


def test_weibull_lifetimes_of_the_first_twenty():
    """R: survreg(Surv(futime, fustat) ~ ecog.ps + rx, ovarian, subset = 1:20), scale = 1/shape.

    Source: tests of a Python port of R's survival, which quote R's digits.
    """
    fit = mle("weibull", ovarian()[:20], formula="time ~ ecog + rx", columns={"event": "status"})
    rows = rows_of(fit)
    check(rows["beta[Intercept]"], "7.7707936950")
    check(rows["beta[ecog]"], "-0.6985360847")
    check(rows["beta[rx]"], "0.4297222847")
    check(1 / rows["shape"], "0.9461234557")


COUNTS = {
    "lncoins": "-0.05794695",
    "idp": "-0.26778772",
    "lpi": "0.04120608",
    "fmde": "-0.03813768",
    "physlm": "0.26891577",
    "disea": "0.03816374",
    "hlthg": "-0.04413388",
    "hlthf": "0.01725218",
    "hlthp": "0.17796079",
    "Intercept": "0.66355609",
}
"""R 2.15.1, MASS 7.3-22, glm.nb()."""


def test_visits_to_doctors():
    """Negative binomial counts of the RAND health insurance experiment, 20,190 rows; alpha and log L are Stata's.

    Source: statsmodels, discrete/tests/results/results_discrete.py, RandHIE.negativebinomial_nb2_bfgs.
    """
    frame = sm.datasets.randhie.load_pandas().data
    formula = f"mdvis ~ {' + '.join(term for term in COUNTS if term != 'Intercept')}"
    fit = mle("negative_binomial", frame, formula=formula)
    rows = rows_of(fit)
    for term, value in COUNTS.items():
        # glm.nb() alternates between beta and theta, and stops 1e-6 short of both.
        assert rows[f"beta[{term}]"] == pytest.approx(float(value), abs=half_unit(value) + 2e-6), term
    assert rows["alpha"] == pytest.approx(1.292953339909746, abs=1e-5)
    check(fit.log_likelihood, "-43383.66208")


def test_mutant_a_size_for_an_alpha():
    """Var = mu + alpha mu² is told from mu + mu²/alpha: the same counts with 1/alpha have another log L."""
    frame = sm.datasets.randhie.load_pandas().data.iloc[:200]
    fit = mle("negative_binomial", frame, formula="mdvis ~ lncoins")
    program_at = np.array([*fit.point[:-1], 1 / fit.point[-1]])
    assert fit.labels[-1] == "alpha"
    assert abs(fit.results.model.loglike(program_at) - fit.log_likelihood) > 1


RETURNS = """
-0.1365 -0.0769 -0.0575 0.0526 -0.0449 -0.0859 -0.0742 0.6879 -0.077 0.085 0.003 0.0754 -0.0412 -0.089 0.2319 0.1087
0.0375 0.0958 0.0174 -0.0724 0.075 -0.0588 -0.062 -0.0378 0.0169 -0.0799 -0.0147 0.0106 -0.0421 -0.0036 0.0876
0.1025 -0.0499 0.1953 -0.0714 0.0469 0.1311 0.0461 -0.0328 -0.0096 0.1272 -0.0077 0.0165 -0.015 -0.1479 -0.0065
0.039 0.0223 -0.069 0.1338 0.1458 0.0063 0.0692 -0.0239 -0.0568 0.0814 -0.0889 -0.0887 0.1037 -0.1163"""
MARKET = """
-0.03 -0.0584 -0.0181 0.0306 -0.0397 -0.0295 -0.0316 0.1176 0.0075 0.1098 0.0408 0.0095 0.0301 0.0221 0.0269 0.0655
-0.003 0.0325 -0.0374 0.0049 0.0105 -0.0257 0.0186 -0.0155 -0.0165 -0.044 0.0094 -0.0028 -0.0591 0.0158 -0.0238
0.1031 -0.0065 -0.0067 -0.0167 0.0188 0.0733 0.0105 -0.007 -0.0099 0.0521 0.0117 -0.0099 -0.0102 -0.0428 0.0376
0.0628 0.0391 0.0002 0.0688 0.0486 -0.0174 0.046 0.01 -0.0594 0.068 -0.0839 0.0481 0.0136 -0.0322"""
"""60 monthly returns of Martin Marietta above the risk-free rate, and of the market: R's package hett, data set mm."""
MARIETTA = {"beta[Intercept]": -0.007248461, "beta[x]": 1.263751, "nu": 2.837183, "sigma": np.exp(-5.983115 / 2)}
"""R: hett's tlm(m.marietta ~ CRSP, start = list(dof = 3), estDof = TRUE), as statsmodels' test of TLinearModel quotes
it, with the logarithm of the squared scale; its log likelihood is 71.81292."""


def returns():
    return pd.DataFrame({"y": np.array(RETURNS.split(), dtype=float), "x": np.array(MARKET.split(), dtype=float)})


def check_t(fit):
    """tlm's search stops on its way: its points are as near as the digit of its log likelihood tells: √1e-5 SE."""
    check(fit.log_likelihood, "71.81292")
    for label, theirs in MARIETTA.items():
        place = fit.labels.index(label)
        assert abs(fit.point[place] - theirs) <= np.sqrt(1e-5) * fit.se[place], label


def test_student_t_errors_of_a_market_model():
    """Returns of Martin Marietta against the market's, 60 months."""
    check_t(mle("student_t", returns(), formula="y ~ x"))


def test_mutant_three_degrees_of_freedom():
    frame = returns()
    with pytest.raises(AssertionError):
        check_t(mle("student_t", frame, formula="y ~ x", fix={"nu": 3}))


BILLS = {
    "beta[SIZE]": "-0.0268147",
    "beta[SUBS]": "1.25103364",
    "beta[staff]": "2.91070663",
    "beta[PRESTIGE]": "-0.34799563",
    "beta[BILLS103]": "0.00659808",
    "beta[staff:SUBS]": "-0.31303026",
    "beta[Intercept]": "-6.44847076",
}
"""R: a negative binomial generalised linear model with alpha = 1 and a log link, as statsmodels quotes it
(genmod/tests/results/results_glm.py, Committee)."""


def check_bills(fit):
    """Failures before a success have the mean (1 − p)/p, whose logarithm is the log odds of p with the other sign.

    R's search rests where a step changes the deviance, 5.6, by less than 1e-8 of it: a value may be off by √5.6e-8 SE.
    """
    rows, at = rows_of(fit), dict(zip(fit.labels, fit.se, strict=True))
    for label, printed in BILLS.items():
        assert -rows[label] == pytest.approx(float(printed), abs=half_unit(printed) + np.sqrt(5.6e-8) * at[label]), (
            label
        )
    assert 0 <= fit.log_likelihood + 101.33286676188968 <= 2.8e-8  # R's, below the maximum by half of that at most


def committees(first):
    frame = sm.datasets.committee.load_pandas().data
    return frame.assign(y=frame["BILLS104"] + first, staff=np.log(frame["STAFF"]))


TERMS = "SIZE + SUBS + staff + PRESTIGE + BILLS103 + staff:SUBS"


def test_bills_of_twenty_committees():
    """Geometric: trials up to and including the first success, one more than R's and Stata's failures."""
    check_bills(mle("geometric", committees(1), formula=f"y ~ {TERMS}"))


def test_mutant_failures_for_trials():
    with pytest.raises(AssertionError):
        check_bills(mle("geometric", committees(2), formula=f"y ~ {TERMS}"))
