"""The command line: reads inputs, calls an analysis, writes what comes out."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hecon import __version__
from hecon.errors import Fault, HeconError, InputError, nearest

if TYPE_CHECKING:
    from hecon.analyses.results import Progress, Results
    from hecon.studies.study import Study

# The modules that compute are imported inside the commands, so that `--help` is quick.

FAULT = 2
INTERRUPTED = 130

app = typer.Typer(
    name="hecon",
    help="Cost-effectiveness models from plain input files to a live, checked Excel report.",
    epilog="'hecon COMMAND --help' shows examples.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class DesignName(StrEnum):
    """How the draws of the probabilistic analysis are spread."""

    MONTE_CARLO = "monte-carlo"
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"


StudyFolder = Annotated[Path, typer.Argument(metavar="STUDY", help="Folder of the study.")]
JurisdictionName = Annotated[
    str,
    typer.Option(
        "--jurisdiction",
        "-j",
        metavar="NAME_OR_FOLDER",
        help="A name in the jurisdictions folder beside the studies, or a folder; without it "
        "the study's own jurisdiction.toml.",
    ),
]
Draws = Annotated[int, typer.Option(min=1, help="Draws of the probabilistic analysis.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the draws.")]
DesignOption = Annotated[DesignName, typer.Option("--design", help="How draws are spread.")]
Workers = Annotated[int, typer.Option(min=1, help="Threads; results do not depend on it.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hecon {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Cost-effectiveness models from plain input files to a live, checked Excel report.

    \b
    Examples
      hecon run inputs/studies/ptsd --jurisdiction norway
      hecon check inputs/studies/ptsd --jurisdiction norway
      hecon reproduce inputs/studies/ptsd --jurisdiction norway \\
          --reference reference/ptsd_norway
    """  # noqa: D301


