"""Commands that follow from the registry: a signature from an analysis's options, one body."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hecon.commands.messages import messages
from hecon.commands.options import (
    DesignName,
    DesignOption,
    Draws,
    JurisdictionName,
    LanguageCode,
    Out,
    Seed,
    StudyFolder,
    Workers,
    numbers,
    read_study,
    refuse_idle,
    said,
    sensible,
)
from hecon.errors import Fault, InputError
from hecon.report.registry import Analysis, Option, Registration

if TYPE_CHECKING:
    from hecon.analyses.run import Run

_SETTINGS: dict[str, tuple[Any, Any]] = {
    "draws": (Draws, 10_000),
    "seed": (Seed, 1),
    "design": (DesignOption, DesignName.MONTE_CARLO),
    "workers": (Workers, 1),
}


def command_of(entry: Registration) -> Callable[..., None]:
    """A function as typer reads it, that runs one analysis of a study alone."""
    analysis = entry.load()

    def body(
        context: typer.Context,
        folder: Path,
        jurisdiction: str,
        language: str,
        out: Path,
        **options: Any,
    ) -> None:
        with messages():
            for idle in analysis.idle:
                if (_plain(options[idle.option]) == idle.value) != idle.other:
                    refuse_idle(context, idle.why, *idle.names)
            run_alone(entry, analysis, (folder, jurisdiction), language, out, options)

    body.__doc__ = analysis.help
    body.__name__ = entry.command_name.replace("-", "_")
    defaults = {"draws": analysis.draws}
    # typer makes options from a signature, and has no other way to take them from data
    body.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            _parameter("context", typer.Context),
            _parameter("folder", StudyFolder),
            *(_parameter(o.name, _annotated(o), _default(o)) for o in analysis.options),
            _parameter("jurisdiction", JurisdictionName, ""),
            *(
                _parameter(name, _SETTINGS[name][0], defaults.get(name, _SETTINGS[name][1]))
                for name in analysis.settings
            ),
            _parameter("language", LanguageCode, "en"),
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
    if isinstance(option.kind, type):
        return option.default
    return None if option.default is None else _choice(option)(option.default)


def _annotated(option: Option) -> Any:
    """An option as typer reads it, with the guards that its kind asks for."""
    base: Any = option.kind if isinstance(option.kind, type) else _choice(option)
    how: dict[str, Any] = {"help": option.help, "metavar": option.metavar}
    if option.series or option.kind is str:
        base, how["callback"] = str, said
    elif option.kind is float:
        how["callback"] = sensible
    elif option.kind is int:
        how |= {"min": option.least, "max": option.most}
    if option.many:
        base = list[base]
    if option.default is None and not option.required:
        base = base | None
    if option.argument:
        shown = f"[{option.name.upper()}]..." if option.many else option.name.upper()
        return Annotated[base, typer.Argument(**how | {"metavar": shown})]
    return Annotated[base, typer.Option(flag(option.name), **how)]


def flag(name: str) -> str:
    """An option's name as it is written."""
    return f"--{name.replace('_', '-')}"


def _choice(option: Option) -> Any:
    assert not isinstance(option.kind, type)
    return StrEnum(option.name, {word.upper().replace("-", "_"): word for word in option.kind})


def run_alone(
    entry: Registration,
    analysis: Analysis,
    place: tuple[Path, str],
    language: str,
    out: Path,
    options: dict[str, Any],
) -> None:
    """Run one analysis, print its section and write its tables into a folder of their own.

    Args:
        place: Folder of the study, and its jurisdiction.

    Raises:
        InputError: If the study can't have the analysis, with the reason why.
        typer.Exit: With 1 if the analysis says that something is wrong.
    """
    study = read_study(*place)
    from hecon.analyses.run import Run, Settings
    from hecon.report.alone import write_alone
    from hecon.report.console import stdout
    from hecon.report.language import speaking
    from hecon.report.progress import ProgressBar
    from hecon.report.study_texts import language_of
    from hecon.report.terminal import show
    from hecon.report.things_called import study_units

    tongue = language_of(study, language)
    given = {name: _plain(options.pop(name)) for name in analysis.settings}
    if "design" in given:
        given["method"] = given.pop("design")
    asked = {k: _plain(v) for k, v in options.items() if v is not None}
    for each in analysis.options:
        if each.series and each.name in asked:
            if asked[each.name]:
                asked[each.name] = numbers(asked[each.name], flag(each.name))
            else:
                del asked[each.name]
    with ProgressBar() as tell:
        run = Run(study, Settings(**given, options=asked), tell)
        _refuse_unavailable(run, analysis)
        section = analysis.content(run)
        if section.empty:
            raise InputError([Fault(study.name, None, None, analysis.lacking)])
    with speaking(tongue):
        show(section, study_units(study), stdout())
        write_alone(run, entry.command_name, analysis, section, out, stdout())
    if analysis.failed is not None and analysis.failed(section):
        raise typer.Exit(1)


def _refuse_unavailable(run: Run, analysis: Analysis) -> None:
    """Raise InputError with the reason if the run can't have what the analysis rests on."""
    from hecon.analyses.run import MissingResult

    for each in analysis.rests_on:
        try:
            run(each)
        except MissingResult as error:
            raise InputError([Fault(run.study.name, None, None, str(error))]) from None


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return [_plain(v) for v in value] if isinstance(value, list) else value
