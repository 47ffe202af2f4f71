"""Files that are there whole or not at all."""

import errno
import hashlib
import os
from pathlib import Path

from ...errors import OutputError

PARTIAL = ".partial"
"""The end of a temporary name; no glob for ``*.parquet`` or ``*.json`` sees it."""


def write(path: Path, content: bytes) -> None:
    """Write under a temporary name, force it to the disk, rename: a reader sees the old file or the new one.

    Raises
    ------
    OutputError
        The disk is full or the folder cannot be written; what was there before is untouched.
    """
    partial = path.with_name(f".{path.name}{PARTIAL}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = "free some space" if full else "make it writable"
        why = "the disk is full" if full else (error.strerror or str(error)).lower()
        raise OutputError(f'cannot write "{path}": {why}; {advice}, nothing finished before is lost.') from error


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk; systems that cannot open a folder do that by themselves."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
