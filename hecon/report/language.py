"""The language that a report is written in: its texts, looked up, and the signs of its figures.

A text of the program is looked up in the catalogue `locales/CODE.po`, one of a study or a
jurisdiction in the file `texts_CODE.csv` beside it. Tables and sections are made in English, as
their files hold them; whatever shows them to people asks for their texts here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Literal

#: Who reads: a terminal's plain text, or typeset text with thin spaces that do not break.
Medium = Literal["screen", "typeset"]

#: Stands behind a study's text that has no translation.
UNTRANSLATED = " [en]"

#: A catalogue marks so what the program puts together before it is looked up.
COMPOSED = "composed"


@dataclass(frozen=True)
class Signs:
    """Between thousands, before decimals, before negative numbers, and before a unit."""

    thousands: str
    decimal: str
    minus: str
    space: str


@dataclass(frozen=True)
class Composed:
    """A text that is put together before it is looked up, by the pattern of its template."""

    template: str  #: Names in braces stand for any text, `{count}` and `{number_low}` for figures.
    translation: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What fits; a run meets few of all that a catalogue holds."""
        parts = self._parts()
        text, seen = "", set[str]()
        for literal, name in zip(parts[::2], [*parts[1::2], ""], strict=True):
            text += re.escape(literal)
            if name:
                held = _FIGURES if _counts(name) else ".+?"
                text += f"(?P={name})" if name in seen else f"(?P<{name}>{held})"
                seen.add(name)
        return re.compile(text, re.DOTALL)

    @cached_property
    def literal(self) -> str:
        """The longest part of it that is always the same."""
        return max(self._parts()[::2], key=len)

    def _parts(self) -> list[str]:
        """Literal parts and names in turn."""
        return re.split(r"\{(\w+)\}", self.template)


#: First words of names in a composed text that stand for figures, or for a figure's own name.
FIGURES = ("count", "number")

_FIGURE = r"(?:\{\w+\}|[-+\u2212]?\d[\d.,\u00a0\u202f]*(?:e[-+]?\d+)?(?:[ \u00a0\u202f]?%)?)"
_FIGURES = f"{_FIGURE}(?:, {_FIGURE})*"

#: Thousands as the program writes them.
_GROUPED = re.compile(r"(?<![\d,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")


def _counts(name: str) -> bool:
    return name.split("_")[0] in FIGURES


@dataclass(frozen=True)
class _Made:
    """What a form makes of a text."""

    text: str
    known: bool  #: Whether nothing is left to translate.
    names: bool  #: Whether single words only are left, which may be names.
    letters: int  #: How many letters the form has of its own.


#: Between the parts of a text that are known by themselves, and how many are looked at.
JOINTS = ("; ", " / ", " + ", ": ", ", ")
MOST_PARTS = 12

#: A name, a figure or a citation, which stays what it is: no word of it is small all through.
_NAME = re.compile(r"(?![a-zæøå]+$)\S*|(?:[^\Wa-zæøå]\S*(?: |$))+")

#: Letters that a form has of its own at least, where a part that is not known stays English.
LETTERS = 8


