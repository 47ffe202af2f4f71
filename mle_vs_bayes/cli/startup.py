"""What a process that is only this command leaves undone before PyMC and statsmodels are imported.

Other packages do things in case somebody needs them, in processor seconds of 4.9: xarray imports Dask and statsmodels
Polars where they are installed, 0.27; PyTensor notes with every node who made it, 0.14; ``arviz_base`` looks for JAX
and, where there is none, reads the source of every caller for a message, 0.15 from within `compare` and 0.02 from here.
Numba compiles a long message (`machine_code.shorten_messages`).
"""

import sys

from ..machine_code import shorten_messages

alone = False
"""Whether the process is this command and nothing else; `process.run` says so."""
OPTIONAL = ("dask", "polars")
"""Packages that others import where they find them, for kinds of data that models of the catalogue never see."""


def prepare(optional: bool) -> None:
    """Before PyMC and statsmodels are imported: leave undone what this process has no use for.

    A program of the user's may use any package, and then has the ``optional`` ones.
    """
    if not optional:
        for name in OPTIONAL:
            sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # "not there", as Python documents it
    import arviz_base  # noqa: F401
    import pytensor

    pytensor.config.traceback__limit = 0
    shorten_messages()
