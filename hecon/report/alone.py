"""Files of one analysis that was run alone: a folder and a record of its own."""

from pathlib import Path

from rich.console import Console

from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.language import say
from hecon.report.names import file_name, run_name
from hecon.report.record import command, run_record, write_record
from hecon.report.registry import Analysis
from hecon.report.staging import publish, staging
from hecon.report.table_files import write_tables
from hecon.report.things_called import study_units


def write_alone(
    run: Run, name: str, analysis: Analysis, section: Section, out: Path, to: Console
) -> Path:
    """Write a section's tables and figures, say where, and give the folder.

    An earlier folder of the same command is replaced; those of full runs stay.

    Args:
        name: Of the command.
    """
    own = file_name(f"{run_name(run.study)}_{name.replace('-', '_')}")
    target = out / "outputs" / own
    with staging(out) as staged:
        folder = staged / own
        tables = [t for t in section.tables if len(t.frame)]
        write_tables(tables, study_units(run.study), folder)
        for figure in section.figures:
            drawn = figure.draw()
            (folder / f"{figure.name}.svg").write_bytes(drawn.svg)
            (folder / f"{figure.name}.png").write_bytes(drawn.png)
        if analysis.files is not None:
            analysis.files(run, folder)
        typed = command(run, name, analysis.settings, analysis.options)
        write_record(run_record(run) | {"command": typed}, folder)
        publish([(folder, target)], staged)
    to.print()
    files = ", ".join(f"{t.name}.csv" for t in tables)
    to.print(say("Tables: {files} in {folder}", files=files, folder=target), soft_wrap=True)
    return target
