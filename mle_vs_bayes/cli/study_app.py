"""``mle-vs-bayes study …``: its commands and their options."""

from pathlib import Path
from typing import Annotated

import typer

from .options import Several, valued

study = typer.Typer(
    name="study",
    help="Simulation studies: how estimators behave over replicated data sets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ESTIMATES = "CSV, TSV, Parquet or JSON file, a folder of Parquet files, or a pattern such as 'rows/*.parquet'."
ROLES = "Which column plays a role: replicate, method, estimate, se, lower, upper, truth, df, scenario, …"
MCSE = "Monte-Carlo errors: robust, or published (as in Morris, White & Crowther 2019, to agree with printed tables)."
TRUTH = "The true value, where no column has it: one, or one for each parameter."
SLOPE = "Fit the slope of this measure in n on logarithmic scales; repeat for several."

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a study that has begun.")]
Workers = Annotated[int, typer.Option(metavar="NUMBER", help="Processes of this machine.")]
Scheduler = Annotated[str | None, typer.Option(metavar="URL", help="A Dask cluster instead: tcp://host:port.")]
Patience = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long a cluster may be without an answer or a worker.")
]


@study.command("list", short_help="List the studies that there are.")
def listed() -> None:
    """List the studies of this checkout or installation with their questions."""
    from . import study_steps

    study_steps.listed()


@study.command(short_help="Run a study, or go on with it.")
def run(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME_OR_FILE", help="A study of `study list`, or a file.")
    ] = None,
    model: Annotated[str | None, valued("FILE[:FUNCTION]", "Instead of a study: a PyMC program, at one truth.")] = None,
    data: Annotated[str | None, valued("DATA", "What the program of --model is made from.")] = None,
    truth: Annotated[Several, valued("PARAM=VALUE", "With --model: where data are drawn.")] = None,
    n: Annotated[str | None, typer.Option("--n", metavar="SIZES", help="With --model: 50,100,200.")] = None,
    replicates: Annotated[int | None, typer.Option(metavar="NUMBER", help="Data sets per cell, at most.")] = None,
    target_mcse: Annotated[
        list[str] | None,
        typer.Option(metavar="MEASURE=X", help="Stop a cell when this Monte-Carlo error is reached."),
    ] = None,
    workers: Workers = 2,
    scheduler: Scheduler = None,
    patience: Patience = 120,
    quick: Annotated[bool, typer.Option("--quick", help="Few replicates and small n: under a minute.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where rows and results go.  [default: results/NAME]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=0, help="Everything random follows from it.  [default: 0]")
    ] = None,
    scale: Annotated[str | None, typer.Option(hidden=True)] = None,
    prior_power: Annotated[str | None, typer.Option(hidden=True)] = None,
    prior: Annotated[Several, typer.Option(hidden=True)] = None,
) -> None:
    """Run a study; what is finished in its folder is kept, and more replicates are added where asked for."""
    asked = dict(locals())
    from . import study_steps

    study_steps.refuse_options_of_one_fit(asked)
    raise typer.Exit(study_steps.run(asked))


@study.command(short_help="Go on with a study that was interrupted.")
def resume(folder: Folder, workers: Workers = 2, scheduler: Scheduler = None, patience: Patience = 120) -> None:
    """Do what is left of the study in DIR."""
    from . import study_steps

    raise typer.Exit(study_steps.resume(folder, workers, scheduler, patience))


@study.command(short_help="How far a study is.")
def status(folder: Folder) -> None:
    """Show how far the study in DIR is, what has failed and what is damaged."""
    from . import study_steps

    raise typer.Exit(study_steps.status(folder))


@study.command(short_help="Run one replicate again, everything shown.")
def replicate(
    folder: Folder, key: Annotated[str, typer.Argument(metavar="KEY", help="MODEL/SCENARIO/N/REPLICATE.")]
) -> None:
    """Run the replicate KEY of the study in DIR again, alone: its data, seeds, rows then and now."""
    from . import study_steps

    study_steps.replicate(folder, key)


@study.command(short_help="Performance measures of a table of estimates, with Monte-Carlo errors.")
def summarise(
    file: Annotated[str, typer.Argument(metavar="FILE", help=ESTIMATES)],
    reference: Annotated[str | None, valued("METHOD", "Compare the other methods with this one.")] = None,
    column: Annotated[Several, valued("ROLE=NAME", ROLES)] = None,
    truth: Annotated[Several, valued("[PARAM=]NUMBER", TRUTH)] = None,
    level: Annotated[float, valued("LEVEL", "Level of the intervals, inside (0, 1).")] = 0.95,
    null: Annotated[float, valued("NUMBER", "The value that rejection rates test.")] = 0.0,
    mcse: Annotated[str, valued("KIND", MCSE)] = "robust",
    slope: Annotated[Several, valued("MEASURE[=PREDICTED]", SLOPE)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> None:
    """Bias, empirical and model SE, coverage and more of the estimates in FILE, made here or anywhere else.

    FILE has one row per replicate, method and scenario. Columns are known by their names; --column says the others,
    and --column scenario=NAME, repeated, what tells scenarios apart. A star stands for the method where each has a
    column of its own: --column 'estimate=b_*' --column 'se=se_*'.
    """
    asked = dict(locals())  # every argument by its name
    from . import summarising

    raise typer.Exit(summarising.summarise(asked))
