"""Commands on a whole study: run, check, reproduce and prove."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hecon.commands.edited_origin import origin
from hecon.commands.messages import messages
from hecon.commands.options import (
    LAST_SEED,
    MOST_DRAWS,
    DesignName,
    DesignOption,
    Draws,
    JurisdictionName,
    LanguageCode,
    LiveDraws,
    OutBoth,
    Seed,
    StudyFolder,
    Workers,
    at_most,
    given,
    read_study,
    refuse_idle,
    refuse_more_live,
    said,
)
from hecon.report.sections import analyses_named

#: Most draws of a run: its analyses hold them all, about nine gigabytes a million.
MOST_OF_ALL = 200_000


def run(
    context: typer.Context,
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    out: OutBoth = Path(),
    workers: Workers = 1,
    only: Annotated[
        str,
        typer.Option(
            metavar="NAME,NAME",
            help="Run and write these analyses alone, without a report: the names of commands.",
        ),
    ] = "",
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write page and workbook.")
    ] = True,
    scenario: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A full report with this scenario's changes as the base case.",
            callback=said,
        ),
    ] = "",
    subgroup: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A full report of a subgroup: a level, or levels as in 'women / severe'.",
            callback=said,
        ),
    ] = "",
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Set an input, in its own unit; may be given again.",
            callback=said,
        ),
    ] = None,
    set_from: Annotated[
        Path | None,
        typer.Option(
            "--set-from",
            metavar="FILE",
            help="Set the inputs of a file, a line NAME=VALUE each, as a page saves it.",
        ),
    ] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw figures.")] = True,
    png: Annotated[
        bool, typer.Option("--png", help="Write figures as PNG, too; without it as SVG.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Also run the verification battery and show it on Checks."),
    ] = False,
    live_draws: LiveDraws = 0,
    language: LanguageCode = "en",
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
    run again as STUDY_JURISDICTION_edited in the language of the workbook, and what differs from
    the original is listed.

    Writes DIR/outputs/STUDY_JURISDICTION/ (tables as CSV with columns.csv that describes them,
    outcomes as NetCDF, a record of the run, figures as SVG) and
    DIR/reports/STUDY_JURISDICTION.xlsx, .html, _brief.docx and _technical.docx, in place of those
    of an earlier run. Nothing is touched until everything is done. With --scenario or --set the
    files are those of STUDY_JURISDICTION_NAME or STUDY_JURISDICTION_set. The exit code is 1 if the
    workbook disagrees with Python, or if the study does not fit into one.

    \b
    Examples
      hecon run inputs/studies/ptsd --jurisdiction norway
      hecon run inputs/studies/ptsd -j norway --draws 1000 --seed 7 --out trial
      hecon run inputs/studies/ptsd -j norway --design sobol --workers 2
      hecon run inputs/studies/ptsd -j norway --only psa,voi
      hecon run inputs/studies/ptsd -j ../my-rules/norway
      hecon run inputs/studies/ptsd -j norway --scenario S22
      hecon run inputs/studies/ptsd -j norway --subgroup "women / severe"
      hecon run inputs/studies/ptsd -j norway --set drug_price_session=5000
      hecon run inputs/studies/ptsd -j norway --set-from ptsd_norway_inputs.txt
      hecon run inputs/studies/ptsd -j norway --language nb
      hecon run inputs/studies/ptsd -j norway --live-draws 200
      hecon run reports/ptsd_norway.xlsx
      hecon run reports/ptsd_norway.xlsx --verify
    """  # noqa: D301
    with messages():
        source, rules = folder, jurisdiction
        edits = folder.suffix.lower() == ".xlsx"
        if edits:
            why = "not for an edited workbook, whose inputs stand in it"
            refuse_idle(context, why, "scenario", "subgroup", "values", "set_from")
            source, rules, made = origin(folder, original, jurisdiction)
            language = language if given(context, "language") else made.language
            if report and not only and not given(context, "live_draws"):
                live_draws = min(made.live_draws, draws)
        else:
            refuse_idle(context, "only for an edited workbook", "original")
        names = analyses_named(filter(None, map(str.strip, only.split(","))), "--only")
        more = f"{MOST_OF_ALL:,}; a command of one analysis, such as 'hecon psa', takes more"
        at_most(draws, MOST_OF_ALL, "--draws", f"for analyses and their report are {more}")
        if not report or names:
            refuse_idle(context, "only with a report: its workbook works them out", "live_draws")
        study = read_study(source, rules)
        refuse_more_live(live_draws, draws if study.uncertain else 0)
        from hecon.analyses.run import Run, Settings
        from hecon.report.console import stdout
        from hecon.report.language import speaking
        from hecon.report.names import run_name
        from hecon.report.progress import ProgressBar
        from hecon.report.run_summary import show_summary
        from hecon.report.study_texts import language_of
        from hecon.report.things_called import study_units
        from hecon.report.whole import write_whole
        from hecon.studies.subgroup_rows import with_subgroup
        from hecon.studies.variant import lines_of, with_scenario, with_values

        if subgroup:
            study = with_subgroup(study, subgroup)
        if scenario:
            study = with_scenario(study, scenario)
        told = [*(values or []), *(lines_of(set_from) if set_from else [])]
        if told:
            study = with_values(study, told)
        tongue = language_of(study, language)
        asked = {k: v for k, v in (("verify", verify), ("live_draws", live_draws)) if v}
        settings = Settings(draws, seed, design.value, workers, asked)
        how: dict[str, Any] = {"only": names, "report": report, "figures": figures, "png": png}
        how["tongue"] = tongue
        to = stdout()
        with ProgressBar() as tell:
            if edits:
                from hecon.workbook.edited import SUFFIX, run_edited

                kept = f"outputs/{run_name(study)}{SUFFIX}/inputs"
                edited_settings = replace(settings, options={**asked, "inputs": kept})
                sections, written, edited = run_edited(
                    folder, study, lambda s: Run(s, edited_settings, tell), out, **how
                )
            else:
                sections, written = write_whole(
                    Run(study, settings, tell), out, workbook=_written_workbook, **how
                )
        with speaking(tongue):
            if edits:
                edited.print(to)
            show_summary(study, sections, written, study_units(study), to, whole=not names)
        if written.problems:
            raise typer.Exit(1)


