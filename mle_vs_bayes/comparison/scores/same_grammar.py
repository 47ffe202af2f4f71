"""What another model of the same data takes of the formulas, link, values and order that were asked of the first."""

from collections.abc import Iterable, Mapping
from typing import Any

from ... import models
from ...data.formulas.parts import several
from ...errors import UsageError
from ...model.specification import parse
from ...models.trunks.regression import Regression


def grammar_of(name: str, asked: Mapping[str, Any], roles: Iterable[str] = ()) -> dict[str, Any]:
    """The part of ``asked`` that the model ``name`` takes: the first formula, and whatever else it has a place for.

    What the name says itself stays, and a named regression such as probit keeps its link, which makes it that model.
    A further formula, or a value that is held, of a parameter that only the first model has is left out.

    Parameters
    ----------
    asked : mapping
        ``formula``, ``link``, ``fix``, ``order`` and ``nodes``, as `models.specified` takes them.
    roles : iterable of str
        Those that columns were named for.

    Raises
    ------
    UsageError
        No such model, or one that does not take the first formula.
    """
    first, *further = several(asked["formula"]) or (None,)
    taken: dict[str, Any] = {"formula": first, "link": None, "fix": {}, "order": None, "nodes": None}
    model, roles = models.get(str(parse(name).bare)), tuple(roles)
    models.specified(name, **taken, roles=roles)

    def takes(**more: Any) -> bool:
        try:
            models.specified(name, **{**taken, **more}, roles=roles)
        except UsageError:
            return False
        return True

    for formula in further:
        together = (*several(taken["formula"]), formula)
        taken["formula"] = together if takes(formula=together) else taken["formula"]
    for option in ("link", "order", "nodes"):
        takes_it = getattr(parse(name), option) or (option == "link" and isinstance(model, Regression))
        if asked.get(option) and not takes_it and takes(**{option: asked[option]}):
            taken[option] = asked[option]
    for label, value in (asked["fix"] or {}).items():
        held = {**taken["fix"], label: value}
        taken["fix"] = held if takes(fix=held) else taken["fix"]
    return taken
