"""The command as a process of its own: what a short life allows, and a library must not do.

Measured for ``compare weibull`` on 1,000 rows: taking PyMC, Numba and LLVM apart at the end took 1.2 s of 7.4 s,
collecting garbage while they compile 0.8 s, and compiling a long error message 1.6 s (`compiling`). None of it gives
anything to a process that ends; type checkers (mypy) leave the same way.
"""

import atexit
import gc
import os
import sys

from . import main, numba_messages

_NEW_OBJECTS = 2_000_000
"""Before a collection, some 400 MB of them at most: one comparison makes fewer, and most live to its end."""


def run() -> None:
    """`main`, with rare collections; then leave at once. An error that nobody foresaw ends the usual way."""
    gc.set_threshold(_NEW_OBJECTS)
    numba_messages.alone = True
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
