"""The texts of a study and its jurisdiction, and their translations in `texts_CODE.csv`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import shorten

from hecon.errors import FaultList
from hecon.parameters.records import Required, Strict
from hecon.parameters.tables import read_rows
from hecon.report.language import Language, heading, languages, read_language
from hecon.studies.documents import ARTICLE, ASSUMPTIONS, MISSING, SOURCES, Document
from hecon.studies.extends import TEXTS
from hecon.studies.study import Study

#: Fields of input files that hold what people read; others are names, figures and citations.
PROSE = frozenset(
    (
        *("title", "label", "description", "question", "population", "perspective", "body"),
        *("why", "note", "means", "item", "holds_fixed"),
    )
)

#: The same of files that are carried along for the reader.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    ARTICLE: ("fact", "seed_fact", "cross_check", "own_cross_check"),
    ASSUMPTIONS: ("assumption", "justification"),
    MISSING: ("needed", "where"),
    SOURCES: ("topic", "parameter", "unit", "uncertainty_kind", "value", "n", "price_year", "note"),
    "cheers": ("section", "name", "report"),
    "reported_effects": ("outcome", "use"),
    "trials": (
        *("diagnosis_lost_definition", "remission_definition", "response_definition"),
        *("dropout_definition", "timepoint", "note"),
    ),
}


#: What has no word of two small letters is a name, a figure or a formula.
_WORDS = re.compile(r"(?<![^\s(\"'/-])\w?[^\W\d_A-Z]{2,}(?![\w(*=])")


#: What the program fills in, and a brace that is alone.
_BRACES = re.compile(r"\{\w*\}|[{}]")


class Translation(Strict):
    """A row of `texts_CODE.csv`: a text of the study as it stands there, and what it means."""

    text: Required
    translation: Required


def language_of(study: Study, code: str) -> Language:
    """A language with the texts of a study and its jurisdiction.

    Raises:
        InputError: If a file of translations is broken, or translates a text twice.
    """
    if code == "en":
        return read_language(code)
    names = {name: name for name in study.model.strategies}
    known = names | translations(study, code)
    return read_language(code).with_texts(known, study_texts(study))


def translations(study: Study, code: str) -> dict[str, str]:
    """Translations that the folders of a study and its jurisdiction hold, by the texts."""
    known: dict[str, str] = {}
    for _, rows in _translated(study, code):
        known |= rows
    return known


def _translated(study: Study, code: str) -> list[tuple[Path, dict[str, str]]]:
    found, faults = [], FaultList()
    for path in text_files(study, code):
        shown = f"{path.parent.name}/{path.name}"
        known, seen = dict[str, str](), dict[str, int]()
        for row, entry, _ in read_rows(path, shown, Translation, faults):
            if entry.text in seen:
                text = f"translates the same text as row {seen[entry.text]}"
                faults.add(shown, row, "text", text)
            elif problem := _braces_problem(entry):
                faults.add(shown, row, "translation", problem)
            seen[entry.text] = row
            known[entry.text] = entry.translation
        found.append((path, known))
    faults.raise_if_any()
    return found


def _braces_problem(entry: Translation) -> str:
    """Why a translation can't stand for a text of the program with names in braces, or nothing."""
    needed, found = (sorted(set(_BRACES.findall(t))) for t in (entry.text, entry.translation))
    if needed == found:
        return ""
    names = [", ".join(each) or "none" for each in (found, needed)]
    return f"found in braces {names[0]}, allowed are those of the text, each as it is: {names[1]}"


def text_files(study: Study, code: str) -> list[Path]:
    """Files of translations, each on top of those before it."""
    folders = dict.fromkeys((study.jurisdiction.folder, *study.folders))
    return [path for f in folders if (path := f / f"texts_{code}.csv").is_file()]


def codes(study: Study) -> list[str]:
    """Languages that somebody has begun to translate the study into."""
    folders = (study.jurisdiction.folder, *study.folders)
    first, last = TEXTS.split("*")
    found = {path.name.removeprefix(first) for f in folders for path in f.glob(TEXTS)}
    return sorted(name.removesuffix(last) for name in found)


