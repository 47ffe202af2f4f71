"""The agreement suite for any one model: `run.check` is what the command, the pytest fixture and `testing` call."""
