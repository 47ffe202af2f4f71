"""Normal, Laplace or Student-t errors: which loss suits heavy tails, and do AIC and leave-one-out see it?

Question
    How well is the centre of heavy-tailed data located by squares, by absolute values and by a t with free ν?
Design
    Student-t errors, ν = 3 or 5; the same data sets for the three. LOO: ArviZ's, of draws, two models.
Prediction
    n · Var of the mean is ν/(ν − 2) (not judged at ν = 3, where its square has no variance), of the median 1/(4f(0)²),
    of the t's MLE (ν + 3)/(ν + 1). At ν = 5 AIC/−2 of the t is above the normal's by n · KL − 2: the trace tr of score
    variance over information is 5 of the normal, where AIC charges 2. It prefers the t as often as Chernoff's bound
    with ½(χ² + 4χ²), the normal's gain by fitting, says. LOO, ℓ − d/2 − tr/2, is AIC/−2 for the t, less for the normal.
Source
    Hjort (1994), JASA 89, 665–675; Stone (1977), JRSS B 39, 44–47; Watanabe (2010), JMLR 11, 3571–3594; else computed.
"""

import numpy as np
from arviz_stats.base import array_stats
from scipy import integrate, stats

from mle_vs_bayes.study import Scenario, Study, Theory, Value

VARIANCE = {"laplace": lambda v: 0.25 / stats.t.pdf(0, v) ** 2, "student_t": lambda v: (v + 3) / (v + 1)}
VARIANCE["normal"], CLOSED = lambda v: v / (v - 2), {"mle": lambda r: r.model.closed_form_mle(r.data)}
logs = lambda y: (stats.t.logpdf(y, 5), stats.norm.logpdf(y, scale=(5 / 3) ** 0.5))
KL = 2 * integrate.quad(lambda y: np.exp(logs(y)[0]) * (logs(y)[0] - logs(y)[1]), 0, np.inf)[0]
OVERLAP, ELPD = 2 * integrate.quad(lambda y: np.exp(sum(logs(y)) / 2), 0, np.inf)[0], lambda ll: array_stats.loo(ll)[0]
gain = lambda x: stats.norm.expect(lambda z: stats.chi2.sf(2 * x - 4 * z**2, 1))
MISSED = min(np.exp((x + 1) / 2) * OVERLAP**801 + gain(x) for x in np.linspace(0, 10, 41))


def aic(r):  # of a t without a maximum (ν → ∞) the log-likelihood is the normal's
    fitted, normal = r.log_likelihood(r.theta("mle")), -r.n / 2 * (np.log(2 * np.pi * np.var(r["y"])) + 1)
    over = (fitted if np.isfinite(fitted) else normal) - normal - r.theta("mle").size + 2
    return {"preferred": over > 0, "gain per row": over / r.n}


def loo(r):
    draws = [r.draws(label)[:, ::4] for label in r.density.layout.labels]  # in the order in which SciPy has them
    units = (stats.t if len(draws) == 3 else stats.norm).logpdf(r["y"][:, None, None], *draws)
    return {"above AIC": sum(map(ELPD, units)) - r.log_likelihood(r.theta("mle")) + len(draws)}


data = lambda ν: {"data": f"t of {ν}", "generate": lambda n, rng: {"y": rng.standard_t(ν, size=n)}, "at": {"ν": ν}}
cell = lambda m, ν, name="", **more: Scenario(f"{m}, {ν}{name}", model=m, target={"mu": 0.0}, **data(ν), **more)
answer = "The loss that suits the tails locates best; AIC and leave-one-out prefer it, and agree on the right model."
bayes = {"estimators": ("mle", "posterior"), "functionals": {"loo": loo}, "n": (201,), "replicates": 60}
cells = [cell(m, v, estimators=("mle",) if m != "laplace" else CLOSED) for v in (3, 5) for m in VARIANCE]
rmse = lambda at: (VARIANCE[at["model"]](at["ν"]) / at["n"]) ** 0.5
last = lambda part: {"scenario": "student_t, 5", "n": 801, "parameter": part}
judged = {"parameter": "mu", "scenario": ("laplace, 3", "laplace, 5", "student_t, 3", "student_t, 5", "normal, 5")}
predictions = [
    Theory("rmse", value=rmse, within=0.06, quick_within=0.2, relative=True, where=judged),
    Theory("aic", value=lambda at: KL - 2 / 801, within=4 / 801, quick_within=0.02, where=last("gain per row")),
    Value("aic", least=1 - MISSED, where=last("preferred")),
    Value("loo", least=-0.5, most=0.5, where={"model": "student_t"}),
    Value("loo", most=0.0, where={"model": "normal"}),
]
cells += [cell(m, 5, ", draws", **bayes) for m in ("student_t", "normal")]
fits = {"n": (201, 801), "functionals": {"aic": aic}, "replicates": 7200, "batch": 300}
study = Study(scenarios=cells, predictions=predictions, answer=answer, **fits)
