"""A model some of whose parameters are held at a value: they leave rows, degrees of freedom and priors."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from ...data.dataset import Dataset
from ...errors import UsageError
from ...model.families.tails import Tails
from ...model.model import Model
from ...words import listed

OF_EFFECTS = ("sd[", "cor[")
"""How labels begin that are held at 0 by leaving an effect of groups, or a correlation of two, out of the model."""
HELD = "held"
"""The coords that name the coefficients whose columns have been turned into an offset."""


class Fixed(Model):
    """``larger`` with the values ``held`` by label: scalar parameters, and single coefficients of formulas.

    A coefficient is held by its column times its value being an offset, so that all else stays the larger model's; the
    coefficients of a formula that has none left are ``emptied``, by the parameter's name, which data tell. Of
    effects of groups a spread or a correlation is held at 0, which leaves it out of the model that ``larger`` then is.
    """

    larger: Model
    offers = frozenset({"latent", "draw_latent", "one_step_ahead", "settled", "derivatives", "in_order"})

    def __init__(
        self, larger: Model, held: Mapping[str, float], name: str, emptied: frozenset[str] = frozenset()
    ) -> None:
        self.larger, self.held, self.name, self.emptied = larger, dict(held), name, emptied
        self.left_out = frozenset(label for label in held if label.startswith(OF_EFFECTS))
        single = {label: value for label, value in held.items() if label not in self.left_out}
        scalars = {p.name for p in larger.parameters if not p.dims}
        # PyTensor makes a number of Python's own a float32.
        self.scalars: dict[str, Any] = {k: np.float64(value) for k, value in single.items() if k in scalars}
        self.coefficients = {label: value for label, value in single.items() if label not in scalars}
        _check(larger, single)
        _check_effects(larger, held, self.left_out)
        self.values = self.scalars | {name: np.zeros(0) for name in emptied}
        self.parameters = tuple(p for p in larger.parameters if p.name not in self.values)
        if not self.parameters:
            raise UsageError(f"every parameter of {larger.name} is fixed ({listed(held)}); leave one to estimate.")
        self.columns, self.formula, self.unit = larger.columns, larger.formula, larger.unit
        self.weighted, self.regular, self.smooth = larger.weighted, larger.regular, larger.smooth
        self.edges, self.scales, self.offers = larger.edges, larger.scales, larger.offers & Fixed.offers
        self.groups, self.nodes, self.quadrature = larger.groups, larger.nodes, larger.quadrature
        self.marginal, self.evaluations = larger.marginal, larger.evaluations
        self.takes_order, self.needs_order, self.order = larger.takes_order, larger.needs_order, larger.order

    def with_groups(self, groups=None):
        """The same values held of the larger model with groups; the effects that are `left_out` are not among them."""
        return Fixed(self.larger.with_groups(groups), self.held, self.name, self.emptied)

    def suited(self, data):
        """Without the coefficients of formulas of which no term is left."""
        emptied = {role.replace("X", "beta", 1) for role, axis in data.designs.items() if not data.coords[axis]}
        return self if emptied == self.emptied else Fixed(self.larger, self.held, self.name, frozenset(emptied))

    def settled(self, theta, data):
        finer = self.larger.settled(self.full(theta), data)
        held = self if finer is self.larger else Fixed(finer, self.held, self.name, self.emptied)
        held.unsettled = finer.unsettled
        return held

    @cached_property
    def functions(self):
        """The larger model's, but those that follow from the values held."""
        typical = {p.name: np.asarray(p.typical, dtype=float) for p in self.larger.parameters if not p.dims}
        moving = {name: value * 1.1 for name, value in typical.items() if name not in self.scalars}
        gone = {name.replace("beta", "term", 1) for name in self.emptied}
        return tuple(
            replace(f, of=partial(self._of, f.of), moments=self._moments_of(f.moments))
            for f in self.larger.functions
            if (f.dims and gone.isdisjoint(f.dims))
            or (not f.dims and f.of({**typical, **self.scalars}) != f.of({**typical, **moving, **self.scalars}))
        )

    def _of(self, of, theta):
        return of(self.full(theta))

    def _moments_of(self, moments):
        return None if moments is None else lambda tails, data: moments(HeldTails(tails, self.values), data)

    def full(self, theta):
        """θ with the scalars that are held, and with no coefficients where none is left."""
        return {**theta, **self.values}

    def arranged(self, data):
        """Without the columns of coefficients that are held, whose part of the predictor is an offset."""
        data = self.larger.arranged(data)
        for label, value in self.coefficients.items():
            if label not in data.coords.get(HELD, ()):
                data = _held(data, label, value, self.larger.name)
        return data

    def design(self, n, rng):
        return self.arranged(self.larger.design(n, rng))

    def simulate(self, theta, design, rng):
        return self.larger.simulate(self.full(theta), design, rng)

    def log_likelihood(self, theta, data):
        return self.larger.log_likelihood(self.full(theta), data)

    def log_likelihoods(self, thetas, data):
        return self.larger.log_likelihoods([self.full(theta) for theta in thetas], data)

    def derivatives(self, thetas, datasets, weights=None):
        """The larger model's, without those along what is held."""
        full = [self.full(theta) for theta in thetas]
        units, scores, hessians = self.larger.derivatives(full, datasets, weights)
        sizes = {p.name: np.size(full[0][p.name]) for p in self.larger.parameters}
        free = np.concatenate([np.full(size, name not in self.values) for name, size in sizes.items()])
        return units, scores[:, :, free], hessians[:, free][:, :, free]

    def likelihood(self, theta, data):
        return self.larger.likelihood(self.full(theta), data)

    def latent(self, theta, data):
        return self.larger.latent(self.full(theta), data)

    def in_order(self, theta):
        return self.larger.in_order(theta)

    def restriction(self, theta, data):
        return self.larger.restriction(self.full(theta), data)

    def meaningless(self, theta, data):
        return self.larger.meaningless(self.full(theta), data)

    def draw_latent(self, theta, data, rng):
        shape = np.shape(theta[self.parameters[0].name])[:2]
        held = {name: np.broadcast_to(value, (*shape, *np.shape(value))) for name, value in self.values.items()}
        return self.larger.draw_latent({**theta, **held}, data, rng)

    def one_step_ahead(self, theta, data):
        return self.larger.one_step_ahead(self.full(theta), data)

    def law_of_seen(self, theta, fitted, new, places):
        larger: Any = self.larger
        return larger.law_of_seen(self.full(theta), fitted, new, places)

    def mean_response(self, theta, data):
        return self.larger.mean_response(self.full(theta), data)

    def chances(self, theta, data):
        return self.larger.chances(self.full(theta), data)

    def start(self, data):
        return {p: value for p, value in self.larger.start(data).items() if p not in self.values}

    def moments(self, tails, data):
        known = self.larger.moments(HeldTails(tails, self.values), data)
        return {name: each for name, each in known.items() if name not in self.values}

    def completed(self, data):
        return self.larger.completed(data)

    def known_values(self, data):
        return self.larger.known_values(data)

    def condense(self, data):
        return self.larger.condense(data)

    def no_optimum(self, data, power):
        return self.larger.no_optimum(data, power)

    def unidentified(self, data):
        """The larger model's, unless all that it names ("alpha, psi: …") are held."""
        reason = self.larger.unidentified(data)
        return None if reason and set(reason.partition(":")[0].split(", ")) <= set(self.held) else reason

    def divergence(self, data):
        """The larger model's, unless what runs off is held."""
        reason = self.larger.divergence(data)
        return None if reason is None or reason.split()[0] in self.held else reason

    def unusable(self, data):
        return self.larger.unusable(data)

    def supports(self, data):
        return {name: support for name, support in self.larger.supports(data).items() if name not in self.values}

    def coords(self, data):
        return self.larger.coords(data)


