"""On real data, does it matter which estimator is used, and why?

Question
    On which of twelve real data sets do MLE, MAP and posterior mean differ, by how much, and from what?
Design
    `compare` under default priors: MLE → MAP (the prior) and MAP → mean (the skewness) of the parameter whose mean is
    furthest from its MLE, in SE; they agree where both are below 0.1. The data are as they come with statsmodels.
Prediction
    The steps are Σ∇log π and ½Σ(∂³ℓ_π : Σ), Σ the inverse information, up to terms of the order of their squared length
    and four Monte-Carlo errors: `off`, any parameter's gap over both, is below 1. Lengths above 1 are observed only.
Source
    Tierney & Kadane (1986), JASA 81, 82–86; of the data: the pages of statsmodels.datasets.
"""

from mle_vs_bayes import compare
from mle_vs_bayes.data.reading.read import read
from mle_vs_bayes.study import Equals, Scenario, Study

STEPS = {"prior": "#0072B2", "prior_expected": "#9CC6E0", "skewness": "#D55E00", "skewness_expected": "#F2B48F"}
PANEL = {  # model, formula, columns by role, and a column to be made of others
    "spector": ("logistic", "GRADE ~ GPA + TUCE + PSI", {}, None),
    "fair": ("logistic", "some ~ age + yrs_married + religious + rate_marriage", {}, "some = affairs > 0"),
    "star98": ("bernoulli", "NABOVE ~ LOWINC + PERASIAN + PERHISP", {"trials": "pupils"}, "pupils = NABOVE + NBELOW"),
    "cpunish": ("poisson_regression", "EXECUTIONS ~ INCOME + PERPOVERTY + PERBLACK + SOUTH + DEGREE", {}, None),
    "committee": ("negative_binomial_regression", "BILLS104 ~ SIZE + SUBS + STAFF + PRESTIGE + BILLS103", {}, None),
    "scotland": ("gamma_regression", "YES ~ COUTAX + UNEMPF + MOR + ACT + GDP + AGE", {}, None),
    "heart": ("weibull_regression", "survival ~ age", {"event": "censors"}, None),
    "stackloss": ("linear", "STACKLOSS ~ AIRFLOW + WATERTEMP + ACIDCONC", {}, None),
    "longley": ("linear", "TOTEMP ~ GNPDEFL + GNP + UNEMP + ARMED + POP + YEAR", {}, None),
    "statecrime": ("robust_regression", "murder ~ urban + poverty + hs_grad + single", {}, None),
    "sunspots": ("autoregressive(order=2)", None, {"y": "SUNACTIVITY"}, None),
    "grunfeld": ("normal", "invest ~ value + capital + (1 | firm)", {}, None),
}


def steps(r):
    model, formula, columns, made = r["by"]
    found = compare(model, r["data"].eval(made) if made else r["data"], formula=formula, columns=columns)
    labels, parts = found.fit.program.layout.labels, found.explain()
    furthest = max((parts[label] for label in labels), key=lambda part: abs(part.difference))
    gaps = [a for a in found.fit.agreement if a.parameter in labels and a.pair != "posterior - mle"]
    off = {"off": max(abs(a.in_se - a.expected) / a.tolerance for a in gaps)}
    return {step: getattr(furthest, step) for step in STEPS} | (off if gaps[0].tolerance < 1 else {})


def panel(figure, tables):
    wide = tables.functionals.pivot(index="scenario", columns="part", values="value").sort_values("skewness", key=abs)
    wide.index += ": " + (far := wide[["prior", "skewness"]].abs()).idxmax(axis=1).where(far.max(axis=1) > 0.1, "agree")
    axes = wide[[*STEPS]].plot.barh(ax=figure.subplots(), width=0.8, figsize=(8, 7), color=STEPS)
    axes.set(xscale="symlog", xlabel="SE of the MLE", ylabel="", xticks=(at := [-10, -1, 0, 1, 10]), xticklabels=at)


size = {"n": (1,), "replicates": 1, "estimators": (), "functionals": {"steps": steps}, "figures": {"steps": panel}}
study = Study(
    scenarios=[Scenario(d, generate=lambda n, r, d=d: {"data": read(f"example:{d}"), "by": PANEL[d]}) for d in PANEL],
    quick_scenarios=("spector", "heart", "stackloss"),
    predictions=[Equals("steps", within=1.0, where={"parameter": "off"})],
    answer="On real data, too, MLE, MAP and mean differ by what prior and skewness say, where theory says anything.",
    **size,
)
