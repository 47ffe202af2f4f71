"""The catalogue: one model per file; this list is the only one.

A model is imported when it is asked for. Adding one touches its own file and one line here.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from ..data.formulas.parts import parameter_of, several
from ..errors import UsageError
from ..model.links import LINKS
from ..model.model import Model
from ..model.specification import OUTCOME, Specification, parse
from ..words import closest, listed
from .trunks.family_model import FamilyRegression, as_needed, of_family
from .trunks.fixed import Fixed
from .trunks.plain import Plain
from .trunks.with_groups import made_by

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
    "categorical": "Categorical",
    "multinomial_logit": "MultinomialLogit",
    "ordered": "Ordered",
    "ordered_logit": "OrderedLogit",
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
    "robust_regression": "RobustRegression",
    "logistic": "Logistic",
    "probit": "Probit",
    "poisson_regression": "PoissonRegression",
    "negative_binomial_regression": "NegativeBinomialRegression",
    "gamma_regression": "GammaRegression",
    "weibull_regression": "WeibullRegression",
    "student_t": "StudentT",
    "laplace": "Laplace",
    "logistic_distribution": "LogisticDistribution",
    "skew_normal": "SkewNormal",
    "gumbel": "Gumbel",
    "eight_schools": "EightSchools",
    "random_intercept": "RandomIntercept",
    "logistic_random_intercept": "LogisticRandomIntercept",
    "neyman_scott": "NeymanScott",
    "normal_means": "NormalMeans",
    "beta": "Beta",
    "uniform": "Uniform",
    "normal_mixture": "NormalMixture",
    "poisson_mixture": "PoissonMixture",
    "autoregressive": "Autoregressive",
}
"""File name → class name, in the order in which ``mle-vs-bayes models`` lists them."""

ENDINGS = (".csv", ".tsv", ".json", ".parquet", ".txt", ".xlsx", ".xls", ".sav", ".dta", ".rds", ".feather")
"""Endings of files that hold tables, those that cannot be read here included."""

ELSEWHERE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("gaussian", "norm", "gauss", "t_test", "ttest", "z_test"), ("normal",)),
    **dict.fromkeys(("lm", "ols", "glm", "regression", "regress", "proc_reg", "linear_regression"), ("linear",)),
    **dict.fromkeys(("linear_model", "linregress", "least_squares", "wls"), ("linear",)),
    **dict.fromkeys(("aov", "anova", "ancova", "proc_glm"), ("linear",)),
    **dict.fromkeys(("logit", "logistic_regression", "logreg", "proc_logistic"), ("logistic",)),
    **dict.fromkeys(("binomial", "binom", "proportion", "prop_test", "binom_test", "coin"), ("bernoulli",)),
    **dict.fromkeys(("t", "student"), ("student_t",)),
    **dict.fromkeys(("rlm", "robust", "robust_linear", "huber"), ("robust_regression", "student_t")),
    **dict.fromkeys(("mixture", "gmm", "gaussian_mixture", "mclust", "kmeans"), ("normal_mixture",)),
    **dict.fromkeys(("lmm", "lmer", "lme", "mixed", "mixedlm", "xtmixed", "proc_mixed"), ("random_intercept",)),
    **dict.fromkeys(("random_effects", "hierarchical", "multilevel", "variance_components"), ("random_intercept",)),
    **dict.fromkeys(("fixed_effects", "within"), ("neyman_scott",)),
    **dict.fromkeys(("pois", "counts", "poisson_glm"), ("poisson_regression", "poisson")),
    **dict.fromkeys(("negbin", "nb", "nb2", "nbinom", "glm_nb", "nbreg", "neg_bin"), ("negative_binomial",)),
    **dict.fromkeys(("zip", "zeroinfl", "zero_inflated"), ("zero_inflated_poisson",)),
    **dict.fromkeys(("zinb",), ("zero_inflated_negative_binomial",)),
    **dict.fromkeys(("hurdle",), ("hurdle_poisson",)),
    **dict.fromkeys(("exp", "expon"), ("exponential",)),
    **dict.fromkeys(("survreg", "aft", "streg", "weibull_aft", "weibull_min"), ("weibull_regression", "weibull")),
    **dict.fromkeys(("lnorm", "log_normal"), ("lognormal",)),
    **dict.fromkeys(("llogis", "log_logistic", "fisk"), ("loglogistic",)),
    **dict.fromkeys(("invgauss", "wald"), ("inverse_gaussian",)),
    **dict.fromkeys(("ordinal", "polr", "clm", "ologit", "oprobit", "cumulative"), ("ordered",)),
    **dict.fromkeys(("multinom", "multinomial", "mlogit", "softmax"), ("categorical",)),
    **dict.fromkeys(("ar", "ar1", "arima", "arma"), ("autoregressive",)),
    **dict.fromkeys(("betareg", "beta_regression"), ("beta",)),
    **dict.fromkeys(("double_exponential", "lad", "quantreg", "median_regression"), ("laplace",)),
    **dict.fromkeys(("unif",), ("uniform",)),
    **dict.fromkeys(("melogit", "xtlogit"), ("logistic_random_intercept",)),
    **dict.fromkeys(("meta", "meta_analysis", "metafor", "rma"), ("eight_schools",)),
}
"""What other programs call a model: our names for it, of which the first is advised."""

LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("cox", "coxph", "cph", "stcox", "phreg", "cox_regression"), ("weibull_regression", "weibull")),
    **dict.fromkeys(("survival", "kaplan_meier", "survfit"), ("weibull",)),
    **dict.fromkeys(("glmer", "glmm", "glimmix"), ("logistic_random_intercept", "random_intercept")),
    **dict.fromkeys(("quantile_regression",), ("laplace",)),
    **dict.fromkeys(("gam", "gee", "ridge", "lasso", "elastic_net", "glmnet"), ("linear",)),
    **dict.fromkeys(("svm", "random_forest", "xgboost", "lda"), ("logistic",)),
}
"""Models of other programs that are not ours: the nearest that has a likelihood of its own."""


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
    nodes: int | None = None,
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
        The classes of the outcome, the lowest or the base first; of two the one that is a success last.
    nodes : int
        Of the quadrature over effects of groups, along each of them.
    roles : iterable of str
        Those that columns were named for: an outcome with bounds is censored.

    Raises
    ------
    UsageError
        No such model, parameter or link, or one that the family does not take.
    """
    censored = bool(CENSORED & {*roles})
    asked = formula is not None or link or fix or order or censored or nodes is not None
    if isinstance(model, Model) and not (asked and model.name.partition("(")[0] in MODELS):
        return model
    known = parse(model if isinstance(model, str) else model.name)
    texts = several(formula)
    if texts and not known.formula:
        known = replace(known, formula=(OUTCOME, *map(parameter_of, texts[1:])))
    known = replace(known, link=link or known.link, order=tuple(order or known.order))
    known = replace(known, nodes=known.nodes if nodes is None else nodes)
    return _built(replace(known, censored=known.censored or censored).holding(fix or {}))


