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
