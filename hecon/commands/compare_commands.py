"""The command that says what changed between two studies, countries or versions."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecon.commands.edited_origin import origin
from hecon.commands.messages import messages
from hecon.commands.options import JurisdictionName, Out, read_study

if TYPE_CHECKING:
    from hecon.studies.study import Study

_EITHER = "Folder of a study, or a report (.xlsx) whose inputs are read back."


def compare(
    first: Annotated[Path, typer.Argument(metavar="BEFORE", help=_EITHER)],
    second: Annotated[Path, typer.Argument(metavar="AFTER", help=_EITHER)],
    jurisdiction: JurisdictionName = "",
    to: Annotated[
        str,
        typer.Option(metavar="NAME_OR_FOLDER", help="Jurisdiction of AFTER, if it is another one."),
    ] = "",
    out: Out = Path(),
) -> None:
    """Which inputs, formulas, rules and scenarios differ, and what each does to the result.

    Starts from BEFORE and swaps one difference after another until AFTER is reached; each swap's
    change of cost, effect, ICER and net benefit is listed. Since the order matters, the ten
    largest groups are also swapped in every order, and the mean is told: it adds up to the whole
    change. Amounts in other money are converted by a rate that one of the two states.

    \b
    Examples
      hecon compare last-year/ptsd inputs/studies/ptsd --jurisdiction norway
      hecon compare inputs/studies/ptsd inputs/studies/ptsd -j norway --to england
      hecon compare reports/ptsd_norway.xlsx inputs/studies/ptsd -j norway
    """  # noqa: D301
    with messages(), tempfile.TemporaryDirectory() as scratch:
        before = _study(first, jurisdiction, Path(scratch) / "before")
        after = _study(second, to or jurisdiction, Path(scratch) / "after")

        from hecon.analyses.run import Run
        from hecon.report.alone import write_alone
        from hecon.report.console import stdout
        from hecon.report.progress import ProgressBar
        from hecon.report.sections.compare_section import ANALYSIS
        from hecon.report.terminal import show
        from hecon.report.things_called import study_units

        with ProgressBar() as tell:
            run = Run(before, progress=tell, other=after)
            section = ANALYSIS.content(run)
        show(section, study_units(before), stdout())
        write_alone(run, "compare", ANALYSIS, section, out, stdout())


def _study(path: Path, jurisdiction: str, scratch: Path) -> Study:
    if path.suffix.lower() != ".xlsx":
        return read_study(path, jurisdiction)
    folder, rules, _ = origin(path, None, jurisdiction)
    original = read_study(folder, rules)
    from hecon.workbook.edits import read_edited

    scratch.mkdir()
    # named by the report, not by where its inputs were unpacked
    return replace(read_edited(path, original, scratch)[0], folder=path)
