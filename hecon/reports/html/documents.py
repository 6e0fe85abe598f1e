"""What the page says of checks, evidence, assumptions, sources and reporting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hecon.reports.cited import cited
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import build, framed, plain
from hecon.reports.record import run_record
from hecon.reports.summary import evidence


def verification_section(found: Material, setting: Setting) -> Section:
    """The battery of checks, if it was run."""
    table = found.extras.verification
    if table is None:
        return Section("verification", "Verification")
    counts = table["result"].value_counts()
    texts = [
        "Questions whose answers are known: "
        + ", ".join(f"{counts[r]} {r}" for r in ("pass", "fail", "not applicable") if r in counts)
        + "."
    ]
    shown = build(
        "Verification battery",
        [
            ("Check", "check", ""),
            ("Result", "result", "mark"),
            ("Figure", "figure", ""),
            ("Detail", "detail", ""),
            ("Why", "why", ""),
        ],
        records(table),
    )
    return Section("verification", "Verification", texts, [shown])


def evidence_section(found: Material, setting: Setting) -> Section:
    """What the evidence is, how it was put together, and where it is weak."""
    study, extras = found.results.study, found.extras
    inputs = [p for p in study.parameters if p.is_input]
    rows = [
        {
            "name": p.text,
            "description": p.description,
            "value": p.value,
            "unit": p.unit,
            "low": p.low,
            "high": p.high,
            "distribution": p.distribution.kind,
            "status": p.status,
            "source": "; ".join(filter(None, [p.source, p.derivation])),
        }
        for p in inputs
    ]
    tables = []
    for caption, frame in (
        ("What the article says and what the model makes of it", extras.article),
        ("The weakest links by their influence on the decision", extras.weakest),
        ("Choices of the synthesis side by side", extras.synthesis),
    ):
        if frame is not None:
            tables.append(framed(caption, frame))
    tables.append(
        build(
            "Every input with its value, range and source",
            [
                ("Input", "description", ""),
                ("Name", "name", ""),
                ("Value", "value", "short"),
                ("Unit", "unit", ""),
                ("Low", "low", "short"),
                ("High", "high", "short"),
                ("Distribution", "distribution", ""),
                ("Status", "status", "mark"),
                ("Source", "source", ""),
            ],
            rows,
        )
    )
    for name, caption in (("trials", "Trial arms"), ("reported_effects", "Published effects")):
        if given := study.evidence(name):
            tables.append(plain(caption, given))
    figures = tuple(p.name for p in extras.pictures)
    return Section("evidence", "Evidence", [evidence(study.parameters)], tables, figures)


def assumptions_section(found: Material, setting: Setting) -> Section:
    """What the model takes for granted."""
    given = found.results.study.evidence("assumptions")
    tables = [plain("What the model takes for granted, why, and what tests it", given)]
    return Section("assumptions", "Assumptions", tables=tables if given else [])


def sources_section(found: Material, texts: Iterable[str]) -> Section:
    """Every published figure that the other sections refer to, given all that they say."""
    kept = ("id", "parameter", "value", "unit", "citation", "doi", "status")
    rows = cited(texts, found.results.study.evidence("sources"), kept)
    if not rows:
        return Section("sources", "Sources")
    shown = [{k: r[k] for k in kept if k in r} for r in rows]
    table = plain("Every published figure that this page refers to by its id", shown)
    return Section("sources", "Sources", tables=[table])


def cheers_section(found: Material, setting: Setting) -> Section:
    """The reporting checklist."""
    given = found.results.study.evidence("cheers")
    text = (
        "Consolidated Health Economic Evaluation Reporting Standards (Husereau et al., BMJ "
        "2022;376:e067975). Sheets are those of the workbook beside this page."
    )
    if not given:
        return Section("cheers", "CHEERS 2022")
    return Section("cheers", "CHEERS 2022", [text], [plain("Where each item is reported", given)])


def provenance_section(found: Material, setting: Setting) -> Section:
    """How the page came about."""
    record = run_record(found.results)
    inputs: Any = record.pop("inputs")
    libraries: Any = record.pop("libraries")
    facts = [{"what": name, "value": str(value)} for name, value in {**record, **libraries}.items()]
    hashes = [{"what": name, "value": value} for name, value in inputs.items()]
    return Section(
        "provenance",
        "Provenance",
        ["The same inputs, seed and versions give this page again, byte for byte."],
        [
            build("Versions and design", [("What", "what", ""), ("", "value", "text")], facts),
            build("SHA-256 of every input file", [("File", "what", ""), ("", "value", "")], hashes),
        ],
    )