class HeldTails(Mapping):
    """Tails of priors, where those of values held, one or none of each, end at the value."""

    def __init__(self, tails, values):
        self._tails, self._values = tails, values

    def __getitem__(self, name):
        if name in self._values:
            return tuple(Tails(lower=value, words=f"{name} = {value:g}") for value in np.ravel(self._values[name]))
        return self._tails[name]

    def __iter__(self):
        return iter((*self._tails, *self._values))

    def __len__(self):
        return len(self._tails) + len(self._values)


def _held(data, label, value, name):
    """The data with one coefficient's column turned into an offset."""
    parameter, _, term = label.removesuffix("]").partition("[")
    role = parameter.replace("beta", "X", 1)
    axis, offset = data.designs[role], role.replace("X", "offset", 1)
    terms = data.coords[axis]
    if term not in terms:
        labels = listed(f"{parameter}[{each}]" for each in terms)
        raise UsageError(f'there is no coefficient "{label}" of {name} to fix; it has {labels}.')
    place = terms.index(term)
    known = data[role][:, place] * value + data.get(offset, np.zeros(data.n))
    columns = {**data, role: np.delete(data[role], place, axis=1), offset: known}
    coords = {axis: tuple(each for each in terms if each != term), HELD: (*data.coords.get(HELD, ()), label)}
    return Dataset(columns, {**data.coords, **coords})


def _check_effects(model, held, left_out):
    """Refuse spreads and correlations of effects at another value than 0, and of groups that are no formula's."""
    for label in left_out:
        if held[label] != 0:
            raise UsageError(f"{label}={held[label]:g} is not 0, and of groups' effects nothing is held elsewhere.")
        if model.groups is not None and label in [f"sd[{each}]" for each in model.groups.effects]:
            raise UsageError(f"{label} is what {model.name} is about; leave the groups out, as logistic does.")


def _check(model, held):
    """Refuse what is no parameter, one with a formula or with several elements, and values outside the support."""
    known = {p.name: p for p in model.parameters}
    further = () if model.formula is None else model.formula.further
    for label, value in held.items():
        name, bracket, _ = label.partition("[")
        if name in further:
            raise UsageError(f"{name} of {model.name} has a formula; fix a coefficient, such as beta_{name}[x]=0.")
        if name not in known:
            raise UsageError(f'{model.name} has no parameter "{label}" to fix; it has {listed(known)}.')
        parameter = known[name]
        single = parameter.dims and model.formula is not None and parameter.dims[0] in model.formula.designs.values()
        if bool(bracket) != bool(parameter.dims) or (parameter.dims and not (single and len(parameter.dims) == 1)):
            how = f"name one coefficient, such as {name}[x]=0" if single else "fix scalar parameters or coefficients"
            raise UsageError(f"{label} of {model.name} is not one number to fix; {how}.")
        support = parameter.support
        if not (support.contains(value) or value in support.closed_ends.values()):
            ends = f"{support.lower:g} to {support.upper:g}"
            raise UsageError(f"{label}={value:g} lies outside the support of {name}, {ends}; fix it inside.")
