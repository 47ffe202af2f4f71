"""What do the estimates see of the data?

Question
    In an exponential family, do the estimates depend on more than the sufficient statistic, and what must be kept?
Design
    Counts, lifetimes, trials and normal data, each beside a second data set of the same model and n that is moved until
    it has the same sufficient statistic (total; mean and standard deviation).
Prediction
    The difference of the two log-likelihoods is the same at any two parameters (Fisher–Neyman factorisation), so that
    MLE and posterior (here its weights at 20 points) are the same; the package's numeric MLE is the closed form. What
    it keeps of n rows is one row, or two of a normal: an evaluation costs the same at any n.
Source
    Casella & Berger (2002), Statistical Inference, theorems 6.2.6 and 6.2.10; Koopman (1936), Transactions of the
    American Mathematical Society 39, 399–409 (only exponential families have statistics of fixed length).
"""

import numpy as np
from scipy import special

from mle_vs_bayes.study import Equals, Scenario, Study

KEPT, RATES = {"poisson": 1, "exponential": 1, "bernoulli": 1, "normal": 2}, np.linspace(1.5, 5, 36)
MOVED = {  # other values z with the sufficient statistic of y
    "poisson": lambda y, z, rng: rng.multinomial(int(y.sum()), np.full(len(y), 1 / len(y))).astype(float),
    "exponential": lambda y, z, rng: z * y.sum() / z.sum(),
    "bernoulli": lambda y, z, rng: rng.permutation(y),
    "normal": lambda y, z, rng: (z - z.mean()) / z.std() * y.std() + y.mean(),
}


def both(r):
    other = r.fresh()
    second = other.replace(y=MOVED[r.model.name](r["y"], other["y"], r.generator("twin")))
    return r.density, r.density_of(second)


def gap(r):
    theta, density, closed = r.theta("mle"), r.density, r.density.layout.join(r.model.closed_form_mle(r.data))
    points = theta * np.vstack([[0.5], np.ones((1, 1)), r.generator("points").uniform(0.8, 1.2, size=(20, 1))])
    heights = np.array([[each.log_likelihood(x) for x in points] for each in both(r)])
    falls = heights[:, 1] - heights[:, 0]
    posterior = special.softmax(heights + [density.prior_derivatives(x)[0] for x in points], axis=1)
    gaps = {"factorisation": 1 - falls[1] / falls[0], "closed form": np.max(np.abs(closed - theta))}
    gaps["posterior"] = np.abs(posterior[0] - posterior[1]).sum() / 2
    return {**gaps, "rows kept": density.condensed()[0].data.n - KEPT[r.model.name]}


def drawn(figure, tables):
    values = tables.functionals.query("name == 'curves' and replicate == 0")["value"].to_numpy().reshape(2, -1)
    axes = figure.subplots(subplot_kw={"xlabel": "rate", "ylabel": "log-likelihood of 20 counts"})
    axes.plot(RATES, values.T, label=("the data", "others of the same total"))
    axes.legend()


curves = lambda r: {f"{i} {x[0]:.1f}": each.log_likelihood(x) for i, each in enumerate(both(r)) for x in RATES[:, None]}
one = Scenario("two data sets", model="poisson", n=(20,), replicates=1, functionals={"curves": curves})
size = {"n": (20, 200, 2000), "models": tuple(KEPT), "replicates": 100, "estimators": ("mle",)}
answer = "A total, or a mean and a standard deviation, is all that the estimates see, at any n."
fits = {"functionals": {"gap": gap}, "predictions": [Equals("gap", within=1e-6)], "figures": {"two_likelihoods": drawn}}
study = Study(scenarios=[Scenario(), one], answer=answer, **size, **fits)
