"""The error tree: each error is one sentence for the person who typed the command.

::

    MleVsBayesError             exit code 2; str(error) is the sentence
    ├── UsageError              what was asked for cannot be done (unknown model, a prior that does not parse)
    ├── DataError               the data cannot be used (missing column, a negative lifetime)
    ├── ModelError              the model contradicts itself (NumPy and PyMC likelihood differ)
    └── OutputError             the results cannot be written

A sentence says what was wrong, the value seen and what to do. A fit that does not
succeed is *not* an error but a value: see ``estimators.estimate.Estimate.status``.
"""


class MleVsBayesError(Exception):
    """Base of everything this package raises on purpose; ``str(error)`` is one sentence."""


class UsageError(MleVsBayesError):
    """What was asked for cannot be done."""


class DataError(MleVsBayesError):
    """The data cannot be used as they are."""


class ModelError(MleVsBayesError):
    """The model contradicts itself, so no estimate of it would mean anything."""


class OutputError(MleVsBayesError):
    """The results cannot be written where they were asked to go."""
