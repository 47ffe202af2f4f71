"""What only prints text answers at once: nothing that fits or draws is imported for it."""

import subprocess
import sys

import pytest

HEAVY = ("pymc", "pytensor", "statsmodels", "matplotlib", "arviz", "nutpie", "numba", "pandas", "scipy.stats")
PROGRAM = f"""
import sys
from mle_vs_bayes.cli.process import main
try:
    main()
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [("--help", 0), ("compare --help", 0), ("models", 0), ("models weibull", 0), ("compare weibull --levle 2", 2)],
)
def test_answers_without_importing_what_fits(arguments, code):
    command = [sys.executable, "-W", "error", "-c", PROGRAM, *arguments.split()]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    assert seen.returncode == code
    assert seen.stderr.splitlines()[-1] == "[]"
