"""What was asked of a family beside its name: formulas, a link, censoring, values that are held, an order of classes.

A specification is written as the model's name, ``gamma(formula='y, shape', link='inverse', fix='beta[x]=0')``, from
which workers, studies and files make the same model again. The formulas themselves belong to the data: here stand the
parameters that have one, ``y`` for the location.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import UsageError

OUTCOME = "y"
"""What stands for the location among parameters with a formula."""
TEXTS = ("formula", "link", "fix", "order")
_BETWEEN = re.compile(r",(?![^\[\]]*\])")
"""Commas between labels, and not those in the brackets of ``cor[Intercept,x|g]``."""


@dataclass(frozen=True)
class Specification:
    """``name`` is a model of the catalogue and ``arguments`` those of its ``__init__``, whole numbers by name.

    ``formula`` are the parameters with one, ``fix`` values by label, ``order`` the classes from the lowest to the
    highest; ``censored`` says that y may be known by bounds alone, ``nodes`` how many a quadrature over effects of
    groups has, None for as many as it needs.
    """

    name: str
    arguments: tuple[tuple[str, int], ...] = ()
    formula: tuple[str, ...] = ()
    link: str = ""
    fix: tuple[tuple[str, float], ...] = ()
    order: tuple[str, ...] = ()
    censored: bool = False
    nodes: int | None = None

    def __str__(self) -> str:
        texts = {
            "formula": ", ".join(self.formula),
            "link": self.link,
            "fix": ", ".join(f"{label}={_shortest(value)}" for label, value in self.fix),
            "order": ", ".join(self.order),
        }
        parts = [f"{key}={value}" for key, value in self.arguments]
        parts += [f"{key}={text!r}" for key, text in texts.items() if text]
        parts += ["censored=1"] if self.censored else []
        parts += [f"nodes={self.nodes}"] if self.nodes is not None else []
        return f"{self.name}({', '.join(parts)})" if parts else self.name

    @property
    def bare(self) -> "Specification":
        """The model of the catalogue as it stands."""
        return Specification(self.name, self.arguments)

    def holding(self, fix: Mapping[str, float]) -> "Specification":
        """The same with values held, beside those that are held already.

        Raises
        ------
        UsageError
            One label twice, with two values.
        """
        known = dict(self.fix)
        for label, value in fix.items():
            if known.setdefault(label, float(value)) != value:
                raise UsageError(f"{label} is fixed at {known[label]:g} and at {value:g}; keep one.")
        return replace(self, fix=tuple(known.items()))


def _shortest(value: float) -> str:
    """The fewest digits that are read back as this number."""
    return repr(float(value)).removesuffix(".0")


def parse(text: str) -> Specification:
    """Read ``name(key=value, …)``; never evaluates code.

    Raises
    ------
    UsageError
        It is not written like that, or a value is neither a whole number nor a text that the key takes.
    """
    name, bracket, _ = text.strip().partition("(")
    if not bracket:
        return Specification(name)
    numbers, texts = {}, {}
    for key, value in _keywords(text, name):
        if key in TEXTS and isinstance(value, str):
            texts[key] = tuple(part.strip() for part in _BETWEEN.split(value) if part.strip())
        elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            numbers[key] = value
        else:
            raise UsageError(f"{key} of {name} is {value}, which is not a whole number; write it like {name}({key}=2).")
    censored, nodes = bool(numbers.pop("censored", 0)), numbers.pop("nodes", None)
    fix = tuple(_assignment(each, name) for each in texts.get("fix", ()))
    formula, order, link = (texts.get(key, ()) for key in ("formula", "order", "link"))
    return Specification(name, tuple(numbers.items()), formula, "".join(link), fix, order, censored, nodes)


def _keywords(text: str, name: str) -> list[tuple[str, Any]]:
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        call = None
    keys = [keyword.arg for keyword in call.keywords] if isinstance(call, ast.Call) else []
    if not isinstance(call, ast.Call) or call.args or None in keys or len(set(keys)) < len(keys):
        raise UsageError(f'the model "{text}" does not parse; write it like {name}, or {name}(key=2).')
    return [(str(keyword.arg), _value(keyword.value)) for keyword in call.keywords]


def _value(node: ast.expr) -> Any:
    return node.value if isinstance(node, ast.Constant) else ast.unparse(node)


def _assignment(text: str, name: str) -> tuple[str, float]:
    label, _, value = text.rpartition("=")
    try:
        return label.strip(), float(value)
    except ValueError:
        raise UsageError(f'{name} is to hold "{text}"; write it like nu=5 or beta[x]=0.') from None
