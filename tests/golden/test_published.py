"""Published fits on data that ship with statsmodels, to the digits printed there."""

import numpy as np
import pytest

from mle_vs_bayes import compare

# NIST Statistical Reference Datasets, linear regression, Longley (1967): certified values, 15 digits.
LONGLEY = {
    "Intercept": (-3482258.63459582, 890420.383607373),
    "GNPDEFL": (15.0618722713733, 84.9149257747669),
    "GNP": (-0.358191792925910e-01, 0.334910077722432e-01),
    "UNEMP": (-2.02022980381683, 0.488399681651699),
    "ARMED": (-1.03322686717359, 0.214274163161675),
    "POP": (-0.511041056535807e-01, 0.226073200069370),
    "YEAR": (1829.15146461355, 455.478499142212),
}
LONGLEY_RESIDUAL_SD = 304.854073561965

# Greene (2003), Econometric Analysis, 5th ed., table 21.1, logit: coefficients to 3 decimals; log-likelihood to 3.
SPECTOR = {"Intercept": (-13.021, 4.931), "GPA": (2.826, 1.263), "TUCE": (0.095, 0.142), "PSI": (2.379, 1.065)}


def test_longley_has_nist_s_certified_digits():
    formula = "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR"
    comparison = compare("linear", "example:longley", formula=formula, estimators=["mle"])
    estimate = dict(zip(comparison["mle"].labels, comparison["mle"].point, strict=True))
    errors = dict(zip(comparison["mle"].labels, comparison["mle"].se, strict=True))
    unbiased = np.sqrt(16 / 9)  # NIST divides by n − p = 9, maximum likelihood by n = 16
    # The design has a condition number of 5e9 in its own units, so 15 digits become some 15 − 9.7 + 3 from scaling.
    for term, (value, error) in LONGLEY.items():
        assert estimate[f"beta[{term}]"] == pytest.approx(value, rel=1e-8)
        assert errors[f"beta[{term}]"] * unbiased == pytest.approx(error, rel=1e-8)
    assert estimate["sigma"] * unbiased == pytest.approx(LONGLEY_RESIDUAL_SD, rel=1e-10)


def test_spector_has_greene_s_logit():
    comparison = compare("logistic", "example:spector", formula="GRADE ~ GPA + TUCE + PSI", estimators=["mle"])
    fitted = comparison["mle"]
    for label, point, error in zip(fitted.labels, fitted.point, fitted.se, strict=True):
        value, published = SPECTOR[label[5:-1]]
        assert point == pytest.approx(value, abs=5.1e-4)
        assert error == pytest.approx(published, abs=5.1e-4)
    assert fitted.log_likelihood == pytest.approx(-12.890, abs=5.1e-4)
