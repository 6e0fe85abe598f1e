"""Arguments and options that commands share, and reading the study they name."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hecon.errors import Fault, InputError, nearest

if TYPE_CHECKING:
    from hecon.studies.study import Study


class DesignName(StrEnum):
    """How the draws of the probabilistic analysis are spread."""

    MONTE_CARLO = "monte-carlo"
    LATIN_HYPERCUBE = "latin-hypercube"
    SOBOL = "sobol"


def said(context: typer.Context, option: typer.CallbackParam, value: str | None) -> str | None:
    """An option that is written down says something."""
    source = context.get_parameter_source(option.name or "")
    given = source is not None and source.name == "COMMANDLINE"
    if value is not None and not value.strip() and given:
        raise typer.BadParameter("found nothing, needed is a value; or leave the option out")
    return value


def out_folder(value: Path) -> Path:
    """A place where outputs can be written: nothing on the way there is a file."""
    for path in (value / "outputs", value / "reports", value, *value.absolute().parents):
        if path.exists() and not path.is_dir():
            raise typer.BadParameter(f"'{path}' is a file, needed is a folder")
    return value


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
Out = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Where outputs/STUDY_JURISDICTION/ is written.", callback=out_folder
    ),
]
OutBoth = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="Where outputs/ and reports/ are written.", callback=out_folder
    ),
]
Thresholds = Annotated[
    str,
    typer.Option(
        "--thresholds",
        metavar="LIST",
        help="Values of a QALY, as 100000,200000 or as 0:2000000:50000 (first:last:step); without "
        "it the study's own.",
        callback=said,
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
    """The study in a folder, in the jurisdiction named."""
    from hecon.studies.load import load_study

    # files are named by their folder, which `.` and `..` would leave blank
    here = Path(os.path.abspath(folder))
    if not here.is_dir():
        known = sorted(p.parent.name for p in here.parent.glob("*/study.toml"))
        text = f"there is no study's folder here{nearest(here.name, known)}"
        raise InputError([Fault(str(folder), None, None, text)])
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


def numbers(text: str, option: str) -> list[float]:
    """Numbers written as a list (`1,2,3`) or as `first:last:step`."""
    try:
        if ":" in text:
            first, last, step = (float(part) for part in text.split(":"))
            count = (last - first) / step
            if step > 0 and 0 <= count <= 10_000:
                return [first + i * step for i in range(int(count + 1e-9) + 1)]
            raise ValueError
        return [float(part) for part in text.split(",") if part.strip()]
    except (ValueError, ZeroDivisionError):
        message = f"found '{text}', allowed are numbers as 1,2,3 or first:last:step"
        raise InputError([Fault(option, None, None, message)]) from None


def named_sets(texts: list[str] | None) -> dict[str, list[str]]:
    """Sets of parameters written as `name=a,b`."""
    from hecon.analyses.information import named_sets as parsed

    return parsed(texts or [])
