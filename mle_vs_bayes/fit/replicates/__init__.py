"""Thousands of fits as one problem: `fit_replicates`, what every study stands on."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...sampling.plan import Plan
    from .facade import fit_replicates, plan_replicates
    from .result import Replicates

__all__ = ["Plan", "Replicates", "fit_replicates", "plan_replicates"]

_HOMES = {
    "fit_replicates": ".facade",
    "plan_replicates": ".facade",
    "Plan": "...sampling.plan",
    "Replicates": ".result",
}


def __getattr__(name: str) -> Any:
    """Load a name's module when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
