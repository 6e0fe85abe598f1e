"""What the commands of single analyses share: writing their tables, and telling where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console

from hecon.analyses.comparison import SAVING
from hecon.reports.conclusions import marked
from hecon.reports.console import money
from hecon.reports.files import write_csv
from hecon.reports.names import run_name
from hecon.reports.staging import publish, staging
from hecon.reports.words import FEW, listed
from hecon.studies.study import Study

if TYPE_CHECKING:
    from hecon.reports.figures.picture import Picture

#: Words of `verdict` that are too long for a column.
_SHORT = {
    "more costly, no difference in QALYs": "costlier",
    "less costly, no difference in QALYs": "cheaper",
}


def write_tables(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    out: Path,
    to: Console,
    pictures: Sequence[Picture] = (),
) -> Path:
    """Write tables as CSV, and pictures, among the outputs of a study's run, and say where.

    All are written or none; other files there stay as they are.
    """
    folder = out / "outputs" / run_name(study)
    with staging(out) as staged:
        moves = []
        for name, table in tables.items():
            path = staged / f"{name}.csv"
            write_csv(table, path)
            moves.append((path, folder / path.name))
        for each in pictures:
            for ending, data in (("svg", each.svg), ("png", each.png)):
                path = staged / f"{each.name}.{ending}"
                path.write_bytes(data)
                moves.append((path, folder / path.name))
        publish(moves, staged)
    names = ", ".join(target.name for _, target in moves)
    to.print(f"Tables: {names} in {folder}", soft_wrap=True)
    return folder


def title(study: Study, what: str, to: Console) -> None:
    """Print what follows, and for whom, in which money."""
    place = study.jurisdiction.definition
    to.print(marked(f"{what}: {study.definition.title}", study), style="bold")
    to.print(f"{place.title}; {place.currency}, {place.price_year} prices, per person")
    to.print()


def conclude(text: str, to: Console, study: Study | None = None) -> None:
    """Print what the figures mean; of an exploratory study that it is one."""
    to.print()
    to.print("Conclusion", style="bold")
    to.print(marked(text, study))
    to.print()


def descriptions(study: Study) -> dict[str, str]:
    """What each parameter of a study is, by its name."""
    return {p.text: p.description for p in study.parameters}


def described(names: list[str], known: Mapping[str, str], most: int = FEW) -> str:
    """Parameters as `listed` writes them, each with its description where there is one.

    Those sampled as one are joined by `` + ``.
    """

    def full(name: str) -> str:
        return f"{name} ({known[name]})" if known.get(name) else name

    return listed([" + ".join(map(full, name.split(" + "))) for name in names], most)


def ratio(icer: float, verdict: str) -> str:
    """An ICER, a saving as such or, where there is no ratio, a word for why."""
    if icer != icer:
        return _SHORT.get(verdict, verdict)
    return f"saves {money(icer)}" if verdict == SAVING else money(icer)
