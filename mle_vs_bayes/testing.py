"""For other people's test suites: `check_agreement`, which fails with a table of the checks that failed.

>>> from mle_vs_bayes.testing import check_agreement
>>> def test_my_model(): check_agreement("my_model.py", "data.csv", quick=True)

As a pytest fixture of the same name it needs no import (``pytest_plugin.py``). Nothing heavy is imported here.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checks.finding import Report


def check_agreement(model: Any, data: Any = None, **options: Any) -> "Report":
    """Run the agreement suite on one model; what `mle-vs-bayes check` does.

    Parameters
    ----------
    model : str, Path, Model or pymc.Model
        A name of the catalogue, a `Model` of your own, a PyMC model, or ``path/to/model.py[:function]``.
    data : DataFrame, mapping of arrays, Dataset, or str or Path, optional
        Left out, a model of the catalogue is simulated at its typical values.
    **options
        ``columns``, ``formula``, ``priors`` as of `compare`; ``quick`` and ``seed``.

    Returns
    -------
    Report
        Every check with its statistic and tolerance, where none has failed.

    Raises
    ------
    AssertionError
        With one line per failed check.
    UsageError, DataError, ModelError
        The model or the data cannot be used at all.
    """
    from .checks.run import check

    report = check(model, data, **options)
    if report.failed:
        raise AssertionError(f"the estimators of {report.model} do not agree\n\n{report.only_failed()}")
    return report
