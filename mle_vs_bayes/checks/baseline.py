"""The rows that ``compare --out DIR`` left, to be held against today's."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..density.density import Density
from ..errors import UsageError
from ..intervals import KINDS
from ..rows import COLUMNS, LATER, MODEL_SCALE

if TYPE_CHECKING:
    import pandas

BOOTSTRAP = "bootstrap"
"""How the names of intervals begin that other draws make others."""


@dataclass(frozen=True)
class Baseline:
    """The rows of the largest n that were kept, on the model scale: one per estimator and quantity."""

    folder: Path
    rows: "pandas.DataFrame"
    left: tuple[str, ...] = ()
    """Rows that are not compared, in words."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of interval that are compared."""
        return tuple(kind for kind in KINDS if kind in set(self.rows["interval"]))

    @property
    def estimators(self) -> tuple[str, ...]:
        return tuple(self.rows["estimator"].unique())

    @property
    def level(self) -> float:
        return float(self.rows["level"].iloc[0])


def baseline(folder: str | Path) -> Baseline:
    """What ``compare --out`` left in a folder.

    Raises
    ------
    UsageError
        There is no ``rows.csv``, or it is not one of these.
    """
    import pandas

    path = Path(folder) / "rows.csv"
    again = f"make it with `mle-vs-bayes compare … --out {folder}`"
    try:
        rows = pandas.read_csv(path)
    except FileNotFoundError:
        raise UsageError(f"there is no {path} to compare with; {again}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({error}); {again}.") from None
    lacking = [name for name in COLUMNS if name not in rows.columns and name not in LATER]
    if lacking or rows.empty:
        what = f"no column {lacking[0]}" if lacking else "no rows"
        raise UsageError(f"{path} has {what}, so it is not a table of rows; {again}.")
    rows = rows.reindex(columns=list(COLUMNS))
    smaller, other_scale = rows["n"] < rows["n"].max(), rows["scale"] != MODEL_SCALE
    resampled = rows["interval"].str.startswith(BOOTSTRAP) & ~smaller & ~other_scale
    left = {
        f"rows of n below {rows['n'].max()}": smaller,
        "rows on the unconstrained scale": other_scale,
        f"{', '.join(rows.loc[resampled, 'interval'].unique())} intervals, which are drawn anew": resampled,
    }
    kept = rows[~smaller & ~other_scale].assign(interval=rows["interval"].where(~resampled, "none"))
    return Baseline(Path(folder), kept, tuple(words for words, of in left.items() if of.any()))


def check_same(kept: Baseline, program: Density, variant: str) -> None:
    """Refuse to compare what was made from another model, other priors or another number of rows.

    Raises
    ------
    UsageError
        What was kept, what there is today, and what to do.
    """
    today = {"model": program.model.name, "variant": variant, "n": program.data.size}
    for name, value in today.items():
        before = kept.rows[name].iloc[0]
        if before != value:
            what = {"variant": "under the priors", "n": "on n ="}.get(name, "of the model")
            raise UsageError(
                f"{kept.folder} holds rows {what} {before}, and today's are {what} {value}; give what it was made from."
            )
