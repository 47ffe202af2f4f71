"""The former name of `study`, which study files written for it keep."""

from .study import Scenario, Slope, Study, Theory, Value, binomial_coverage, own_model

__all__ = ["Scenario", "Slope", "Study", "Theory", "Value", "binomial_coverage", "own_model"]
