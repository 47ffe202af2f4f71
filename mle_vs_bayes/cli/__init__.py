"""The command line: arguments → named steps → exit code; no mathematics and no formatting here.

Exit codes: 0 fine; 1 when all estimators failed, or with ``--strict`` something is of concern; 2 wrong usage or
unusable data; 130 interrupted. Only typer and rich are imported before a command runs.
"""
