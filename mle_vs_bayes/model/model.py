"""The contract of a model: what a leaf says, and what the trunk derives from it.

must
    ``parameters``, ``columns``: everything else reads them, validation, labels, ``--column``, ``models``, tests.
    ``design(n, rng)``, ``simulate(theta, design, rng)``: two steps, so that a parametric bootstrap keeps covariates.
    ``log_likelihood(theta, data)``: NumPy/SciPy, a value per independent unit, constants included, for statsmodels.
    ``likelihood(theta, data)``: the same in PyMC inside an open model, one observed variable ``y``, never a Potential.
        Said twice, so that each can check the other (``density/parity.py``).
    A leaf that stands on a trunk (``models/trunks/``) says the distribution, and the trunk says these.
should
    ``start(data)``: a point with a finite likelihood; good starts make every optimiser honest.
    ``closed_form_mle``, ``conjugate_posterior``: exact answers, shown on request and the truth of the tests.
    ``fisher_information(theta, data)``: for ``--prior beta=jeffreys``, Firth's penalty in logistic regression.
    ``divergence(data)``: why this data set has no maximum of the likelihood, where that is known beforehand.
may
    ``unit`` (row, group or series: what is condensed, thinned, weighted and resampled),
    ``formula`` (a design matrix ``X``, with or without an intercept), ``supports(data)`` (ends that follow the data),
    ``offers`` (which of the `CLAUSES` there are: EM, latent variables, doubts about a maximum …),
    ``weighted`` (the leaf's own formulas count frequency weights), ``functions`` (derived quantities),
    ``moments(tails, data)`` (which posterior moments exist), ``special_cases`` (of likelihood-ratio tests),
    ``in_order(theta)`` (components that may change places are sampled in any order, and get their names afterwards),
    ``em_step(theta, data)`` (maximum likelihood then runs EM, too, and says where the two disagree),
    ``edges`` (what it means that a parameter runs off), ``doubtful(theta, data)`` (a maximum on too few values),
    ``chances(theta, data)`` (P(Y < y) and P(Y = y), by which residuals are exact), ``class_chances`` (of each class),
    ``condense(data)`` (sufficient statistics, as rows with weights), ``derivatives(theta, data)`` (formulas of them),
    ``unusable(data)`` (there is no answer), ``own_density(data)``, ``fixed_priors`` (both come from elsewhere),
    arguments of ``__init__`` (whole numbers with defaults: ``normal_mixture(components=3)``).
    ``latent(theta, data)``: the likelihood given latent variables that ``likelihood`` has integrated out. The
        posterior is sampled from it; ML and MAP take the marginal one, as the joint mode is another point or none.

``theta`` is a mapping from parameter names to floats, arrays ``(k,)`` or PyMC variables;
``data`` maps roles to arrays or ``pm.Data`` nodes. Leaves write ``theta["mu"]`` for all of them.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ..data.column import Column
from ..data.dataset import Dataset
from ..data.formulas.parts import FormulaRule, Groups
from ..errors import ModelError, UsageError
from .families.tails import Tails
from .parameter import Function, Parameter, SpecialCase
from .support import Support

Array = NDArray[np.float64]
Theta = Mapping[str, Any]

CLAUSES: tuple[str, ...] = ("latent", "draw_latent", "em_step", "doubtful", "fisher_information", "one_step_ahead")
CLAUSES += ("settled", "derivatives", "closed_form_mle", "conjugate_posterior", "class_chances", "in_order")
"""Methods that a model has only if its ``offers`` names them."""


class Model:
    """Base of every leaf; a leaf is its docstring (the story), its declarations and its formulas."""

    name: str
    """The file's; where ``__init__`` was given arguments, the text that `models.get` makes the same model from."""
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...]
    functions: tuple[Function, ...] = ()
    regular: bool = True
    """False where the support of the data depends on the parameters, so that no Hessian gives a standard error."""
    smooth: bool | None = True
    """False where the log density has kinks in the parameters, as that of |y − mu|: no Hessian; None where unknown."""
    exact_intervals: ClassVar[Mapping[str, str]] = {}
    """The kind of interval that is exact for a parameter, by its name: ``{"p": "clopper_pearson"}``."""
    special_cases: ClassVar[Mapping[str, SpecialCase]] = {}
    """Models of the catalogue that this one contains, by their name: ``{"exponential": SpecialCase("shape", 1)}``."""
    edges: Mapping[str, str] = {}
    """Why there is no maximum where a parameter runs off: ``{"sigma runs to 0": "a component closes in on …"}``."""
    jeffreys_tails: ClassVar[Mapping[str, Tails]] = {}
    """How Jeffreys' prior falls in each parameter alone, where it is not flat."""
    with_formula: str = ""
    """The model of the catalogue that this one is with a formula, where that is one of its own."""
    takes_links: tuple[str, ...] = ()
    """Of a model that is no family's: the links that it takes."""
    link: Any = None
    family: Any = None
    """The record of the distribution that every y has, or has in each component, where there is one."""
    takes_order: bool = False
    """Whether the order of an outcome's classes may be told: others are compared to the first, of two no success."""
    needs_order: bool = False
    """Whether the classes have an order that matters, as that of three grades, which text does not tell."""
    order: tuple[str, ...] = ()
    """The classes from the first to the last, where they were told."""
    scales: Mapping[str, str] = MappingProxyType({})
    """What coefficients add up to, in words, where that is not the mean of y: ``{"beta_sigma": "log sigma"}``."""
    held: Mapping[str, float] = MappingProxyType({})
    """Values at which parameters or coefficients are held, by label, of the model ``larger``."""
    left_out: frozenset[str] = frozenset()
    """Those labels of them, spreads and correlations of effects of groups, that are not in the model at all."""
    larger: "Model | None" = None
    given_effects: "Model | None" = None
    """Of a model with effects of groups: the model of its rows where these are known."""
    formula: FormulaRule | None = None
    """How the data come through a formula, as a design matrix ``X`` with coords ``term``; None where they do not."""
    marginal: bool = True
    """Whether there is a likelihood of the parameters alone; else only the posterior can be had."""
    unit: Literal["row", "group", "series"] = "row"
    """What is independent, and so resampled, left out and counted: a row, rows of a ``group``, a series in time."""
    weighted: bool = False
    """Whether rows count by ``weights`` (by the trunk; in a group by the leaf), or are written out before."""
    fixed_priors: ClassVar[bool] = False
    """Whether the parameters' priors are part of the model, so that no others can be chosen (a user's program)."""
    offers: frozenset[str] = frozenset()
    """Which of the `CLAUSES` the model has."""

    def __init_subclass__(cls) -> None:
        """Refuse, by a ModelError that names it, a clause that is there and not offered, or the other way round."""
        super().__init_subclass__()
        for clause in CLAUSES:
            written = clause in vars(cls) or any(clause in vars(base) for base in cls.__mro__[1:-2])
            if (clause in vars(cls) and clause not in cls.offers) or (clause in cls.offers and not written):
                what = "offers no" if clause not in cls.offers else "offers"
                raise ModelError(f"{cls.__name__} {what} {clause}; offers and methods must name the same clauses.")

    groups: Groups | None = None
    """What the group terms of the formula are, where it has some: the likelihood's graph depends on it."""
    nodes: int | None = None
    """Of a quadrature over effects of groups, along each effect, where they were asked for."""
    quadrature: int | None = None
    """Such nodes as there are: the likelihood's graph depends on them."""
    evaluations: int = 1
    """Of the log density of each row, for one log-likelihood: as many as an integral has nodes."""
    unsettled: str | None = None
    """Why the integrals are not as exact as they should be, as a sentence."""

    def settled(self, theta: Theta, data: Dataset) -> "Model":
        """The model whose numerical integrals are exact enough around the optimum θ: itself where they are already."""
        raise NotImplementedError

    def with_groups(self, groups: Groups | None = None) -> "Model":
        """The model whose formula has group terms, ``groups`` once the data have been read; else a UsageError."""
        raise UsageError(
            f"the model {self.name} takes no groups in its formulas; leave out the terms with |, or take a model whose "
            "location has a formula, such as normal, poisson, weibull or ordered."
        )

    def design(self, n: int, rng: np.random.Generator) -> Dataset:
        """Everything but y for n units: covariates, trials, censoring times."""
        raise NotImplementedError

    def simulate(self, theta: Theta, design: Dataset, rng: np.random.Generator) -> Dataset:
        """A data set drawn at theta; rows follow the design's."""
        raise NotImplementedError

    def log_likelihood(self, theta: Theta, data: Mapping[str, Array]) -> Array:
        """Log-likelihood of each unit, shape ``(units,)``, constants included; −inf outside the support."""
        raise NotImplementedError

    def log_likelihoods(self, thetas: Iterable[Theta], data: Any) -> Iterable[Array]:
        """`log_likelihood` at each of many θ."""
        return (self.log_likelihood(theta, data) for theta in thetas)

    def derivatives(self, thetas: Any, datasets: Any, weights: Any = None) -> tuple[Array, Array, Array]:
        """Of R data sets, each at its θ: units ``(R, units)``, scores ``(R, units, p)``, Hessians of weighted sums."""
        raise NotImplementedError

    def likelihood(self, theta: Theta, data: Mapping[str, Any]) -> Any:
        """The observed variable ``y`` in the open PyMC model."""
        raise NotImplementedError

    def latent(self, theta: Theta, data: Mapping[str, Any]) -> Any:
        """``y`` given latent variables along axes of the coords, with priors of their own, in the open PyMC model."""
        raise NotImplementedError

    @property
    def has_latent(self) -> bool:
        return "latent" in self.offers

    @property
    def has_derivatives(self) -> bool:
        """Whether the likelihood's derivatives have formulas, so that nothing is compiled for them."""
        return "derivatives" in self.offers

    @property
    def takes_formula(self) -> bool:
        return self.formula is not None

    def draw_latent(self, theta: Theta, data: Dataset, rng: np.random.Generator) -> dict[str, Any]:
        """Draws ``(C, D, …)`` by name of all that `latent` names, given those of θ, which are sampled without it."""
        raise NotImplementedError

    def one_step_ahead(self, theta: Theta, data: Mapping[str, Array]) -> tuple[Array, Array]:
        """What each value of a series is expected to be from those before (NaN: known), and its deviation, ``(n,)``."""
        raise NotImplementedError

    def arranged(self, data: Dataset) -> Dataset:
        """The columns as the model reads them: those of coefficients that are held at a value belong to an offset."""
        return data

    def suited(self, data: Dataset) -> "Model":
        """The model with those parameters alone that these data, as `arranged`, leave to estimate."""
        return self

    def start(self, data: Dataset) -> dict[str, Any]:
        """A point with a finite likelihood; by default every parameter's typical value."""
        sizes = {p.name: [len(self.coords(data)[d]) for d in p.dims] for p in self.parameters}
        return {p.name: np.full(sizes[p.name], p.typical) if p.dims else p.typical for p in self.parameters}

    def closed_form_mle(self, data: Dataset) -> dict[str, Any] | None:
        """The exact maximum likelihood estimate, or None where there is no formula for these data."""
        return None

    def conjugate_posterior(self, data: Dataset, priors: Mapping[str, Any]) -> dict[str, Any] | None:
        """Frozen SciPy distributions by label, or None where these priors are not conjugate."""
        return None

    def chances(self, theta: Theta, data: Dataset) -> tuple[Array, Array] | None:
        """P(Y < y) and P(Y = y) of each row ``(n,)`` by itself at θ, or None where there is no formula."""
        return None

    def class_chances(self, theta: Theta, data: Mapping[str, Array]) -> Array:
        """The chance of each class of the outcome in each row ``(n, K)``: what a mean is to an outcome in numbers."""
        raise NotImplementedError

    def mean_response(self, theta: Theta, data: Any) -> Array:
        """E(y) of each row ``(n,)``, NaN or infinite where the family has no mean; of classes `class_chances`."""
        return self.class_chances(theta, data)

    def moments(self, tails: Mapping[str, tuple[Tails, ...]], data: Mapping[str, Any]) -> Mapping[str, Any]:
        """`Moments` that each parameter's posterior has, one for all elements or one each; all where it is not named.

        ``tails`` has those of the priors of a parameter's elements.
        """
        return {}

    def fisher_information(self, theta: Theta, data: Mapping[str, Any]) -> Any:
        """Expected information of the sample in PyMC: a matrix ``(p, p)``, its diagonal ``(p,)``, or a scalar."""
        raise NotImplementedError

    def own_density(self, data: Dataset) -> Any | None:
        """A `Density` not made from the two likelihoods (a user's program), which `on` gives of other data, or None."""
        return None

    def em_step(self, theta: Theta, data: Mapping[str, Array]) -> dict[str, Any]:
        """θ after one step of expectation–maximisation, which never lowers the likelihood."""
        raise NotImplementedError

    def condense(self, data: Dataset) -> tuple[Dataset, Array | None] | None:
        """Sufficient statistics, as rows with weights whose likelihood is the data's but for a constant, or None."""
        return None

    def in_order(self, theta: Theta) -> dict[str, Any]:
        """θ with its components ``(…, K)`` in order: that of names alone, as the likelihood is the same in any."""
        raise NotImplementedError

    def restriction(self, theta: Theta, data: Dataset) -> Any:
        """What the restricted log-likelihood adds to the likelihood, in NumPy, of complex θ too; None without one."""
        return None

    def meaningless(self, theta: Theta, data: Dataset) -> dict[str, str]:
        """Why a quantity, by its label, says nothing at θ: the correlation with an effect whose spread is 0."""
        return {}

    def doubtful(self, theta: Theta, data: Dataset) -> str | None:
        """What speaks against a maximum of the likelihood that is one ("component 2 stands on 2 of 12 values")."""
        return None

    def no_optimum(self, data: Dataset, power: float) -> str | None:
        """Why an optimum of log-likelihood + ``power`` · log prior is no estimate, as a sentence, or None."""
        return None

    def unidentified(self, data: Dataset) -> str | None:
        """Which parameters ("alpha, psi: …") an optimum on an edge says nothing of, and why, or None."""
        return None

    def divergence(self, data: Dataset) -> str | None:
        """Why the likelihood has no maximum on these data ("p runs to 0: every y is 0"), or None."""
        return None

    def unusable(self, data: Dataset) -> str | None:
        """Why no estimator can do anything with these data, as a sentence, or None."""
        return None

    def supports(self, data: Dataset) -> dict[str, Support]:
        """Supports that depend on the data (an upper bound above every y), by parameter name."""
        return {}

    def coords(self, data: Dataset) -> dict[str, tuple[str, ...]]:
        """Names along each axis; a model with axes of its own (mixture components) adds them to the data's."""
        return dict(data.coords)

    def known_values(self, data: Dataset) -> int:
        """How many of the first values of y the likelihood is given, and says nothing of."""
        return 0

    def completed(self, data: Dataset) -> Dataset:
        """The data with what the model itself puts in the place of an optional column that was left out."""
        return data

    def least_rows(self, data: Dataset) -> int:
        """Fewest rows a subset may have: one per parameter, a group's own aside (they go with it), and at least 2."""
        counted = [p for p in self.parameters if not any(d in data for d in p.dims)]
        return max(2, sum(int(np.prod([len(self.coords(data)[d]) for d in p.dims])) for p in counted))
