"""A study that extends another, and what a jurisdiction adds: one definition made of layers.

The rule: an entry of `study.toml` replaces that of the layers before it, tables and named entries
of lists are merged, and a file named like an earlier one adds its rows to it or replaces those with
the same key.
"""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hecon.errors import Fault, InputError, nearest
from hecon.jurisdictions.jurisdiction_schema import FILE as JURISDICTION_FILE
from hecon.parameters.definitions import read_content, validated
from hecon.parameters.files import inside
from hecon.studies.budget import BUDGET_INPUTS, BUDGET_SCENARIOS
from hecon.studies.study_schema import StudyDefinition

FILE = "study.toml"
#: Files of translations, one a language.
TEXTS = "texts_*.csv"

#: Entries of `study.toml` that name files of rows.
_FILES = (
    *("parameters", "variables", "transitions", "payoffs", "scenarios", "subgroups"),
    "perspectives",
    *("correlations", "synthesis.arms", "synthesis.effects", "synthesis.contrasts"),
    "synthesis.estimates",
)

#: Lists of `study.toml` whose entries a study that extends another may leave out.
LISTS = ("states", "strategies", "items", "quantities")

_SIBLING = re.compile(r"\.\./([A-Za-z0-9_-]+)")

Content = dict[str, Any]


@dataclass(frozen=True)
class StudyFile:
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
class Layer:
    """What one folder says of a study, on top of the layers before it."""

    folder: Path
    definition: StudyDefinition  #: Merged of this folder's `study.toml` and of those before it.
    #: Entries that this folder gives itself, such as `course.items[Drug].amount`; of the first
    #: layer none.
    replaced: frozenset[str] = frozenset()
    pair: bool = False  #: Whether it is a jurisdiction's own part of a study.

    def gives(self, entry: str) -> bool:
        """True if something at or below an entry is given by this layer."""
        return any(_below(entry, r) or _below(r, entry) for r in self.replaced)


