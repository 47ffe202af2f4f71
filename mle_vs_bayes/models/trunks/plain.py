"""The trunk of models whose every y has one distribution: columns, design, simulator and both likelihoods.

A leaf says which distribution (``family``), and, where its arguments are not the parameters themselves, how they follow
from parameters and data (``arguments``).
"""

from functools import cached_property

import numpy as np

from ...data import counts
from ...data.column import Column
from ...data.dataset import Dataset
from ...model.families import Family
from ...model.model import Model
from ...model.parameter import of_argument
from .with_groups import mixed_model


class Plain(Model):
    """``family`` is the distribution of y, ``beside`` the columns that are read with y.

    Of ``lifetimes`` the columns of censored ones are looked for by their names, of others only where they are named.
    """

    family: Family
    beside: tuple[Column, ...] = ()
    lifetimes = False
    takes_groups = True
    """Whether a formula may have effects of groups."""

    @cached_property
    def parameters(self):
        """One for each argument of the family that has a default prior."""
        return tuple(of_argument(argument) for argument in self.family.arguments if argument.prior)

    @cached_property
    def columns(self):
        return (Column("y", self.family.values), *self.beside)

    def arguments(self, theta, data):
        """The arguments of the distribution of each y, from arrays or from PyTensor's symbols."""
        return {argument.name: theta[argument.row] for argument in self.family.arguments}

    def design(self, n, rng):
        """Columns beside y at their defaults."""
        standing = {column.role: np.full(n, column.default) for column in self.beside if column.default is not None}
        return Dataset(standing or {"unit": np.arange(float(n))})

    def simulate(self, theta, design, rng):
        return with_outcome(design, self.family.random(rng, design.n, self.arguments(theta, design)))

    def log_likelihood(self, theta, data):
        return self.family.logp(data["y"], self.arguments(theta, data))

    def log_density(self, theta, data):
        """`log_likelihood` of PyTensor's nodes: the graph of the log density of each row."""
        return self.family.symbolic_logp(data["y"], self.arguments(theta, data))

    def chances(self, theta, data):
        """Not of rows that belong together."""
        return None if self.unit != "row" else self.family.chances(data["y"], self.arguments(theta, data))

    def mean_response(self, theta, data):
        return np.broadcast_to(mean_of(self.family, self.arguments(theta, data)), data.n).astype(float)

    def likelihood(self, theta, data):
        return self.family.pymc("y", self.arguments(theta, data), observed=data["y"])

    def with_groups(self, groups=None):
        mixed = mixed_model(self, groups) if self.takes_groups else None
        return mixed or super().with_groups(groups)

    def start(self, data):
        """The exact estimate where one is known and lies inside the supports, else typical values."""
        known = self.closed_form_mle(data)
        inside = known and all(p.support.contains(known[p.name]) for p in self.parameters)
        return known if inside else super().start(data)

    def unusable(self, data):
        """One value of y throughout says nothing of how values differ."""
        if not self.one_value or "y" not in data or np.ptp(data["y"]) > 0:
            return None
        return f"every y is {data['y'][0]:g}; {self.one_value}"

    @property
    def one_value(self):
        """What cannot be said where every y is the same, as a clause, or empty."""
        return self.family.one_value and f"{self.family.one_value} cannot be estimated from one value"


def mean_of(family, arguments):
    """E(y) of a family at arguments of any of its forms, NaN or infinite where there is none."""
    with np.errstate(all="ignore"):
        return family.mean(**family.in_first_form(arguments))


def with_outcome(design, y):
    """The design's columns and y; ``unit`` only counted the rows of a design without columns."""
    return Dataset({role: values for role, values in design.items() if role != "unit"}, design.coords).replace(y=y)


def summed(data):
    """All rows as one, where sums of the columns are sufficient."""
    totals = {role: np.array([counts.total(data, values)]) for role, values in data.items() if role != counts.WEIGHTS}
    return Dataset(totals), np.ones(1)
