"""Tables of tests and scores for the terminal: pure functions from records to rich renderables."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from .numbers import or_dash
from .text import heading_table

PREDICTORS = {"mle": "plug-in MLE", "map": "plug-in MAP", "posterior": "posterior predictive"}
PREDICTORS |= {"posterior_exact": "by quadrature"}
"""What predicts a unit left out, by estimator."""
_INFORMATION = {"parameters": "{:d}", "log_likelihood": "{:,.1f}", "aic": "{:,.1f}", "bic": "{:,.1f}"}


def null_tests(records: Sequence[dict[str, Any]]) -> Table:
    """One line per quantity: the value tested, two tests with their p-values, and the posterior's direction.

    The likelihood ratio's p-value has the distribution it is read from beside it and, where there is one, that of the
    bootstrap ± its Monte-Carlo error.
    """
    drawn = any(record["bootstrap_p"] is not None for record in records)
    headings = ("likelihood ratio", "p", "from", *(["p, bootstrap"] if drawn else []), "Wald z", "p")
    table = heading_table("against a value", *headings, "posterior probability")
    for record in records:
        side = "–"
        if record["direction"] is not None:
            side = f"{_direction(record)} {'above' if record['above'] else 'below'}"
        table.add_row(
            f"{record['quantity']} = {float(record['null']):g}",
            or_dash(record["likelihood_ratio"], "{:,.2f}", most=1e7),
            p_value(record["likelihood_ratio_p"]),
            record["reference"] or "–",
            *([bootstrapped(record)] if drawn else []),
            or_dash(record["wald"], "{:+.2f}"),
            p_value(record["wald_p"]),
            side,
        )
    return table


def information(records: Sequence[dict[str, Any]]) -> Table:
    """One line per model: free parameters, log-likelihood, AIC and BIC of the MLE; LOO of the posterior.

    The log of the marginal likelihood has a column where one is known.
    """
    integrated = any(record["log_marginal_likelihood"] is not None for record in records)
    more = ["log ∫ likelihood × prior"] if integrated else []
    table = heading_table("model", "parameters", "log-likelihood", "AIC", "BIC", "LOO ± SE", "p_loo", *more)
    for record in records:
        cells = [or_dash(record[key], style, most=1e12) for key, style in _INFORMATION.items()]
        loo = "–" if record["loo"] is None else f"{record['loo']:,.1f} ± {record['loo_se']:,.1f}"
        cells += [loo, or_dash(record["effective_parameters"], "{:.1f}")]
        cells += [or_dash(record["log_marginal_likelihood"], "{:,.1f}")] if integrated else []
        table.add_row(record["model"], *cells)
    return table


def held_out(records: Sequence[dict[str, Any]]) -> Table:
    """One line per model: mean log predictive density of a unit left out, for each estimator."""
    names = [name for name in PREDICTORS if any(name in r["held_out"] for r in records)]
    table = heading_table("log score of a unit left out", *(f"{PREDICTORS[name]} ± SE" for name in names))
    for record in records:
        cells = [_score(record["held_out"].get(name)) for name in names]
        table.add_row(record["model"], *cells)
    return table


def p_value(value: float | None) -> str:
    """Three decimals, or the power of ten below which it lies."""
    if value is None:
        return "–"
    return f"{value:.3f}" if value >= 0.0005 else f"{value:.0e}" if value > 1e-99 else "< 1e-99"


def bootstrapped(record: dict[str, Any]) -> str:
    """A p-value of the bootstrap ± its Monte-Carlo error."""
    p, error = record["bootstrap_p"], record["bootstrap_error"]
    return p_value(p) if not error else f"{p:.3f} ± {error:.3f}"


def _direction(record: dict[str, Any]) -> str:
    """No more digits than the draws can tell."""
    return f"{record['direction']:.3f}" if record["direction"] < 0.9995 else "> 0.999"


def _score(score: dict[str, Any] | None) -> str:
    return "–" if score is None or score["mean"] is None else f"{score['mean']:,.4f} ± {score['se'] or 0:,.4f}"
