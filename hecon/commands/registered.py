"""Commands that follow from the registry: a signature from an analysis's options, one body."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    DesignName,
    DesignOption,
    Draws,
    JurisdictionName,
    Out,
    Seed,
    StudyFolder,
    Workers,
    numbers,
    read_study,
)
from hecon.errors import Fault, InputError
from hecon.report.registry import Analysis, Entry, Option

_DRAWN: tuple[tuple[str, Any, Any], ...] = (
    ("draws", Draws, 10_000),
    ("seed", Seed, 1),
    ("design", DesignOption, DesignName.MONTE_CARLO),
    ("workers", Workers, 1),
)


def command_of(entry: Entry) -> Callable[..., None]:
    """A function as typer reads it, that runs one analysis of a study alone."""
    analysis = entry.load()

    def body(folder: Path, jurisdiction: str, out: Path, **options: Any) -> None:
        with messages():
            run_alone(entry, analysis, folder, jurisdiction, out, options)

    body.__doc__ = analysis.help
    body.__name__ = entry.command_name.replace("-", "_")
    body.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            _parameter("folder", StudyFolder),
            *(_parameter(o.name, _annotated(o), _default(o)) for o in analysis.options),
            _parameter("jurisdiction", JurisdictionName, ""),
            *(_parameter(*each) for each in _DRAWN if analysis.draws),
            _parameter("out", Out, Path()),
        ]
    )
    return body


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> Any:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _default(option: Option) -> Any:
    if option.required:
        return inspect.Parameter.empty
    return None if option.only_with else option.default


def _annotated(option: Option) -> Any:
    """An option as typer reads it."""
    base: Any = _choice(option) if isinstance(option.kind, Sequence) else option.kind
    if option.series:
        base = str
    if option.many:
        base = list[base]
    told = option.help
    if option.only_with:
        told += f" [default: {option.default}]"
    if (option.default is None or option.only_with) and not option.required:
        base = base | None
    limits: dict[str, Any] = {}
    if option.kind in (int, float) and not option.series:
        limits = {"min": option.least, "max": option.most}
    if option.argument:
        shown = f"[{option.name.upper()}]..." if option.many else option.name.upper()
        return Annotated[base, typer.Argument(metavar=shown, help=told, **limits)]
    return Annotated[base, typer.Option(_flag(option), help=told, **limits)]


def _flag(option: Option) -> str:
    return f"--{option.name.replace('_', '-')}"


def _choice(option: Option) -> Any:
    assert not isinstance(option.kind, type)
    return StrEnum(option.name, {word.upper(): word for word in option.kind})


def run_alone(
    entry: Entry,
    analysis: Analysis,
    folder: Path,
    jurisdiction: str,
    out: Path,
    options: dict[str, Any],
) -> None:
    """Run one analysis, print its section and write its tables into a folder of their own."""
    study = read_study(folder, jurisdiction)
    from hecon.analyses.run import Run, Settings
    from hecon.report.alone import write_alone
    from hecon.report.console import stdout
    from hecon.report.labels import study_units
    from hecon.report.progress import ProgressBar
    from hecon.report.terminal import show

    drawn = {name: options.pop(name) for name, _, _ in _DRAWN if analysis.draws}
    asked = _asked(analysis, {k: _plain(v) for k, v in options.items() if v is not None})
    for each in analysis.options:
        if each.series and each.name in asked:
            asked[each.name] = numbers(asked[each.name], _flag(each))
    settings = Settings(
        drawn.get("draws", 10_000),
        drawn.get("seed", 1),
        str(drawn.get("design", DesignName.MONTE_CARLO).value),
        drawn.get("workers", 1),
        asked,
    )
    with ProgressBar() as tell:
        run = Run(study, settings, tell)
        section = analysis.content(run)
    found = any(len(t.frame) for t in section.tables)
    if not found and (run.missing or not section.sentences):
        reasons = "; ".join(dict.fromkeys(run.missing.values())) or "the study asks for none"
        raise InputError([Fault(study.folder.name, None, section.title, reasons)])
    show(section, study_units(study), stdout())
    if found:
        write_alone(run, entry.command_name, section, out, stdout())


def _asked(analysis: Analysis, given: dict[str, Any]) -> dict[str, Any]:
    """What was asked for, with defaults; an option that would be ignored is refused."""
    for option in analysis.options:
        if option.only_with is None:
            continue
        name, words = option.only_with
        if option.name in given and given.get(name) not in words:
            text = f"means nothing with --{name} {given.get(name)}; leave it out"
            raise InputError([Fault(_flag(option), None, None, text)])
        given.setdefault(option.name, option.default)
    return given


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return [_plain(v) for v in value] if isinstance(value, list) else value
