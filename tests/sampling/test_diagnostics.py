"""Diagnostics of thousands of scalars at once are ArviZ's, scalar by scalar."""

import numpy as np
import pytest
from arviz_stats.base import array_stats

from mle_vs_bayes.sampling.diagnostics import TAIL, diagnose

SAME = 1e-12
"""Relative: both sum the same numbers, up to 4,000 of them, in another order."""
KINDS = ("ess_bulk", "ess_tail", "rhat", "mcse")


def chains(count, draws):
    """First-order autoregressions from −0.95 to 0.99; ties, constants, chains apart, a heavy tail, a far mean."""
    rng = np.random.default_rng([count, draws])
    noise = rng.standard_normal((40, count, draws))
    values, memory = noise.copy(), np.linspace(-0.95, 0.99, 40)[:, None]
    for t in range(1, draws):
        values[..., t] = memory * values[..., t - 1] + np.sqrt(1 - memory**2) * noise[..., t]
    apart = values[:2] + 10 * np.arange(count)[:, None]
    constant = np.full((1, count, draws), 3.0)
    return np.concatenate([values, np.round(values[:5]), apart, constant, np.exp(5 * values[:2]), 1e6 + values[:2]])


def of_arviz(draws):
    axes = {"chain_axis": 0, "draw_axis": 1}
    return {
        "ess_bulk": array_stats.ess(draws, method="bulk", **axes),
        "ess_tail": array_stats.ess(draws, method="tail", prob=(TAIL, 1 - TAIL), **axes),
        "rhat": array_stats.rhat(draws, method="rank", **axes),
        "mcse": array_stats.mcse(draws, method="mean", **axes),
    }


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # ArviZ's R-hat of a constant
@pytest.mark.parametrize(("count", "draws"), [(4, 300), (4, 301), (2, 50), (3, 9)])
def test_diagnostics_are_those_of_arviz(count, draws):
    values = chains(count, draws)
    ours = diagnose(values)
    for place, each in enumerate(values):
        theirs = of_arviz(each)
        for kind in KINDS:
            np.testing.assert_allclose(getattr(ours, kind)[place], theirs[kind], rtol=SAME, err_msg=f"{kind} {place}")
        np.testing.assert_allclose([ours.mean[place], ours.sd[place]], [each.mean(), each.std(ddof=1)], rtol=1e-9)


def test_mutant_unsplit():
    """Chains that drift mix well only if nobody looks at their halves."""
    drifting = chains(4, 300)[:1] + np.linspace(0, 3, 300)
    halves = drifting.reshape(1, 8, 150)
    assert diagnose(drifting).rhat[0] > 1.1
    swapped = diagnose(np.sort(halves.reshape(1, -1)).reshape(1, 300, 4).swapaxes(1, 2))
    assert swapped.rhat[0] != pytest.approx(diagnose(drifting).rhat[0])
