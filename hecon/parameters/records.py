"""Records: what a row of a CSV file or an entry of a TOML file may hold."""

import math
import os
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from hecon.errors import shortened, shown, unprintable
from hecon.parameters import limits

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_NAMES = f"allowed is a name in one line of up to {limits.LONGEST_NAME} characters"
_PATHS = f"allowed is the name of a file, of up to {limits.LONGEST_PATH} bytes"
#: What files can be named after, anywhere.
_FIT = re.compile(r"[\w-]+(?:[. ]+[\w-]+)*")
_NOT_FINITE = ("nan", "inf", "infinity")


def short(value: object) -> str:
    """A value as it was found, cut if it is long."""
    try:
        text = str(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to be shown"
    return shortened(text)


def unquoted(text: str) -> str:
    """A cell without the spaces and the quotation marks around it."""
    stripped = text.strip()
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return stripped[1:-1].strip()
    return stripped


def number(text: str) -> float:
    """The number in a cell; raises ValueError with what was found and what is allowed."""
    stripped = unquoted(text)
    if _NUMBER.fullmatch(stripped) and math.isfinite(float(stripped)):
        return float(stripped)
    if _NUMBER.fullmatch(stripped) or stripped.lstrip("+-").lower() in _NOT_FINITE:
        raise ValueError(f"found '{short(stripped)}', allowed is a finite number")
    hint = "; write the decimals after a point" if _COMMA.fullmatch(stripped) else ""
    raise ValueError(f"found '{short(stripped)}', allowed is a number{hint}")


def _number_or_blank(value: object) -> object:
    if not isinstance(value, str):
        return value
    return number(value) if value.strip() else None


def _whole(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = number(value)
        if found == int(found):
            return int(found)
    except ValueError:
        pass
    raise ValueError(f"found '{short(value)}', allowed is a whole number")


def _text(value: object) -> object:
    """Text as it is written; a number without quotation marks is the same in text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value!r}"
    return value.strip() if isinstance(value, str) else value


def _name(text: str) -> str:
    if len(text) > limits.LONGEST_NAME or unprintable(text):
        raise ValueError(f"found {shown(text)}, {_NAMES}")
    return text


def _path(text: str) -> str:
    if len(os.fsencode(text)) > limits.LONGEST_PATH or unprintable(text):
        raise ValueError(f"found {shown(text)}, {_PATHS}")
    return text


def _file_name(text: str) -> str:
    if not _FIT.fullmatch(text):
        raise ValueError(
            f"found '{short(text)}', allowed are letters, digits, _ and -, and in between also "
            "points and blanks: files are named after it"
        )
    return text


def _formula(value: object) -> object:
    text = _text(value)
    quoted = isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"'
    return unquoted(text) if quoted else text  # type: ignore[arg-type]


Number = Annotated[float | None, BeforeValidator(_number_or_blank)]
#: A number, or a blank, that can be calculated with.
Bounded = Annotated[
    Annotated[float, Field(ge=-limits.LARGEST_AMOUNT, le=limits.LARGEST_AMOUNT)] | None,
    BeforeValidator(_number_or_blank),
]
Real = Annotated[float, BeforeValidator(lambda v: number(v) if isinstance(v, str) else v)]
Whole = Annotated[int, BeforeValidator(_whole)]
Text = Annotated[str, BeforeValidator(_text)]
Required = Annotated[Text, Field(min_length=1)]
#: What something is called by others.
Named = Annotated[Required, AfterValidator(_name)]
#: A name that files are called after.
FileName = Annotated[Required, AfterValidator(_file_name), AfterValidator(_name)]
#: A file named in an input, by its path in the folder; blank for none.
InputFile = Annotated[Text, AfterValidator(_path)]
NeededFile = Annotated[InputFile, Field(min_length=1)]
Grade = Annotated[Literal["", "exploratory"], BeforeValidator(_text)]
#: A formula; quotation marks around it don't matter.
Formula = Annotated[str, BeforeValidator(_formula)]
RequiredFormula = Annotated[Formula, Field(min_length=1)]


class Strict(BaseModel):
    """A validated record; fields nobody declared are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


_MESSAGES = {
    "finite_number": "found {input}, allowed is a finite number",
    "float_type": "found {input}, allowed is a number",
    "int_type": "found {input}, allowed is a whole number",
    "bool_type": "found {input}, allowed are true and false, without quotation marks",
    "string_type": "found {input}, allowed is text in quotation marks",
    "list_type": "found {input}, allowed is a list in square brackets",
    "dict_type": "found {input}, allowed is a table of entries",
    "model_type": "found {input}, allowed is a table of entries",
    "literal_error": "found {input}, allowed is {expected}",
    "greater_than": "found {input}, allowed is above {gt:g}",
    "greater_than_equal": "found {input}, allowed is {ge:g} or more",
    "less_than": "found {input}, allowed is below {lt:g}",
    "less_than_equal": "found {input}, allowed is {le:g} or less",
    "too_long": "found {actual_length} entries, allowed are {max_length}",
    "too_short": "found {actual_length} entries, needed are {min_length}",
    "string_too_short": "is empty; a value is needed",
    "missing": "is missing",
    "extra_forbidden": "is not a known entry",
}


def message(error: Any) -> str:
    """What pydantic found, in our words."""
    template = _MESSAGES.get(error["type"])
    found = error["input"]
    if isinstance(found, dict):
        shown = "a table of entries"
    else:
        shown = f"'{short(found)}'" if isinstance(found, str) else short(found)
    if isinstance(found, str) and not found.strip():
        template = _MESSAGES["string_too_short"]
    if template is not None:
        return template.format(input=shown, **error.get("ctx", {}))
    text = str(error["msg"])
    if error["type"] == "value_error":
        return text.removeprefix("Value error, ")
    return f"found {shown}: {text}"
