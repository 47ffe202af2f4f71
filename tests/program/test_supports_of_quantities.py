"""Where a program's derived quantities lie is read off their graphs, and their default intervals stay there."""

import numpy as np
import pymc as pm
import pytest

from mle_vs_bayes.model.support import positive, real, unit
from mle_vs_bayes.program.graphs.supports import of_quantity


@pytest.fixture(scope="module")
def names():
    """Variables with their supports: on the line, above 0, and a share."""
    with pm.Model() as model:
        mu, sigma, p = pm.Normal("mu"), pm.HalfNormal("sigma"), pm.Beta("p", 1, 1)
    known = {model["mu"]: real, model["sigma"]: positive, model["p"]: unit}
    return {"mu": mu, "sigma": sigma, "p": p, "math": pm.math, "np": np}, known


@pytest.mark.parametrize(
    ("written", "support"),
    [
        ("math.exp(mu)", positive),
        ("math.sigmoid(mu)", unit),
        ("1 - p", unit),
        ("1.0 - math.sigmoid(mu)", unit),
        ("p * math.sigmoid(mu)", unit),
        ("p / (1 - p)", positive),
        ("sigma**2", positive),
        ("sigma ** mu", positive),
        ("np.log(2) ** (1 / sigma) * math.exp(mu)", positive),
        ("math.sqrt(sigma)[None]", positive),
        ("2 - p", real),  # above 1, and not read off
        ("mu**2", real),  # may be 0
        ("mu / sigma", real),
        ("sigma - p", real),
        ("-sigma", real),
        ("math.log(sigma)", real),
    ],
)
def test_support_of_a_graph(names, written, support):
    variables, known = names
    assert of_quantity(eval(written, dict(variables)), known) is support
