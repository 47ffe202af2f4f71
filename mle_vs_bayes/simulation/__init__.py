"""Simulation studies: how estimators behave over replicated data sets as n grows.

A study file says ``from mle_vs_bayes.simulation import Scenario, Slope, Study, Value`` and binds ``study``.
"""

from typing import Any

from .predictions import Slope, Value
from .study import Scenario, Study

__all__ = ["Scenario", "Slope", "Study", "Value", "own_model"]


def own_model(path: str, data: Any = None, function: str = "model") -> Any:
    """The PyMC program that a function of a Python file makes from data, as a model of a study.

    See `comparison.foreign.own_model`.
    """
    from ..comparison import foreign

    return foreign.own_model(path, data, function)
