"""The catalogue: one model per file; this list is the only one.

A model is imported when it is asked for. Adding one touches its own file and one line here.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module

from ..data.formulas.request import parameter_of, several
from ..errors import UsageError
from ..model.model import Model
from ..model.specification import OUTCOME, Specification, parse
from ..words import closest
from .trunks.family_model import FamilyRegression, as_needed, of_family
from .trunks.fixed import Fixed
from .trunks.plain import Plain

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
    "random_intercept": "RandomIntercept",
    "neyman_scott": "NeymanScott",
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


CENSORED = {"event", "lower", "upper", "entry"}
"""Roles of columns that make an outcome one that may be known by bounds alone."""


def get(text: str) -> Model:
    """The model called ``text``: ``normal``, or with arguments ``normal_mixture(components=3)``.

    Raises
    ------
    UsageError
        No such model (the sentence names the nearest), or arguments that it does not take.
    """
    return _built(parse(text))


def specified(
    model: str | Model,
    *,
    formula: str | Sequence[str] | None = None,
    link: str | None = None,
    fix: Mapping[str, float] | None = None,
    order: Sequence[str] | None = None,
    roles: Iterable[str] = (),
) -> Model:
    """The model of this name with formulas, a link, values that are held, an order of classes, or censored columns.

    Parameters
    ----------
    model : str or Model
        A name of the catalogue, with or without arguments, or a model of your own.
    formula : str or sequence of str
        The first for the location; further ones with a parameter on the left.
    link : str
        A name of `model.links.LINKS`.
    fix : mapping
        Values by label: ``{"nu": 5}``, ``{"beta[x]": 0}``.
    order : sequence of str
        The classes of an ordered outcome, the lowest first.
    roles : iterable of str
        Those that columns were named for: an outcome with bounds is censored.

    Raises
    ------
    UsageError
        No such model, parameter or link, or one that the family does not take.
    """
    censored = bool(CENSORED & {*roles})
    asked = formula is not None or link or fix or order or censored
    if isinstance(model, Model) and not (asked and model.name.partition("(")[0] in MODELS):
        return model
    known = parse(model if isinstance(model, str) else model.name)
    texts = several(formula)
    if texts and not known.formula:
        known = replace(known, formula=(OUTCOME, *map(parameter_of, texts[1:])))
    known = replace(known, link=link or known.link, order=tuple(order or known.order))
    return _built(replace(known, censored=known.censored or censored).holding(fix or {}))


def _built(asked: Specification) -> Model:
    leaf = _leaf(asked.name)
    base = leaf(**_arguments(asked, leaf))
    if not isinstance(base, Plain):
        if asked.link or asked.censored:
            what = f"link {asked.link}" if asked.link else "censored outcomes"
            raise UsageError(f"the model {asked.name} takes no {what}; leave it out.")
        model: Model = base
    else:
        asked = as_needed(base, asked)
        model = of_family(base, asked)
        if isinstance(model, FamilyRegression) and (exact := model.exact):
            model = _leaf(exact)()
            model.name = str(asked)
    if not asked.fix:
        return model
    model.name = str(replace(asked, fix=()))
    return Fixed(model, dict(asked.fix), str(asked))


def _leaf(name: str) -> type[Model]:
    if name not in MODELS:
        near = ELSEWHERE.get(name.lower()) or closest(name, MODELS)
        hint = f"did you mean {near}?" if near else "run `mle-vs-bayes models` for the list, or write it in PyMC."
        raise UsageError(f'there is no model "{name}"; {hint}')
    leaf: type[Model] = getattr(import_module(f".{name}", __package__), MODELS[name])
    return leaf


def _arguments(asked: Specification, leaf: type[Model]) -> dict[str, int]:
    """The whole numbers that the leaf's ``__init__`` takes."""
    known = {} if leaf.__init__ is object.__init__ else dict(inspect.signature(leaf).parameters)
    name = asked.name
    example = f"{name}({', '.join(f'{key}={known[key].default}' for key in known)})" if known else name
    for key, value in asked.arguments:
        if key not in known:
            raise UsageError(f"the model {name} takes no argument {key} (given {value}); write it like {example}.")
    return dict(asked.arguments)
