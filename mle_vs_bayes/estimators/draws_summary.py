"""What draws say of a posterior: ArviZ's table without moments that do not exist, and concerns about the draws.

.. [1] Vehtari, Simpson, Gelman, Yao & Gabry (2024), Pareto smoothed importance sampling, JMLR 25(72), section 3.2.4.
"""

import os
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..concerns import Concern
from ..density.density import Density
from ..sampling.diagnostics import diagnose
from ..sampling.draws import by_label
from ..sampling.plan import RHAT, Gate

if TYPE_CHECKING:
    import pandas
    import xarray


Array = NDArray[np.float64]


def effective(tree: "xarray.DataTree", program: Density) -> float:
    """The fewest effective draws of any quantity; 0 where some chains disagree."""
    table = measures(tree, program.quantity_names)
    least = table[["ess_bulk", "ess_tail"]].min().min()
    return float(least) if table["r_hat"].max() <= RHAT else 0.0


def summary(tree: "xarray.DataTree", names: Sequence[str] | None = None) -> "pandas.DataFrame":
    """ArviZ's table: mean, sd, bulk and tail ESS, R-hat and MCSE, one row per label (of these variables only).

    ArviZ writes a space between the names of a matrix's element, which our labels have not.
    """
    import arviz_stats

    with np.errstate(all="ignore"):  # a correlation with itself is 1 in every draw and has no R-hat
        table = arviz_stats.summary(tree, var_names=None if names is None else list(names), round_to="none")
    return table.rename(index=dict(zip(by_label(tree, comma=", "), by_label(tree), strict=True)))


def existing(table: "pandas.DataFrame", program: Density, heavy: Mapping[str, float]) -> "pandas.DataFrame":
    """The table without the means and standard deviations that the posterior does not have, whatever draws say.

    Means of quantities with `heavy_tails` stay, without a Monte-Carlo error, which is nothing to go by there: so they
    are compared with no other estimator.
    """
    named = list(zip(program.quantity_labels, program.missing_moments, strict=True))
    no_mean, no_deviation = [n for n, m in named if m.mean], [n for n, m in named if m.deviation]
    table.loc[no_mean, "mean"] = np.nan
    table.loc[no_deviation, ["sd", "mcse_mean", "mcse_sd"]] = np.nan
    table.loc[list(heavy), ["mcse_mean", "mcse_sd"]] = np.nan
    return table


HEAVY = 0.7
"""Pareto's k of a tail from which on a mean of thousands of draws says little; above 1 there is no mean. [1]_"""
SHOWN = 4
"""Quantities that a concern names, the heaviest tails first."""


def heavy_tails(tree: "xarray.DataTree", program: Density) -> dict[str, float]:
    """Pareto's k of those of a program's quantities whose draws have a tail that may leave them without a mean.

    The heaviest come first. Models of the catalogue declare by theory which moments there are; of a program nothing is
    known but what its file says. Draws cannot show that there is a mean; a tail as heavy as this shows that theirs is
    no answer.
    """
    if program.prior_by_parameter:
        return {}
    draws = by_label(tree)
    unsaid = [n for n, each in zip(program.quantity_labels, program.missing_moments, strict=True) if not each.mean]
    shapes = sorted(((_tail(draws[label]), label) for label in unsaid), reverse=True)
    return {label: shape for shape, label in shapes if shape > HEAVY}


def of_concern(heavy: Mapping[str, float]) -> tuple[Concern, ...]:
    """The concern about `heavy_tails`, if there are any."""
    named = [f"{label}: Pareto k {shape:.2f}" for label, shape in heavy.items()]
    more = [f"and {len(named) - SHOWN} more"] if len(named) > SHOWN else []
    return (Concern("heavy_tail", ", ".join([*named[:SHOWN], *more])),) if named else ()


def _tail(draws: Array) -> float:
    """Pareto's k of the heavier tail of draws ``(chains, draws)``; −∞ where its values are one and the same."""
    from arviz_stats.base import array_stats

    if not np.all(np.isfinite(draws)):
        return float("inf")
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # that few draws have a short tail
            shape = float(array_stats.pareto_khat(draws))
    except ValueError:
        return float("-inf")
    return shape if np.isfinite(shape) else float("-inf")


def measures(tree: "xarray.DataTree", names: Sequence[str] | None = None) -> "pandas.DataFrame":
    """Of that table R-hat and the two effective sample sizes, of all scalars at once.

    ArviZ takes one scalar at a time: measured for 4,000 latent ones, 58 s in place of 2.
    """
    import pandas

    posterior = tree["posterior"].to_dataset()
    kept = posterior if names is None else posterior[list(names)]
    draws = by_label({"posterior": kept})
    scalars = diagnose(np.stack(list(draws.values())), os.cpu_count() or 1)
    columns = {"r_hat": scalars.rhat, "ess_bulk": scalars.ess_bulk, "ess_tail": scalars.ess_tail}
    return pandas.DataFrame(columns, index=list(draws))


def diagnostics(tree: "xarray.DataTree", table: "pandas.DataFrame", apart: bool = False) -> tuple[Concern, ...]:
    """Concerns about the draws: R-hat, effective sample size, divergences, energy.

    Of chains that are ``apart`` in different modes the first two say nothing new, and more draws would not mend them.
    """
    import arviz_stats

    chains, draws = tree["posterior"].sizes["chain"], tree["posterior"].sizes["draw"]
    divergent, ess = int(tree["sample_stats"]["diverging"].sum()), table[["ess_bulk", "ess_tail"]].min(axis=1)
    worst = table["r_hat"].max(), ess.min(), divergent
    failed = Gate.of_chains(chains).failed(*(np.array([value]) for value in worst))
    concerns = []
    if failed["rhat"][0] and not apart:
        concerns.append(Concern("rhat", f"{table['r_hat'].max():.3f} for {table['r_hat'].idxmax()}"))
    if failed["ess"][0] and not apart:
        concerns.append(Concern("ess", f"{ess.min():.0f} for {ess.idxmin()}"))
    energy = arviz_stats.bfmi(tree)["energy"].to_numpy() if "energy" in tree["sample_stats"] else np.ones(1)
    if np.min(energy) < 0.3:
        concerns.append(Concern("bfmi", f"{np.min(energy):.2f} in chain {int(np.argmin(energy))}"))
    if failed["divergences"][0]:
        concerns.append(Concern("divergences", f"{divergent} of {draws * chains} transitions"))
    return tuple(concerns)
