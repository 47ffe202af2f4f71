"""The catalogue: one model per file; this list is the only one.

A model is imported when it is asked for. Adding one touches its own file and one line here.
"""

import ast
import inspect
from collections.abc import Mapping
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
    "uniform": "Uniform",
    "normal_mixture": "NormalMixture",
    "autoregressive": "Autoregressive",
}
"""File name → class name, in the order in which ``mle-vs-bayes models`` lists them."""

ENDINGS = (".csv", ".tsv", ".json", ".parquet", ".txt", ".xlsx", ".xls", ".sav", ".dta", ".rds", ".feather")
"""Of files that hold tables, those that cannot be read here too."""

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
    **dict.fromkeys(("glmer", "glmm", "melogit", "glimmix"), ("logistic_random_intercept",)),
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
    **dict.fromkeys(("meta", "meta_analysis", "metafor", "rma"), ("eight_schools",)),
}
"""What other programs call a model: our names for it, of which the first that is in the catalogue is advised."""

LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("cox", "coxph", "cph", "stcox", "phreg", "cox_regression"), ("weibull_regression", "weibull")),
    **dict.fromkeys(("survival", "kaplan_meier", "survfit"), ("weibull",)),
    **dict.fromkeys(("glmer", "glmm", "melogit", "glimmix"), ("random_intercept",)),
    **dict.fromkeys(("quantile_regression",), ("laplace",)),
    **dict.fromkeys(("gam", "gee", "ridge", "lasso", "elastic_net", "glmnet"), ("linear",)),
    **dict.fromkeys(("svm", "random_forest", "xgboost", "lda"), ("logistic",)),
}
"""Models of other programs that are not ours: the nearest that has a likelihood of its own."""


def get(text: str) -> Model:
    """The model called ``text``: ``normal``, or with arguments ``normal_mixture(components=3)``.

    Raises
    ------
    UsageError
        No such model (the sentence names the nearest), or arguments that it does not take.
    """
    name, bracket, _ = text.strip().partition("(")
    if name not in MODELS:
        raise UsageError(_unknown(name, text.strip()))
    leaf = getattr(import_module(f".{name}", __package__), MODELS[name])
    model: Model = leaf(**(_arguments(text, name, leaf) if bracket else {}))
    return model


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
    """The first of our names for this one that we have; ``glm.nb``, ``Glm-NB`` and ``glm nb`` are one word."""
    word = name.strip().lower()
    for sign in ".- ":
        word = word.replace(sign, "_")
    return next((ours for ours in names.get(word, ()) if ours in MODELS), None)


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