@dataclass(frozen=True)
class Language:
    """A language."""

    code: str = "en"  #: ``en``, ``nb``: a part of files' names.
    #: Translations of English texts and templates; two forms where a number decides.
    texts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    #: Templates of texts that are put together before they are looked up.
    composed: tuple[Composed, ...] = ()
    #: Texts of a study without a translation, which are shown with a mark.
    pending: frozenset[str] = frozenset()
    _made: dict[str, tuple[str, bool]] = field(default_factory=dict, compare=False, repr=False)

    def signs(self, medium: Medium) -> Signs:
        """How figures are written for a medium."""
        if self.code == "en":
            thin = "\u202f"
            return (
                Signs(",", ".", "-", " ")
                if medium == "screen"
                else Signs(thin, ".", "\u2212", thin)
            )
        symbols = _locale(self.code).number_symbols["latn"]
        decimal = symbols["decimal"]
        if medium == "screen":
            return Signs("\u00a0", decimal, "-", "\u00a0")
        return Signs("\u202f", decimal, symbols["minusSign"], "\u202f")

    def text(self, english: str) -> str:
        """A text or a template in this language, English where nothing else is known."""
        return self._said(english)[0]

    def knows(self, english: str) -> bool:
        """Whether a text has a translation, or is made of parts that all have one."""
        text, whole = self._said(english)
        return english in self.texts or (whole and text != english)

    def _said(self, english: str) -> tuple[str, bool]:
        """A text, and whether nothing of it is left to translate."""
        found = self.texts.get(english)
        if isinstance(found, str):
            return found, True
        if self.code == "en" or not english:
            return english, True
        if english in self.pending:
            return english + UNTRANSLATED, True
        if english not in self._made:
            self._made[english] = self._put_together(english)
        return self._made[english]

    def _put_together(self, english: str) -> tuple[str, bool]:
        """A text by a form whose parts are all known, by its own parts, or as far as a form goes.

        Forms with few letters of their own come after parts: they fit much that they don't mean.
        """
        small = self.texts.get(english[:1].lower() + english[1:])
        if isinstance(small, str):
            return small[:1].upper() + small[1:], True
        made = list(self._formed(english))
        whole = next((m.text for m in made if m.known and m.letters >= LETTERS), "")
        whole = whole or self._joined(english) or next((m.text for m in made if m.known), "")
        if whole:
            return whole, True
        begun = [m for m in made if m.names or m.letters >= LETTERS]
        first = max(begun, key=lambda m: m.letters >= LETTERS, default=None)
        return first.text if first else english, bool(_NAME.fullmatch(english))

    def _formed(self, english: str) -> Iterator[_Made]:
        """What each form that fits makes of it."""
        for form in self.composed:
            match = form.pattern.fullmatch(english) if form.literal in english else None
            if match is None:
                continue
            parts = match.groupdict()
            said = {
                name: (self._number(part), True) if _counts(name) else self._said(part)
                for name, part in parts.items()
            }
            yield _Made(
                form.translation.format_map({name: text for name, (text, _) in said.items()}),
                known=all(known for _, known in said.values()),
                names=all(known or " " not in parts[name] for name, (_, known) in said.items()),
                letters=sum(map(str.isalpha, form.literal)),
            )

    def _joined(self, english: str) -> str:
        """What stands between marks, the longest known first; nothing where some is unknown."""
        for mark in JOINTS:
            parts = english.split(mark)
            said: list[str] = []
            at, known = 0, 1 < len(parts) <= MOST_PARTS
            while known and at < len(parts):
                several = range(len(parts), at + 1, -1)
                end = next((i for i in several if mark.join(parts[at:i]) in self.texts), at + 1)
                text, known = self._said(mark.join(parts[at:end]))
                said.append(text)
                at = end
            if known:
                return mark.join(said)
        return ""

    def _number(self, written: str) -> str:
        """Figures that the program wrote into a text, with this language's signs."""
        signs = self.signs("screen")
        items = written.split(", ")
        if any(item.count(".") > 1 for item in items):
            return written
        text = ("; " if "." in written else ", ").join(items).replace(".", "\0")
        text = _GROUPED.sub(lambda m: m[0].replace(",", signs.thousands), text)
        return text.replace("\0", signs.decimal).replace("%", f"{signs.space}%")

    def numbered(self, one: str, several: str, count: int) -> str:
        """A template in the form that a number asks for."""
        found = self.texts.get(one)
        if isinstance(found, tuple):
            return found[0] if _locale(self.code).plural_form(count) == "one" else found[-1]
        return self.text(one if count == 1 else several)

    def with_texts(self, known: Mapping[str, str], needed: Iterable[str]) -> Language:
        """The language with the translations of a study, and the texts that need one."""
        if self.code == "en":
            return self
        told = replace(self, texts={**self.texts, **known}, pending=frozenset(), _made={})
        return replace(told, pending=frozenset(t for t in needed if not told.knows(t)), _made={})


ENGLISH = Language()

_SPOKEN: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """The language in force."""
    return _SPOKEN.get()


@contextmanager
def speaking(tongue: Language) -> Iterator[None]:
    """What is shown in the block is in a language."""
    token = _SPOKEN.set(tongue)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def say(template: str, **values: object) -> str:
    """A text with its values in the language in force; values that are texts are looked up, too."""
    tongue = language()
    if not values:
        return tongue.text(template)
    said = {name: tongue.text(v) if isinstance(v, str) else v for name, v in values.items()}
    return tongue.text(template).format_map(said)


def say_number(one: str, several: str, count: int, **values: object) -> str:
    """The same where a number decides on the form; `{count}` is that number."""
    return language().numbered(one, several, count).format_map({"count": count, **values})


#: Headings of columns that the input format names by a code.
_HEADINGS = {
    **{"row_id": "Row", "n_randomised": "Randomised", "n_assessed": "Assessed"},
    **{"dropout_n": "Dropped out", "treat1": "Treatment", "treat2": "Against", "n": "n"},
    **{"ci_low": "95 % from", "ci_high": "to", "evidence_ids": "Evidence", "doi": "DOI"},
    **{"url_read": "Address read", "uncertainty_kind": "Kind of uncertainty"},
}


def heading(key: str) -> str:
    """What stands over a column that is known by its key alone; the language is English."""
    if key in _HEADINGS:
        return _HEADINGS[key]
    first, _, rest = key.partition("_")
    if first == "events" and rest:
        return f"Events: {rest.replace('_', ' ')}"
    if key.endswith("_definition"):
        return f"Definition of {key.removesuffix('_definition').replace('_', ' ')}"
    return key.replace("_", " ").capitalize() if key.islower() else key.replace("_", " ")


def languages() -> tuple[str, ...]:
    """Codes of the languages that there are catalogues of, English first."""
    found = sorted(f.name[:-3] for f in _folder().iterdir() if f.name.endswith(".po"))
    return ("en", *found)


@cache
def read_language(code: str) -> Language:
    """A language from its catalogue.

    Raises:
        KeyError: If there is none.
    """
    if code == "en":
        return ENGLISH
    if code not in languages():
        raise KeyError(code)
    from babel.messages.pofile import read_po

    with (_folder() / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    texts: dict[str, str | tuple[str, ...]] = {}
    composed = []
    for message in catalogue:
        if not message.id or not message.string:
            continue
        if isinstance(message.id, str):
            assert isinstance(message.string, str)
            texts[message.id] = message.string
            if COMPOSED in message.flags:
                composed.append(Composed(message.id, message.string))
        else:
            texts[message.id[0]] = tuple(message.string)
    return Language(code, texts, tuple(composed))


def _locale(code: str) -> Any:
    # a report in English, and a command's help, do without the library
    from babel import Locale

    return Locale.parse(code)


def _folder() -> Traversable:
    return files("hecon.report") / "locales"
