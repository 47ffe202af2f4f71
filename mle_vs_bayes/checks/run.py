"""`check`: every check on one model, each a finding; what one check cannot do stops no other."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..comparison import sources
from ..comparison.compare import prepared
from ..density.density import Density
from ..density.model_density import ModelDensity
from ..errors import MleVsBayesError, UsageError
from ..estimators.estimate import Estimate
from ..fit import priors as prior_choice
from ..fit.agreement import Agreement, agreements, predict
from ..fit.settled import settled
from ..fit.simulated import simulated
from ..machine_code import one_machine_code
from ..model.layout import Layout
from ..model.model import Model
from ..program import file
from ..threads import single_thread
from . import calibration, densities, drift, integrated, optima, simulator, slopes
from .baseline import baseline as of_folder
from .baseline import check_same
from .finding import FAILED, SKIPPED, Finding, Measured, NotApplicableError, Report
from .subject import FULL, QUICK, Budget, Effort, Subject

if TYPE_CHECKING:
    import pandas


Progress = Callable[[str], None]
Step = Callable[[], Measured | Finding]
ROWS, ROWS_WITH_PARAMETERS = 200, 40
"""Units of the data set that is simulated where none is given; the second where parameters come with rows."""
PARITY = "likelihood parity"
RANDOM = 8
"""Checks below whose statistic is random: those that share the budget of false alarms."""


def steps(subject: Subject) -> dict[str, Step]:
    """Every check by its name, in the order of the table; the last `RANDOM` are random."""
    posteriors, sizes = calibration.Calibration(subject), slopes.Sizes(subject)
    return {
        PARITY: lambda: densities.likelihoods(subject),
        "prior densities": lambda: densities.priors(subject),
        "gradients": lambda: densities.gradients(subject),
        "sampled density": lambda: densities.sampled(subject),
        "optimum": lambda: optima.maximum(subject),
        "several starts": lambda: optima.several_starts(subject),
        "flat-prior MAP is the MLE": lambda: optima.flat_prior(subject),
        "simulator": lambda: simulator.simulator(subject),
        "MLE, MAP and mean": lambda: shifts(subject),
        "posterior by quadrature": lambda: integrated.posterior(subject),
        "coverage, wald": lambda: calibration.wald_coverage(subject),
        "coverage, posterior": lambda: calibration.posterior_coverage(posteriors),
        "SBC ranks": lambda: calibration.ranks(posteriors),
        "slope of the RMSE": lambda: slopes.errors(sizes),
        "slope of MAP − MLE": lambda: slopes.prior_pull(sizes),
    }


@one_machine_code()
@single_thread()
def check(
    model: "str | Path | Model | Any",
    data: "pandas.DataFrame | Any" = None,
    *,
    columns: dict[str, str] | None = None,
    formula: str | Sequence[str] | None = None,
    link: str | None = None,
    fix: Mapping[str, float] | None = None,
    order: Sequence[str] | None = None,
    nodes: int | None = None,
    priors: prior_choice.Given | None = None,
    quick: bool = False,
    baseline: str | Path | None = None,
    seed: int = 0,
    progress: Progress = lambda step: None,
) -> Report:
    """Run the agreement suite on one model, or hold it against rows that were kept.

    Parameters
    ----------
    model, data, columns, formula, link, fix, order, nodes, priors
        As of `compare`; without data a model of the catalogue is simulated at its typical values.
    quick : bool
        Fewer replicates: under a minute for a model of the catalogue, and less sharp.
    baseline : str or Path, optional
        A folder that ``compare --out`` left: fit the same again and compare the rows, in place of the other checks.
    seed : int
        Everything random follows from it.

    Raises
    ------
    UsageError, DataError, ModelError
        What `compare` raises of a model or data that cannot be used at all.
    """
    if seed < 0:
        raise UsageError(f"the seed is {seed}; it must be a whole number, 0 or above.")
    kept = None if baseline is None else of_folder(baseline)
    grammar = {"formula": formula, "link": link, "fix": fix, "order": order, "nodes": nodes}
    request = CheckRequest(model, data, columns or {}, grammar, priors or {}, progress)
    if kept is not None:
        program = request.density()
        check_same(kept, program, prior_choice.variant(priors or {}, 1.0))
        findings = drift.drift(program, kept, seed, progress)
    else:
        subject = request.subject(QUICK if quick else FULL, seed)
        program, findings = subject.program, run(subject, progress)
    return Report(program.model.name, program.data.size, seed, findings)


def run(subject: Subject, progress: Progress = lambda step: None) -> tuple[Finding, ...]:
    """All findings; where the two likelihoods differ nothing else would mean anything."""
    findings: list[Finding] = []
    for name, step in steps(subject).items():
        progress(name)
        broken = any(each.check == PARITY and each.outcome == FAILED for each in findings)
        findings.append(Finding(name, SKIPPED, detail="the two likelihoods differ") if broken else _one(name, step))
    return tuple(findings)


def _one(name: str, step: Step) -> Finding:
    began = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            result = step()
        finding = result.finding(name) if isinstance(result, Measured) else result
    except NotApplicableError as reason:
        finding = Finding(name, SKIPPED, detail=str(reason))
    except MleVsBayesError as error:
        finding = Finding(name, FAILED, detail=str(error))
    except Exception as error:  # noqa: BLE001 - a model's own code may raise anything; that is a check that failed
        finding = Finding(name, FAILED, detail=f"raised {type(error).__name__}: {' '.join(str(error).split())[:300]}")
    return Finding(**{**vars(finding), "check": name, "seconds": time.perf_counter() - began})


@dataclass(frozen=True, eq=False)
class CheckRequest:
    """What is to be checked, as it was given; ``grammar`` is what `sources.catalogue_model` takes of formulas."""

    model: Any
    data: Any
    columns: dict[str, str]
    grammar: Mapping[str, Any]
    priors: prior_choice.Given
    progress: Progress

    def density(self) -> Density:
        """The density that ``compare`` fits to these data.

        Raises
        ------
        UsageError
            There are none, or the model has no likelihood of its parameters alone.
        """
        if _is_program(self.model):
            sources.check_options({"columns": self.columns, **self.grammar, "priors": self.priors})
            self.progress("building the PyMC model")
            return file.opened(self.model, self.data)
        chosen = self._leaf()
        if self.data is None:
            raise UsageError("a baseline is of data, and none are given; give those that it was made from.")
        chosen, dataset, _ = prepared(chosen, self.data, self.columns, self.grammar["formula"], False)
        if not chosen.marginal:
            raise UsageError(f"there is no likelihood to check: {chosen.no_optimum(dataset, 0.0)}.")
        return settled(ModelDensity(chosen, dataset, prior_choice.resolve(chosen, self.priors, dataset)))

    def subject(self, effort: Effort, seed: int) -> Subject:
        """The density and how it is checked; without data at typical values of a model of the catalogue."""
        budget, in_catalogue = Budget(RANDOM), not _is_program(self.model)
        if self.data is None and in_catalogue:
            _check_idle({"columns": self.columns, "formula": self.grammar["formula"]})
            chosen = self._leaf()
            dataset, truth = simulated(chosen, _rows(chosen), {}, seed)
            program = settled(ModelDensity(chosen, dataset, prior_choice.resolve(chosen, self.priors, dataset)))
            return Subject(program, effort, budget, seed, np.array([truth[label] for label in program.layout.labels]))
        density = self.density()
        if in_catalogue:  # data sets are drawn under the same design, where each copy has its own y
            density = density.on(density.data.spelled_out(), density.priors)
        return Subject(density, effort, budget, seed)

    def _leaf(self) -> Model:
        return sources.catalogue_model(self.model, False, roles=self.columns, **self.grammar)


def _is_program(model: Any) -> bool:
    return not isinstance(model, Model) and file.is_program(model)


def _rows(model: Model) -> int:
    designs = (model.design(n, np.random.default_rng(0)) for n in (ROWS_WITH_PARAMETERS, ROWS))
    few, many = (Layout(model, design).size for design in designs)
    return ROWS if few == many else ROWS_WITH_PARAMETERS


def _check_idle(of_data: Mapping[str, Any]) -> None:
    """Refuse what is said about data that are not there."""
    idle = [name for name, value in of_data.items() if value]
    if idle:
        raise UsageError(f"{idle[0]} is about data, and none are given; leave it out, or give data.")


MOST = 1.0
"""Standard errors that the neglected terms may have."""


def shifts(subject: Subject) -> Measured | Finding:
    """MAP − MLE = Σ∇log π and posterior mean − MAP = ½Σ(∂³ℓ:Σ), within Monte-Carlo error and the next order.

    The expectation is of first order; the next terms are of the size of its ``remainder`` (`fit.agreement`). Where
    that is as large as a standard error, theory says nothing and so do we.
    """
    estimates = {name: subject.estimate(name) for name in ("mle", "map", "posterior")}
    failed = [f"{name}: {each.reason}" for name, each in estimates.items() if not each.converged]
    if failed:
        return Finding("", FAILED, None, None, "SE", failed[0])
    if not (estimates["mle"].has_errors and estimates["map"].has_errors):
        raise NotApplicableError("an estimate lies on the edge of its support, where there is no such theory")
    pairs, remainder = _pairs(subject, estimates)
    if remainder > MOST:
        raise NotApplicableError(f"the terms that theory neglects are of the order of {remainder:.2g} SE at this n")
    k = subject.budget.z(len(pairs))
    gaps = [pair.in_se - float(pair.expected or 0.0) for pair in pairs]
    limits = [k * pair.monte_carlo_error + remainder + 1e-6 for pair in pairs]
    return Measured(gaps, limits, "SE", [f"{pair.pair}, {pair.parameter}" for pair in pairs])


def _pairs(subject: Subject, estimates: dict[str, Estimate]) -> tuple[list[Agreement], float]:
    """MAP − MLE and mean − MAP of every parameter, and the size of what their prediction neglects."""
    program = subject.program
    labels = list(program.quantity_labels)
    table = estimates["posterior"].results.loc[labels]
    values = {name: program.quantities(estimates[name].point) for name in ("mle", "map")}
    values["posterior"] = table["mean"].to_numpy(dtype=float)
    remainder = predict(program, estimates["map"], estimates["mle"]).remainder
    pairs = agreements(program, estimates, values, table["mcse_mean"].to_numpy(dtype=float))
    parameters = set(program.layout.labels)
    return [p for p in pairs if p.pair in ("map - mle", "posterior - map") and p.parameter in parameters], float(
        np.nan_to_num(remainder, nan=np.inf)
    )
