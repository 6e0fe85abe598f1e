"""How the report came about: versions, settings, the hash of every input."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd

from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Sentence, table
from hecon.report.record import run_record
from hecon.report.registry import Analysis

FACTS = (Column("fact", "What", "name"), Column("value", "", meaning="its value"))
INPUTS = (Column("file", "File", "name"), Column("sha256", "SHA-256"))


def section(run: Run) -> Section:
    """Versions, settings and hashes, and how to make the same report again."""
    record = run_record(run)
    inputs, libraries = record.pop("inputs"), record.pop("libraries")
    assert isinstance(inputs, dict)
    assert isinstance(libraries, dict)
    facts = [(k.replace("_", " "), str(v)) for k, v in {**record, **libraries}.items() if v]
    kept: str = run.option("inputs", "")
    again = Sentence(
        "To make it again: {command}. The same inputs, seed and versions give the same figures.",
        {"command": command(run)},
    )
    tables = (
        table(
            "provenance",
            "Versions and settings",
            FACTS,
            pd.DataFrame(facts, columns=["fact", "value"]),
            ("fact",),
            unsettled=("fact", "value"),
        ),
        table(
            "input_files",
            "SHA-256 of every input file",
            INPUTS,
            pd.DataFrame(list(inputs.items()), columns=["file", "sha256"]),
            ("file",),
            unsettled=("file", "sha256"),
        ),
    )
    said = [again]
    if kept:
        said.append(
            Sentence(
                "This is the run of an edited workbook. Its inputs were written to {kept} as a "
                "study's files; edits.csv beside it lists what differs from the original.",
                {"kept": kept},
            )
        )
    return Section("provenance", "Provenance", tuple(said), tables)


def command(run: Run) -> str:
    """The command that gives the same run, from the folder it was started in."""
    study, settings = run.study, run.settings
    place = study.jurisdiction.folder
    rules = "" if place == study.folder else f" --jurisdiction {_shown(run, place)}"
    words = ["--scenario", study.scenario] if study.scenario else []
    for text in study.values_set:
        name, _, value = text.partition(" = ")
        words += ["--set", f"{name}={value.split()[0]}"]
    variant = "".join(f" {shlex.quote(word)}" for word in words)
    return (
        f"hecon run {_shown(run, study.folder)}{rules}{variant} --draws {settings.draws} "
        f"--seed {settings.seed} --design {settings.method}"
    )


def _shown(run: Run, folder: Path) -> str:
    """A folder as seen from where the run was started; of one outside it, only the name."""
    kept: str = run.option("inputs", "")
    if kept:
        return f"{kept}/{folder.name}"
    here = Path.cwd()
    inside = folder.is_absolute() and folder.is_relative_to(here)
    return folder.relative_to(here).as_posix() if inside else folder.name


ANALYSIS = Analysis(section)
