"""How replicates are sampled, decided once by trying some of them, so that a study can be repeated and resumed."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .batch_posterior import Posteriors
from .diagnostics import diagnose
from .plan import TUNE, Plan

Index = NDArray[np.intp]

SIZES = (1, 8, 32, 128, 512)
"""Replicates per joint problem that a pilot tries."""
TRIALS = (
    Plan(draws=100, tune=50, accept=0.65),
    Plan(draws=100, tune=100, accept=0.8),
    Plan(draws=200, tune=TUNE, accept=0.9),
)
"""What a pilot draws, from short to careful: the first that mixes well. Standardised posteriors have only a step size
left to learn, and larger steps are the cheaper ones: 16,000 → 9,000 gradients for 400 effective draws of logistic
regressions, 32 together (measured; 17,500 → 10,300 of 128 normal models)."""
BAD, SOME = 0.15, 0.05
"""Effective draws per draw, and share of the replicates with divergences, that say that a trial does not mix."""
WORSE = 1.15
"""Times the best cost so far: larger batches are not tried after one that is this much dearer."""
MOST = 5000
"""Draws of each chain at once."""
CALL, EVALUATION, COORDINATE, VALUE = 1e4, 3.0, 0.02, 0.008
"""Microseconds: of a call of the sampler and what reads its draws, of each gradient evaluation, per coordinate and per
row in it (measured: 3 to 4 µs and 4 ns per row of the Weibull, 8 of Student's t, 24 of logistic regression)."""


def pilot(posteriors: Posteriors, memory: int, cores: int, target: int, seed: int) -> Plan:
    """How many replicates to sample as one problem, and how long: what costs least per data set, found by trying.

    What is measured are effective draws and gradient evaluations, which the seed decides, and not seconds, which would
    make every run another one. What an evaluation costs is said by three numbers, measured once. No batch takes more
    than ``memory`` bytes.
    """
    usable = np.flatnonzero(posteriors.whitening.has_mode)
    base = Plan(target=target, cores=cores)
    if not usable.size:
        return base
    trial = _trial(posteriors, usable[: SIZES[2]], cores, seed)
    best, lowest = base, np.inf
    for size in _sizes(posteriors, len(usable), memory):
        spent, per_draw, _ = _efficiency(posteriors, usable[:size], trial, seed)
        draws = min(MOST, base.enough(per_draw))
        cost = (CALL + spent * (draws + trial.steps) / (trial.draws + trial.steps)) / size
        if cost < lowest:
            lowest = cost
            best = replace(base, size=size, draws=draws, tune=trial.tune, accept=trial.accept)
        elif cost > WORSE * lowest:
            break
    return best


def _trial(posteriors: Posteriors, index: Index, cores: int, seed: int) -> Plan:
    """The first that mixes well, or the last."""
    for trial in TRIALS[:-1]:
        candidate = replace(trial, cores=cores)
        _, per_draw, divergent = _efficiency(posteriors, index, candidate, seed)
        if per_draw >= BAD and divergent <= SOME:
            return candidate
    return replace(TRIALS[-1], cores=cores)


def _sizes(posteriors: Posteriors, count: int, memory: int) -> list[int]:
    """Sizes that the data fill, within the memory: nutpie keeps some six numbers per draw and coordinate."""
    per_replicate = 8 * 6 * 4 * 1000 * posteriors.whitening.centre.shape[1]
    most = max(1, memory // per_replicate)
    fitting = [size for size in SIZES if size <= min(count, most)]
    return [*fitting, count] if fitting and fitting[-1] < count <= min(most, SIZES[-1]) else fitting or [1]


def _efficiency(posteriors: Posteriors, index: Index, trial: Plan, seed: int) -> tuple[float, float, float]:
    """Microseconds in evaluations, the lowest tenth's effective draws per draw, and the share with divergences."""
    try:
        theta, divergences, steps = posteriors.draw(index, trial, seed)
    except RuntimeError:
        return float("inf"), 0.01, 1.0
    diagnosed = diagnose(np.moveaxis(theta, 3, 1).reshape(-1, *theta.shape[1:3]), trial.cores)
    least = diagnosed.least.reshape(len(index), -1).min(axis=1)
    rows = posteriors.stack.rows
    each = EVALUATION + len(index) * (COORDINATE * posteriors.whitening.centre.shape[1] + VALUE * rows)
    per_draw = float(np.quantile(least, 0.1)) / (trial.draws * trial.chains)
    return steps * each, per_draw, float(np.mean(divergences > 0))
