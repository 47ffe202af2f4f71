"""Random small PyMC programs, put together from priors, links and families."""

from dataclasses import dataclass

from hypothesis import strategies as st

LOCATIONS = {
    "Normal": "pm.Normal({name!r}, 0, 5)",
    "StudentT": "pm.StudentT({name!r}, 3, 0, 2)",
    "Laplace": "pm.Laplace({name!r}, 0, 1)",
    "Cauchy": "pm.Cauchy({name!r}, 0, 2)",
    "Flat": "pm.Flat({name!r})",
    "Uniform": "pm.Uniform({name!r}, -5, 5)",
}
"""Priors of the coefficients."""
SPREADS = {
    "HalfNormal": "pm.HalfNormal('spread', 2)",
    "Exponential": "pm.Exponential('spread', 1)",
    "HalfCauchy": "pm.HalfCauchy('spread', 1)",
    "InverseGamma": "pm.InverseGamma('spread', 2, 1)",
    "LogNormal": "pm.LogNormal('spread', 0, 1)",
    "Uniform": "pm.Uniform('spread', 0.01, 10)",
}
"""Priors of what is above 0."""
LINKS = {
    "identity": "{}",
    "log": "pm.math.exp({})",
    "logit": "pm.math.invlogit({})",
    "softplus": "pm.math.log1pexp({})",
}
FAMILIES = {
    "Normal": ("pm.Normal('obs', {}, spread, observed=data['y'])", "real", ("identity", "log", "softplus")),
    "StudentT": ("pm.StudentT('obs', 4, {}, spread, observed=data['y'])", "real", ("identity", "softplus")),
    "Laplace": ("pm.Laplace('obs', {}, spread, observed=data['y'])", "real", ("identity",)),
    "Logistic": ("pm.Logistic('obs', {}, spread, observed=data['y'])", "real", ("identity",)),
    "LogNormal": ("pm.LogNormal('obs', {}, spread, observed=data['t'])", "positive", ("identity",)),
    "Gamma": ("pm.Gamma('obs', mu={}, sigma=spread, observed=data['t'])", "positive", ("log", "softplus")),
    "Weibull": ("pm.Weibull('obs', spread, {}, observed=data['t'])", "positive", ("log", "softplus")),
    "Poisson": ("pm.Poisson('obs', {}, observed=data['k'])", "count", ("log", "softplus")),
    "NegativeBinomial": ("pm.NegativeBinomial('obs', {}, spread, observed=data['k'])", "count", ("log", "softplus")),
    "Binomial": ("pm.Binomial('obs', data['m'], {}, observed=data['k'])", "count", ("logit",)),
}
"""PyMC's wording, what it is about, and the links that lead into it."""
HEAD = "import pymc as pm\n\n\ndef model(data):\n    with pm.Model() as built:\n"


@dataclass(frozen=True)
class Parts:
    """What a program is put together from: its text, and the ends of the support of each parameter of it."""

    family: str
    link: str
    location: str
    spread: str
    structure: str

    @property
    def text(self):
        prior = LOCATIONS[self.location]
        lines = [f"intercept = {prior.format(name='intercept')}"]
        predictor = "intercept"
        if self.structure == "slope":
            lines.append(f"slope = {prior.format(name='slope')}")
            predictor = "intercept + slope * data['x']"
        wording = FAMILIES[self.family][0]
        if "spread" in wording or self.structure == "groups":
            lines.append(f"spread = {SPREADS[self.spread]}")
        if self.structure == "groups":
            lines.append("effect = pm.Normal('effect', 0, 1, shape=3)")
            predictor = "intercept + spread * effect[data['h']]"
        lines.append(wording.format(LINKS[self.link].format(predictor)))
        return HEAD + "".join(f"        {line}\n" for line in lines) + "    return built\n"

    @property
    def supports(self):
        """(lower, upper) by parameter."""
        location = (-5.0, 5.0) if self.location == "Uniform" else (-float("inf"), float("inf"))
        spread = (0.01, 10.0) if self.spread == "Uniform" else (0.0, float("inf"))
        return {"intercept": location, "slope": location, "spread": spread}


@st.composite
def programs(draw):
    """Any program of these parts."""
    family = draw(st.sampled_from(tuple(FAMILIES)))
    return Parts(
        family,
        draw(st.sampled_from(FAMILIES[family][2])),
        draw(st.sampled_from(tuple(LOCATIONS))),
        draw(st.sampled_from(tuple(SPREADS))),
        draw(st.sampled_from(("plain", "slope", "slope", "groups"))),
    )


FEW = (
    Parts("Normal", "identity", "StudentT", "HalfCauchy", "slope"),
    Parts("Poisson", "log", "Normal", "Exponential", "slope"),
    Parts("Binomial", "logit", "Laplace", "Exponential", "plain"),
    Parts("Weibull", "softplus", "Uniform", "InverseGamma", "plain"),
)
"""Those that the suite compiles; by hand any are made."""
