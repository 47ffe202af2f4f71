"""The catalogue: one model per file; this list is the only one.

A model is imported when it is asked for. Adding one touches its own file and one line here.
"""

import difflib
from importlib import import_module

from ..contract.model import Model
from ..errors import UsageError

MODELS = {
    "bernoulli": "Bernoulli",
    "poisson": "Poisson",
    "exponential": "Exponential",
    "weibull": "Weibull",
    "normal": "Normal",
    "linear": "Linear",
    "logistic": "Logistic",
    "student_t": "StudentT",
    "eight_schools": "EightSchools",
    "uniform": "Uniform",
}
"""File name → class name, in the order in which ``mle-vs-bayes models`` lists them."""


def get(name: str) -> Model:
    """The model called ``name``.

    Raises
    ------
    UsageError
        No such model; the sentence names the nearest.
    """
    if name not in MODELS:
        near = difflib.get_close_matches(name.lower(), MODELS, n=1, cutoff=0.3)
        hint = f"did you mean {near[0]}?" if near else "run `mle-vs-bayes models` for the list."
        raise UsageError(f'there is no model "{name}"; {hint}')
    model: Model = getattr(import_module(f".{name}", __package__), MODELS[name])()
    return model