def translation_notes(study: Study) -> list[str]:
    """Texts without a translation into a language that was begun, and translations of nothing.

    What stands in the files beside the translations counts as a text, too: another study, or
    another jurisdiction, may show it where this one has replaced it.
    """
    needed, notes = study_texts(study), []
    for code in codes(study):
        files = _translated(study, code)
        known = {text: said for _, rows in files for text, said in rows.items()}
        program = read_language(code) if code in languages() else Language(code)
        lacking = sorted(program.with_texts(known, needed).pending)
        if lacking:
            share = f"{len(lacking)} of {len(needed)} texts have no translation"
            notes.append(f"{TEXTS.replace('*', code)}: {share}: {_first(lacking)}")
        for path, rows in files:
            beside = _written(path.parent) if rows.keys() - needed else ""
            idle = sorted(t for t in rows.keys() - needed if _unquoted(t) not in beside)
            if idle:
                shown = f"{path.parent.name}/{path.name}"
                share = f"{len(idle)} of {len(rows)} rows translates nothing"
                notes.append(f"{shown}: {share}: {_first(idle)}")
    return notes


def _written(folder: Path) -> str:
    """What a folder's input files hold, translations left out."""
    files = [f for f in (*folder.glob("*.csv"), *folder.glob("*.toml")) if not f.match(TEXTS)]
    return "\n".join(_unquoted(file.read_text("utf-8", "replace")) for file in files)


def _unquoted(text: str) -> str:
    return text.replace('"', "").replace("\\", "")


def _first(texts: Sequence[str], most: int = 3) -> str:
    """The first of many texts, cut where they are long."""
    some = [f"'{shorten(text, 60, placeholder='...')}'" for text in texts[:most]]
    return ", ".join(some) + (", ..." if len(texts) > most else "")


def study_texts(study: Study) -> frozenset[str]:
    """Everything that people read in a study's and its jurisdiction's own words."""
    place = study.jurisdiction.definition
    held: list[object] = [
        study.definition.model_dump(),
        place.model_dump(),
        [{"description": p.description, "note": p.note} for p in study.parameters],
        [{"label": p.holds_fixed, "note": p.derivation} for p in study.parameters],
        [{"label": p.unit} for p in study.parameters],
        [{"label": name} for name in _things(study)],
        [{"description": v.description} for v in study.variables],
        [{"title": s.title, "why": s.why} for s in (*study.scenarios, *study.perspectives)],
        [{"title": s.title, "why": s.scenario.why} for s in study.subgroups],
        [{"label": figure.label} for fact in study.facts for figure in fact.figures],
        [{"label": row.get(c, "")} for n, rows in _carried(study) for row in rows for c in n],
        [row.model_dump() for row in study.synthesis.rows.values()],
        [
            {"item": d.row.item, "label": d.row.value, "note": d.row.note}
            for d in study.jurisdiction.demands
        ],
        [{"label": d.needs.get("where", "")} for d in study.jurisdiction.demands],
        {"label": place.threshold.name},
        [{"label": entry.source} for entry in place.tables.values()],
    ]
    if study.people is not None:
        own = study.people.assumptions.values()
        held.append([{"label": a.unit, "note": a.source} for a in own])
    for trial in study.trials:
        held.append(trial.model_dump())
        held.append([{"label": outcome.name} for outcome in trial.outcomes])
        held.append([{"label": a.unit, "note": a.source} for a in trial.assumptions.values()])
    if place.severity is not None:
        held.append({"label": place.severity.source})
    if place.budget is not None:
        held.append({"label": place.budget.view.value})
    if study.budget is not None:
        budget = study.budget.definition
        held.append(budget.model_dump())
        held.append([{"label": name} for paid in budget.beside for name in paid.counts])
        held.append([{"label": name} for name in budget.outside])
        held.append([{"label": resource.name} for resource in budget.resources])
        held += [[{"description": p.description, "note": p.note}] for p in study.budget.parameters]
        held.append([{"label": p.unit, "note": p.derivation} for p in study.budget.parameters])
        held.append([{"title": s.title, "why": s.why} for s in study.budget.scenarios])
    return frozenset(text for text in _prose(held) if _WORDS.search(text))


def _things(study: Study) -> Iterator[str]:
    """Names in words: states, items of costs and effects, quantities and their units, groups."""
    yield from (state.name for state in study.model.states)
    yield from (payoff.item for payoff in study.model.payoffs)
    if study.course is not None:
        yield from (item.item for item, _ in study.course.items)
        yield from (text for q, _ in study.course.quantities for text in (q.name, q.unit))
        yield from (text for s in study.course.sessions for text in (s.kind, s.note))
        yield from map(heading, study.course.columns)
    yield from (text for g in study.subgroups for text in (g.name, *g.dimensions))


def _carried(study: Study) -> Iterator[tuple[tuple[str, ...], Document]]:
    """Columns that people read of each file that is carried along, and its rows."""
    for name, rows in study.documents.items():
        yield COLUMNS.get(name, ()), rows


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
