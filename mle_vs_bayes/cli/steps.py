"""The steps of `compare` on the command line: read the arguments, run with progress, save, show."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import optional_parts
from ..errors import UsageError
from ..report.text import terminal
from . import startup
from .options import numbers, request, typed
from .progress import Steps

if TYPE_CHECKING:
    from ..comparison.comparison import Comparison
    from ..density.density import Density
    from ..fit.prediction.new_rows import FittedTable


def compare(asked: Mapping[str, Any]) -> int:
    """`compare` as it was typed, ``asked`` holding every argument by its name; the exit code."""
    out, against, data = asked["out"], asked["against"], asked["data"]
    check_output(out)
    keywords = request(asked)
    nulls = numbers(asked["null"], "--null")
    if against and is_program(asked["model"]):
        raise UsageError("--against compares models of the catalogue, and MODEL is a program; leave one of them out.")
    new = read_new(asked["predict"])
    others = taken_by(against, keywords)
    used = source(data, again=bool(against or keywords["fix"]))
    from ..comparison.comparison import InterruptedComparison

    check = partial(check_questions, asked, nulls, new, partial(check_others, others, used, keywords))
    interrupt = optional_parts.Interrupt()
    try:
        comparison = run(asked["model"], used, {**keywords, "check": check})
    except InterruptedComparison as stopped:
        comparison, interrupt.come = stopped.comparison, True
    make = partial(beside, comparison, interrupt)
    parts = reasons(comparison, make) if asked["explain"] else []
    if asked["scores"] or against or nulls:
        scored = partial(page, comparison, used, others, nulls, keywords)
        parts += make("tests and scores", scored, steps=nullcontext)
    if new is not None:
        parts += make("predictions of new rows", lambda: comparison.predict(new))
    if asked["effect"]:
        parts += make("effects of covariates", lambda: comparison.effect(*asked["effect"]))
    make("the fit of the model", lambda: comparison.model_fit)
    written = finish(comparison, interrupt, asked, parts)
    if interrupt.come:
        where = " and written" if written else ""
        print(f"mle-vs-bayes: interrupted; what was done until then is shown{where}.", file=sys.stderr)
        raise SystemExit(130)  # and not a code, of which the command says that nothing was done
    return 1 if (asked["strict"] and comparison.of_concern) or not comparison.answered else 0


def finish(
    comparison: "Comparison", interrupt: optional_parts.Interrupt, asked: Mapping[str, Any], parts: Sequence[Any]
) -> list[Path]:
    """Write and show; Ctrl-C costs figures first, then the files, and the screen last. The files written."""
    with optional_parts.surviving() as writing:
        maker = partial(writing.finish, lambda: save(comparison, asked["out"], asked.get("command")))
        written = interrupt.spare(maker, lambda reason: [], long=False)
        interrupt.come |= writing.come
        writing.finish(lambda: show(comparison, written, parts, as_json=asked["json"], only=asked["only"] or ()))
        interrupt.come |= writing.come
    return written


def check_questions(
    asked: Mapping[str, Any],
    nulls: Mapping[str, float],
    new: Any,
    check_others: Callable[[], None],
    program: "Density",
    table: "FittedTable | None",
) -> None:
    """Refuse what the fit of ``program`` could not answer, before it is made.

    Raises
    ------
    UsageError, DataError
        A quantity or value to test, new rows, an effect, quantities to show or another model that cannot be.
    """
    from ..comparison.forms import effects, predictions
    from ..comparison.scores import likelihood_ratio

    for label, null in nulls.items():
        likelihood_ratio.check(program, label, null)
    if new is not None:
        predictions.rows_to_predict(program, table, new)
    if asked["effect"]:
        effects.rows_to_compare(program, table, asked["effect"])
    check_only(program.quantity_labels, asked["only"] or ())
    check_others()


def check_others(others: Mapping[str, Mapping[str, Any]], data: Any, request: Mapping[str, Any]) -> None:
    """Refuse another model that cannot read the data.

    Raises
    ------
    UsageError, DataError
        As `compare` of that model.
    """
    from ..comparison.compare import prepared
    from ..comparison.sources import catalogue_model

    for name, grammar in others.items() if data is not None else ():
        model = catalogue_model(name, False, roles=request["columns"], **grammar)
        prepared(model, data, request["columns"], grammar["formula"], request["drop_missing"])


def read_new(path: str | None) -> Any:
    """The rows to predict, read before anything is fitted; None where there are none."""
    if path is None:
        return None
    from ..data.reading.read import read

    return read(path)


def is_program(model: str) -> bool:
    """Whether MODEL is a file with a program in it."""
    from ..program.file import is_program as of

    return of(model)


def check_output(out: Path | None) -> None:
    """Refuse a folder that cannot be written before anything is fitted."""
    if out is not None:
        from ..comparison.forms.files import writable

        writable(out)


def run(model: str, data: Any, request: Mapping[str, Any]) -> "Comparison":
    """Compare, with the current step and its time shown on standard error."""
    with Steps("importing PyMC and statsmodels") as steps:
        if startup.alone:
            startup.prepare(optional=is_program(model))
        from ..comparison.compare import compare

        return compare(model, data, progress=steps, **request)


def save(comparison: "Comparison", out: Path | None, command: str | None = None) -> list[Path]:
    """Write the files when asked to; the page shows ``command`` in the place of what was typed."""
    if out is None:
        return []
    with Steps(f"writing to {out}"):
        return comparison.save(out, command or typed())


def check_only(labels: Sequence[str], only: Sequence[str]) -> None:
    """Refuse a pattern that fits no quantity.

    Raises
    ------
    UsageError
        With the quantities that there are.
    """
    from ..report.quantities import fits
    from ..words import listed

    for pattern in only:
        if not any(fits(label, pattern) for label in labels):
            raise UsageError(f'--only is "{pattern}", which fits no quantity; there are {listed(labels)}.')


def show(
    comparison: "Comparison",
    written: list[Path],
    parts: Sequence[Any],
    *,
    as_json: bool,
    only: Sequence[str] = (),
) -> None:
    """Print the JSON document, or the screen, what was asked for beside it, and the files written."""
    shown = [comparison, *parts]
    if as_json:
        from ..comparison.forms.json_document import complete

        document = complete(comparison, parts)
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
        return
    console = terminal()
    if console.is_terminal:
        for part in shown:
            console.print(part.screen(only), end="\n" if part is shown[-1] else "\n\n")
    else:
        from ..report.text import plain

        sys.stdout.write("\n".join(plain(part.screen(only)) for part in shown))
    if written:
        console.print(f"\nwritten to {written[0].parent}: {', '.join(path.name for path in written)}", soft_wrap=True)


def reasons(comparison: "Comparison", make: Callable[..., list[Any]]) -> list[Any]:
    """Why the estimators differ and, where there is a posterior to ask, what a stronger prior would do."""
    posterior = comparison.fit.estimates.get("posterior")
    parts = make("the explanation", comparison.explain)
    if posterior is not None and posterior.converged:
        parts += make("prior sensitivity", comparison.sensitivity)
    return parts


def beside(
    comparison: "Comparison",
    interrupt: optional_parts.Interrupt,
    what: str,
    maker: Callable[[], Any],
    *,
    steps: Callable[[str], AbstractContextManager[Any]] = Steps,
) -> list[Any]:
    """One part beside the answer, or none where it cannot be made or Ctrl-C came.

    Its name and time are shown meanwhile; ``steps`` is `nullcontext` where ``maker`` shows its own.
    """

    def attempt() -> Any:
        with steps(what):
            return optional_parts.make(what, maker, None)

    def without(reason: str) -> None:
        comparison.lost.append(optional_parts.Lost(what, reason))

    with optional_parts.collecting(comparison.lost):
        return [part for part in [interrupt.spare(attempt, without)] if part is not None]


def taken_by(against: Sequence[str] | None, request: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each other model takes of the formulas and so on, by its name; an impossible model is refused at once."""
    if not against:
        return {}
    from ..comparison.scores.same_grammar import grammar_of

    return {name: grammar_of(name, request, request["columns"]) for name in against}


def source(data: str | None, *, again: bool) -> Any:
    """The data as they were given, read once where several models need them."""
    if not again or data is None:
        return data
    from ..data.reading.read import read

    return read(data)


def page(
    comparison: "Comparison",
    data: Any,
    against: Mapping[str, Mapping[str, Any]],
    nulls: Mapping[str, float],
    request: Mapping[str, Any],
) -> Any:
    """Tests and scores, beside other models fitted to the same data under their own default priors.

    ``against`` has the formulas, link, values and order of each, by its name.
    """
    common = {**request, "priors": {}, "prior_power": 1.0, "truth": {}, "simulate": None, "groups": (), "n": None}
    common |= {"link": None, "fix": {}, "order": None, "nodes": None}
    used = data if data is not None else dict(comparison.fit.program.data)
    others = [run(name, used, {**common, **grammar}) for name, grammar in against.items()]
    if larger := comparison.fit.program.model.larger:
        others.append(run(larger.name, used, {**common, "estimators": ("mle",)}))
    with Steps("tests and scores"):
        return comparison.page(*others, nulls=nulls)
