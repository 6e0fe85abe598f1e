"""What the commands of single analyses share: writing their tables, and telling where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console

from hecon.analyses.comparison import SAVING
from hecon.report.console import money
from hecon.report.names import file_name, run_name
from hecon.report.staging import publish, staging
from hecon.reports.conclusions import marked
from hecon.reports.files import write_csv
from hecon.reports.record import study_record, write_record
from hecon.reports.words import FEW, listed
from hecon.studies.study import Study

if TYPE_CHECKING:
    from hecon.report.figures.picture import Picture

#: Words of `verdict` that are too long for a column.
_SHORT = {
    "more costly, no difference in QALYs": "costlier",
    "less costly, no difference in QALYs": "cheaper",
}


def write_tables(
    study: Study,
    command: str,
    settings: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    out: Path,
    to: Console,
    *,
    pictures: Sequence[Picture] = (),
    extra: Callable[[Path], object] | None = None,
) -> Path:
    """Write tables as CSV, and pictures, with a record into a folder of their own, and say where.

    Parameters
    ----------
    command
        What the folder is called after the run's name; an earlier one of that name is replaced.
    settings
        What the command was asked for, for the record.
    extra
        May add files to the folder.
    """
    name = file_name(f"{run_name(study)}_{command}")
    target = out / "outputs" / name
    with staging(out) as staged:
        folder = staged / name
        folder.mkdir()
        for label, table in tables.items():
            write_csv(table, folder / f"{label}.csv")
        for each in pictures:
            (folder / f"{each.name}.svg").write_bytes(each.svg)
            (folder / f"{each.name}.png").write_bytes(each.png)
        if extra is not None:
            extra(folder)
        asked = {"command": command, "settings": dict(settings)}
        write_record(study_record(study) | asked, folder)
        publish([(folder, target)], staged)
    to.print(f"Tables: {', '.join(f'{label}.csv' for label in tables)} in {target}", soft_wrap=True)
    return target


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
