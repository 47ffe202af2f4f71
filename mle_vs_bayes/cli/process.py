"""The command as a process of its own: what a short life allows, and a library must not do.

Measured for ``compare weibull`` on 1,000 rows: taking PyMC, Numba and LLVM apart at the end took 1.2 s of 7.4 s,
collecting garbage while they compile 0.8 s, and compiling a long error message 1.6 s. None of it gives anything to a
process that ends; type checkers (mypy) leave the same way.

The message: where an array is assigned to a slice, as in the function that nutpie hands to its sampler, Numba compiles
an error message with the two shapes in it: texts of numbers and their joining, in every process anew, for words that
nutpie catches and nobody reads. Numba says that targets may have a shorter message of their own; a process that is only
this command takes that liberty, and a library must not. The rows stay the same.

Likewise what other packages do in case somebody needs it (`prepare`), in processor seconds of 4.9: xarray imports Dask
and statsmodels Polars where they are installed, 0.27; PyTensor notes with every node who made it, 0.14; ``arviz_base``
looks for JAX and, where there is none, reads the source of every caller for a message, 0.15 from within `compare` and
0.02 from here.
"""

import atexit
import gc
import os
import sys

from . import main

alone = False
"""Whether the process is this command and nothing else; `process.run` says so."""
NAME = "raise_with_shape_context"
"""Of the message's stub in ``numba.np.arrayobj``."""
OPTIONAL = ("dask", "polars")
"""Packages that others import where they find them, for kinds of data that models of the catalogue never see."""
_NEW_OBJECTS = 2_000_000
"""Before a collection, some 400 MB of them at most: one comparison makes fewer, and most live to its end."""


def run() -> None:
    """`main`, with rare collections; then leave at once. An error that nobody foresaw ends the usual way."""
    gc.set_threshold(_NEW_OBJECTS)
    global alone
    alone = True
    code: int | str | None = 1
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        pass
    leave(code if isinstance(code, int) else int(code is not None))


def leave(code: int) -> None:
    """End the process without taking its objects apart: everything flushed, every exit handler run."""
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = code or 1
    os._exit(code)


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


def shorten_messages() -> bool:
    """Put a constant message in the place of the long one; False, and nothing is done, where Numba has none such."""
    try:
        from numba.extending import overload
        from numba.np import arrayobj
    except ImportError:
        return False
    if not hasattr(arrayobj, NAME):
        return False

    def stub(_source: object, _target: object) -> None:
        raise NotImplementedError

    @overload(stub)
    def short(_source: object, _target: object) -> object:
        def implementation(_source: object, _target: object) -> None:
            raise ValueError("cannot assign slice from input of different size")

        return implementation

    setattr(arrayobj, NAME, stub)
    return True
