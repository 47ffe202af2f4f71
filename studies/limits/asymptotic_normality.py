"""How fast does the MLE become normal?

Question
    How far is √(nI)(θ̂ − θ) from N(0, 1), how fast does it come closer, and does observed information differ?
Design
    Exponential rate λ = 1/2 (λ̂ = n/T with T Gamma) in standard errors by expected and observed information.
Prediction
    By Edgeworth F(x) = Φ(x) − φ(x)(1 + 4(x² − 1)/6)/√n + O(1/n): bias 1/√n, skewness 4/√n. Its largest distance from Φ
    is 0.2512/√n, at x² = 3/2 (computed). With the data's own standard error, 1 − λT/n has skewness −2 and no bias:
    F(x) = Φ(x) + φ(x)(x² − 1)/(3√n), whose largest distance is φ(0)/(3√n) = 0.1330/√n.
Source
    Computed, by Edgeworth's expansion to order 1/√n from the bias and skewness of n/T and of T.
"""

import numpy as np
from scipy import stats

from mle_vs_bayes.study import Scenario, Slope, Study, Theory

LIMITS = {"expected": 4 / 3 * stats.norm.pdf(np.sqrt(1.5)), "observed": stats.norm.pdf(0) / 3}
X = np.linspace(-6, 6, 4001)


def z(replicate):
    rate, root = replicate.estimate("mle", "rate"), np.sqrt(replicate.n)
    return {"expected": (rate / 0.5 - 1) * root, "observed": (1 - 0.5 / rate) * root}


def exact(replicate):
    """sup |F − Φ| from the Gamma distribution of λT: z ≤ x where λT ≥ n/(1 + x/√n), or where λT ≥ n(1 − x/√n)."""
    n, reach = replicate.n, X / np.sqrt(replicate.n)
    laws = {"expected": n / np.maximum(1 + reach, 1e-9), "observed": n * np.maximum(1 - reach, 0)}
    return {name: np.max(np.abs(stats.gamma.sf(least, n) - stats.norm.cdf(X))) for name, least in laws.items()}


def qq(figure, tables):
    values = tables.functionals.query("name == 'z' and part == 'expected'").groupby("n")["value"]
    for axes, (n, drawn) in zip(figure.subplots(1, 4, sharey=True), values, strict=False):
        normal = stats.norm.ppf(levels := (np.arange(400) + 0.5) / 400)
        axes.plot(normal, np.quantile(drawn, levels), ".", normal, normal, "k-", markersize=2, linewidth=0.7)
        axes.set(title=f"n = {n}", xlabel="normal quantile")


limit = lambda line: LIMITS[line["parameter"]] / line["n"] ** 0.5
study = Study(
    n=(10, 40, 160, 640),
    scenarios=[Scenario("lifetimes", model="exponential", truth={"rate": 0.5})],
    replicates=5000,
    estimators=("mle",),
    functionals={"z": z, "exact_distance": exact},
    laws={"z": "normal"},
    predictions=[
        # within: the next term of the expansion, of order 1/n, is worth 0.1 of the first at n = 10 and less on average
        Theory("exact_distance", value=limit, within=0.06, relative=True),
        Slope("exact_distance", slope=-0.5, within=0.03),
        Theory("z_distance", value=limit, within=0.03),
    ],
    figures={"qq": qq},
    answer="The MLE's distance from normal falls as 1/√n; with the data's own information it is half as far.",
)
