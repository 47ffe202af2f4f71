"""The commands and their options; each command is a short list of named steps."""

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    FIX,
    FORMULA,
    LINK,
    NODES,
    ORDER,
    Several,
    argument,
    data_sources,
    estimator_names,
    interval_kinds,
    model_names,
    valued,
)
from .study_app import study

app = typer.Typer(
    name="mle-vs-bayes",
    help="One statistical model, three estimators: maximum likelihood, MAP and the full posterior, side by side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(requested: bool) -> None:
    if requested:
        from importlib.metadata import version

        typer.echo(f"mle-vs-bayes {version('mle-vs-bayes')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """One statistical model, three estimators: maximum likelihood, MAP and the full posterior, side by side."""


MODEL = "A model of the catalogue (see `mle-vs-bayes models`), or model.py[:function] that returns a pm.Model."
SOURCES = "CSV, TSV, Parquet or JSON file, - for standard input, or example:NAME."
JOINT = "Insist on the joint mode of latent variables as MLE and MAP."
PRIOR = 'In place of a default prior: "shape=Gamma(alpha=2, beta=1)".'
SCALE = "unconstrained: the mode on the unconstrained scale beside the MAP."
SIMULATE = "Draw this many units from the model instead of DATA (for model.py under DATA's covariates)."
INTERVALS = "profile, bootstrap, … or all; repeat for several."
AGAINST = "Score another model of the same data beside this one."
BASELINE = "Instead: whether today's rows are those that compare --out left in DIR, within Monte-Carlo error."
EFFECT = "How much the mean response differs when this covariate is another, averaged over rows; may be repeated."
PREDICT = "Predict these new rows by every estimator: mean response, and where y will lie."
ONLY = "Show these quantities only, such as 'beta[x*]'; repeat for several. JSON and files hold all."
FOR = "Which models can take which column of these data, with the command to type."
ESTIMATORS = "mle, map, posterior or exact; repeat for several.  [default: the first three]"


# What `compare` and `check` are asked alike.
Columns = Annotated[Several, valued("ROLE=NAME", "Which column plays a role.")]
Formulas = Annotated[Several, valued("FORMULA", FORMULA)]
LinkName = Annotated[str | None, valued("NAME", LINK)]
Held = Annotated[Several, valued("PARAM=VALUE", FIX)]
Order = Annotated[str | None, valued("CLASSES", ORDER)]
Nodes = Annotated[int | None, valued("NUMBER", NODES)]
Priors = Annotated[Several, valued("PARAM=PRIOR", PRIOR)]
Seed = Annotated[int, valued("NUMBER", "Everything random follows from it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command(short_help="Fit one model to data three ways, side by side.")
def compare(
    model: Annotated[str, argument("MODEL", MODEL, model_names)],
    data: Annotated[str | None, argument("DATA", SOURCES, data_sources)] = None,
    column: Columns = None,
    formula: Formulas = None,
    link: LinkName = None,
    fix: Held = None,
    order: Order = None,
    nodes: Nodes = None,
    prior: Priors = None,
    prior_power: Annotated[float, valued("POWER", "Count all priors this many times.")] = 1.0,
    estimator: Annotated[Several, valued("NAME", ESTIMATORS, estimator_names)] = None,
    interval: Annotated[Several, valued("KIND", INTERVALS, interval_kinds)] = None,
    scale: Annotated[str, valued("SCALE", SCALE)] = "model",
    level: Annotated[float, valued("LEVEL", "Level of the intervals, inside (0, 1).")] = 0.95,
    n: Annotated[str | None, typer.Option("--n", metavar="SIZES", help="Nested random subsets: 20,50,100,all.")] = None,
    simulate: Annotated[int | None, valued("NUMBER", SIMULATE)] = None,
    truth: Annotated[Several, valued("PARAM=VALUE", "Parameters to simulate at.")] = None,
    drop_missing: Annotated[bool, typer.Option("--drop-missing", help="Drop rows with missing values.")] = False,
    seed: Seed = 0,
    chains: Annotated[int, valued("NUMBER", "Chains of the sampler.")] = 4,
    draws: Annotated[int, valued("NUMBER", "Draws per chain.")] = 1000,
    tune: Annotated[
        int | None,
        valued("NUMBER", "Tuning steps per chain.  [default: as needed]"),
    ] = None,
    starts: Annotated[int | None, valued("NUMBER", "Starts of each optimiser.  [default: 3; map: 2]")] = None,
    reml: Annotated[bool, typer.Option("--reml", help="Restricted maximum likelihood, too.")] = False,
    allow_joint: Annotated[bool, typer.Option("--allow-joint", help=JOINT)] = False,
    out: Annotated[Path | None, valued("FOLDER", "Leave rows, DataTree, summary and figures here.")] = None,
    scores: Annotated[bool, typer.Option("--scores", help="Tests and model scores: LR, Wald, AIC, BIC, LOO.")] = False,
    null: Annotated[Several, valued("QUANTITY=VALUE", "Test this value; with --scores.")] = None,
    against: Annotated[Several, valued("MODEL", AGAINST, model_names)] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why the estimators differ.")] = False,
    predict: Annotated[str | None, valued("FILE", PREDICT)] = None,
    effect: Annotated[Several, valued("COVARIATE", EFFECT)] = None,
    only: Annotated[Several, valued("PATTERN", ONLY)] = None,
    json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when something is of concern.")] = False,
) -> None:
    """Fit MODEL to DATA by maximum likelihood, MAP and posterior sampling, side by side."""
    asked = dict(locals())  # every argument by its name
    from . import steps

    raise typer.Exit(steps.compare(asked))


@app.command(short_help="Check that the estimators of one model agree, in CI.")
def check(
    model: Annotated[str, argument("MODEL", MODEL, model_names)],
    data: Annotated[str | None, argument("DATA", f"{SOURCES}  [default: simulated]", data_sources)] = None,
    column: Columns = None,
    formula: Formulas = None,
    link: LinkName = None,
    fix: Held = None,
    order: Order = None,
    nodes: Nodes = None,
    prior: Priors = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer replicates: under a minute.")] = False,
    baseline: Annotated[Path | None, valued("DIR", BASELINE)] = None,
    junit: Annotated[Path | None, valued("FILE", "Write JUnit XML here, one test case per check.")] = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Check likelihoods, gradients, simulator, optima, posterior, coverage, ranks and slopes of MODEL.

    One line per check with its statistic and tolerance; exit code 1 when one fails, 2 for wrong usage.
    """
    asked = dict(locals())
    from . import checking

    raise typer.Exit(checking.check(asked))


@app.command(short_help="List the models, show one in full, or find those for some data.")
def models(
    model: Annotated[str | None, argument("MODEL", "Show one model in full.", model_names)] = None,
    search: Annotated[str | None, valued("WORDS", "Only models with all of these words in their description.")] = None,
    data: Annotated[str | None, typer.Option("--for", metavar="DATA", help=FOR, autocompletion=data_sources)] = None,
    column: Annotated[Several, valued("y=NAME", "With --for: only this outcome.")] = None,
) -> None:
    """List the models with their parameters and columns, or those that can take the columns of DATA."""
    from .catalogue import for_data, listing

    if data is not None and model is None:
        for_data.show(data, for_data.role(column or []), listing.matching(search))
        return
    listing.show(model, search)


@app.command(short_help="A two-minute tour on a data set that is shipped.")
def demo(out: Annotated[Path, valued("FOLDER", "Where the page goes.")] = Path("demo")) -> None:
    """Fit one model three ways to survival after heart transplants, say what to look at, and leave a page."""
    from .catalogue.demo import tour

    raise typer.Exit(tour(compare, out))


@app.command(short_help="Make a gallery of the pages that studies and comparisons left.")
def report(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Of studies and comparisons, or of many.")],
    out: Annotated[Path | None, valued("FOLDER", "Where the index goes.  [default: the one DIR, or here]")] = None,
) -> None:
    """Leave one index.html that shows every verdict in DIR at a glance, with a figure and a sentence each."""
    from ..report.pages.folders import leave
    from ..words import counted

    index, count = leave(folders, out)
    typer.echo(f"written to {index}: {counted(count, 'page')}")


app.add_typer(study)
