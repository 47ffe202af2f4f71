"""Optional parts of an answer (a figure, a table, a test, a path): each is made alone, and fails alone.

An error in an optional part must not take the estimates with it, which may have cost an hour. Whoever adds a figure or
a test hands a function that makes it to `make`, which turns an error into a `Lost` part; `collecting` gathers these, so
that the person is told. Outside `collecting`, errors pass. What this package raises on purpose (`errors`) is a sentence
for the person and always passes, as does an exit.

Ctrl-C must not take the answer either. Inside `surviving`, it costs the part under way and the later parts that take
long, and the `Interrupt` records that it came; outside, it passes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass

from .errors import MleVsBayesError


class TooCostlyError(Exception):
    """An optional part takes more than there is to spend on such parts; the text says so in a sentence."""


INTERRUPTED = "interrupted by Ctrl-C"
strict = False
"""Whether errors pass everywhere: the tests of this package set it, so that no bug hides behind a sentence."""


@dataclass(frozen=True)
class Lost:
    """One part that could not be made: ``what`` names it, ``reason`` is the error on one line."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what} could not be made ({self.reason}); everything else is as it would be with it."

    @property
    def record(self) -> dict[str, str]:
        """The part as JSON may hold it."""
        return asdict(self)


@dataclass
class Interrupt:
    """Whether Ctrl-C has ``come`` since there is an answer that it must not take."""

    come: bool = False

    def spare[T, S](self, maker: Callable[[], T], otherwise: Callable[[str], S], *, long: bool = True) -> T | S:
        """What ``maker`` gives; ``otherwise`` where Ctrl-C comes meanwhile, or came before and this takes ``long``."""
        if not (long and self.come):
            try:
                return maker()
            except KeyboardInterrupt:
                self.come = True
        return otherwise(INTERRUPTED)

    def finish[T](self, task: Callable[[], T]) -> T:
        """What ``task`` gives; where Ctrl-C comes between its parts, it is done again without the long ones.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C once more, between parts.
        """
        try:
            return task()
        except KeyboardInterrupt:
            self.come = True
            return task()


_interrupt: ContextVar[Interrupt | None] = ContextVar("interrupt", default=None)


@contextmanager
def surviving() -> Iterator[Interrupt]:
    """Within this, Ctrl-C costs parts and not the answer."""
    interrupt = Interrupt()
    token = _interrupt.set(interrupt)
    try:
        yield interrupt
    finally:
        _interrupt.reset(token)


def spare[T, S](maker: Callable[[], T], otherwise: Callable[[str], S], *, long: bool = True) -> T | S:
    """As `Interrupt.spare` of whoever is `surviving`; where nobody is, what ``maker`` gives."""
    interrupt = _interrupt.get()
    return maker() if interrupt is None else interrupt.spare(maker, otherwise, long=long)


_collected: ContextVar[list[Lost] | None] = ContextVar("collected", default=None)


@contextmanager
def collecting(lost: list[Lost]) -> Iterator[list[Lost]]:
    """Within this, parts that cannot be made are added to ``lost``, each once."""
    token = _collected.set(lost)
    try:
        yield lost
    finally:
        _collected.reset(token)


def make[T, S](
    what: str,
    maker: Callable[[], T],
    instead: S,
    *,
    passing: tuple[type[Exception], ...] = (),
    long: bool = False,
) -> T | S:
    """What ``maker`` gives, or ``instead`` where it raises; ``what`` is a phrase for the person.

    Errors that are ``passing`` are somebody else's to tell, such as those of a disk that is full. What takes ``long``
    is not begun after Ctrl-C.
    """
    collected = _collected.get()
    if collected is None:
        return maker()

    def without(reason: str) -> S:
        lost = Lost(what, reason)
        if lost not in collected:
            collected.append(lost)
        return instead

    return spare(lambda: afforded(lambda: attempt(maker, without, passing=passing), without), without, long=long)


def attempt[T, S](
    maker: Callable[[], T], otherwise: Callable[[str], S], *, passing: tuple[type[Exception], ...] = ()
) -> T | S:
    """What ``maker`` gives, or what ``otherwise`` makes of its error in words: where a failure is a value."""
    try:
        return maker()
    except Exception as error:
        if strict or isinstance(error, (MleVsBayesError, TooCostlyError, *passing)):
            raise
        return otherwise(words(error))


_spending: ContextVar[bool] = ContextVar("spending", default=False)


def afforded[T, S](maker: Callable[[], T], otherwise: Callable[[str], S]) -> T | S:
    """What ``maker`` gives, or what ``otherwise`` makes of the sentence by which it is too costly."""
    token = _spending.set(True)
    try:
        return maker()
    except TooCostlyError as error:
        return otherwise(str(error))
    finally:
        _spending.reset(token)


def spending() -> bool:
    """Whether what is made now must be `afforded`; an estimate never must."""
    return _spending.get()


def words(error: Exception) -> str:
    """``LinAlgError: Singular matrix``, on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