@dataclass(frozen=True)
class LayeredDefinition:
    """What `study.toml` says, with what the study extends and the jurisdiction's own part."""

    folder: Path  #: The study's own folder.
    content: StudyDefinition
    layers: tuple[Layer, ...]  #: The folders that say something, each on top of those before it.

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold the study, each on top of those before it."""
        return tuple(layer.folder for layer in self.layers)

    def may_leave_out(self, folder: Path) -> bool:
        """True for folders below the last one that says what is left `without`."""
        saying = [i for i, layer in enumerate(self.layers) if layer.gives("without")]
        return bool(saying) and self.folders.index(folder) < saying[-1]

    def place(self, entry: str) -> str:
        """The `study.toml` that gives an entry, as messages name it."""
        given = [layer.folder for layer in self.layers[1:] if layer.gives(entry)]
        return StudyFile(given[-1] if given else self.layers[0].folder, FILE).shown

    def sources(self, entry: str, jurisdiction: str = "") -> list[StudyFile]:
        """Files that an entry such as `course.sessions` names, the first layer's first.

        A layer may leave out a file that only a layer before it names.
        """
        found = []
        for position, layer in enumerate(self.layers):
            own = [
                StudyFile(layer.folder, n) for n in _names(layer.definition, entry, jurisdiction)
            ]
            if position and not layer.gives(entry):
                own = [source for source in own if source.path.is_file()]
            found += own
        return found


def pair_folder(study: str, jurisdiction: Path) -> Path | None:
    """Where a jurisdiction keeps what is its own of a study, if it has: ``STUDY_in_ITS_NAME``.

    STUDY is the study's name, not its folder's: a copy of the folder is the same study.
    """
    found = sorted(p for p in jurisdiction.glob(f"{study}_in_*") if p.is_dir())
    if len(found) > 1:
        names = " and ".join(p.name for p in found)
        text = f"{names} are both its own part of the study '{study}'; there can be one"
        raise InputError([Fault(f"{jurisdiction.name}/{JURISDICTION_FILE}", None, None, text)])
    return found[0] if found else None


def read_definition(folder: Path, jurisdiction: Path | None = None) -> LayeredDefinition:
    """The definition of a study, merged with that of the study it extends.

    Args:
        jurisdiction: Whose own part of the study, and of the one that it extends, comes on top of
            each.

    Raises:
        InputError: If a `study.toml` is faulty, or the study extended isn't one beside it, extends
            another itself, or has the same name; or if a file of the extending study belongs to
            nothing.
    """
    shown = StudyFile(folder, FILE).shown
    own = read_content(folder / FILE, shown)
    if "extends" not in own:
        first = Layer(folder, validated(own, shown, StudyDefinition))
        layers, _ = _with_pair((first,), own, jurisdiction)
        return LayeredDefinition(folder, layers[-1].definition, layers)
    below = _base_folder(folder, own["extends"], shown)
    base_shown = StudyFile(below, FILE).shown
    content = read_content(below / FILE, base_shown)
    if "extends" in content:
        raise _refused(shown, f"{below.name} extends a study itself; extend that one")
    base = validated(content, base_shown, StudyDefinition)
    if own.get("name", base.name) == base.name:
        text = f"a study that extends another needs a name of its own, not '{base.name}'"
        raise _refused(shown, text, "name")
    layers, content = _with_pair((Layer(below, base),), content, jurisdiction)
    replaced: set[str] = set()
    merged = _merged(content, own, "", replaced)
    without = own.get("without")
    for name, names in without.items() if isinstance(without, dict) else ():
        if name in LISTS:
            _leave_out(merged, name, names, shown)
    both = Layer(folder, validated(merged, shown, StudyDefinition), frozenset(replaced))
    _check_files(both)
    layers, _ = _with_pair((*layers, both), merged, jurisdiction)
    return LayeredDefinition(folder, layers[-1].definition, layers)


def _with_pair(
    layers: tuple[Layer, ...], content: Content, jurisdiction: Path | None
) -> tuple[tuple[Layer, ...], Content]:
    """Layers with a jurisdiction's own part of the last one, if it has one, and their content."""
    if jurisdiction is None:
        return layers, content
    folder = pair_folder(layers[-1].definition.name, jurisdiction)
    if folder is None:
        return layers, content
    shown = StudyFile(folder, FILE).shown
    own = read_content(folder / FILE, shown) if (folder / FILE).is_file() else {}
    for name in ("extends", "name"):
        if name in own:
            raise _refused(shown, "a jurisdiction's own part of a study has no such entry", name)
    replaced: set[str] = set()
    merged = _merged(content, own, "", replaced)
    without = own.get("without")
    for name, names in without.items() if isinstance(without, dict) else ():
        if name in LISTS:
            _leave_out(merged, name, names, shown)
    definition = validated(merged, shown, StudyDefinition)
    layer = Layer(folder, definition, frozenset(replaced), pair=True)
    _check_files(layer)
    return (*layers, layer), merged


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


def _check_files(found: Layer) -> None:
    """A file of rows in a folder on top of another that nothing names would be overlooked."""
    if (found.folder / JURISDICTION_FILE).is_file():
        return
    content = found.definition
    entries = [*_FILES, *(f"evidence.{n}" for n in content.evidence)]
    entries += [f"tables.{n}.file" for n in content.tables]
    entries += ["course.sessions"] * (content.course is not None)
    known = sorted({n for e in entries for n in _names(content, e, "*")})
    known += [BUDGET_INPUTS, BUDGET_SCENARIOS, TEXTS]
    for path in sorted(found.folder.glob("*.csv")):
        if not any(fnmatch.fnmatch(path.name, name) for name in known):
            text = f"the study has no file of this name{nearest(path.name, known)}; "
            text += f"allowed are {', '.join(known)}, or name it in {FILE}"
            raise InputError([Fault(StudyFile(found.folder, path.name).shown, None, None, text)])
