"""What summarising 10 million rows costs, beside DuckDB's time for grouped means and counts of the same file.

Run by hand::

    uv run python tests/benchmarks/summarise.py

The file: 10,000 replicates × 4 methods × 10 scenarios × 25 sizes, with SE, interval and truth, as Parquet. Two
baselines: the means and counts that the measures are made of, and four of them only. Required: at most 2 times.
Each pair runs side by side, so that a busy machine slows both.
"""

import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mle_vs_bayes.performance.summarise import summarise

ROWS, REPLICATES, PAIRS, MOST = 10_000_000, 10_000, 7, 2
RESULT = Path(__file__).parents[2] / "results" / "benchmarks" / "summarise.txt"
COVERED = "avg((lower <= truth AND upper >= truth)::INT)"
FEW = f"count(*), count(estimate), avg(estimate - truth), avg(se * se), {COVERED}"
SCORE = "avg(upper - lower + 40 * greatest(lower - truth, truth - upper, 0))"
SAME = (
    f"{FEW}, count(se), count(lower), avg((estimate - truth) / truth), avg((estimate - truth) * (estimate - truth)), "
    f"avg(upper - lower), avg((lower >= 0 OR upper <= 0)::INT), {SCORE}"
)


def make(path):
    rng, place = np.random.default_rng(0), np.arange(ROWS)
    group = place // REPLICATES
    estimate, se = rng.normal(1, 0.2, ROWS), rng.gamma(50, 0.2 / 50, ROWS)
    columns = {
        "replicate": place % REPLICATES,
        "method": pa.array(np.array(["mle", "map", "posterior", "exact"])[group % 4]),
        "scenario": pa.array(np.array([f"s{i}" for i in range(10)])[group // 4 % 10]),
        "n": (group // 40 + 1) * 10,
        "estimate": estimate,
        "se": se,
        "truth": np.ones(ROWS),
        "lower": estimate - 1.96 * se,
        "upper": estimate + 1.96 * se,
    }
    pq.write_table(pa.table(columns), path)


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def told(words, path, columns):
    query = f"SELECT method, scenario, n, {columns} FROM '{path}' GROUP BY ALL"
    pairs = []
    for _ in range(PAIRS):
        with duckdb.connect() as connection:
            base = seconds(lambda: connection.execute(query).fetchall())
        pairs.append((base, seconds(lambda: summarise(path))))
    base, ours = np.median(pairs, axis=0)
    ratios = [own / other for other, own in pairs]
    verdict = "met" if np.median(ratios) <= MOST else "NOT met"
    return (
        f"  beside {words:32} {base:.2f} s and {ours:.2f} s: {np.median(ratios):.1f} × "
        f"({min(ratios):.1f} to {max(ratios):.1f}), at most {MOST} ×: {verdict}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        make(path)
        summarise(path)  # imports
        lines = [f"summarise, {ROWS:,} rows of Parquet, 1,000 groups, {PAIRS} pairs"]
        lines.append(told("the same means and counts", path, SAME))
        lines.append(told("five of these means and counts", path, FEW))
        lines.append(f"  with a reference (paired)  {seconds(lambda: summarise(path, reference='mle')):.2f} s")
    text = "\n".join(lines) + "\n"
    print(text)
    RESULT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
