"""A study of a user's PyMC program at one truth: bias, coverage and the rest, without a study file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import UsageError
from ..vocabulary.source import Source

_TEXT = '''"""How do the estimators of {name} behave at this truth?

Question
    What are bias, spread and coverage of MLE, MAP and posterior?
Design
    Data drawn from the program at {truth}.
Prediction
    None is made: the table says what is so.
Source
    {path}
"""

from mle_vs_bayes.study import Scenario, Study, own_model

study = Study(
    models=[own_model({path!r}, {data!r}, {function!r})],
    n={n!r},
    scenarios=[Scenario("truth", truth={truth!r})],
    replicates=1000,
    estimators=("mle", "map", "posterior"),
)
'''


def of_program(model: str, data: str | None, truth: Mapping[str, float], n: Sequence[int]) -> Source:
    """The study of ``path/to/model.py[:function]``; a worker runs it from its text, as every study.

    Raises
    ------
    UsageError
        No file of this name, or no n.
    """
    path, _, function = model.partition(":")
    place = Path(path).resolve()
    if not place.is_file():
        raise UsageError(f"there is no file {path}; --model takes path/to/model.py[:function].")
    if not n:
        raise UsageError("a study of a model needs sizes; write them like --n 50,100,200.")
    given = None if data is None else str(Path(data).resolve())
    text = _TEXT.format(
        name=place.stem, truth=dict(truth), path=str(place), data=given, function=function or "model", n=tuple(n)
    )
    return Source(place.stem, f"--model {model}", text)
