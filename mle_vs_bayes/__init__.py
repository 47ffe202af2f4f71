"""One statistical model, three estimators: maximum likelihood, MAP and the full posterior, side by side.

>>> from mle_vs_bayes import compare
>>> comparison = compare("bernoulli", {"y": [1] * 73 + [0] * 27})  # doctest: +SKIP

Names are loaded when first used (PEP 562), so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .comparison.compare import compare as compare
    from .comparison.comparison import Comparison as Comparison
    from .data.column import Column as Column
    from .data.dataset import Dataset as Dataset
    from .errors import MleVsBayesError as MleVsBayesError
    from .fit.replicates.facade import fit_replicates as fit_replicates
    from .intervals.profile.of_statsmodels import profile as profile
    from .model.model import Model as Model
    from .model.parameter import Function as Function
    from .model.parameter import Parameter as Parameter
    from .model.prior import Prior as Prior
    from .model.prior import Scaled as Scaled
    from .performance.summarise import summarise as summarise
    from .program.statsmodels_model import from_statsmodels as from_statsmodels

_HOMES = {
    "compare": "comparison.compare",
    "from_statsmodels": "program.statsmodels_model",
    "Comparison": "comparison.comparison",
    "Column": "data.column",
    "Dataset": "data.dataset",
    "Model": "model.model",
    "Function": "model.parameter",
    "Parameter": "model.parameter",
    "Prior": "model.prior",
    "Scaled": "model.prior",
    "MleVsBayesError": "errors",
    "profile": "intervals.profile.of_statsmodels",
    "summarise": "performance.summarise",
    "fit_replicates": "fit.replicates.facade",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
