"""Is the posterior that is computed the posterior?

Question
    If truths are drawn from the prior and data from the truths, are the ranks of truths among draws uniform?
Design
    The whole catalogue under fixed proper priors, `plausible` by its leaves. 1,000 truths (700 of the random intercepts
    that are sampled one by one), 80 units (10 of groups' means), every eighth draw.
Prediction
    Ranks are uniform whatever prior, model and n. Let e = 0.083 be what any of 500 distribution functions of 1,000
    uniform values is away by chance in one study of 1,000: uniform ranks are up to e away, and known to e, so that 2e,
    failed fits counting as the worst, is the least that can be shown; wrong samplers' (a third as wide, or an
    SD off) are more than e away (normal posteriors: max|Φ(3z) − Φ(z)| = 0.242 and 2Φ(1/2) − 1 = 0.383).
Source
    Talts et al. (2018), arXiv 1804.06788; Massart (1990), Annals of Probability 18, 1269–1283 (e); the rest computed.
"""

import numpy as np

from mle_vs_bayes import models
from mle_vs_bayes.study import Scenario, Study, Value, distance_band

REACH, LEVELS, SOME = distance_band(1000, lines=500), np.linspace(0, 1, 201), {"logistic_random_intercept": 700}


def ranks(replicate, width=1.0, shift=0.0):
    names, places = {parameter.name for parameter in replicate.model.parameters}, {}
    for label in (label for label in replicate.truth if label.partition("[")[0] in names):
        draws = replicate.draws(label)[:, ::8]
        draws = draws.mean() + width * (draws - draws.mean()) + shift * draws.std()
        places[label] = (np.sum(draws < replicate.truth[label]) + 0.5) / (draws.size + 1)
    return places


def cell(name):
    fits = {"priors": {parameter.name: parameter.plausible for parameter in models.get(name).parameters}, "model": name}
    size = {"n": (10,)} if name in ("neyman_scott", "normal_means") else {"replicates": SOME.get(name)}
    return Scenario(name, truth="prior", **size, **fits)


def bands(figure, tables):
    axes, shown = figure.subplots(), tables.functionals.query("name == 'rank' or model == 'poisson'")
    for (_, name, _), each in shown.dropna(subset="value").groupby(["model", "name", "part"])["value"]:
        axes.plot(u := np.quantile(each, LEVELS), LEVELS - u, "C0-" if name == "rank" else "C1--", linewidth=0.7)
    axes.hlines([-REACH, REACH], 0, 1, "k")
    axes.set(xlabel="rank u (dashed: the wrong samplers, of one model)", ylabel="share of ranks below u, less u")


wrong = {"narrow": lambda r: ranks(r, width=1 / 3), "shifted": lambda r: ranks(r, shift=1.0)}
least = [Value(f"{name}_distance", least=REACH) for name in wrong]
fits = {"n": (80,), "replicates": 1000, "batch": 1000, "estimators": ("posterior",)}
study = Study(
    scenarios=list(map(cell, models.MODELS)),
    **fits,
    functionals={"rank": ranks, **wrong},
    laws=dict.fromkeys(("rank", *wrong), "uniform"),
    predictions=[Value("rank_distance", most=2 * REACH), *least, Value("convergence_rate", least=0.95)],
    figures={"bands": bands},
    quick_scenarios=("poisson", "exponential", "normal"),
    answer="Ranks of truths among the draws are uniform; a sampler too narrow, or too high, is caught.",
)
