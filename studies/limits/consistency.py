"""How fast do the estimators come to the truth?

Question
    At what rate in n does the RMSE of MLE, MAP and posterior mean fall?
Design
    Regular models from n = 50; Uniform(0, θ), whose support depends on θ; Neyman and Scott's pairs, where each two rows
    bring a mean of their own (flat priors on these means), up to 80 pairs.
Prediction
    n^-1/2 for regular models, n^-1 for the uniform's bound, and n^0 for MLE and MAP of Neyman and Scott's variance,
    which tend to half of it; the posterior mean of that variance is shown and not predicted at so few pairs.
Source
    van der Vaart (1998), Asymptotic Statistics, theorems 5.39 (MLE) and 10.1 (posterior); Neyman & Scott (1948),
    Econometrica 16, 1–32 (pairs); the uniform's rate computed, from the law of the largest of n values.
"""

from mle_vs_bayes.study import Scenario, Slope, Study

REGULAR = ("bernoulli", "exponential", "normal", "poisson")

study = Study(
    models=REGULAR,
    n=(50, 100, 200, 400, 800),
    scenarios=[
        Scenario("regular"),
        Scenario("bound", model="uniform"),
        Scenario("pairs", model="neyman_scott", priors={"mu": "Flat()"}, n=(20, 40, 80, 160)),
    ],
    replicates=2000,
    estimators=("mle", "map", "posterior"),
    estimands=("p", "rate", "mu", "sigma", "upper", "variance"),
    predictions=[
        # within: the terms in 1/n left out tilt the slope by about b/(2n̄), with b at most 5 (exponential rate)
        Slope("rmse", slope=-0.5, within=0.08, where={"model": REGULAR}, why="root-n consistency"),
        Slope("rmse", slope=-1.0, within=0.12, where={"parameter": "upper"}, why="not regular"),
        Slope(
            "rmse",
            slope=0.0,
            within=0.12,
            where={"model": "neyman_scott", "parameter": "variance", "estimator": ("mle", "map")},
            why="as many means as pairs",
        ),
    ],
    quick_n=(50, 3200),
    quick_estimators=("mle", "map", "posterior_exact"),
    answer="Regular estimates err by n^-1/2, the uniform's bound by 1/n; with a mean per pair the error stays.",
)