def _written_workbook(*given: Any) -> list[str]:
    """`write_workbook`, loaded by the process that writes: the run itself may do without."""
    from hecon.workbook.book import write_workbook

    return write_workbook(*given)


def check(folder: StudyFolder, jurisdiction: JurisdictionName = "") -> None:
    """Read and validate a study without the full run.

    Reads every file and runs the base case, every scenario, both ends of every range and some
    draws, so that formulas, names, units, ranges, currencies, rows of transition probabilities,
    planned trials, the population and the budget impact are checked. Names inputs that nothing
    uses, and texts without a translation where some are translated. Prints what was read and what
    may not be meant, or every fault with its file, row and column; the exit code is then 2. Writes
    nothing.

    \b
    Examples
      hecon check inputs/studies/ptsd --jurisdiction norway
      hecon check my-studies/asthma
    """  # noqa: D301
    with messages():
        study = read_study(folder, jurisdiction)

        from hecon.analyses.dry_run import dry_run
        from hecon.analyses.preflight import notes, try_draws
        from hecon.report.console import stdout
        from hecon.report.contents import print_contents
        from hecon.report.study_texts import translation_notes

        dry_run(study)
        try_draws(study)
        print_contents(study, [*notes(study), *translation_notes(study)], stdout())


def reproduce(
    context: typer.Context,
    folder: StudyFolder,
    reference: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the committed reference tables.")
    ],
    jurisdiction: JurisdictionName = "",
    update: Annotated[
        bool, typer.Option("--update", help="Rewrite the reference from this run.")
    ] = False,
    draws: Annotated[
        int, typer.Option(min=1, max=MOST_DRAWS, help="Draws; only with --update.")
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Seed; only with --update.")] = 1,
    design: Annotated[
        DesignName, typer.Option("--design", help="How draws are spread; only with --update.")
    ] = DesignName.MONTE_CARLO,
    only: Annotated[
        str, typer.Option(metavar="NAME,...", help="Analyses it holds; only with --update.")
    ] = "",
    workers: Workers = 1,
    out: OutBoth = Path(),
) -> None:
    """Run a study again and compare every figure with a committed reference.

    Draws, seed, design and analyses are those the reference was made with. Prints each table
    with its number of figures and its worst difference, and what is not compared; where figures
    differ, which inputs have changed and what became of the ICER, and writes the whole list to
    DIR/differences.csv. The exit code is then 1. A reference is the project's own earlier run:
    it shows that figures are stable, not that they are right.

    \b
    Examples
      hecon reproduce inputs/studies/ptsd --jurisdiction norway \\
          --reference reference/ptsd_norway
      hecon reproduce inputs/studies/ptsd -j norway \\
          --reference reference/ptsd_norway --update
    """  # noqa: D301
    with messages():
        if not update:
            refuse_idle(context, "only with --update", "draws", "seed", "design", "only")
        from hecon.analyses.run import Run, Settings
        from hecon.report.console import stdout
        from hecon.report.progress import ProgressBar
        from hecon.report.reference import (
            compare_with_reference,
            read_only,
            read_settings,
            refuse_other,
            write_reference,
        )
        from hecon.report.reproduction import show_reproduction, write_differences
        from hecon.report.sections import analyses_named
        from hecon.report.things_called import study_units
        from hecon.report.whole import sections_of

        asked = analyses_named(filter(None, map(str.strip, only.split(","))), "--only")
        if update:
            refuse_other(reference)
        names = asked if update else read_only(reference)
        made = Settings(draws, seed, design.value) if update else read_settings(reference)
        settings = replace(made, workers=workers)
        study = read_study(folder, jurisdiction)
        units, to = study_units(study), stdout()
        with ProgressBar() as tell:
            run = Run(study, settings, tell)
            sections = sections_of(run, names)
        if update:
            write_reference(run, sections, units, reference, names)
            to.print(f"Reference rewritten: {reference}")
            return
        found = compare_with_reference(run, sections, units, reference)
        show_reproduction(found, reference, units, to)
        if len(found.differences):
            path = out / "differences.csv"
            write_differences(found, path)
            to.print(f"All differences: {path}", soft_wrap=True)
            raise typer.Exit(1)


def prove(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Annotated[
        int, typer.Option(min=1, max=MOST_DRAWS, help="Draws of the probabilistic analysis.")
    ] = 1_000,
) -> None:
    """Replay the workbook in two spreadsheet engines and compare every formula cell.

    The base case, every scenario, both ends of the ten widest ranges and 25 draws are chosen on
    the workbook's Inputs sheet one after the other and recalculated from a file without values,
    by formualizer and by LibreOffice. Every formula cell is compared between the two, every
    trace, result and increment with Python's. Prints the worst relative difference with sheet
    and cell; the exit code is 1 if it is above 1e-9. Takes 20 minutes or more.

    \b
    Examples
      hecon prove inputs/studies/ptsd --jurisdiction norway
    """  # noqa: D301
    with messages():
        study = read_study(folder, jurisdiction)

        from hecon.analyses.run import Run, Settings
        from hecon.report.console import stdout
        from hecon.report.progress import ProgressBar
        from hecon.workbook.proof import print_proof
        from hecon.workbook.proof import prove as proven

        with ProgressBar() as tell:
            table = proven(Run(study, Settings(draws), tell), progress=tell)
        if not print_proof(table, stdout()):
            raise typer.Exit(1)
