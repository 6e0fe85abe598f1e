"""Commands on a whole study: run, check, reproduce, verify and prove."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    DesignName,
    DesignOption,
    Draws,
    JurisdictionName,
    OutBoth,
    Seed,
    StudyFolder,
    Workers,
    read_study,
)

if TYPE_CHECKING:
    from hecon.analyses.results import Progress, Results
    from hecon.studies.study import Study


def run(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    out: OutBoth = Path(),
    workers: Workers = 1,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Also run the verification battery and show it on Checks."),
    ] = False,
    original: Annotated[
        Path | None,
        typer.Option(
            metavar="STUDY",
            help="For an edited workbook: the study it was made from; without it "
            "inputs/studies/NAME.",
        ),
    ] = None,
) -> None:
    """Run every analysis of a study and write its tables and its report.

    STUDY may also be a report (.xlsx) whose inputs were edited: they are read back, validated,
    run again as STUDY_JURISDICTION_edited, and what differs from the original is listed.

    Writes DIR/outputs/STUDY_JURISDICTION/ (tables as CSV, outcomes as NetCDF, a record of the
    run, figures as SVG and PNG) and DIR/reports/STUDY_JURISDICTION.xlsx and .html, in place of
    those of an earlier run. Nothing is touched until everything is done. The exit code is 1 if
    the workbook disagrees with Python, or if the study does not fit into one.

    \b
    Examples
      hecon run inputs/studies/ptsd --jurisdiction norway
      hecon run inputs/studies/ptsd -j norway --draws 1000 --seed 7 --out trial
      hecon run inputs/studies/ptsd -j norway --design sobol --workers 2
      hecon run inputs/studies/ptsd -j ../my-rules/norway
      hecon run reports/ptsd_norway.xlsx
      hecon run reports/ptsd_norway.xlsx --verify
    """  # noqa: D301
    with messages():
        from hecon.analyses.dry_run import dry_run
        from hecon.analyses.further import further
        from hecon.analyses.results import analyse
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.reports.run import write_run
        from hecon.reports.summary import print_summary
        from hecon.reports.verification import print_tally, verification_table

        battery = verification_table if verify else None

        def analysed(study: Study, tell: Progress) -> Results:
            return analyse(
                study,
                draws=draws,
                seed=seed,
                method=design.value,
                workers=workers,
                progress=tell,
            )

        if folder.suffix.lower() == ".xlsx":
            from hecon.reports.edited import run_edited

            source, rules = _origin(folder, original, jurisdiction)
            with ProgressBar() as tell:
                results, more, written, edited, table = run_edited(
                    folder,
                    read_study(source, rules),
                    lambda s: analysed(s, tell),
                    out,
                    tell,
                    extend=lambda found: further(found, workers=workers, progress=tell),
                    battery=battery,
                )
            edited.print(stdout())
        else:
            with ProgressBar() as tell:
                study = read_study(folder, jurisdiction)
                tell("Checking inputs", 0, 1)
                dry_run(study)
                results = analysed(study, tell)
                more = further(results, workers=workers, progress=tell)
                table = battery(results.study) if battery else None
                written = write_run(results, out, tell, further=more, verification=table)
        print_summary(results, written, stdout(), more)
        if table is not None:
            print_tally(table, stdout())
        if written.problems:
            raise typer.Exit(1)


def check(folder: StudyFolder, jurisdiction: JurisdictionName = "") -> None:
    """Read and validate a study without the full run.

    Reads every file and runs the base case, every scenario, both ends of every range and some
    draws, so that formulas, names, units, ranges, currencies, rows of transition probabilities,
    planned trials and the population are checked. Names inputs that nothing uses. Prints what was
    read and what may not be meant, or every fault with its file, row and column; the exit code is
    then 2. Writes nothing.

    \b
    Examples
      hecon check inputs/studies/ptsd --jurisdiction norway
      hecon check my-studies/asthma
    """  # noqa: D301
    with messages():
        from hecon.analyses.dry_run import dry_run
        from hecon.analyses.preflight import notes, try_draws
        from hecon.reports.console import stdout
        from hecon.reports.contents import print_contents

        study = read_study(folder, jurisdiction)
        dry_run(study)
        try_draws(study)
        print_contents(study, notes(study), stdout())


def reproduce(
    folder: StudyFolder,
    reference: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the committed reference tables.")
    ],
    jurisdiction: JurisdictionName = "",
    update: Annotated[
        bool, typer.Option("--update", help="Rewrite the reference from this run.")
    ] = False,
    draws: Annotated[int, typer.Option(min=1, help="Draws; only with --update.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed; only with --update.")] = 1,
    design: Annotated[
        DesignName, typer.Option("--design", help="How draws are spread; only with --update.")
    ] = DesignName.MONTE_CARLO,
    workers: Workers = 1,
) -> None:
    """Run a study again and compare every figure with a committed reference.

    Draws, seed and design are those the reference was made with. Every figure that differs is
    named with its table, row and column; the exit code is then 1.

    \b
    Examples
      hecon reproduce inputs/studies/ptsd --jurisdiction norway \\
          --reference reference/ptsd_norway
      hecon reproduce inputs/studies/ptsd -j norway \\
          --reference reference/ptsd_norway --update
    """  # noqa: D301
    with messages():
        from hecon.analyses.further import further
        from hecon.analyses.results import analyse
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.reports.reference import (
            Settings,
            compare_with_reference,
            print_differences,
            read_settings,
            write_reference,
        )

        settings = Settings(draws, seed, design.value) if update else read_settings(reference)
        study = read_study(folder, jurisdiction)
        with ProgressBar() as tell:
            results = analyse(
                study,
                draws=settings.draws,
                seed=settings.seed,
                method=settings.design,
                workers=workers,
                progress=tell,
            )
            more = further(results, workers=workers, progress=tell)
        if update:
            write_reference(results, more, reference)
            stdout().print(f"Reference rewritten: {reference}")
            return
        found = compare_with_reference(results, more, reference)
        print_differences(found, reference, stdout())
        if found.differences:
            raise typer.Exit(1)


def verify(folder: StudyFolder, jurisdiction: JurisdictionName = "") -> None:
    """Ask a study questions whose answers are known.

    All utilities one must give life-years, no mortality must keep everyone alive, equal
    strategies must give equal results, and so on. Prints each check with its figure; the exit
    code is 1 if one fails.

    \b
    Examples
      hecon verify inputs/studies/ptsd --jurisdiction norway
    """  # noqa: D301
    with messages():
        from hecon.reports.verification import verify_command

        if verify_command(read_study(folder, jurisdiction)):
            raise typer.Exit(1)


def prove(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Annotated[int, typer.Option(min=1, help="Draws of the probabilistic analysis.")] = 1_000,
) -> None:
    """Replay the workbook in two spreadsheet engines and compare every formula cell.

    The base case, every scenario, both ends of the ten widest ranges and 25 draws are chosen on
    the workbook's Inputs sheet one after the other and recalculated from a file without values,
    by formualizer and by LibreOffice. Every formula cell is compared between the two, every
    trace, result and increment with Python's. Prints the worst relative difference with sheet
    and cell; the exit code is 1 if it is above 1e-9. Takes about five minutes.

    \b
    Examples
      hecon prove inputs/studies/ptsd --jurisdiction norway
    """  # noqa: D301
    with messages():
        from hecon.analyses.results import analyse
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.reports.workbook.proof import print_proof, prove

        with ProgressBar() as tell:
            results = analyse(read_study(folder, jurisdiction), draws=draws, progress=tell)
            table = prove(results, progress=tell)
        if not print_proof(table, stdout()):
            raise typer.Exit(1)


def _origin(workbook: Path, original: Path | None, jurisdiction: str) -> tuple[Path, str]:
    """The study and the jurisdiction that an edited workbook was made from."""
    import tomllib

    from hecon.errors import Fault, InputError
    from hecon.reports.workbook.edits import names_in_workbook

    name, rules = names_in_workbook(workbook)
    folder = original or Path("inputs/studies") / name
    if not folder.is_dir():
        text = f"the study it was made from is not in {folder}; name its folder with --original"
        raise InputError([Fault(workbook.name, None, None, text)])
    if not jurisdiction:
        try:
            own = tomllib.loads((folder / "jurisdiction.toml").read_text("utf-8")).get("name")
        except (OSError, ValueError):
            own = None
        if own != rules:
            jurisdiction = rules
    return folder, jurisdiction
