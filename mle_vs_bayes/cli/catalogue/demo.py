"""`mle-vs-bayes demo`: one comparison on a data set that is shipped, with a word before and after."""

import inspect
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

BEFORE = """\
69 patients after a heart transplant: how many days each survived, or was followed if still alive (censored).
One model, Weibull lifetimes, is fitted three ways: by maximum likelihood, at the mode of the posterior (MAP), and by
drawing from the whole posterior. This is what you would type:

  {command}
"""
AFTER = """
What to look at:
  1. The verdict, the sentence with the largest gap: does it matter which estimator you use?
  2. "expected" beside each difference: how far apart theory says they should be at this n. "!" marks a surprise.
  3. Whether the model fits, and the lines that begin with "!": what is of concern, and what to do about it.

Open {page} in a browser: click a quantity to see its likelihood, posterior and prior in one picture.

Then, on your own data, and on questions about estimators as such:
  mle-vs-bayes models --for my.csv              which models can take your columns, with the command to type
  mle-vs-bayes compare MODEL my.csv --out mine  the same on your data
  mle-vs-bayes study run consistency --quick    how fast do the estimators come to the truth?
"""


def tour(command: Callable[..., Any], out: Path) -> int:
    """Run ``command``, which is `compare`, as a newcomer would; the exit code."""
    from .. import steps

    asked = options(command, out)
    print(BEFORE.format(command=asked["command"]))
    code = steps.compare(asked)
    print(AFTER.format(page=out / "report.html"))
    return code


def options(command: Callable[..., Any], out: Path) -> Mapping[str, Any]:
    """Every argument of the comparison by its name: `compare`'s own defaults, but for what the tour is about."""
    model, data, columns = "weibull", "example:heart", ["y=survival", "event=censors"]
    roles = [word for column in columns for word in ("--column", column)]
    typed = shlex.join(["mle-vs-bayes", "compare", model, data, *roles, "--explain", "--out", str(out)])
    defaults = {name: option.default for name, option in inspect.signature(command).parameters.items()}
    chosen = {"model": model, "data": data, "column": columns, "explain": True, "out": out}
    return {**defaults, **chosen, "command": typed}
