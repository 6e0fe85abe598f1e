"""Reading TOML files: every fault of a file is found at once and named by its entry."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from hecon.errors import Fault, FaultList, InputError, misspelt, nearest, unprintable
from hecon.parameters import limits
from hecon.parameters.files import read_text
from hecon.parameters.records import message, short

ModelType = TypeVar("ModelType", bound=BaseModel)

#: Where an entry stands: names of tables and positions in lists.
Place = tuple[int | str, ...]


def read_toml(path: Path, shown: str, kind: type[ModelType]) -> ModelType:
    """A validated TOML file; raises InputError with every fault."""
    return validated(read_content(path, shown), shown, kind)


def read_content(path: Path, shown: str) -> dict[str, Any]:
    """A TOML file as it stands; raises InputError if it is broken."""
    try:
        content = tomllib.loads(read_text(path, shown))
    except (ValueError, RecursionError) as error:
        reason = short(error) if isinstance(error, ValueError) else "brackets nest too deeply"
        raise InputError([Fault(shown, None, None, f"broken TOML: {reason}")]) from None
    _check_size(content, shown)
    return content


def _check_size(content: dict[str, Any], shown: str) -> None:
    """Refuse what is nested too deeply, too large a number, and text that can't be shown."""
    waiting: list[tuple[object, str, int]] = [(content, "", 0)]
    while waiting:
        found, entry, level = waiting.pop()
        problem = None
        if isinstance(found, dict):
            below = [(v, f"{entry}.{short(k)}" if entry else short(k)) for k, v in found.items()]
        elif isinstance(found, list):
            below = [(v, f"{entry}[{i}]") for i, v in enumerate(found, start=1)]
        else:
            below = []
        texts = [found] if isinstance(found, str) else found if isinstance(found, dict) else ()
        unfit = next(filter(None, (unprintable(text, lines=True) for text in texts)), None)
        if unfit:
            problem = f"found {unfit}"
        elif any(len(text) > limits.CHARACTERS for text in texts):
            problem = f"the text is too long, allowed are {limits.CHARACTERS} characters"
        elif isinstance(found, int) and abs(found) > limits.LARGEST:
            problem = f"the number is too large, allowed is up to {limits.LARGEST}"
        elif below and level >= limits.LEVELS:
            problem = f"tables nest too deeply, allowed are {limits.LEVELS} levels"
        if problem:
            raise InputError([Fault(shown, None, short(entry) or None, problem)])
        waiting += [(value, where, level + 1) for value, where in below]


def validated(content: dict[str, Any], shown: str, kind: type[ModelType]) -> ModelType:
    """The record that a TOML file's content describes; raises InputError with every fault."""
    try:
        return kind.model_validate(content, strict=True)
    except ValidationError as error:
        if not content:
            raise InputError([Fault(shown, None, None, "the file is empty")]) from None
        details = [d for d in error.errors() if not _other_branch(d["loc"], d["input"])]
        lacking = {d["loc"] for d in details if d["type"] == "missing"}
        extra = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
        meant = {(*place[:-1], _meant(place, lacking)) for place in extra}
        faults = FaultList()
        for detail in details:
            place = detail["loc"]
            if place in meant:
                continue
            hint = ""
            if place in extra:
                known = sorted(_fields(kind, place[:-1]))
                # many are those of a table whose heading is left out: they share a message
                one = [other[:-1] for other in extra].count(place[:-1]) == 1
                hint = nearest(str(place[-1]), known) if one else ""
                hint += f"; allowed are {', '.join(known)}"
            faults.add(shown, None, _entry(content, place), message(detail) + hint)
        raise InputError(faults.faults) from None


def _meant(place: Place, lacking: Iterable[Place]) -> str:
    """The needed entry beside one that nobody knows which is almost its name, or nothing."""
    beside = [str(other[-1]) for other in lacking if other[:-1] == place[:-1]]
    return misspelt(str(place[-1]), beside)


def _other_branch(place: Sequence[int | str], found: object) -> bool:
    """True if a choice between text and table failed on the branch that was not taken."""
    last = str(place[-1])
    return (_is_text_branch(last) and isinstance(found, dict)) or (
        last.startswith("dict[") and not isinstance(found, dict)
    )


def _is_text_branch(part: int | str) -> bool:
    """True for what pydantic calls the text of a choice between text and table."""
    return str(part) == "str" or str(part).startswith("function-")


def _entry(content: object, place: Sequence[int | str]) -> str:
    """A place as people write it: `states[Remission].initial`; unnamed entries are counted."""
    text = ""
    for part in place:
        if isinstance(content, list) and isinstance(part, int):
            content = content[part]
            name = content.get("name", content.get("item")) if isinstance(content, dict) else None
            text += f"[{name if isinstance(name, str) and name else part + 1}]"
        elif (
            isinstance(content, dict)
            and not _is_text_branch(part)
            and not str(part).startswith("dict[")
        ):
            text += f".{short(part)}" if text else short(part)
            content = content.get(part)
    return text


def _fields(kind: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Names that the record at a place may hold."""
    for part in place:
        field = kind.model_fields.get(str(part))
        below = _record(field.annotation) if field is not None else None
        kind = below or kind
    return [field.alias or name for name, field in kind.model_fields.items()]


def _record(annotation: Any) -> type[BaseModel] | None:
    """The record inside a type such as `list[Record] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_record(inner) for inner in get_args(annotation))
    return next((record for record in found if record is not None), None)
