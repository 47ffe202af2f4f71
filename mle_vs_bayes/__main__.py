"""``python -m mle_vs_bayes``: the same as the command ``mle-vs-bayes``."""

from .cli.process import run

run()
