"""``mle-vs-bayes study``: commands on simulation studies; each is a short list of named steps."""

from typing import Annotated

import typer

from .app import Several, app, valued

study = typer.Typer(
    name="study",
    help="Simulation studies: how estimators behave over replicated data sets.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(study, short_help="Simulation studies and their performance measures.")

ESTIMATES = "CSV, TSV, Parquet or JSON file, a folder of Parquet files, or a pattern such as 'rows/*.parquet'."
ROLES = "Which column plays a role: replicate, method, estimate, se, lower, upper, truth, df, scenario, …"
SLOPE = "Fit the slope of this measure in n on logarithmic scales; repeat for several."


@study.command(short_help="Performance measures of a table of estimates, with Monte-Carlo errors.")
def summarise(
    file: Annotated[str, typer.Argument(metavar="FILE", help=ESTIMATES)],
    reference: Annotated[str | None, valued("METHOD", "Compare the other methods with this one.")] = None,
    column: Annotated[Several, valued("ROLE=NAME", ROLES)] = None,
    truth: Annotated[float | None, valued("NUMBER", "The true value, where no column has it.")] = None,
    level: Annotated[float, valued("LEVEL", "Level of the intervals, inside (0, 1).")] = 0.95,
    null: Annotated[float, valued("NUMBER", "The value that rejection rates test.")] = 0.0,
    slope: Annotated[Several, valued("MEASURE[=PREDICTED]", SLOPE)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Bias, empirical and model SE, coverage and more of the estimates in FILE, made here or anywhere else.

    FILE has one row per replicate, method and scenario. Columns are known by their names; --column says the others,
    and --column scenario=NAME, repeated, what tells scenarios apart.
    """
    asked = dict(locals())  # every argument by its name
    from . import summarising

    raise typer.Exit(summarising.summarise(asked))
