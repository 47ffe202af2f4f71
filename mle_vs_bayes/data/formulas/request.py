"""What was asked for with or without formulas, and whether the model takes them.

The first formula is for the outcome's location. Each further one has the name of a parameter on its left side.
Formulaic is imported only where there is a formula: it takes a second, and most models need none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...errors import UsageError
from ...words import listed
from ..column import classes
from ..labels import class_codes
from ..values import Array, converted, is_row_number
from .parts import parameter_of

if TYPE_CHECKING:
    from ...model.model import Model
    from .formula import DesignMatrix


def check_formula(model: "Model", frame: pd.DataFrame, asked: Mapping[str, str], formulas: Sequence[str]) -> None:
    """Refuse a formula too many or too few.

    Raises
    ------
    UsageError
        Saying what to type, in the data's own columns.
    """
    if formulas and model.formula is None:
        needed = ["y", *(column.role for column in model.columns if not column.optional and column.role != "y")]
        raise UsageError(
            f'the model {model.name} takes no formula, but was given "{formulas[0]}"; leave it out and name the '
            f"columns with {' '.join(f'--column {role}=NAME' for role in needed)}."
        )
    if not formulas and model.takes_formula:
        example = _example(frame, asked.get("y"))
        raise UsageError(f"the model {model.name} needs a formula; add --formula {example}, in terms of your columns.")
    if model.formula is not None and (further := tuple(map(parameter_of, formulas[1:]))) != model.formula.further:
        raise UsageError(
            f"the model {model.name} takes a formula for {listed(['y', *model.formula.further])}, and was given "
            f"{listed(['y', *further])}; give each one."
        )


def check_groups(model: "Model", terms: Sequence[Any]) -> None:
    """Refuse what is said of effects of groups where there are none: values at 0, nodes of a quadrature.

    Raises
    ------
    UsageError
        Saying what has effects, or nodes.
    """
    if model.left_out and not terms:
        raise UsageError(
            f"{listed(sorted(model.left_out))} is fixed, and the formula has no groups; add them, such as (1 | g)."
        )
    if model.nodes is not None and model.nodes < 1:
        raise UsageError(f"nodes is {model.nodes}; it must be a whole number, 1 or above.")
    if model.nodes is not None and "settled" not in model.offers:
        raise UsageError(
            f"nodes={model.nodes} is for effects of groups of an outcome that is not normal, and {model.name} has "
            "none; leave nodes out, or add groups to the formula, such as (1 | g)."
        )


def read_by_formulas(formulas: Sequence[str], frame: pd.DataFrame) -> tuple[str, ...]:
    """The columns that the formulas read; none without a formula.

    Raises
    ------
    UsageError, DataError
        As ``symbols.parse``.
    """
    if not formulas:
        return ()
    from .symbols import parse

    names = [name for text in _with_outcome(formulas) for name in parse(text, list(frame.columns)).variables]
    return tuple(dict.fromkeys(names))


STAND_IN = "between_lower_and_upper"


def with_stand_in(frame: pd.DataFrame, formulas: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A column and formulas with it on the left, where the outcome itself is known by bounds, or does not matter."""
    first, *others = formulas
    return frame.assign(**{STAND_IN: 0.0}), (f"{STAND_IN} ~ {first.partition('~')[2]}", *others)


def _with_outcome(formulas: Sequence[str]) -> list[str]:
    """The formulas with the outcome on the left of each, where the further ones have their parameter."""
    outcome = formulas[0].partition("~")[0]
    return [formulas[0], *(f"{outcome}~{text.partition('~')[2]}" for text in formulas[1:])]


def designs(
    formulas: Sequence[str],
    frame: pd.DataFrame,
    asked: Mapping[str, str],
    model: "Model",
    strict: bool = True,
    weights: Array | None = None,
) -> "dict[str, DesignMatrix]":
    """Both sides of every formula, under the roles of their design matrices: ``X``, ``X_sigma`` …

    Raises
    ------
    UsageError, DataError
        As `design`.
    """
    if not formulas:
        return {}
    from .formula import design_matrix

    first, *texts = _with_outcome(formulas)
    further = {f"X_{parameter_of(text)}": full for text, full in zip(formulas[1:], texts, strict=True)}
    others = {role: design_matrix(text, frame, strict, weights) for role, text in further.items()}
    return {"X": design(first, frame, asked, model, strict, weights), **others}


def design(
    formula: str,
    frame: pd.DataFrame,
    asked: Mapping[str, str],
    model: "Model",
    strict: bool = True,
    weights: Array | None = None,
) -> "DesignMatrix":
    """Both sides of the formula, whose left side is the outcome; classes as codes, an intercept if the model takes one.

    Without one the formula is read as if it had one, so that a category leaves out a level.

    Raises
    ------
    UsageError, DataError
        As ``formula.design_matrix``; or the outcome was also named, and is another column.
    """
    from .formula import design_matrix

    names: tuple[str, ...] = ()
    if any(column.role == "y" and column.kind is classes for column in model.columns):
        frame, names = _with_codes(formula, frame, model)
    sides = replace(design_matrix(formula, frame, strict, weights), classes=names)
    if model.formula is not None and not model.formula.intercept:
        X, terms = without_intercept(sides.X, sides.terms)
        if not terms:
            raise UsageError(
                f'formula "{formula}" has no covariate, and {model.name} has constants of its own; name one.'
            )
        sides = replace(sides, X=X, terms=terms)
    if asked.get("y", sides.response) != sides.response:
        raise UsageError(
            f'column y={asked["y"]} and formula "{formula}" name different outcomes; leave out the column, '
            "the formula's left side is y."
        )
    return sides


def _with_codes(formula: str, frame: pd.DataFrame, model: "Model") -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame with codes in the place of the response's classes, and their names."""
    from .symbols import parse

    parsed = parse(formula, list(frame.columns))
    if not parsed.bare_response:
        raise UsageError(f'formula "{formula}" computes its left side, but classes are names; write a column there.')
    (name,) = parsed.response
    codes, names = class_codes(frame[name], model.order, model.needs_order)
    return frame.assign(**{name: codes}), names


def without_intercept(X: Array, terms: Sequence[str]) -> tuple[Array, tuple[str, ...]]:
    """The columns of a design matrix, and their names, but the intercept."""
    keep = [place for place, term in enumerate(terms) if term != "Intercept"]
    return X[:, keep], tuple(terms[place] for place in keep)


def _example(frame: pd.DataFrame, response: str | None) -> str:
    """A formula in the data's own columns, for the person to change."""
    from .symbols import example

    names = [str(name) for name in frame.columns if not is_row_number(frame[name])] or [str(frame.columns[0])]
    numeric = [name for name in names if converted(frame[name])[1] is None]
    first = response or ("y" if "y" in names else (numeric or names)[0])
    others = [name for name in names if name != first][:2]
    return example([first, *others])
