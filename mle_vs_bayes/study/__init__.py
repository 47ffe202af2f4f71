"""Simulation studies: how estimators behave over replicated data sets as n, or anything else, grows.

A study file says ``from mle_vs_bayes.study import Scenario, Slope, Study, Value`` and binds ``study``.
"""

from pathlib import Path
from typing import Any

from .vocabulary.estimators import ExpectationMaximisation, Mode, Optimiser
from .vocabulary.predictions import Difference, Equals, Ratio, Slope, Theory, Value
from .vocabulary.replicate import Replicate
from .vocabulary.study import Program, Scenario, Study

__all__ = [
    "Difference",
    "Equals",
    "ExpectationMaximisation",
    "Mode",
    "Optimiser",
    "Program",
    "Ratio",
    "Replicate",
    "Scenario",
    "Slope",
    "Study",
    "Theory",
    "Value",
    "binomial_coverage",
    "distance_band",
    "own_model",
]


def binomial_coverage(p: float, n: int, estimator: str, interval: str, **more: Any) -> float:
    """The exact coverage of an interval of a proportion; see `judge.exact_coverage.binomial_coverage`."""
    from .judge import exact_coverage

    return exact_coverage.binomial_coverage(p, n, estimator, interval, **more)


def distance_band(values: int, lines: int) -> float:
    """How far the distribution functions of ``values`` each, ``lines`` of them, may be from their laws by chance alone.

    Any of them is further away in one study of a thousand; see `judge.verdict.massart`.
    """
    from .judge import verdict

    return verdict.massart(values, verdict.FAMILY / lines)


def own_model(path: str, data: Any = None, function: str = "model") -> Program:
    """The PyMC program that a function of a Python file makes from data, as a model of a study.

    See `program.file.own_model`; the file is opened by whoever needs it, wherever the study is run.
    """
    return Program(str(Path(path).resolve()), data, function)
