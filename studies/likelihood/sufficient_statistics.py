"""What do the estimates see of the data?

Question
    In an exponential family, do the estimates depend on more than the sufficient statistic, and what must be kept?
Design
    Counts, lifetimes, trials and normal data, each beside a second data set of the same model and n that is moved until
    it has the same sufficient statistic (total; mean and standard deviation).
Prediction
    The difference of the two log-likelihoods is the same at any two parameters (Fisher–Neyman factorisation), so that
    the MLE is the same; the package's numeric MLE is the closed form. What the package keeps of n rows is one row, or
    two of a normal, at every n.
Source
    Casella & Berger (2002), Statistical Inference, theorems 6.2.6 and 6.2.10; Koopman (1936), Transactions of the
    American Mathematical Society 39, 399–409 (only exponential families have statistics of fixed length).
"""

import numpy as np

from mle_vs_bayes.study import Equals, Study

KEPT = {"poisson": 1, "exponential": 1, "bernoulli": 1, "normal": 2}


def twin(replicate):
    """Fresh data that are moved until they have the sufficient statistic of these."""
    y, other, rng = replicate["y"], replicate.fresh(), replicate.generator("twin")
    name = replicate.model.name
    if name == "bernoulli":
        values = rng.permutation(y)
    elif name == "poisson":
        values = rng.multinomial(int(y.sum()), np.full(replicate.n, 1 / replicate.n)).astype(float)
    elif name == "exponential":
        values = other["y"] * y.sum() / other["y"].sum()
    else:
        values = (other["y"] - other["y"].mean()) / other["y"].std() * y.std() + y.mean()
    return other.replace(y=values)


def gap(replicate):
    theta, second = replicate.theta("mle"), twin(replicate)
    near = theta * (0.5 if replicate.model.name == "bernoulli" else 1.7)
    here, there = (
        replicate.log_likelihood(theta, data) - replicate.log_likelihood(near, data)
        for data in (replicate.data, second)
    )
    closed = replicate.density.layout.join(replicate.model.closed_form_mle(replicate.data))
    rows = replicate.density.condensed()[0].data.n
    gaps = {"factorisation": (here - there) / here, "closed form": np.max(np.abs(closed - theta))}
    return {**gaps, "rows kept": rows - KEPT[replicate.model.name]}


study = Study(
    n=(20, 200, 2000),
    models=tuple(KEPT),
    replicates=100,
    estimators=("mle",),
    functionals={"gap": gap},
    predictions=[Equals("gap", within=1e-6)],
    answer="A total, or a mean and a standard deviation, is all that the estimates see, at any n.",
)
