"""Thousands of random requests by hand: ``python3 -m uv run python -m tests.fuzz.hunt 2000 --seed 1``.

Prints each sort of violation once, with how often it came and the request it came from first; exit code 1 if any.
"""

import argparse
import os
import re
import traceback
from collections import Counter
from contextlib import suppress

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from . import invariants, programs, requests


def sort_of(answer, name, words):
    """What makes two violations the same: the invariant, the model, and the place in our code or the words."""
    if answer.error is not None:
        places = [
            frame for frame in traceback.extract_tb(answer.error.__traceback__) if "mle_vs_bayes" in frame.filename
        ]
        return (
            name,
            type(answer.error).__name__,
            f"{places[-1].filename.split('mle_vs_bayes/')[-1]}:{places[-1].lineno}",
        )
    return name, answer.request.model, re.sub(r"-?[\d.]+(e[-+]?\d+)?", "#", words)


def hunt(count, start, with_programs):
    """Make ``count`` requests, and show what is broken as it comes: violations by sort, answers by exit code."""
    seen, codes = Counter(), Counter()
    anything = programs.programs()
    asked = requests.own_programs(anything) if with_programs else requests.catalogue()
    asked = st.one_of(requests.catalogue(), requests.own_programs(anything)) if with_programs is None else asked

    @seed(start)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(asked)
    def one(request):
        answer = requests.answer(request)
        codes[answer.code] += 1
        for name, words in invariants.broken(answer):
            sort = sort_of(answer, name, words)
            seen[sort] += 1
            if seen[sort] == 1:
                print(f"\n=== {name}: {words}\n    {sort[1:]}\n{request}", flush=True)

    with suppress(KeyboardInterrupt):  # Ctrl-C ends the hunt, and what was seen by then is told
        one()
    return seen, codes


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--programs", action=argparse.BooleanOptionalAction, default=None, help="only, or none")
    arguments = parser.parse_args()
    os.environ.setdefault("MPLBACKEND", "agg")
    seen, codes = hunt(arguments.count, arguments.seed, arguments.programs)
    print("\nanswers by exit code: " + ", ".join(f"{code} {times} ×" for code, times in codes.most_common()))
    for sort, times in seen.most_common():
        print(f"{times:5d} × {' · '.join(sort)}")
    raise SystemExit(bool(seen))


if __name__ == "__main__":
    main()
