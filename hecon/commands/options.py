"""Arguments and options that commands share, and reading the study they name."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hecon.errors import Fault, FaultList, InputError, shown, unprintable
from hecon.lean import leave_out_unasked

if TYPE_CHECKING:
    from hecon.studies.study import Study


class DesignName(StrEnum):
    """How the draws of the probabilistic analysis are spread."""

    MONTE_CARLO = "monte-carlo"
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"


#: Most draws, threads, and largest seed: what memory, a machine and 31 bits hold.
MOST_DRAWS, MOST_WORKERS, LAST_SEED = 10_000_000, 256, 2**31 - 1
#: Largest number that an option takes, either way.
LARGEST = 1e15
#: Most values in a list.
MOST_VALUES = 10_001
#: Most characters of a label.
LONGEST = 60


def said(context: typer.Context, option: typer.CallbackParam, value: Any) -> Any:
    """An option that is written down says something, and something that can be shown."""
    if value is None or not given(context, option.name):
        return value
    for text in [value] if isinstance(value, str) else value:
        if not text.strip():
            raise typer.BadParameter("found nothing, needed is a value; or leave the option out")
        if problem := unprintable(text):
            raise typer.BadParameter(f"found {problem}")
    return value


def label(context: typer.Context, option: typer.CallbackParam, value: str) -> str:
    """A word or two for headings."""
    said(context, option, value)
    if len(value) > LONGEST:
        raise typer.BadParameter(f"found {len(value):,} characters, allowed are {LONGEST}")
    return value


def sensible(value: float | None) -> float | None:
    """A number that can be calculated with."""
    if value is not None and not abs(value) <= LARGEST:
        raise typer.BadParameter(f"found {value:g}, allowed is from {-LARGEST:g} to {LARGEST:g}")
    return value


def out_folder(value: Path) -> Path:
    """A place where outputs can be written: all on the way there are folders, and may be."""
    if problem := unprintable(str(value.absolute())):
        raise typer.BadParameter(f"found {problem}")
    try:
        for path in (value / "outputs", value / "reports", value, *value.absolute().parents):
            if path.exists() and not path.is_dir():
                raise typer.BadParameter(f"'{path}' is a file; a folder is expected")
            if path.is_symlink() and not path.exists():
                raise typer.BadParameter(f"'{path}' is a link that leads nowhere")
        for path in (value / "outputs", value / "reports", value):
            there = next(p for p in (path.absolute(), *path.absolute().parents) if p.exists())
            if not os.access(there, os.W_OK | os.X_OK):
                raise typer.BadParameter(f"'{there}' may not be written to")
    except OSError as error:
        raise typer.BadParameter(f"{shown(str(value))}: {error.strerror}") from None
    return value


def refuse_idle(context: typer.Context, why: str, *names: str) -> None:
    """Raise InputError if an option is given where it would be ignored."""
    faults = FaultList()
    for option in context.command.params:
        if option.name in names and given(context, option.name):
            faults.add(option.opts[0], None, None, f"{why}; leave it out")
    faults.raise_if_any()


def at_most(found: int, most: int, option: str, allowed: str) -> None:
    """Refuse an option that is larger than what else is asked for allows, in words."""
    if found > most:
        raise typer.BadParameter(f"found {found:,}, allowed {allowed}", param_hint=option)


def refuse_more_live(found: int, draws: int) -> None:
    """Refuse more live draws than the workbook holds."""
    if found:
        from hecon.workbook.context import REPLAYED

        most = min(draws, REPLAYED)
        at_most(found, most, "--live-draws", f"are as many as the workbook holds: {most:,}")


def given(context: typer.Context, name: str | None) -> bool:
    """Whether an option was typed, rather than left at its default."""
    source = context.get_parameter_source(name or "")
    return source is not None and source.name == "COMMANDLINE"


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
Draws = Annotated[
    int, typer.Option(min=1, max=MOST_DRAWS, help="Draws of the probabilistic analysis.")
]
LiveDraws = Annotated[
    int,
    typer.Option(
        min=0,
        metavar="N",
        help="Let the workbook work out so many draws itself after an edit, in Excel by F9.",
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Seed of the draws.")]
DesignOption = Annotated[DesignName, typer.Option("--design", help="How draws are spread.")]
Workers = Annotated[
    int, typer.Option(min=1, max=MOST_WORKERS, help="Threads; results do not depend on it.")
]
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        help="Where outputs/STUDY_JURISDICTION_COMMAND/ is written.",
        callback=out_folder,
    ),
]
OutBoth = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Where outputs/ and reports/ are written.", callback=out_folder
    ),
]


def known_language(value: str) -> str:
    """The code of a language that there is a catalogue of."""
    from hecon.report.language import languages

    if value not in languages():
        raise typer.BadParameter(f"found '{value}', allowed are {', '.join(languages())}")
    return value


LanguageCode = Annotated[
    str,
    typer.Option(
        "--language",
        metavar="CODE",
        help="What people read is written in, such as en or nb. Files of tables keep to English.",
        callback=known_language,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=A,B",
        help="A set of parameters to learn about together; may be given again, sets may not "
        "overlap.",
    ),
]


class RegressionMethod(StrEnum):
    """How partial information is estimated."""

    AUTO = "auto"
    ADDITIVE = "additive"
    GAUSSIAN_PROCESS = "gaussian-process"


MethodOption = Annotated[
    RegressionMethod, typer.Option("--method", help="How partial information is estimated.")
]


def read_study(folder: Path, jurisdiction: str) -> Study:
    """The study in a folder, in the jurisdiction named.

    Called first in a command: it says what is done before anything large is imported.
    """
    from hecon.report.progress import ProgressBar

    with ProgressBar() as tell:
        tell("Reading the study", 0, 1)
        leave_out_unasked()
        from hecon.report.staging import finish_earlier
        from hecon.studies.folders import jurisdiction_folder, study_folder

        here = study_folder(folder)
        finish_earlier(here)
        from hecon.studies.load_study import load_study

        return load_study(here, jurisdiction_folder(here, jurisdiction))


def numbers(text: str, option: str) -> list[float]:
    """Numbers written as a list (`1,2,3`) or as `first:last:step`."""
    try:
        if ":" in text:
            first, last, step = (float(part) for part in text.split(":"))
            count = (last - first) / step
            if not (step > 0 and 0 <= count < MOST_VALUES):
                raise ValueError
            found = [first + i * step for i in range(int(count + 1e-9) + 1)]
        else:
            found = [float(part) for part in text.split(",") if part.strip()]
            if len(found) > MOST_VALUES:
                raise ValueError
        if not all(abs(value) <= LARGEST for value in found):
            raise ValueError
    except (ValueError, ZeroDivisionError, OverflowError):
        message = (
            f"found {shown(text)}, allowed are up to {MOST_VALUES:,} numbers from {-LARGEST:g} to "
            f"{LARGEST:g}, as 1,2,3 or first:last:step"
        )
        raise InputError([Fault(option, None, None, message)]) from None
    if not found:
        raise InputError([Fault(option, None, None, "found none, needed is at least one number")])
    return found


def named_sets(texts: list[str] | None) -> dict[str, list[str]]:
    """Sets of parameters written as `name=a,b`."""
    from hecon.analyses.information import named_sets as parsed

    return parsed(texts or [])
