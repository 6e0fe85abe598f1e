"""A study that extends another: one definition made of two, and where each file's rows lie.

The rule: an entry of `study.toml` replaces the base's, tables and named entries of lists are
merged, and a file named like the base's adds its rows to it or replaces those with the same key.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hecon.errors import Fault, InputError, nearest
from hecon.jurisdictions.schema import FILE as JURISDICTION_FILE
from hecon.parameters.definitions import read_content, validated
from hecon.parameters.files import inside
from hecon.studies.schema import StudyDefinition

FILE = "study.toml"

#: Entries of `study.toml` that name files of rows.
_FILES = (
    *("parameters", "variables", "transitions", "payoffs", "scenarios", "correlations"),
    *("synthesis.arms", "synthesis.effects", "synthesis.contrasts", "synthesis.estimates"),
)

#: Lists of `study.toml` whose entries a study that extends another may leave out.
LISTS = ("states", "strategies", "items", "quantities")

_SIBLING = re.compile(r"\.\./([A-Za-z0-9_-]+)")

Content = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A file of a study, in the study's folder or in that of its base."""

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return self.folder / self.name

    @property
    def shown(self) -> str:
        """The file as messages name it."""
        return f"{self.folder.name}/{self.name}"


@dataclass(frozen=True)
class Base:
    """The study that is extended.

    Attributes
    ----------
    replaced
        Entries that the extending `study.toml` gives itself, such as `course.items[Drug].amount`.
    """

    folder: Path
    definition: StudyDefinition
    replaced: frozenset[str]

    def keeps(self, entry: str) -> bool:
        """True if nothing at or below an entry is given by the extending study."""
        return not any(_below(entry, r) or _below(r, entry) for r in self.replaced)


@dataclass(frozen=True)
class Definition:
    """What `study.toml` says, together with that of the study it extends, if it does."""

    folder: Path
    content: StudyDefinition
    base: Base | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold the study, the base's first."""
        return (self.folder,) if self.base is None else (self.base.folder, self.folder)

    def place(self, entry: str) -> str:
        """The `study.toml` that gives an entry, as messages name it."""
        kept = self.base is not None and self.base.keeps(entry)
        return Source(self.folders[0] if kept else self.folder, FILE).shown

    def sources(self, entry: str, jurisdiction: str = "") -> list[Source]:
        """Files that an entry such as `course.sessions` names, the base's first.

        The extending study may leave out a file that only its base's `study.toml` names.
        """
        found = [Source(self.folder, n) for n in _names(self.content, entry, jurisdiction)]
        if self.base is None:
            return found
        if self.base.keeps(entry):
            found = [source for source in found if source.path.is_file()]
        names = _names(self.base.definition, entry, jurisdiction)
        return [*(Source(self.base.folder, n) for n in names), *found]


def read_definition(folder: Path) -> Definition:
    """The definition of a study, merged with that of the study it extends.

    Raises
    ------
    InputError
        If a `study.toml` is faulty, or the study extended isn't one beside it, extends another
        itself, or has the same name; or if a file of the extending study belongs to nothing.
    """
    shown = Source(folder, FILE).shown
    own = read_content(folder / FILE, shown)
    if "extends" not in own:
        return Definition(folder, validated(own, shown, StudyDefinition))
    below = _base_folder(folder, own["extends"], shown)
    base_shown = Source(below, FILE).shown
    content = read_content(below / FILE, base_shown)
    if "extends" in content:
        raise _refused(shown, f"{below.name} extends a study itself; extend that one")
    base = validated(content, base_shown, StudyDefinition)
    if own.get("name", base.name) == base.name:
        text = f"a study that extends another needs a name of its own, not '{base.name}'"
        raise _refused(shown, text, "name")
    replaced: set[str] = set()
    merged = _merged(content, own, "", replaced)
    without = own.get("without")
    for name, names in without.items() if isinstance(without, dict) else ():
        if name in LISTS:
            _leave_out(merged, name, names, shown)
    both = validated(merged, shown, StudyDefinition)
    found = Definition(folder, both, Base(below, base, frozenset(replaced)))
    _check_files(found)
    return found


