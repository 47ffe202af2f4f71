"""Simulation studies: how estimators behave over replicated data sets as n grows.

A study file says ``from mle_vs_bayes.simulation import Scenario, Slope, Study, Value`` and binds ``study``.
"""

from .predictions import Slope, Value
from .study import Scenario, Study

__all__ = ["Scenario", "Slope", "Study", "Value"]
