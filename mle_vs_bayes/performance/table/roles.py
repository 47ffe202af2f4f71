"""Which column of a table of estimates plays which role: named by a person, or recognised by its name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...errors import DataError, UsageError
from ...rows import COLUMNS, LATER

NAMES: dict[str, tuple[str, ...]] = {
    "replicate": (
        *("replicate", "rep", "repno", "repetition", "dataset", "idrep", "simulation", "sim", "iteration"),
        *("rep_id", "repid", "id_rep", "sim_id", "simid", "iter", "i"),
    ),
    "method": ("method", "estimator", "model", "analysis"),
    "estimate": ("estimate", "est", "b", "beta", "theta", "theta_hat", "thetahat", "beta_hat", "coef", "diff"),
    "se": ("se", "std_err", "stderr", "std_error", "standard_error", "se_b", "se_beta", "se_theta"),
    "lower": ("lower", "conf_low", "ci_lower", "lower_ci", "lci", "ci_low", "lower_bound", "low"),
    "upper": ("upper", "conf_high", "ci_upper", "upper_ci", "uci", "ci_high", "upper_bound", "high"),
    "truth": ("truth", "true", "true_value", "theta0", "theta_true", "true_theta", "beta0", "beta_true", "true_beta"),
    "df": ("df", "dof", "degrees_of_freedom"),
    "status": ("status", "converged", "success", "conv", "has_converged"),
    "parameter": ("parameter", "param", "par", "term", "estimand"),
    "interval": ("interval", "ci_type", "interval_kind"),
    "n": ("n", "nobs", "n_obs", "sample_size"),
    "level": ("level", "conf_level"),
    "rank": ("rank", "sbc_rank"),
    "draws": ("rank_draws", "sbc_draws"),
    "prior_sd": ("prior_sd", "prior_se"),
}
"""Role → the names it is known by, the best first; letter case, points and spaces aside."""

KEYS = ("parameter", "interval", "n", "level")
"""Roles that tell groups apart, as scenario columns do."""
SHARED = ("truth", "n", "parameter")
"""Roles whose column may tell scenarios apart as well: a truth that differs by scenario names it."""
REQUIRED = ("estimate",)
_SCENARIOS = ("study", "scenario", "dgm", "setting", "condition", "design", "variant", "scale", "model", "baseline")
"""Further columns that are taken for scenarios by their names, whatever they hold."""
RESERVED = ("method", "measure", "value", "mcse", "lower", "upper", "used", "failed", "gid")
"""Names of a summary's own columns, which no scenario column may have."""


@dataclass(frozen=True)
class Roles:
    """``column`` by role, the scenario columns, and whether the table has the columns of `rows.Row`."""

    columns: Mapping[str, str]
    scenario: tuple[str, ...]
    own: bool = False

    def __contains__(self, role: str) -> bool:
        return role in self.columns

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell groups apart, the method aside: scenarios first, then parameter, interval, n, level."""
        known = (self.columns[role] for role in KEYS if role in self.columns)
        return tuple(dict.fromkeys((*self.scenario, *known)))

    @property
    def kinds(self) -> frozenset[str]:
        """Those of `keys` that tell the lines of one method apart, and not scenarios."""
        roles = frozenset(self.columns[role] for role in ("interval", "level") if role in self.columns)
        return roles | {"scale"} if self.own else roles


def assign(present: Sequence[str], said: Mapping[str, str], scenario: Sequence[str], texts: Iterable[str]) -> Roles:
    """Roles of the columns ``present``: as ``said``, by the schema of `rows.Row`, else by their names.

    ``scenario`` are the scenario columns that were named; ``texts`` those that could be taken unnamed.

    Raises
    ------
    UsageError
        No such role or column, or one column for two roles.
    DataError
        No column for the estimate.
    """
    _check(present, said, scenario)
    is_ours = set(COLUMNS).difference(LATER) <= set(present)
    columns = {**(_ours(present) if is_ours else _guessed(present, said, scenario)), **said}
    missing = [role for role in REQUIRED if role not in columns]
    if missing:
        raise DataError(
            f"no column is known as {missing[0]}; the columns are {_listed(present)}: "
            f"say which with --column {missing[0]}=NAME."
        )
    taken = set(columns.values())
    by_name = [name for name in present if _plain(name) in _SCENARIOS or name in set(texts)]
    scenarios = scenario or [name for name in by_name if name not in taken and name not in RESERVED]
    if is_ours and not scenario:
        scenarios = [name for name in ("study", "model", "variant", "scenario", "scale") if name not in taken]
    return Roles(columns, tuple(dict.fromkeys(scenarios)), is_ours)


def _ours(present: Sequence[str]) -> dict[str, str]:
    """In our rows ``status`` may be that of the interval alone; whether the fit succeeded is ``converged``.

    A ``median`` without an estimate belongs to a posterior that has no mean, and an interval nevertheless.
    """
    later = {name: name for name in LATER if name in present}
    same = ("replicate", "estimate", "se", "lower", "upper", "truth", "parameter", "interval", "n", "level")
    return {
        **later,
        **{role: role for role in same},
        "method": "estimator",
        "status": "converged",
        "interval_status": "status",
    }


def _guessed(present: Sequence[str], said: Mapping[str, str], scenario: Sequence[str]) -> dict[str, str]:
    by_name: dict[str, str] = {}
    for name in present:
        by_name.setdefault(_plain(name), name)
    columns: dict[str, str] = {}
    for role, names in NAMES.items():
        if role in said:
            continue
        taken = {*said.values(), *columns.values(), *(() if role in SHARED else scenario)}
        for name in names:
            if name in by_name and by_name[name] not in taken:
                columns[role] = by_name[name]
                break
    return columns


def _check(present: Sequence[str], said: Mapping[str, str], scenario: Sequence[str]) -> None:
    for role, name in [*said.items(), *(("scenario", name) for name in scenario)]:
        if role not in {*NAMES, "interval_status", "scenario"}:
            raise UsageError(f'"{role}" is no role of a column; the roles are {_listed([*NAMES, "scenario"])}.')
        if name not in present:
            raise DataError(f'there is no column "{name}" for {role}; the columns are {_listed(present)}.')
    for name in scenario:
        if name in RESERVED:
            raise UsageError(f'a summary has its own column "{name}"; rename that scenario column.')
    alone = [name for role, name in said.items() if role not in SHARED]
    for name in said.values():
        if [*said.values()].count(name) > 1 or (name in scenario and name in alone):
            raise UsageError(
                f'column "{name}" is given two roles; give it one (only {_listed(SHARED)} may be a scenario as well).'
            )


def _plain(name: str) -> str:
    return name.strip().lower().replace(".", "_").replace(" ", "_")


def _listed(names: Iterable[str]) -> str:
    from ...words import listed

    return listed(names)
