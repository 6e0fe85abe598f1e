"""How the report came about: versions, settings, the hash of every input."""

import pandas as pd

from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Sentence, table
from hecon.report.record import run_record
from hecon.report.registry import Analysis

FACTS = (Column("fact", "What", "label"), Column("value", "", meaning="its value"))
INPUTS = (Column("file", "File", "name"), Column("sha256", "SHA-256"))


def section(run: Run) -> Section:
    """Versions, settings and hashes, and how to make the same report again."""
    record = run_record(run)
    inputs, libraries = record.pop("inputs"), record.pop("libraries")
    again = record.pop("command")
    assert isinstance(inputs, dict)
    assert isinstance(libraries, dict)
    facts = [(k.replace("_", " "), _told(v)) for k, v in {**record, **libraries}.items() if v]
    kept: str = run.option("inputs", "")
    sentence = Sentence(
        "To make it again: {command}. The same inputs, seed and versions give the same figures.",
        {"command": str(again)},
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
    said = [sentence]
    if kept:
        said.append(
            Sentence(
                "This is the run of an edited workbook. Its inputs were written to {kept} as a "
                "study's files; edits.csv beside it lists what differs from the original.",
                {"kept": kept},
            )
        )
    return Section("provenance", "Provenance", tuple(said), tables)


ANALYSIS = Analysis(section)


def _told(value: object) -> str:
    """A setting in words: one with several parts by their names."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value)
