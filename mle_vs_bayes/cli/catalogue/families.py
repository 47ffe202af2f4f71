"""``docs/families.md``: one table of all families of the catalogue, made from their records.

To write the page again: ``python -m mle_vs_bayes.cli.catalogue.families > docs/families.md``.
"""

from collections.abc import Iterable

from ... import models
from ...model.families import Family
from ...model.model import Model
from ...models.trunks.mixed.families import grouped
from ...models.trunks.plain import Plain
from .conversions import conversions, family_of
from .listing import GROUPS, group

HEAD = """# Families

Every model of the catalogue whose values have one distribution, with what its parameters mean and how other programs
write it. This page is made from the records that the program itself reads (`mle_vs_bayes/model/families/`), and a test
holds it to them: `python -m mle_vs_bayes.cli.catalogue.families > docs/families.md` writes it again. The rows of
SciPy and PyMC are worked out from the conversions that the program uses. What formulas, links and censoring are is said
in [the grammar](grammar.md).
"""


def page() -> str:
    """The text of the page."""
    listed = [model for model in map(models.get, models.MODELS) if family_of(model)]
    parts = [HEAD]
    for heading in GROUPS:
        members = [model for model in listed if group(model) == heading]
        if members:
            parts += [f"## {heading[0].upper()}{heading[1:]}\n", *map(_entry, members)]
    return "\n".join(parts)


def _entry(model: Model) -> str:
    family = family_of(model)
    assert family is not None
    facts = [
        *((f"`{p.name}`", f"{p.symbol}: {p.meaning}; {p.support.name}; {p.prior}") for p in model.parameters),
        *_formula(family),
        ("censoring", "left, right, by bounds, from an entry on" if family.censored else "none"),
        ("groups", _groups(model)),
        ("exact answers", _exact(model)),
        *((program, f"`{text}`") for program, text in conversions(model).items()),
    ]
    return f"### `{model.name}`\n\n| | |\n|---|---|\n{_lines(facts)}\n"


def _formula(family: Family) -> Iterable[tuple[str, str]]:
    """What the first formula is for, under which links, and what exp(beta) is under them."""
    if not family.location or not family.location_links:
        return (("formula", "none"),)
    row = next((a.row for a in family.arguments if a.name == family.location), family.location)
    default, *others = family.location_links
    ratios = {link: family.ratio_under(link) for link in family.location_links}
    exponentials = [f"`{ratio}` under {link}" for link, ratio in ratios.items() if ratio]
    further = [f"`{a.row}`" if a in family.arguments else f"`{a.row}` ({a.meaning})" for a in family.others]
    return (
        ("first formula", f"for the {row}; link {default}" + (f", or {', '.join(others)}" if others else "")),
        *([("further formulas", f"for {', '.join(further)}")] if further else []),
        *([("exp(beta)", ", ".join(exponentials))] if exponentials else []),
    )


def _groups(model: Model) -> str:
    if "group" in [column.role for column in model.columns]:
        return "a column `group`"
    mixed = grouped(model) if isinstance(model, Plain) else None
    if mixed is None:
        return "none"
    return "in a formula: `y ~ x + (1 | g)`" + ("" if mixed.marginal else ", for the posterior alone")


def _exact(model: Model) -> str:
    """Which answers have a formula."""
    methods = {
        "the estimate": "closed_form_mle",
        "the posterior under a conjugate prior": "conjugate_posterior",
        "the Fisher information": "fisher_information",
    }
    known = [words for words, name in methods.items() if name in model.offers]
    kinds = [f"{kind} intervals of `{name}`" for name, kind in model.exact_intervals.items()]
    return ", ".join([*known, *kinds]) or "none"


def _lines(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"| {name} | {text.replace('|', chr(92) + '|')} |" for name, text in facts)


if __name__ == "__main__":
    print(page(), end="")