@app.command()
def run(
    folder: StudyFolder,
    jurisdiction: JurisdictionName = "",
    draws: Draws = 10_000,
    seed: Seed = 1,
    design: DesignOption = DesignName.MONTE_CARLO,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where outputs/ and reports/ are written.")
    ] = Path(),
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
    run) and DIR/reports/STUDY_JURISDICTION.xlsx, in place of those of an earlier run. Nothing
    is touched until everything is done.

    \b
    Examples
      hecon run inputs/studies/ptsd --jurisdiction norway
      hecon run inputs/studies/ptsd -j norway --draws 1000 --seed 7 --out trial
      hecon run inputs/studies/ptsd -j norway --design sobol --workers 2
      hecon run inputs/studies/ptsd -j ../my-rules/norway
      hecon run reports/ptsd_norway.xlsx
    """  # noqa: D301
    with _messages():
        from hecon.analyses.results import analyse
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.reports.run import write_run
        from hecon.reports.summary import print_summary
        from hecon.reports.verification import verification_table

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
                results, written, edited = run_edited(
                    folder, _study(source, rules), lambda s: analysed(s, tell), out, tell
                )
            edited.print(stdout())
        else:
            with ProgressBar() as tell:
                results = analysed(_study(folder, jurisdiction), tell)
                battery = verification_table(results.study) if verify else None
                written = write_run(results, out, tell, verification=battery)
        print_summary(results, written, stdout())


@app.command()
def check(folder: StudyFolder, jurisdiction: JurisdictionName = "") -> None:
    """Read and validate a study without the full run.

    Reads every file and runs the base case, so that formulas, names, ranges, currencies and
    rows of transition probabilities are checked. Prints what was read, or every fault with its
    file, row and column; the exit code is then 2. Writes nothing.

    \b
    Examples
      hecon check inputs/studies/ptsd --jurisdiction norway
      hecon check my-studies/asthma
    """  # noqa: D301
    with _messages():
        from hecon.analyses.evaluate import evaluate
        from hecon.parameters.design import base_case
        from hecon.reports.console import stdout
        from hecon.reports.contents import print_contents

        study = _study(folder, jurisdiction)
        evaluate(study.model, base_case(study.parameters))
        print_contents(study, stdout())


@app.command()
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
    with _messages():
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
        study = _study(folder, jurisdiction)
        with ProgressBar() as tell:
            results = analyse(
                study,
                draws=settings.draws,
                seed=settings.seed,
                method=settings.design,
                workers=workers,
                progress=tell,
            )
        if update:
            write_reference(results, reference)
            stdout().print(f"Reference rewritten: {reference}")
            return
        found = compare_with_reference(results, reference)
        print_differences(found, reference, stdout())
        if found.differences:
            raise typer.Exit(1)


@app.command()
def verify(folder: StudyFolder, jurisdiction: JurisdictionName = "") -> None:
    """Ask a study questions whose answers are known.

    All utilities one must give life-years, no mortality must keep everyone alive, equal
    strategies must give equal results, and so on. Prints each check with its figure; the exit
    code is 1 if one fails.

    \b
    Examples
      hecon verify inputs/studies/ptsd --jurisdiction norway
    """  # noqa: D301
    with _messages():
        from hecon.reports.verification import verify_command

        if verify_command(_study(folder, jurisdiction)):
            raise typer.Exit(1)


@app.command()
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
    with _messages():
        from hecon.analyses.results import analyse
        from hecon.reports.console import stdout
        from hecon.reports.progress import ProgressBar
        from hecon.reports.workbook.proof import print_proof, prove

        with ProgressBar() as tell:
            results = analyse(_study(folder, jurisdiction), draws=draws, progress=tell)
            table = prove(results, progress=tell)
        if not print_proof(table, stdout()):
            raise typer.Exit(1)


def _origin(workbook: Path, original: Path | None, jurisdiction: str) -> tuple[Path, str]:
    """The study and the jurisdiction that an edited workbook was made from."""
    import tomllib

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


def _study(folder: Path, jurisdiction: str) -> Study:
    from hecon.studies.load import load_study

    # files are named by their folder, which `.` and `..` would leave blank
    here = Path(os.path.abspath(folder))
    return load_study(here, _jurisdiction_folder(here, jurisdiction))


def _jurisdiction_folder(study: Path, text: str) -> Path | None:
    """The folder meant by `--jurisdiction`: a name beside the studies first, else a path."""
    if not text:
        return None
    beside = study.parent.parent / "jurisdictions"
    if Path(text).name == text and (beside / text).is_dir():
        return beside / text
    if Path(text).is_dir():
        return Path(os.path.abspath(text))
    known = sorted(p.name for p in beside.iterdir() if p.is_dir()) if beside.is_dir() else []
    named = f"; in {beside} there are {', '.join(known)}" if known else ""
    message = f"'{text}' is neither a jurisdiction nor a folder{nearest(text, known)}{named}"
    raise InputError([Fault("--jurisdiction", None, None, message)])


@contextmanager
def _messages() -> Iterator[None]:
    """Turn what can go wrong into a message and an exit code, and a stop signal into an exit."""

    def stop(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heeded = [n for n in numbers if signal.getsignal(n) != signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        yield
    except InputError as error:
        count = len(error.faults)
        typer.echo(f"{count} fault{'s' * (count > 1)} in the input:", err=True)
        for fault in error.faults:
            typer.echo(f"- {fault}", err=True)
        raise typer.Exit(FAULT) from None
    except HeconError as error:
        typer.echo(f"The model breaks a rule: {error}", err=True)
        raise typer.Exit(FAULT) from None
    except BrokenPipeError:
        # the reader has gone (`| head`): nothing more to say, and nothing left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        typer.echo(f"{place}{error.strerror or error}", err=True)
        raise typer.Exit(FAULT) from None
    except MemoryError:
        typer.echo("Not enough memory; ask for fewer draws.", err=True)
        raise typer.Exit(FAULT) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
