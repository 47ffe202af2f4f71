"""Does partial pooling predict real groups better than no pooling and complete pooling?

Question
    How far are means of groups' rows that were left out from those predicted, by none, complete and partial pooling?
Design
    18 batters' hits in 45 at-bats, of known noise, against the rest of their season; 5 rows of each income class's TV
    news (anes96), occupation's rating of marriage (fair) and firm's investment (grunfeld), drawn 3,500 times.
    Partial pooling plugs in the package's MLE of the mixed model.
Prediction
    James–Stein's factor of the batters, 1 − 15σ²/Σ(y − ȳ)², is 0.212. As rows are drawn without replacement, no pooling
    errs by Σs²N/(5(N − 5)), of groups of N rows with variance s²; partial pooling errs less. The rest is observed.
Source
    Efron & Morris (1977), Scientific American 236(5), 119–127 (data and factor); statsmodels.datasets; else computed.
"""

import numpy as np
import statsmodels.api as sm

from mle_vs_bayes.study import Equals, Ratio, Scenario, Study, Theory

HITS = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45
REST = np.array([346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 285, 316, 200]) / 1000
PANEL = {"anes96": ("income", "TVnews"), "fair": ("occupation", "rate_marriage"), "grunfeld": ("firm", "invest")}
GROUPS = {name: getattr(sm.datasets, name).load_pandas().data.groupby(g)[y] for name, (g, y) in PANEL.items()}
pulled, tau = lambda y, share: y + share * (y.mean() - y), lambda r: r.estimate("mle", "tau")
errs = lambda groups: (groups.var() * groups.size() / (5 * (groups.size() - 5))).sum()


def rows(name, rng):
    parts = [rng.permutation(values) for _, values in GROUPS[name]]
    columns = {"y": np.concatenate([part[:5] for part in parts]), "group": np.repeat(np.arange(len(parts)), 5)}
    return columns, {f"mean[{i}]": part[5:].mean() for i, part in enumerate(parts)}


def batters(r):
    noise, stein = r["se"][0] ** 2, 15 * r["se"][0] ** 2 / (18 * HITS.var())
    shares = {"none": 0, "complete": 1, "partial": noise / (noise + tau(r) ** 2), "James–Stein": stein}
    return {"factor": 1 - stein, **{k: 1000 * np.sum((pulled(HITS, s) - REST) ** 2) for k, s in shares.items()}}


def panel(figure, tables):
    t = tables.performance.query("measure == 'total_mse'").pivot(index="scenario", columns="estimator", values="value")
    axes = t.div(t["none"], axis=0).dropna(how="all").plot.barh(ax=figure.subplots(), y=["none", "complete", "partial"])
    axes.set(xscale="log", xlabel="total squared error, in that of no pooling", ylabel="")


pooled = lambda r, share: {"mean": pulled(r["y"].reshape(-1, 5).mean(axis=1), share)}
none, complete = lambda r: pooled(r, 0), lambda r: pooled(r, 1)
partial = lambda r: pooled(r, 1 / (1 + 5 * tau(r) ** 2 / r.estimate("mle", "sigma") ** 2))
none.name, complete.name, partial.name = "none", "complete", "partial"
season = lambda n, rng: {"y": HITS, "se": np.full(18, (HITS.mean() * (1 - HITS.mean()) / 45) ** 0.5)}
factor = Equals("batters", value=0.212, within=0.0005, where={"parameter": "factor"})
once = {"functionals": {"batters": batters}, "estimators": ("mle",), "replicates": 500, "n": (18,)}
cell = lambda name: Scenario(name, model="random_intercept", generate=lambda n, rng: rows(name, rng))
cells = [Scenario("batters", model="eight_schools", generate=season, **once), *map(cell, PANEL)]
known = {"value": lambda at: errs(GROUPS[at["scenario"]]), "relative": True, "where": {"estimator": "none"}}
claims = [Theory("total_mse", within=0.1, **known), Ratio("total_mse", of="partial", to="none", most=1.0), factor]
fits = {"replicates": 3500, "batch": 500, "estimators": ("mle", none, complete, partial), "figures": {"panel": panel}}
words = "Partial pooling predicts real groups better than no pooling, whether they are alike or not."
study = Study(n=(5,), scenarios=cells, predictions=claims, answer=words, **fits)
