"""The prior of a free variable of a user's PyMC program, seen as the record that this suite's models have."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...model.prior import Prior
from ...model.support import Support, real
from .supports import constant

if TYPE_CHECKING:
    import pymc

Array = NDArray[np.float64]

_FLAT = ("flat", "halfflat", "half_flat")
_ARGUMENTS = {"exponential": ("scale",), "gamma": ("alpha", "scale"), "wald": ("mu", "lam", "alpha")}
"""Arguments of families that PyMC keeps in another form than people write."""


@dataclass(frozen=True, eq=False)
class ProgramPrior(Prior):
    """A prior that is read, not chosen: its text, its density where one element has one, and no arguments to change."""

    text: str
    proper_density: bool
    within: Support
    rv: Any = field(default=None, repr=False)
    """The variable, where its elements have densities of their own that depend on no other variable."""
    position: int = 0
    family: str = "own"
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__
    __hash__ = object.__hash__

    @property
    def proper(self) -> bool:
        return self.proper_density

    @property
    def support(self) -> Support:
        return self.within

    worded_twice = False
    """A user's program says its priors once."""

    @property
    def drawable(self) -> bool:
        return self.rv is not None

    def element(self, position: int) -> "ProgramPrior":
        return replace(self, position=position)

    def density(self, grid: Array) -> Array:
        """The density of this element over a grid ``(g,)``."""
        import pymc
        import pytensor.tensor as pt

        from .differentiate import function

        point = pt.scalar("point", dtype="float64")
        of = function(point, pymc.logp(self.rv, pt.ones_like(self.rv) * point).ravel()[self.position])
        with np.errstate(all="ignore"):
            return np.exp(np.array([float(of(value)) for value in grid]))


def prior_of(model: "pymc.Model", rv: Any, support: Support) -> ProgramPrior:
    """What a free variable's prior says of itself."""
    from .latent import parents

    name = str(getattr(rv.owner.op, "name", "") or "")
    alone = getattr(rv.owner.op, "ndim_supp", 1) == 0 and not parents(model, rv)
    within = real if support.free(2) != 2 else support
    proper = name not in _FLAT
    return ProgramPrior(_text(rv, name), proper, within, rv if alone and proper else None)


def _text(rv: Any, name: str) -> str:
    """``Normal(0, 1)``, ``Normal(mu, tau)``: numbers where they are one, names where they are variables."""
    op = rv.owner.op
    family = _family(op)
    try:
        parameters = op.dist_params(rv.owner)
    except (AttributeError, NotImplementedError, TypeError, ValueError, AssertionError):
        return f"{family}(…)"
    texts = [_argument(parameter) for parameter in parameters]
    names = _ARGUMENTS.get(name, ())
    named = [f"{n}={text}" for n, text in zip(names, texts, strict=False)] + texts[len(names) :]
    return f"{family}({', '.join(named)})"


def _family(op: Any) -> str:
    """The name under which PyMC has the distribution for people: ``LKJCholeskyCov``, and not ``_lkjcholeskycov``."""
    import pymc

    public = {name.lower(): name for name in dir(pymc.distributions) if name[0].isupper()}
    printed = getattr(op, "_print_name", None) or ("",)
    names = [text.strip("_").partition("_")[0] for text in (printed[0], type(op).__name__.removesuffix("RV"))]
    return next((public[name.lower()] for name in names if name.lower() in public), names[0] or names[1])


def _argument(variable: Any) -> str:
    value = constant(variable) if np.ndim(variable) is not None else None
    if value is None:
        return str(getattr(variable, "name", None) or "…")
    spread = np.ravel(value)
    return f"{spread[0]:.6g}" if spread.size and np.all(spread == spread[0]) else "[…]"
