"""The closed set of warnings: each has a code, a severity, a meaning and the next step.

A `Concern` is one occurrence, with the value seen. Nothing in this package warns in any other way.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ConcernKind:
    """One kind of concern. ``severity`` is ``note`` (worth knowing) or ``warning`` (counts under --strict)."""

    severity: str
    meaning: str
    next_step: str


KINDS: dict[str, ConcernKind] = {
    "gradient": ConcernKind(
        "warning",
        "the optimiser stopped where the gradient is not zero",
        "look at the data for a value far from the others, or simulate from the model and refit",
    ),
    "information": ConcernKind(
        "warning",
        "the curvature at the optimum is not positive definite, so there is no standard error",
        "drop a parameter the data cannot tell apart, or give it an informative prior",
    ),
    "divergent": ConcernKind(
        "warning",
        "the likelihood keeps rising as a parameter runs off, so there is no maximum",
        "use the MAP or the posterior, or collect data that bound the parameter",
    ),
    "boundary": ConcernKind(
        "warning",
        "the estimate is on the edge of the support of the parameter, its prior or the data, and has no standard error",
        "read the posterior, or the profile where there is one: not where the data's support ends, as at a uniform's "
        "largest value; only a prior that vanishes at the edge keeps a MAP off it",
    ),
    "several_modes": ConcernKind(
        "warning",
        "starts ended in different optima",
        "compare the modes in the posterior's trace; the highest one is reported",
    ),
    "ran_off": ConcernKind(
        "note",
        "some searches ran off to where there is no maximum; the estimate is the highest maximum inside",
        "read it with the standard errors: a maximum that stands on few values is no better founded than none",
    ),
    "spurious": ConcernKind(
        "warning",
        "the highest maximum of the likelihood that was found stands on a few values that happen to lie close",
        "read the MAP or the posterior, whose prior keeps spreads away from 0, or fit fewer components",
    ),
    "em_disagrees": ConcernKind(
        "warning",
        "EM and direct maximisation ended in different optima",
        "the higher one is reported; try other seeds, which move the starts",
    ),
    "different_modes": ConcernKind(
        "warning",
        "MLE and MAP are different modes: the prior prefers another one than the likelihood",
        "look at the posterior for both, and ask which of them the prior was meant for",
    ),
    "did_not_move": ConcernKind(
        "note",
        "PyMC's find_MAP stayed where it started although the mode is elsewhere; Newton steps found it",
        "nothing here; in your own scripts do not rely on its success flag",
    ),
    "flat_direction": ConcernKind(
        "note",
        "a combination of parameters hardly changes the density, so each alone is known badly",
        "centre the covariates, or report the combination that is known well",
    ),
    "ill_conditioned": ConcernKind(
        "warning",
        "the information is singular as far as numbers can tell",
        "rescale or centre the covariates, or drop a parameter the data cannot tell apart",
    ),
    "laplace_shape": ConcernKind(
        "note",
        "the normal at the mode is a poor stand-in for the posterior",
        "read the posterior's interval, or the profile, in place of the Laplace one",
    ),
    "prior_excludes_mle": ConcernKind(
        "warning",
        "the maximum likelihood estimate lies where the prior has no mass",
        "check the prior's bounds and the data's units",
    ),
    "prior_dominates": ConcernKind(
        "warning",
        "prior and likelihood disagree: the prior moves the estimate by more than one standard error",
        "check that the prior is meant in the data's units, or defend it in writing",
    ),
    "prior_likelihood_conflict": ConcernKind(
        "note",
        "the posterior moves when the prior is made stronger and when the likelihood is: the two may disagree",
        "compare prior and posterior in the marginal figure, and ask whether the prior was meant like that",
    ),
    "prior_sensitive": ConcernKind(
        "note",
        "the posterior follows the prior more than the data",
        "defend the prior in writing, or collect data that tell more about the quantity",
    ),
    "unexplained": ConcernKind(
        "warning",
        "two estimators are further apart than theory expects at this n",
        "more draws if the Monte-Carlo error is large; else the posterior is far from normal: plot it",
    ),
    "misfit": ConcernKind(
        "warning",
        "data drawn from the fitted model do not look like the data",
        "fit another model and compare the two with --scores --against, or say what the misfit does to your question",
    ),
    "better_optimum": ConcernKind(
        "warning",
        "the profile met a higher optimum than the estimate and was drawn around that one",
        "refit from there: the values in the detail are a start",
    ),
    "profile_open": ConcernKind(
        "warning",
        "the profile never falls to the cut-off on one side, so the data do not bound the quantity there",
        "report the other end alone, or bring in prior knowledge and read the posterior",
    ),
    "profile_not_monotone": ConcernKind(
        "warning",
        "the profile falls and rises again, so what it does not reject may be several intervals",
        "look at its curve; the interval ends where the cut-off is first met",
    ),
    "bootstrap_failures": ConcernKind(
        "note",
        "some bootstrap data sets have no estimate, and the interval is read from the others",
        "read the profile or the posterior interval where many fail: the sampling distribution reaches the edge",
    ),
    "no_mean": ConcernKind(
        "note",
        "the posterior of a quantity has no mean, so that its median is shown and nothing is made of a mean",
        "read the median and the interval; more draws bring no mean",
    ),
    "no_deviation": ConcernKind(
        "note",
        "the posterior of a quantity has a mean but no standard deviation, so that the mean's own error is unknown",
        "read the median and the interval, or choose a prior with lighter tails",
    ),
    "heavy_tail": ConcernKind(
        "warning",
        "draws of a quantity have so heavy a tail (Pareto k above 0.7) that its posterior may have no mean",
        "read the median and the interval; where theory says that there is no mean, name it in the program's no_mean",
    ),
    "rhat": ConcernKind(
        "warning",
        "the chains disagree (R-hat above 1.01)",
        "sample longer with --tune and --draws, and look at the trace and rank plots",
    ),
    "modes": ConcernKind(
        "warning",
        "the chains disagree about modes: they stay in different places, whatever their length",
        "compare the heights of the modes; a prior or an order that tells the components apart leaves one of them",
    ),
    "ess": ConcernKind(
        "warning",
        "too few effective draws (below 100 per chain)",
        "raise --draws",
    ),
    "pareto_k": ConcernKind(
        "warning",
        "leaving out one unit changes the posterior too much for importance sampling",
        "look at that unit; a likelihood with heavier tails, or refits without it, tell how much hangs on it",
    ),
    "bfmi": ConcernKind(
        "warning",
        "the chains explore the energy slowly (BFMI below 0.3), so tails may be missing",
        "sample longer, or reparametrise what has heavy tails",
    ),
    "divergences": ConcernKind(
        "warning",
        "the sampler met divergent transitions, so part of the posterior may be missing",
        "give weakly identified parameters a tighter prior, or reparametrise the model",
    ),
    "potential": ConcernKind(
        "note",
        "a Potential cannot be told from a likelihood, so it counts as one: maximum likelihood maximises it, too",
        "write prior knowledge as a distribution of a variable, and likelihood as pm.CustomDist(observed=)",
    ),
    "joint_mode": ConcernKind(
        "warning",
        "the optimum is a joint mode of latent variables and what governs them, as was insisted on",
        "read the posterior: spreads of effects are too small in a joint mode, or 0",
    ),
    "black_box": ConcernKind(
        "note",
        "the likelihood is a black box to PyMC: each gradient calls it in Python, and sampling is slow",
        "give the statsmodels model a score_obs or score method, or write the likelihood in PyMC",
    ),
    "slow_gradient": ConcernKind(
        "note",
        "a gradient of the program is so slow that not all could be done before fitting, and a faster machine may draw "
        "other chains with the same seed",
        "write what is slow in PyTensor in place of Python, or fewer rows",
    ),
    "rough_density": ConcernKind(
        "note",
        "the density is no smooth function of the parameters, as that of a solver with a coarse tolerance is not, so "
        "that differences of it may find no maximum to the digits asked for",
        "tighten the solver's tolerances, such as rtol, or give its operation a gradient",
    ),
    "no_predictive_draws": ConcernKind(
        "note",
        "a variable of the program cannot be drawn from, so a group of the DataTree is missing",
        "give pm.CustomDist a random= function if you need it",
    ),
    "thinned": ConcernKind(
        "note",
        "predictive draws and log-likelihoods were thinned to keep them in memory",
        "ask for them from Python if you need all",
    ),
    "no_prior_draws": ConcernKind(
        "note",
        "a prior that is flat, Jeffreys' or to a power cannot be drawn from, so there is no prior group",
        "use a proper prior to see prior draws",
    ),
}


@dataclass(frozen=True)
class Concern:
    """One occurrence of a kind of concern, with the value seen.

    Raises ``KeyError`` when ``code`` is not one of `KINDS`: the set is closed.
    """

    code: str
    detail: str

    def __post_init__(self) -> None:
        KINDS[self.code]

    @property
    def severity(self) -> str:
        return KINDS[self.code].severity

    @property
    def next_step(self) -> str:
        return KINDS[self.code].next_step

    def __str__(self) -> str:
        kind = KINDS[self.code]
        return f"{kind.meaning} ({self.detail}); {kind.next_step}."
