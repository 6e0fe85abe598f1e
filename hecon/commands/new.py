"""The command that writes a study to begin with: a folder that runs and explains itself."""

from __future__ import annotations

import re
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hecon.commands.messages import messages
from hecon.errors import Fault, InputError

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_TEMPLATES = "templates"


class NewKind(StrEnum):
    """What can be begun."""

    STUDY = "study"


def new(
    kind: Annotated[NewKind, typer.Argument(metavar="study", help="What to write.")],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="NAME",
            help="Its folder, which must not exist: its last part is the study's name.",
        ),
    ],
) -> None:
    """Write a study that runs: three strategies, a shared effect, a tunnel, a course of visits.

    Its README.md says what each file holds. All figures are invented, to be replaced one by one.

    \b
    Examples
      hecon new study my-studies/asthma
      hecon run my-studies/asthma --draws 1000
    """  # noqa: D301
    with messages():
        written = write_template(kind.value, folder)
        typer.echo(f"Wrote {', '.join(written)} into {folder}.")
        typer.echo(f"Next: hecon check {folder}, then hecon run {folder} --draws 1000")


def write_template(kind: str, folder: Path) -> list[str]:
    """Write the files of a template under a name of their own; gives their names.

    Raises
    ------
    InputError
        If the folder exists or its name can't be that of a study.
    """
    name = folder.name
    if not _NAME.fullmatch(name):
        text = f"found '{name}', allowed are up to 60 letters, digits, _ and -, the first a letter"
        raise InputError([Fault(str(folder), None, None, text)])
    if folder.exists():
        raise InputError([Fault(str(folder), None, None, "is there already; choose another name")])
    found = sorted(
        files("hecon.commands").joinpath(_TEMPLATES, kind).iterdir(), key=lambda f: f.name
    )
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        text = f"can't be made: {error.strerror}"
        raise InputError([Fault(str(folder), None, None, text)]) from error
    for each in found:
        text = each.read_text("utf-8").replace("@NAME@", name).replace("@FOLDER@", str(folder))
        (folder / each.name).write_text(text, "utf-8", newline="\n")
    return [each.name for each in found]
