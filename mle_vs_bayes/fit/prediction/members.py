"""The effects of groups' members that the fit has seen, in new rows that name them.

Given θ and the data of the fit such an effect has a distribution, of which the model knows nodes and weights. It moves
the predictor of the row; members that are new keep an effect of their own, drawn from the distribution of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...data.formulas.group_terms import GroupTerm
from ...data.formulas.parts import effect, level
from ...data.labels import coded
from ...density.density import Density
from ...models.trunks.mixed.law import Law

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]
Places = dict[str, NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class Members:
    """The place, by grouping, ``(m,)`` of each new row's member among those of the fit, −1 where it is a new one."""

    places: Places

    def rows(self, kept: NDArray[np.intp]) -> "Members":
        """The members of some new rows."""
        return Members({name: places[kept] for name, places in self.places.items()})

    @property
    def any(self) -> bool:
        """Whether the fit has seen any of them."""
        return any((places >= 0).any() for places in self.places.values())

    def law(self, program: Density, point: Array, data: Dataset) -> Law:
        """What the seen members add to the predictors of ``data`` ``(m,)`` at θ."""
        model: Any = program.model
        law: Law = model.law_of_seen(program.layout.split(point), program.data, data, self.places)
        return law

    def drawn(self, tree: "xarray.DataTree", data: Dataset, kept: NDArray[np.intp]) -> Array:
        """What they add ``(draws, m)`` in these draws of the posterior, which has their effects."""
        total: Array = np.zeros((len(kept), 1))
        for name, places in self.places.items():
            ending = f"|{name}]"
            for variable in (str(each) for each in tree["latent"].data_vars):
                if variable.startswith("u[") and variable.endswith(ending):
                    values = tree["latent"][variable].to_numpy()
                    u = values.reshape(-1, values.shape[-1])[kept][:, np.maximum(places, 0)]
                    total = total + np.where(places >= 0, data[effect(variable[2:-1])] * u, 0.0)
        return total

    def moved(self, data: Dataset, added: Array) -> Dataset:
        """New rows whose seen members' effects are the offset ``added`` ``(m,)``, and no longer drawn."""
        columns: dict[str, Any] = {"offset": data.get("offset", 0.0) + added}
        for name, places in self.places.items():
            for role in [each for each in data if each.startswith("effect[") and each.endswith(f"|{name}]")]:
                columns[role] = np.where(places >= 0, 0.0, data[role])
        return data.replace(**columns)


def places_of(
    term: GroupTerm, new: pd.DataFrame, names: Mapping[str, tuple[str, ...]]
) -> tuple[NDArray[np.intp], dict[int, str]]:
    """The places ``(m,)`` of the rows' members of one grouping, and what is to be said of those that are new."""
    known = names.get(level(term.name), ())
    absent = [name for name in term.factor if name not in new]
    if absent or not known:
        words = f"its member of {term.name} is taken for a new one"
        return np.full(len(new), -1, dtype=np.intp), dict.fromkeys(range(len(new)), words)
    parts = [coded(new[name]) for name in term.factor]
    texts = [[None if np.isnan(code) else labels[int(code)] for code in codes] for codes, labels in parts]
    joined = [None if None in row else ":".join(map(str, row)) for row in zip(*texts, strict=True)]
    place = {str(name): at for at, name in enumerate(known)}
    places = np.array([-1 if name is None else place.get(name, -1) for name in joined], dtype=np.intp)
    said = {
        row: f'{term.name} is "{joined[row]}", which is new: its effect is drawn from the distribution of all'
        if joined[row] is not None
        else f"its member of {term.name} is blank, and taken for a new one"
        for row in np.flatnonzero(places < 0).tolist()
    }
    return places, said
