"""Everything below the public names of Numba but the callbacks of `sampling.c_callbacks`; tried with Numba 0.68.0.

`one_machine_code` gives every process the same machine code, so that rows repeat to the last bit. Numba optimises a
function that it has just compiled together with its caller and the functions that it calls; a function read from
PyTensor's cache on disk it leaves as it is. Both are right, but they round differently, and a sampler magnifies the
difference: without this, the process that compiles a density first would have other draws than the next (measured:
other last digits of the normal's value and of the Weibull's gradient; means of 4,000 draws of a Weibull's shape 1.4947
and then 1.4951). So a child process compiles what the cache does not hold, and every process, this one too, reads the
function from the cache. Numba has no option for that: while `one_machine_code` lasts, ``Dispatcher.compile`` looks into
the cache first.

`shorten_messages` saves a process that is only the command 1.6 s. Where an array is assigned to a slice, as in the
function that nutpie hands to its sampler, Numba compiles an error message with the two shapes in it, in every process
anew; nutpie catches the error and nobody reads the message. Numba allows targets a shorter message of their own. A
process that is only the command takes that liberty; a library must not. The rows stay the same.

Where a name is missing, this process compiles functions itself, with the last digits of its own, and the message stays
long. `tests/test_canaries.py` has a test for each name.
"""

import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

MESSAGE = "raise_with_shape_context"
"""The stub of the long message in ``numba.np.arrayobj``."""
PATIENCE = 300
"""Seconds that a child may take, after which this process compiles the function itself."""


def compile_for(compiled: Any, *arguments: Any) -> None:
    """See to it that a function of Numba's is compiled for arguments of these types, in every process the same way."""
    with one_machine_code():
        compiled.compile(arguments)


def begin(compiled: Any, *arguments: Any) -> None:
    """Let a child compile a function while this process does something else, until `compile_for` asks for it.

    One that the cache holds is read at once.
    """
    with one_machine_code(), suppress(AttributeError, ImportError):
        if _lacking(compiled, arguments):
            _begun[compiled, arguments] = _child(compiled, arguments)
        else:
            compiled.compile(arguments)


@contextmanager
def ahead() -> Iterator[None]:
    """Within it functions may be begun; children that nobody has waited for by its end are ended."""
    try:
        yield
    finally:
        while _begun:
            _end(_begun.popitem()[1])


_begun: dict[tuple[Any, Any], int] = {}
"""The children of `begin` that nobody has waited for yet, by function and types."""


class _Compiling:
    """Numba's own method, and how many contexts, of all threads, have replaced it."""

    lock = threading.Lock()
    ordinary: Any = None
    depth = 0


def _numba_dispatcher() -> Any:
    """The class whose method compiles; None where Numba has moved it."""
    try:
        from numba.core.dispatcher import Dispatcher
    except ImportError:
        return None
    return Dispatcher if hasattr(Dispatcher, "compile") else None


@contextmanager
def one_machine_code() -> Iterator[None]:
    """Within it what Numba would compile and keep on disk is compiled by a child process and read from there."""
    owner = _numba_dispatcher()
    if owner is None:
        yield
        return

    def compile_by_child(dispatcher: Any, signature: Any) -> Any:
        with suppress(AttributeError, ImportError):  # a name that Numba has moved
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
    child = _begun.pop((dispatcher, signature), None)
    if child is None and _lacking(dispatcher, signature):
        child = _child(dispatcher, signature)
    if child is not None:
        _wait(child)


def _lacking(dispatcher: Any, signature: Any) -> bool:
    """Whether the function must be compiled, and a child can and the cache would hold it then."""
    from numba.core.sigutils import normalize_signature

    if tuple(normalize_signature(signature)[0]) in dispatcher.overloads or dispatcher._cache.cache_path is None:
        return False
    return not _held(dispatcher, signature) and hasattr(os, "fork")


def _child(dispatcher: Any, signature: Any) -> int:
    """The number of a child process that compiles the function into the cache."""
    from numba.core.compiler_lock import global_compiler_lock

    with global_compiler_lock, warnings.catch_warnings():  # else the child may wait for ever for another thread
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: this child only compiles
        child = os.fork()
    if child == 0:
        try:
            _numba_dispatcher().compile = _compile  # or there would be a process for every part
            _compile(dispatcher, signature)
        finally:
            os._exit(0)
    return child


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
    began, gone = time.monotonic(), False
    try:
        while not gone and time.monotonic() - began < PATIENCE:
            time.sleep(0.01)
            gone = os.waitpid(child, os.WNOHANG)[0] != 0
    finally:
        if not gone:
            _end(child)


def _end(child: int) -> None:
    import signal

    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def shorten_messages() -> bool:
    """Put a constant message in the place of the long one; False, and nothing is done, where Numba has none such."""
    try:
        from numba.extending import overload
        from numba.np import arrayobj
    except ImportError:
        return False
    if not hasattr(arrayobj, MESSAGE):
        return False

    def stub(_source: object, _target: object) -> None:
        raise NotImplementedError

    @overload(stub)
    def short(_source: object, _target: object) -> object:
        def implementation(_source: object, _target: object) -> None:
            raise ValueError("cannot assign slice from input of different size")

        return implementation

    setattr(arrayobj, MESSAGE, stub)
    return True
