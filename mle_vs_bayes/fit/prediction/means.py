"""Which models have a mean of the outcome that one row determines, and of which shape it is.

Of an outcome that is a class it is the chance of each class: the mean of K numbers that are 1 for the class and else 0.
"""

from ...data.dataset import Dataset
from ...errors import UsageError
from ...model.model import Model


def check(model: Model) -> None:
    """Refuse a model whose outcome has no mean that a row of covariates determines.

    Raises
    ------
    UsageError
        Series, values that belong to their own groups, the user's own program; a family without a mean.
    """
    if predicts_classes(model):
        return
    model = of_rows(model)
    if model.family is None:
        raise UsageError(
            f"the outcome of {model.name} has no mean that one new row determines; predict from a model of one family."
        )
    if model.family.mean is None:
        raise UsageError(f"the family {model.family.name} of {model.name} has no mean in a formula; take another.")


def whole(model: Model) -> Model:
    """The model without any of its parameters held."""
    return model.larger or model


def of_rows(model: Model) -> Model:
    """The model of rows whose effects of groups are known."""
    model = whole(model)
    return model.given_effects or model


def has_mean(model: Model) -> bool:
    """Whether the mean has a formula, and is one number."""
    family = of_rows(model).family
    return family is not None and family.mean is not None


def predicts_classes(model: Model) -> bool:
    """Whether the outcome is a class, so that its mean is the chance of each."""
    return "class_chances" in of_rows(model).offers


def classes(model: Model, data: Dataset) -> tuple[str, ...]:
    """The names of the K classes that the outcome of ``data`` may be, of which there are none where it is a number."""
    return data.coords["outcome"] if predicts_classes(model) else ()


def shape_of(model: Model, data: Dataset, count: int) -> tuple[int, ...]:
    """The shape of the means of ``count`` rows: ``(count,)``, or ``(count, K)`` where y is one of K classes."""
    names = classes(model, data)
    return (count, len(names)) if names else (count,)
