"""The trunk of models with effects that differ between groups: ``y ~ x + (x | g)``.

It holds the model of the same rows without groups. A row's predictor is that model's with Σ z u added to the offset, u
being normal effects of each level of a grouping: ``sd`` are their standard deviations and ``cor`` the correlations of
those of one term. Maximum likelihood and MAP have u integrated out.

Three correlations or more must fit together, which their partial correlations need not: each may be any number in
(−1, 1), and under an LKJ prior of the matrix they are independent. [1]_ So where a term has more than two effects the
parameter is ``partial``, the correlation of two effects given those before them, and ``cor`` follows from it.

.. [1] Lewandowski, Kurowicka & Joe (2009), Journal of Multivariate Analysis 100(9), 1989–2001.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from ....data.dataset import Dataset
from ....data.formulas.parts import effect, level
from ....model import links
from ....model.model import Model
from ....model.parameter import Function, Parameter
from ....model.prior import DEFAULTS
from ....model.support import correlation, nonnegative
from .. import separation
from ..moments import bounded
from ..regression import linear

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
"""The rule of the integral over a standard normal effect; its weights sum to √(2π)."""
BESIDE_SIGMA = "so that their spread and sigma cannot be told apart"
"""What is lost where each group has one row, whose errors are normal as its effect is."""


class Mixed(Model):
    """The model ``rows`` of outcomes with a formula, and the effects of ``groups`` beside its covariates."""

    groups: Any
    unit = "group"
    weighted = True

    def __init__(self, rows, groups=None, nodes=None):
        self.rows = self.given_effects = rows
        self.groups, self.nodes = groups, nodes
        self.name, self.link, self.family = rows.name, rows.link, rows.family
        self.smooth, self.edges, self.scales = rows.smooth, rows.edges, rows.scales
        self.takes_order, self.needs_order, self.order = rows.takes_order, rows.needs_order, rows.order

    def with_groups(self, groups=None):
        return type(self)(self.rows, groups, self.nodes)

    @property
    def columns(self):
        return self.rows.columns

    @property
    def formula(self):
        return self.rows.formula

    @cached_property
    def parameters(self):
        beta, *others = self.rows.parameters
        kind = "effects of y" if self.link is links.identity else "effects"
        words = "how much an effect differs between groups (SD)"
        sd = Parameter("sd", "τ", nonnegative, DEFAULTS[kind], 1.0, ("effect",), words)
        words = "how two effects of a group go together"
        words += ", given those before them" if self.together == "partial" else ""
        prior = DEFAULTS["correlation"]
        cor = Parameter(self.together, "ρ", correlation, prior, 0.2, ("pair",), words, self._eta_beyond)
        return (beta, sd, *((cor,) if self.groups and self.groups.pairs else ()), *others)

    @property
    def together(self):
        """The parameter that says how effects of one term go together."""
        return "partial" if self.groups and self.groups.wide else "cor"

    @property
    def _eta_beyond(self):
        """Of an LKJ(η) prior of E effects, by how much a partial correlation's η is larger: (E − 2 − k)/2 given k."""
        if not (self.groups and self.groups.wide):
            return ()
        firsts = [first for first, _ in self.groups.pairs]
        return tuple((firsts.count(first) - 1) / 2 for first in firsts)  # the effect with k before it begins E − 1 − k

    @cached_property
    def functions(self):
        """Ratios, whose moments follow from the prior alone: effects of groups may follow a coefficient."""
        ratios = tuple(replace(function, moments=separation.by_prior) for function in self.rows.functions)
        if self.together == "cor":
            return ratios
        return (*ratios, Function("cor", self._correlations, ("pair",), correlation, bounded))

    def _correlations(self, theta):
        """Correlations ``(…, pairs)`` from partial ones: the products of two rows of L where all SDs are 1."""
        places = np.moveaxis(np.asarray(theta["partial"]), -1, 0)
        root = self.root({"sd": np.ones(len(self.groups.effects)), "partial": places})
        rows = [[0.0 if factor is None else factor for factor in row] for row in root]
        return np.stack([sum(a * b for a, b in zip(rows[i], rows[j], strict=True)) for i, j in self.groups.pairs], -1)

    def coords(self, data):
        return self.rows.coords(data)

    def completed(self, data):
        return self.rows.completed(data)

    def root(self, theta):
        """L ``(E, E)`` as a list of lists, u = L v with v independent and standard normal; None where it is 0."""
        groups, sd = self.groups, theta["sd"]
        size = len(groups.effects)
        root = [[sd[i] if i == j else None for j in range(size)] for i in range(size)]
        for place, (i, j) in enumerate(groups.pairs):  # of an effect's, those with earlier ones first
            cor, left = theta[self.together][place], root[j][j]
            root[j][i], root[j][j] = cor * left, left * _left_over(cor)
        return root

    def root_matrix(self, theta):
        """L as numbers ``(E, E)``, for NumPy."""
        return np.array([[0.0 if factor is None else factor for factor in row] for row in self.root(theta)])

    def effects_of(self, data):
        """Z ``(n, E)``."""
        return np.column_stack([data[effect(name)] for name in self.groups.effects])

    def meaningless(self, theta, data):
        """What does not vary has no correlation."""
        groups = self.groups
        reasons: dict[str, str] = {}
        for pair, label in zip(groups.pairs, groups.pair_labels, strict=True):
            still = [groups.effects[i] for i in pair if theta["sd"][i] == 0]
            if still:
                words = f"sd[{still[0]}] is 0, and what does not vary has no correlation"
                reasons |= dict.fromkeys([f"cor[{label}]", f"{self.together}[{label}]"], words)
        return reasons

    def predictor(self, theta, data):
        """X β + offset, without effects."""
        return linear(theta, data)

    def known(self, theta, data):
        """The columns in which every X β is part of its offset ``(n,)``, so that the rows are read from these alone."""
        columns = dict(data)
        for role in self.formula.designs:
            of = role.removeprefix("X")
            columns[f"offset{of}"] = linear(theta, data, of)
            del columns[role]
        return columns

    def moved(self, data, added):
        """The data with ``added`` ``(n,)`` in the predictors of their rows."""
        known = data.get("offset")
        return {**data, "offset": added if known is None else known + added}

    def mean_response(self, theta, data):
        """The mean over effects of new members: Σ z u is normal, so that one integral per row is enough.

        With u = L v and v independent standard normal its variance is Σ_j (Σ_i z_i L_ij)².
        """
        spread = np.sqrt(np.sum(np.square(self.effects_of(data) @ self.root_matrix(theta)), axis=1))
        moved = (Dataset(self.moved(data, spread * node), data.coords) for node in NODES)
        means = [self.rows.mean_response(theta, rows) for rows in moved]
        return np.tensordot(WEIGHTS, means, axes=1) / np.sqrt(2 * np.pi)

    def design(self, n, rng):
        """The rows model's own, in groups of five."""
        plain = self.rows.design(n, rng)
        of = (np.arange(n) * max(2, n // 5) // n).astype(float)
        names = tuple(str(name) for name in range(1, int(of.max()) + 2))
        values = {label: np.ones(n) for label in self.groups.effects}
        columns = {effect(label): value for label, value in values.items()}
        columns |= {level(factor): of for factor in self.groups.factors}
        coords = {level(factor): names for factor in self.groups.factors} | {"effect": self.groups.effects}
        coords |= {"pair": self.groups.pair_labels} if self.groups.pairs else {}
        return Dataset({**plain, **columns, "group": of}, {**plain.coords, **coords, "group": names})

    def simulate(self, theta, design, rng):
        moved = Dataset(self.moved(design, self.drawn_effects(theta, design, rng)), design.coords)
        drawn = self.rows.simulate(theta, moved, rng)
        kept = {role: values for role, values in drawn.items() if role != "offset"}
        offset = {"offset": design["offset"]} if "offset" in design else {}
        return Dataset({**kept, **offset}, drawn.coords)

    def drawn_effects(self, theta, design, rng):
        """Σ z u of each row ``(n,)`` with new u for every level."""
        levels = [design[level(self.groups.factors[f])].astype(np.intp) for f in self.groups.factor_of]
        v = [rng.standard_normal(int(of.max()) + 1) for of in levels]
        total = np.zeros(design.n)
        for i, row in enumerate(self.root(theta)):
            u = sum(factor * v[j] for j, factor in enumerate(row) if factor is not None)
            total += design[effect(self.groups.effects[i])] * u[levels[i]]
        return total

    def law_of_seen(self, theta, data, rows, places):
        """The `Law` of Σ z u of new ``rows`` over effects of members that ``data`` have seen, given θ and the data.

        ``places``: by grouping, the place ``(m,)`` of each row's member, −1 for a new one, which adds nothing.
        """
        raise NotImplementedError

    def divergence(self, data):
        return self.rows.divergence(data)

    def unusable(self, data):
        seen = "y" in data and np.all(data.get("event", 1.0) == 1)
        if seen and np.ptp(data["y"]) == 0:
            return f"every y is {data['y'][0]:g}; nothing can be said of how groups differ"
        return self.rows.unusable(data) or self.unidentified(data)

    def unidentified(self, data):
        """Why the groups say nothing of how effects differ, as a sentence, or None.

        Where each level has one row, a constant effect of theirs may be a part of how any row differs from others.
        """
        for place, factor in enumerate(self.groups.factors):
            names = data.coords[level(factor)]
            if len(names) < 2:
                return f"every row is in group {names[0]} of {factor}, which shows no spread between groups"
            constant = [np.ptp(np.abs(data[effect(self.groups.effects[i])])) == 0 for i in self.groups.of(place)]
            lost = self.lost_in_single_rows(data) if len(names) == data.size and any(constant) else None
            if lost:
                return f"each of the {data.size} groups of {factor} has one row, {lost}; leave them out of the formula"
        return None

    def lost_in_single_rows(self, data):
        """What cannot be told where each group has one row, as a clause, or None."""
        return


def _left_over(cor):
    """√(1 − cor²), whose slope is taken for 0 at ±1, where it has none and cor stands still."""
    tiny = np.finfo(float).tiny
    if not links.symbolic(cor):
        return np.sqrt(np.maximum(1 - cor**2, tiny))
    import pytensor.tensor as pt

    left = 1 - cor**2
    return pt.sqrt(pt.switch(left > tiny, left, tiny))


def observed_groups(model, theta, data, log_density):
    """The observed variable ``y`` in the open PyMC model, whose units are sets of rows and not rows.

    ``log_density`` gives that of each independent set, and takes the model, the parameters and the columns, every X β
    being part of its offset.
    """
    import pymc as pm
    import pytensor.tensor as pt

    columns = model.known(theta, data)
    y = columns.pop("y") if "y" in columns else columns.pop("upper")
    role = "upper" if "upper" in data else "y"
    coefficients = {role.replace("X", "beta", 1) for role in model.formula.designs}
    free = {name: pt.as_tensor(value) for name, value in theta.items() if name not in coefficients}

    def logp(y, *inputs):
        named = dict(zip([*free, *columns], inputs, strict=True))
        return log_density(model, {name: named[name] for name in free}, {role: y, **{c: named[c] for c in columns}})

    # Each input with all of its axes belongs to the one observation that all rows are together.
    axes = [f"({','.join(f'{name}{k}' for k in range(value.ndim))})" for name, value in free.items()]
    signature = f"{','.join([*axes, *['(n)'] * len(columns)])}->(n)"
    return pm.CustomDist("y", *free.values(), *columns.values(), logp=logp, signature=signature, observed=y)
