"""What the tests of the command share."""

import pytest

from .command import run_command


@pytest.fixture(scope="session")
def run():
    """`command.run_command`."""
    return run_command


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working directory, so that sentences name files and not long paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
