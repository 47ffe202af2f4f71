"""The step under way and its time on standard error: on a terminal always, elsewhere a line when it takes long.

A program may keep one step busy for minutes; without a word nobody knows whether to wait.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rich.console import Console

from ..report.text import terminal

SECONDS = 30.0
"""Between lines where standard error is no terminal."""
TICK = 1.0
"""Seconds between looks at the clock."""


class Steps:
    """Called with the words of each step as it begins; to be used in a ``with`` statement.

    ``clock`` gives seconds, and `look` shows what it says; a thread looks every `TICK` seconds.
    """

    def __init__(self, words: str, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.console = console or terminal(errors=True)
        self.words, self.clock = words, clock
        self.began = self.said = clock()
        self.status: Any = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Steps":
        if self.console.is_terminal:
            self.status = self.console.status(self._line())
            self.status.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self.status is not None:
            self.status.stop()

    def __call__(self, words: str) -> None:
        """A step begins."""
        self.words, self.began = words, self.clock()
        if self.status is not None:
            self.status.update(self._line())

    def look(self) -> None:
        """Show the step and how long it has taken: at once on a terminal, else where a line is due."""
        if self.status is not None:
            self.status.update(self._line())
        elif self.clock() - self.said >= SECONDS:
            self.said = self.clock()
            self.console.print(self._line(), soft_wrap=True)

    def _line(self) -> str:
        seconds = int(self.clock() - self.began)
        return f"{self.words} …" if seconds < 1 else f"{self.words} … {seconds // 60}:{seconds % 60:02d}"

    def _watch(self) -> None:
        while not self._over.wait(TICK):
            self.look()
