"""How other programs write the distribution of a model: read off its record, whose wordings the tests compare.

A wording turns our arguments into those of SciPy or PyMC; fed with names instead of numbers it gives the text.
"""

from collections.abc import Mapping
from typing import Any

from ...model.families import Family
from ...model.model import Model


class Text:
    """A name or an expression, which arithmetic joins to longer ones; NumPy's functions call it by their name."""

    def __init__(self, text: str, binds: int = 9) -> None:
        self.text, self.binds = text, binds

    def __str__(self) -> str:
        return self.text

    def _joined(self, sign: str, binds: int, left: Any, right: Any) -> "Text":
        if sign in ("+", "-") and str(right) == "0":
            return left if isinstance(left, Text) else Text(f"{left:g}")
        first, second = (each if isinstance(each, Text) else Text(f"{each:g}") for each in (left, right))
        strict = sign in ("-", "/", "**")
        before = first.text if first.binds >= binds else f"({first})"
        behind = second.text if second.binds > binds or (second.binds == binds and not strict) else f"({second})"
        spaced = f" {sign} " if binds == 1 else sign
        return Text(f"{before}{spaced}{behind}", binds)

    def __add__(self, other: Any) -> "Text":
        return self._joined("+", 1, self, other)

    def __radd__(self, other: Any) -> "Text":
        return self._joined("+", 1, other, self)

    def __sub__(self, other: Any) -> "Text":
        return self._joined("-", 1, self, other)

    def __mul__(self, other: Any) -> "Text":
        return self._joined("*", 2, self, other)

    def __truediv__(self, other: Any) -> "Text":
        return self._joined("/", 2, self, other)

    def __rtruediv__(self, other: Any) -> "Text":
        return self._joined("/", 2, other, self)

    def exp(self) -> "Text":
        return Text(f"exp({self})")


def family_of(model: Model) -> Family | None:
    """The distribution of each y of a model whose parameters are that distribution's."""
    family, named = model.family, {p.name for p in model.parameters}
    if not isinstance(family, Family) or model.takes_formula or any(p.dims for p in model.parameters):
        return None
    return family if {a.row for a in family.arguments if a.prior} <= named else None


def conversions(model: Model) -> Mapping[str, str]:
    """How each program writes the distribution of y; none where y has no distribution of the table."""
    family = family_of(model)
    if family is None:
        return {}
    named = {a.name: Text(a.row if a.prior else _FILLED.get(a.name, a.name)) for a in family.arguments}
    named |= {a.name: Text("0") for a in family.arguments if not a.prior and a.name == "lower"}
    calls = {}
    if family.scipy:
        calls["SciPy"] = _call(f"stats.{family.scipy}", family.of_scipy(**named))
    if family.log_density_symbol is None or family.name in _IN_PYMC:
        calls["PyMC"] = _call(f"pm.{family.name}", family.of_pymc(**named))
    return {**calls, **family.elsewhere}


_FILLED = {"n": "trials", "m": "xm"}
"""What fills an argument that is no parameter."""
_IN_PYMC = {
    *("NegativeBinomial", "ZeroInflatedPoisson", "ZeroInflatedNegativeBinomial"),
    *("HurdlePoisson", "SkewNormal", "Wald", "Pareto"),
}
"""Distributions of PyMC's whose likelihood is written here, for digits or for derivatives."""


def _call(name: str, arguments: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value}' for key, value in arguments.items())})"
