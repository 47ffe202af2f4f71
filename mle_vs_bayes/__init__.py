"""One statistical model, three estimators: maximum likelihood, MAP and the full posterior, side by side.

>>> from mle_vs_bayes import compare
>>> comparison = compare("bernoulli", {"y": [1] * 73 + [0] * 27})  # doctest: +SKIP

Names are loaded when first used (PEP 562), so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters.statsmodels_model import from_statsmodels as from_statsmodels
    from .comparison.compare import compare as compare
    from .comparison.result import Comparison as Comparison
    from .contract.column import Column as Column
    from .contract.data import Dataset as Dataset
    from .contract.model import Model as Model
    from .contract.parameter import Function as Function
    from .contract.parameter import Parameter as Parameter
    from .contract.prior import Prior as Prior
    from .contract.prior import Scaled as Scaled
    from .errors import MleVsBayesError as MleVsBayesError
    from .intervals.of_results import profile as profile
    from .performance.summarise import summarise as summarise
    from .replicates.fit import fit_replicates as fit_replicates

_HOMES = {
    "compare": "comparison.compare",
    "from_statsmodels": "adapters.statsmodels_model",
    "Comparison": "comparison.result",
    "Column": "contract.column",
    "Dataset": "contract.data",
    "Model": "contract.model",
    "Function": "contract.parameter",
    "Parameter": "contract.parameter",
    "Prior": "contract.prior",
    "Scaled": "contract.prior",
    "MleVsBayesError": "errors",
    "profile": "intervals.of_results",
    "summarise": "performance.summarise",
    "fit_replicates": "replicates.fit",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
