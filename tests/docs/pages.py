"""The pages of ``docs/`` as programs: their code blocks run in order, and what they show is what comes out.

A block is read by the words after its fence: ``python`` runs in the page's one namespace, ``sh`` holds commands
``mle-vs-bayes …`` (and ``# exit code 1`` behind one that is meant to end so), ``KIND file=NAME`` is the file NAME,
and ``text`` is an excerpt of what the block before it printed, ``…`` standing for lines left out. With ``text words``
the numbers are those of a sampler, which another machine draws otherwise, and only the words must be there.
"""

import io
import math
import re
import shlex
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from ..cli.conftest import run_command

_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_SECONDS = re.compile(r"\b\d+\.\d s\b|10\^-\d+")
"""Times, and rounding errors by their power of ten: they differ between machines."""


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words behind it, its text, and the line it begins on."""

    language: str
    words: str
    text: str
    line: int

    @property
    def file(self):
        named = re.search(r"file=(\S+)", self.words)
        return named and named.group(1)


def blocks(page):
    """The fenced blocks of a page's text."""
    return [
        Block(found.group(1), found.group(2).strip(), found.group(3), 1 + page.count("\n", 0, found.start()))
        for found in _FENCE.finditer(page)
    ]


def run_page(page):
    """Run a page's text in the current, empty folder; an AssertionError names the line of what does not hold."""
    namespace, seen = {"__name__": "page"}, ""
    for block in blocks(page):
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            seen = _python(block, namespace)
        elif block.language == "sh":
            seen = "".join(_commands(block))
        else:
            assert block.language == "text", f"line {block.line}: a block of the unknown kind {block.language}"
            seen = _without(block, seen)


def _python(block, namespace):
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile("\n" * block.line + block.text, "page.md", "exec"), namespace)
    return out.getvalue()


def _commands(block):
    for line in block.text.replace("\\\n", " ").splitlines():
        command, _, remark = line.partition("  #")
        program, *arguments = shlex.split(command)
        assert program == "mle-vs-bayes", f"line {block.line}: {program} is not run here"
        expected = re.search(r"exit code (\d)", remark)
        outcome = run_command(arguments)
        assert outcome.code == int(expected.group(1) if expected else 0), f"{line}: {outcome.code} {outcome.err}"
        yield outcome.out + (outcome.err if outcome.code == 2 else "")


def _without(block, seen):
    """What is left of ``seen`` after the lines that the block shows, each found in order."""
    lines = seen.splitlines()
    for shown in block.text.splitlines():
        if shown.strip() in ("", "…"):
            continue
        while lines and not alike(shown, lines[0], numbers="words" not in block.words):
            lines.pop(0)
        assert lines, f"line {block.line}: nothing printed is like: {shown}\nprinted:\n{seen}"
        lines.pop(0)
    return "\n".join(lines)


def alike(shown, printed, numbers=True):
    """Whether two lines have the same words and, to one in the last digit shown, the same numbers."""
    shown, printed = (_SECONDS.sub("?", text) for text in (shown, printed))
    if _words(shown) != _words(printed):
        return False
    pairs = zip(_NUMBER.findall(shown), _NUMBER.findall(printed), strict=True) if numbers else ()
    return all(math.isclose(_value(a), _value(b), abs_tol=1.01 * _last_digit(a)) for a, b in pairs)


def _words(text):
    return _NUMBER.sub("#", text).split()


def _value(number):
    return float(number.replace(",", "").replace("−", "-"))


def _last_digit(number):
    """One unit of it: 0.01 for 3.14; of a whole number a hundredth, so that small ones are what they are."""
    digits, _, power = number.partition("e")
    if "." not in digits and not power:
        return abs(_value(number)) / 100
    return 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))
