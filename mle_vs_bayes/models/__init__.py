"""The catalogue: one model per file; this list is the only one.

A model is imported when it is asked for. Adding one touches its own file and one line here.
"""

import ast
import inspect
from importlib import import_module

from ..errors import UsageError
from ..model.model import Model
from ..words import closest

MODELS = {
    "bernoulli": "Bernoulli",
    "beta_binomial": "BetaBinomial",
    "geometric": "Geometric",
    "poisson": "Poisson",
    "negative_binomial": "NegativeBinomial",
    "negative_binomial_1": "NegativeBinomial1",
    "zero_inflated_poisson": "ZeroInflatedPoisson",
    "zero_inflated_negative_binomial": "ZeroInflatedNegativeBinomial",
    "hurdle_poisson": "HurdlePoisson",
    "exponential": "Exponential",
    "weibull": "Weibull",
    "gamma": "Gamma",
    "lognormal": "LogNormal",
    "loglogistic": "LogLogistic",
    "inverse_gaussian": "InverseGaussian",
    "gompertz": "Gompertz",
    "pareto": "Pareto",
    "normal": "Normal",
    "linear": "Linear",
    "logistic": "Logistic",
    "student_t": "StudentT",
    "logistic_distribution": "LogisticDistribution",
    "skew_normal": "SkewNormal",
    "gumbel": "Gumbel",
    "eight_schools": "EightSchools",
    "random_intercept": "RandomIntercept",
    "neyman_scott": "NeymanScott",
    "beta": "Beta",
    "uniform": "Uniform",
    "normal_mixture": "NormalMixture",
}
"""File name → class name, in the order in which ``mle-vs-bayes models`` lists them."""

ELSEWHERE = {
    **dict.fromkeys(("gaussian", "norm"), "normal"),
    **dict.fromkeys(("lm", "ols", "regression", "linear_regression", "least_squares"), "linear"),
    **dict.fromkeys(("logit", "logistic_regression"), "logistic"),
    **dict.fromkeys(("binomial", "binom", "proportion"), "bernoulli"),
    **dict.fromkeys(("t", "student"), "student_t"),
    **dict.fromkeys(("mixture", "gmm", "gaussian_mixture"), "normal_mixture"),
    **dict.fromkeys(("lmm", "lmer", "mixed", "mixedlm", "random_effects", "hierarchical"), "random_intercept"),
    **dict.fromkeys(("fixed_effects",), "neyman_scott"),
}
"""What other programs call our models, which no likeness of letters tells."""


def get(text: str) -> Model:
    """The model called ``text``: ``normal``, or with arguments ``normal_mixture(components=3)``.

    Raises
    ------
    UsageError
        No such model (the sentence names the nearest), or arguments that it does not take.
    """
    name, bracket, _ = text.strip().partition("(")
    if name not in MODELS:
        near = ELSEWHERE.get(name.lower()) or closest(name, MODELS)
        hint = f"did you mean {near}?" if near else "run `mle-vs-bayes models` for the list, or write it in PyMC."
        raise UsageError(f'there is no model "{name}"; {hint}')
    leaf = getattr(import_module(f".{name}", __package__), MODELS[name])
    model: Model = leaf(**(_arguments(text, name, leaf) if bracket else {}))
    return model


def _arguments(text: str, name: str, leaf: type[Model]) -> dict[str, int]:
    """The whole numbers in ``name(key=value, …)``; never evaluates code."""
    known = {} if leaf.__init__ is object.__init__ else dict(inspect.signature(leaf).parameters)
    example = f"{name}({', '.join(f'{key}={known[key].default}' for key in known)})" if known else name
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        call = None
    keys = [keyword.arg for keyword in call.keywords] if isinstance(call, ast.Call) else []
    if not isinstance(call, ast.Call) or call.args or None in keys or len(set(keys)) < len(keys):
        raise UsageError(f'the model "{text}" does not parse; write it like {example}.')
    found = {}
    for keyword in call.keywords:
        key, value = str(keyword.arg), ast.unparse(keyword.value)
        if key not in known:
            raise UsageError(f"the model {name} takes no argument {key} (given {value}); write it like {example}.")
        if not value.isdecimal():
            raise UsageError(f"{key} of {name} is {value}, which is not a whole number; write it like {example}.")
        found[key] = int(value)
    return found
