"""The families a prior may come from: PyMC's names, PyMC's arguments, and their supports.

A closed list, so that a misspelt prior is refused before PyMC is imported. Arguments
stand in PyMC's order; alternatives (``alpha, beta`` or ``mu, sigma``) are separate signatures.
"""

from dataclasses import dataclass

from .support import Support, positive, real, unit
from .vector_support import simplex


@dataclass(frozen=True)
class Family:
    """``signatures`` are the sets of argument names that determine the density."""

    support: Support
    signatures: tuple[tuple[str, ...], ...]
    proper: bool = True


FAMILIES: dict[str, Family] = {
    "Flat": Family(real, ((),), proper=False),
    "Normal": Family(real, (("mu", "sigma"), ("mu", "tau"))),
    "StudentT": Family(real, (("nu", "mu", "sigma"),)),
    "Cauchy": Family(real, (("alpha", "beta"),)),
    "Laplace": Family(real, (("mu", "b"),)),
    "Logistic": Family(real, (("mu", "s"),)),
    "SkewNormal": Family(real, (("alpha", "mu", "sigma"),)),
    "Gumbel": Family(real, (("mu", "beta"),)),
    "Jeffreys": Family(real, ((),), proper=False),  # on any support: see jeffreys.py
    "HalfFlat": Family(positive, ((),), proper=False),
    "HalfNormal": Family(positive, (("sigma",),)),
    "HalfStudentT": Family(positive, (("nu", "sigma"),)),
    "HalfCauchy": Family(positive, (("beta",),)),
    "Exponential": Family(positive, (("lam",), ("scale",))),
    "Gamma": Family(positive, (("alpha", "beta"), ("mu", "sigma"))),
    "InverseGamma": Family(positive, (("alpha", "beta"), ("mu", "sigma"))),
    "LogNormal": Family(positive, (("mu", "sigma"),)),
    "Weibull": Family(positive, (("alpha", "beta"),)),
    "ChiSquared": Family(positive, (("nu",),)),
    "Beta": Family(unit, (("alpha", "beta"), ("mu", "sigma"), ("mu", "nu"))),
    "Kumaraswamy": Family(unit, (("a", "b"),)),
    "LogitNormal": Family(unit, (("mu", "sigma"),)),
    "Dirichlet": Family(simplex, (("a",),)),
    "Uniform": Family(real, (("lower", "upper"),)),
    "TruncatedNormal": Family(real, (("mu", "sigma", "lower", "upper"), ("mu", "sigma", "lower"), ("mu", "sigma"))),
}

POSITIVE_ARGUMENTS = frozenset({"sigma", "tau", "nu", "beta", "b", "s", "lam", "scale", "a"})
"""Arguments that must be above 0 in every family that has them."""
