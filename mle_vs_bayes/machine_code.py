"""One machine code for a compiled function in every process, so that rows repeat to the last bit.

Numba merges what it has just compiled with its caller and its parts, and takes as it is what it reads from PyTensor's
cache. Both are right, but they round differently, and a sampler magnifies that: the process that compiles a density
first would have draws of its own (measured: other last digits of the normal's value and of the Weibull's gradient;
means of 4,000 draws of a Weibull's shape 1.4947 and then 1.4951). So a child process compiles what the cache does not
hold, and everyone reads it from there. Numba has no way to ask for that: for as long as `one_machine_code` lasts, the
method by which it compiles (of Numba 0.6x, ``owner.compile``) looks into the cache first.
"""

import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 300
"""Seconds that a child may take, after which this process compiles itself."""


def compile_for(compiled: Any, *arguments: Any) -> None:
    """See to it that a function of Numba's is compiled for arguments of these types, in every process the same way."""
    with one_machine_code():
        compiled.compile(arguments)


class _Compiling:
    """Numba's own way to compile, and how many contexts of how many threads stand in for it."""

    lock = threading.Lock()
    ordinary: Any = None
    depth = 0


def _numba_dispatcher() -> Any:
    """The class whose method compiles."""
    from numba.core.dispatcher import Dispatcher

    return Dispatcher


@contextmanager
def one_machine_code() -> Iterator[None]:
    """Within it what Numba would compile and keep on disk is compiled by a child process and read from there."""
    owner = _numba_dispatcher()

    def compile_by_child(dispatcher: Any, signature: Any) -> Any:
        _keep(dispatcher, signature)
        return _Compiling.ordinary(dispatcher, signature)

    with _Compiling.lock:
        if _Compiling.depth == 0:
            _Compiling.ordinary, owner.compile = owner.compile, compile_by_child
        _Compiling.depth += 1
    try:
        yield
    finally:
        with _Compiling.lock:
            _Compiling.depth -= 1
            if _Compiling.depth == 0:
                owner.compile = _Compiling.ordinary


def _keep(dispatcher: Any, signature: Any) -> None:
    """See to it that the cache holds the function, where there is a cache and a system that can fork."""
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.sigutils import normalize_signature

    if tuple(normalize_signature(signature)[0]) in dispatcher.overloads or dispatcher._cache.cache_path is None:
        return
    if _held(dispatcher, signature) or not hasattr(os, "fork"):
        return
    with global_compiler_lock, warnings.catch_warnings():  # else the child may wait for ever for another thread
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: this child only compiles
        child = os.fork()
    if child == 0:
        try:
            _numba_dispatcher().compile = _compile  # or there would be a process for every part
            _compile(dispatcher, signature)
        finally:
            os._exit(0)
    _wait(child)


def _held(dispatcher: Any, signature: Any) -> bool:
    """Whether the cache holds the function; an entry that cannot be read is forgotten.

    One may be damaged, or name a module that another version of this package has had: whatever unpickling raises.
    """
    try:
        return dispatcher._cache.load_overload(signature, dispatcher.targetctx) is not None
    except Exception:  # noqa: BLE001
        dispatcher._cache.flush()
        return False


def _compile(dispatcher: Any, signature: Any) -> Any:
    """Numba's own way, after entries that cannot be read are forgotten."""
    _held(dispatcher, signature)
    return _Compiling.ordinary(dispatcher, signature)


def _wait(child: int) -> None:
    """Until the child is gone; one that takes too long is ended, as it is by Ctrl-C."""
    import signal

    began, gone = time.monotonic(), False
    try:
        while not gone and time.monotonic() - began < PATIENCE:
            time.sleep(0.01)
            gone = os.waitpid(child, os.WNOHANG)[0] != 0
    finally:
        if not gone:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