def _built(asked: Specification) -> Model:
    leaf = _leaf(asked.name)
    base = leaf(**_arguments(asked, leaf))
    if isinstance(base, Plain):
        asked = as_needed(base, asked)
        model: Model = of_family(base, asked)
        if isinstance(model, FamilyRegression) and (exact := model.exact):
            model = _leaf(exact)()
            model.name = str(asked)
    else:
        model = _of_classes(base, asked)
    if asked.order and not model.takes_order:
        raise UsageError(f"outcomes of {asked.name} are no classes; leave out the order, or take the model ordered.")
    if asked.order:
        model.name, model.order = str(replace(asked, fix=())), asked.order
    model.nodes = asked.nodes
    if not asked.fix:
        return model
    model.name = str(replace(asked, fix=()))
    return Fixed(model, dict(asked.fix), str(asked))


def _of_classes(base: Model, asked: Specification) -> Model:
    """A model that is no family's, with the link and the order that were asked."""
    if asked.formula and base.with_formula:
        base = get(base.with_formula)
    if further := [name for name in asked.formula if name != OUTCOME]:
        raise UsageError(f"{asked.name} takes one formula, and none for {further[0]}; leave it out.")
    if (asked.link and asked.link not in base.takes_links) or asked.censored:
        what = "censored outcomes" if asked.censored else f"link {asked.link}"
        known = f"; it takes {listed(base.takes_links)}" if base.takes_links and asked.link else "; leave it out"
        raise UsageError(f"the model {asked.name} takes no {what}{known}.")
    if asked.link:
        base.name, base.link = str(replace(asked, formula=(), fix=())), LINKS[asked.link]
    return base


def _leaf(name: str) -> type[Model]:
    if name not in MODELS:
        raise UsageError(_unknown(name, name))
    leaf: type[Model] = getattr(import_module(f".{name}", __package__), MODELS[name])
    return leaf


def _unknown(name: str, text: str) -> str:
    """What to do about a name that is none: the model was forgotten, is called otherwise here, or is not there."""
    if is_data(text):
        return (
            f"{text} is data, and the model is missing; write MODEL {text}. "
            f"`mle-vs-bayes models --for {text}` says which models can take its columns."
        )
    if near := _called(name, ELSEWHERE) or closest(name, MODELS):
        return f'there is no model "{name}"; did you mean {near}?'
    nearest = f"the nearest is {near}; " if (near := _called(name, LIKE)) else ""
    return f'there is no model "{name}"; {nearest}run `mle-vs-bayes models` for the list, or write it in PyMC.'


def is_data(text: str) -> bool:
    """Whether this names data and no model: an example, or a file of a kind that tables are kept in."""
    return text.startswith("example:") or text.lower().removesuffix(".gz").endswith(ENDINGS)


def _called(name: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """The first of our names for this one; ``glm.nb``, ``Glm-NB`` and ``glm nb`` are one word."""
    word = name.strip().lower()
    for sign in ".- ":
        word = word.replace(sign, "_")
    return next(iter(names.get(word, ())), None)


def _arguments(asked: Specification, leaf: type[Model]) -> dict[str, int]:
    """The whole numbers that the leaf's ``__init__`` takes."""
    known = {} if leaf.__init__ is object.__init__ else dict(inspect.signature(leaf).parameters)
    name = asked.name
    example = f"{name}({', '.join(f'{key}={known[key].default}' for key in known)})" if known else name
    for key, value in asked.arguments:
        if key not in known:
            raise UsageError(f"the model {name} takes no argument {key} (given {value}); write it like {example}.")
    return dict(asked.arguments)


def _mixed(model: Model, groups: Any) -> Model | None:
    """The mixed model of ``model``; what it is made of is imported when there are groups."""
    from .trunks.mixed.families import grouped

    mixed: Model | None = grouped(model, groups)
    return mixed


made_by(_mixed)
