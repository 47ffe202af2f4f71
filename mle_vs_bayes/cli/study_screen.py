"""`study list`, `study status` and `study replicate`: read and show."""

from pathlib import Path

from rich.table import Table

from ..report.text import terminal


def listed() -> None:
    """The studies there are, with their questions."""
    from ..study.vocabulary import source

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("study", no_wrap=True)
    table.add_column("question")
    for each in source.known():
        table.add_row(each.name, each.sections.get("Question", ""))
    console = terminal(least=120)
    console.print(table)
    console.print("\nmle-vs-bayes study run NAME [--quick]; or a file of your own.")


def status(folder: Path) -> int:
    """How far a study is; exit code 1 when something is damaged."""
    from ..study.judge.status import status as read

    found, console = read(folder), terminal(least=120)
    design = found.design
    console.print(f"{design.study} · {found.done:,} of {design.total:,} replicates · seed {design.seed}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in ("cell", "done", "of", "fits", "failed"):
        table.add_column(heading, justify="left" if heading == "cell" else "right")
    for cell in found.cells:
        table.add_row(cell.key, *(f"{number:,}" for number in (cell.done, cell.total, cell.fits, cell.failed)))
    console.print(table)
    for reason, times in sorted(found.problems.items(), key=lambda item: -item[1])[:10]:
        console.print(f"failed {times:,} times: {reason}", soft_wrap=True)
    for unit, why in found.damaged.items():
        console.print(f"damaged: {unit} ({why}); `study resume` sets it aside and makes it again", soft_wrap=True)
    if found.process:
        console.print(f"process {found.process} is running it")
    elif found.done < design.total:
        console.print(f"go on with: mle-vs-bayes study resume {folder}", soft_wrap=True)
    return 1 if found.damaged else 0


def replicate(folder: Path, key: str) -> None:
    """One replicate again, with everything that there is to see."""
    import numpy as np

    from ..study.run.single import single

    found, console = single(folder, key), terminal(least=120)
    console.print(f"{found.key} · batch {found.job.batch} · sampler seed {found.seed}")
    console.print("truth " + ", ".join(f"{name}={value:g}" for name, value in found.truth.items()), soft_wrap=True)
    for role, values in found.data.items():
        console.print(f"{role} {np.array2string(values, threshold=10**6, max_line_width=10**9)}", soft_wrap=True)
    for name, trace in found.traces.items():
        console.print(f"\n{name} raised:\n{trace}", soft_wrap=True)
    for heading, rows in (("rows in the store", found.before), ("rows now", found.now)):
        console.print(f"\n{heading}" + ("" if len(rows) else ": none yet"))
        for record in rows.to_dict("records"):
            shown = {k: v for k, v in record.items() if v is not None and v == v and v != ""}
            console.print("  " + ", ".join(f"{k}={v}" for k, v in shown.items()), soft_wrap=True)