def _leave_out(merged: Content, name: str, names: object, shown: str) -> None:
    """Take entries out of a list of `study.toml`."""
    where = merged.get("course") if name in ("items", "quantities") else merged
    if not isinstance(where, dict) or not isinstance(names, list):
        return
    entries = where.get(name, [])
    known = [_identity(entry)[0] for entry in entries]
    for each in names:
        if each not in known:
            text = f"'{each}' is not one of the {name}{nearest(str(each), known)}"
            raise _refused(shown, text, f"without.{name}")
    where[name] = [entry for entry in entries if _identity(entry)[0] not in names]


def _refused(shown: str, text: str, entry: str = "extends") -> InputError:
    return InputError([Fault(shown, None, entry, text)])


def _base_folder(folder: Path, text: object, shown: str) -> Path:
    """The folder of the study that is extended: one beside the study's own."""
    match = _SIBLING.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise _refused(shown, f"found '{text}', allowed is '../NAME', a study beside this one")
    name = match.group(1)
    if name == folder.name:
        raise _refused(shown, "a study can't extend itself")
    path = inside(folder.parent, name, shown, "extends")
    if not (path / FILE).is_file():
        known = sorted(p.parent.name for p in folder.parent.glob(f"*/{FILE}"))
        raise _refused(shown, f"no study '{name}' lies beside this one{nearest(name, known)}")
    return path


def _merged(base: Content, own: Content, prefix: str, replaced: set[str]) -> Content:
    """Entries of both; `replaced` collects what the own ones are."""
    result = dict(base)
    for name, value in own.items():
        result[name] = _joined(base.get(name), value, f"{prefix}{name}", replaced)
    return result


def _joined(before: object, value: object, place: str, replaced: set[str]) -> object:
    if isinstance(before, dict) and isinstance(value, dict):
        return _merged(before, value, f"{place}.", replaced)
    if _is_list_of_tables(before) and _is_list_of_tables(value):
        entries = {_identity(entry): dict(entry) for entry in before}  # type: ignore[attr-defined]
        added: list[Content] = []
        seen = set()
        for entry in value:  # type: ignore[attr-defined]
            key = _identity(entry)
            here = f"{place}[{key[0]}]"
            if key in entries and key not in seen:
                entries[key] = _merged(entries[key], entry, f"{here}.", replaced)
            else:
                added.append(entry)
                replaced.add(here)
            seen.add(key)
        return [*entries.values(), *added]
    replaced.add(place)
    return value


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _identity(entry: Content) -> tuple[str, str]:
    """What tells entries of a list apart: their name, or their item and kind."""
    return str(entry.get("name", entry.get("item"))), str(entry.get("kind", "cost"))


def _value(definition: StudyDefinition, entry: str) -> object:
    value: object = definition
    for part in entry.split("."):
        value = value.get(part) if isinstance(value, Mapping) else getattr(value, part, None)
    return value


def _below(entry: str, other: str) -> bool:
    """True if an entry is another one or a part of it."""
    return re.match(rf"{re.escape(other)}(?![^.\[])", entry) is not None


def _names(definition: StudyDefinition, entry: str, jurisdiction: str) -> list[str]:
    """Names of the files that an entry holds: none, one or a list."""
    value = _value(definition, entry)
    names = value if isinstance(value, list) else [value]
    return [str(n).replace("{jurisdiction}", jurisdiction) for n in names if n]


def _check_files(found: Definition) -> None:
    """A file of rows in the extending folder that nothing names would be overlooked."""
    if (found.folder / JURISDICTION_FILE).is_file():
        return
    entries = [*_FILES, *(f"evidence.{n}" for n in found.content.evidence)]
    entries += [f"tables.{n}.file" for n in found.content.tables]
    entries += ["course.sessions"] * (found.content.course is not None)
    known = sorted({n for e in entries for n in _names(found.content, e, "*")})
    for path in sorted(found.folder.glob("*.csv")):
        if not any(fnmatch.fnmatch(path.name, name) for name in known):
            text = f"the study has no file of this name{nearest(path.name, known)}; "
            text += f"allowed are {', '.join(known)}, or name it in {FILE}"
            raise InputError([Fault(Source(found.folder, path.name).shown, None, None, text)])
