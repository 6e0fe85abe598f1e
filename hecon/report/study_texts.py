"""The texts of a study and its jurisdiction, and their translations in `texts_CODE.csv`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from hecon.errors import FaultList
from hecon.parameters.records import Required, Strict
from hecon.parameters.tables import read_rows
from hecon.report.language import Language, read_language
from hecon.studies.study import Study

#: Fields of input files that hold what people read; others are names, figures and citations.
PROSE = frozenset(
    (
        *("title", "label", "description", "question", "population", "perspective", "body"),
        *("why", "note", "means", "assumption", "justification", "seed_fact", "needed", "where"),
        *("report", "item", "payer", "view"),
    )
)


class Translation(Strict):
    """A row of `texts_CODE.csv`: a text of the study as it stands there, and what it means."""

    text: Required
    translation: Required


def language_of(study: Study, code: str) -> Language:
    """A language with the texts of a study and its jurisdiction.

    Raises
    ------
    InputError
        If a file of translations is broken, or translates a text twice.
    """
    if code == "en":
        return read_language(code)
    return read_language(code).with_texts(translations(study, code), study_texts(study))


def translations(study: Study, code: str) -> dict[str, str]:
    """Translations that the folders of a study and its jurisdiction hold, by the texts."""
    known: dict[str, str] = {}
    faults = FaultList()
    for path in text_files(study, code):
        shown = f"{path.parent.name}/{path.name}"
        seen: dict[str, int] = {}
        for row, entry, _ in read_rows(path, shown, Translation, faults):
            if entry.text in seen:
                text = f"translates the same text as row {seen[entry.text]}"
                faults.add(shown, row, "text", text)
            seen[entry.text] = row
            known[entry.text] = entry.translation
    faults.raise_if_any()
    return known


def text_files(study: Study, code: str) -> list[Path]:
    """Files of translations, each on top of those before it."""
    folders = (study.jurisdiction.folder, *study.folders)
    return [path for f in folders if (path := f / f"texts_{code}.csv").is_file()]


def codes(study: Study) -> list[str]:
    """Languages that somebody has begun to translate the study into."""
    folders = (study.jurisdiction.folder, *study.folders)
    found = {path.stem.removeprefix("texts_") for f in folders for path in f.glob("texts_*.csv")}
    return sorted(found)


def study_texts(study: Study) -> frozenset[str]:
    """Everything that people read in a study's and its jurisdiction's own words."""
    place = study.jurisdiction
    held: list[object] = [
        study.definition.model_dump(),
        place.definition.model_dump(),
        [asdict(demand) for demand in place.demands],
        [{"description": p.description, "note": p.note} for p in study.parameters],
        [{"description": v.description} for v in study.variables],
        [{"title": s.title, "why": s.why} for s in (*study.scenarios, *study.perspectives)],
        [{"title": s.title, "why": s.scenario.why} for s in study.subgroups],
        [dict(row) for document in study.documents.values() for row in document],
        [row.model_dump() for row in study.synthesis.rows.values()],
    ]
    if study.budget is not None:
        held.append(study.budget.definition.model_dump())
        held.append([{"description": p.description} for p in study.budget.parameters])
        held.append([{"title": s.title, "why": s.why} for s in study.budget.scenarios])
    return frozenset(text for text in _prose(held) if any(map(str.isalpha, text)))


def _prose(held: object) -> Iterator[str]:
    if isinstance(held, Mapping):
        for name, value in held.items():
            if isinstance(value, str):
                if name in PROSE:
                    yield value
            else:
                yield from _prose(value)
    elif isinstance(held, list | tuple):
        for each in held:
            yield from _prose(each)
