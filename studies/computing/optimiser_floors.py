"""How near to the maximum can an optimiser come?

Question
    Where does a method stop that sees values only, and one whose gradients are noisy?
Design
    Logistic regressions of 200 rows: Nelder–Mead from 0 until it moves no more, in units of √(2ε|ℓ|); SGD at the
    maximum, with 50 rows at a time, in units of the noise that theory gives.
Prediction
    Values show nothing below √(2ε|ℓ|) SE, where the log-likelihood falls by its own rounding: Nelder–Mead stops there,
    to a factor of 10. SGD at rate η stays at a mean square of η(n/b − 1)tr(H)/2 SE², to first order in η.
Source
    Mandt, Hoffman & Blei (2017), JMLR 18, 1–35 (SGD at a constant rate has a stationary law); both floors computed.
"""

import numpy as np

from mle_vs_bayes.study import Optimiser, Scenario, Study, Value

RATE, ROWS = 0.005, 50


def regression(scale, n, rng):
    X = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return {"y": rng.random(n) < 1 / (1 + np.exp(-(X @ [0.5, 1.0, -1.0]))), "X": X * [1, scale, 1]}


def values_only(replicate):
    simplex = Optimiser("nelder_mead", start=np.zeros(3)).path(replicate)
    return replicate.standard_errors_from(simplex.points[-1:])[0] / np.sqrt(2**-51 * abs(simplex.values[-1]))


def noise(replicate):
    mode = replicate.theta("mle")
    path = Optimiser("sgd", start=mode, rate=RATE, rows=ROWS, budget=150).path(replicate)
    theory = RATE * (replicate.n / ROWS - 1) * np.trace(-replicate.objective()(mode)[2]) / 2
    return np.mean(replicate.standard_errors_from(path.points[200:]) ** 2) / theory


def cell(name, scale):
    return Scenario(name, model="logistic", generate=lambda n, rng: regression(scale, n, rng))


study = Study(
    n=(200,),
    scenarios=[cell("good units", 1.0), cell("bad units", 30.0)],
    replicates=60,
    quick_replicates=16,
    estimators=("mle",),
    functionals={"values_only": values_only, "noise": noise},
    predictions=[
        Value("values_only", least=0.1, most=10),
        Value("noise", least=0.8, most=1.25, where={"scenario": "good units"}),
    ],
    answer="Values alone leave an optimiser where rounding hides the top, noisy gradients where their noise drives it.",
)
