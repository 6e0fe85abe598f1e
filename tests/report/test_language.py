"""Reports in another language: texts looked up, signs of figures, forms by number."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from babel.messages.pofile import read_po

from hecon.commands.options import known_language
from hecon.report.content import Column, Sentence, money
from hecon.report.language import (
    Composed,
    Language,
    languages,
    read_language,
    say,
    say_number,
    speaking,
)
from hecon.report.numbers import Units, cell, figure
from hecon.report.words import listed, spoken

PACKAGE = Path(__file__).parents[2] / "hecon"
UNITS = Units("NOK", "2024")

#: Which arguments of what are texts that people read.
SHOWN = {
    **{"Sentence": (0,), "say": (0,), "say_number": (0, 1)},
    **{"Section": (1,), "table": (1,), "Column": (1,), "Chart": (1,), "Series": (1,)},
}
#: Said of an option.
HELP = "Its values, as 1,2,3 or first:last:step."

#: What is not translated: help, descriptions of files' columns, and what developers compare.
ENGLISH = {
    *("sections/__init__.py", "contents.py", "reproduction.py", "table_files.py", "language.py"),
    *("figures/style.py", "document.py"),
}


def test_norwegian_figures_have_a_decimal_comma_and_spaces() -> None:
    with speaking(read_language("nb")):
        assert figure(-1234567.8, "money") == "-1\u00a0234\u00a0568"
        assert figure(0.0123, "share", "typeset") == "1,2\u202f%"
        assert figure(3.25, "number") == "3,25"
        assert figure(0.4567, "effect", "typeset") == "0,457"
    assert figure(3.25, "number") == "3.25"


def test_the_form_follows_the_number() -> None:
    assert say_number("{count} row", "{count} rows", 1) == "1 row"
    assert say_number("{count} row", "{count} rows", 0) == "0 rows"
    with speaking(read_language("nb")):
        assert say_number("{count} row", "{count} rows", 1) == "1 rad"
        assert say_number("{count} row", "{count} rows", 2) == "2 rader"


def test_texts_that_were_put_together_are_looked_up_by_their_parts() -> None:
    forms = (Composed("{a} v {b}", "{a} mot {b}"), Composed("{count} left", "{count} igjen"))
    with speaking(Language("nb", {"week": "uke"}, forms)):
        assert say("week v PE") == "uke mot PE"
        assert [say(f"{n} left") for n in ("0.25", "{all}", "what is")] == [
            "0,25 igjen",
            "{all} igjen",
            "what is left",
        ]


def test_a_text_of_known_parts_is_translated_by_its_parts_or_not_at_all() -> None:
    texts = {"price": "pris", "per week": "per uke", "wait; see": "vent", "dose, high": "høy dose"}
    with speaking(Language("nb", texts, (Composed("{a} ({b})", "{a} ({b})"),))):
        assert say("p_1 (dose, high)") == "p_1 (høy dose)"
        assert say("price; wait; see; per week") == "pris; vent; per uke"
        assert say("price; what it is per week") == "price; what it is per week"
        assert say("SSB 2024; per week") == "SSB 2024; per uke"
        assert say("price (never seen before)") == "price (never seen before)"
        assert say("nothing of the kind") == "nothing of the kind"


def test_what_is_made_of_known_parts_needs_no_translation_of_its_own() -> None:
    per = Composed("{a}/session", "{a}/økt")
    tongue = Language("nb", {"currency": "valuta"}, (per,))
    texts = ["NOK/session", "currency/session", "Rooms", "Rooms/year"]
    assert tongue.with_texts({}, texts).pending == {"Rooms", "Rooms/year"}


def test_a_text_of_the_study_without_translation_is_marked() -> None:
    tongue = Language("nb").with_texts({"Usual care": "Vanlig behandling"}, ["Usual care", "Drug"])
    label = Column("label", "Label")
    with speaking(tongue):
        assert cell("Usual care", label) == "Vanlig behandling"
        assert cell("Drug", label) == "Drug [en]"
        assert cell("Drug", Column("name", "Name", "name")) == "Drug"
        assert cell("Drug", Column("item", "Item", "label")) == "Drug [en]"


def test_names_and_figures_of_a_sentence_stay_in_their_places() -> None:
    tongue = Language("nb", {"{a} costs {x}.": "{x} koster {a}.", "and": "og"})
    sentence = Sentence("{a} costs {x}.", {"a": "PE", "x": money(1234.0)})
    with speaking(tongue):
        assert spoken(sentence, UNITS, "typeset") == "NOK\u202f1\u202f234 koster PE."
        assert listed(["a", "b"]) == "a og b"


def test_another_language_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in capitals, named as Swedish: its texts, and the signs and forms of Swedish."""
    head = 'msgid ""\nmsgstr "Language: sv\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    entries = [
        'msgid "Base case"\nmsgstr "BASE CASE"\n',
        '#, composed\nmsgid "{a} v {b}"\nmsgstr "{b} V {a}"\n',
        'msgid "{count} row"\nmsgid_plural "{count} rows"\n'
        'msgstr[0] "{count} ROW"\nmsgstr[1] "{count} ROWS"\n',
    ]
    (tmp_path / "sv.po").write_text("\n".join((head, *entries)), "utf-8")
    monkeypatch.setattr("hecon.report.language._folder", lambda: tmp_path)
    assert languages() == ("en", "sv")
    assert known_language("sv") == "sv"
    with pytest.raises(typer.BadParameter, match="en, sv"):
        known_language("nb")
    with speaking(read_language("sv")):
        assert say("PE v Base case") == "BASE CASE V PE"
        assert say_number("{count} row", "{count} rows", 2) == "2 ROWS"
        assert figure(1234567.8, "money") == "1\u00a0234\u00a0568"
        assert figure(3.25, "number") == "3,25"


@pytest.mark.parametrize("code", languages()[1:])
def test_a_catalogue_keeps_the_names_of_every_template(code: str) -> None:
    for ids, forms in catalogue(code):
        for form in forms:
            assert names(form) <= names(ids[-1]), ids


def catalogue(code: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """English forms and their translations, one or two of each."""
    with (PACKAGE / "report" / "locales" / f"{code}.po").open("rb") as file:
        messages = [m for m in read_po(file, locale=code, abort_invalid=True) if m.id]
    both = [(m.id, m.string) if m.pluralizable else ((m.id,), (m.string,)) for m in messages]
    return [(tuple(ids), tuple(forms)) for ids, forms in both]


def names(template: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", languages()[1:])
def test_every_text_of_the_program_is_in_the_catalogue(code: str) -> None:
    known = {text for ids, _ in catalogue(code) for text in ids}
    assert shown_texts() - known == set()


@pytest.mark.parametrize("code", languages()[1:])
def test_the_parts_of_what_is_put_together_are_in_the_catalogue(code: str) -> None:
    known = "\n".join(text for ids, _ in catalogue(code) for text in ids)
    missing = {text for text in templates() if not all(p in known for p in pieces(text))}
    assert missing == set()


@pytest.mark.parametrize("code", languages()[1:])
def test_what_is_put_together_before_it_is_looked_up_is_marked_so(code: str) -> None:
    with (PACKAGE / "report" / "locales" / f"{code}.po").open("rb") as file:
        plain = {m.id for m in read_po(file, locale=code) if m.id and "composed" not in m.flags}
    forms = {re.sub(r"\{\w*\}", "{}", text): text for text in plain if isinstance(text, str)}
    asked = {re.sub(r"\{\w*\}", "{}", text) for text in shown_texts()}
    known = {text for text in forms if "{}" in text and words(text)} - asked
    for path in (PACKAGE / "report").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
                made = "".join(map(str, parts))
                assert made not in known, f"{path.name}, line {node.lineno}: {forms[made]}"


def shown_texts() -> set[str]:
    """Texts and templates that stand where they are shown or asked for."""
    found = set()
    for path in (*(PACKAGE / "report").rglob("*.py"), *(PACKAGE / "batch").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (places := SHOWN.get(called(node))):
                found |= {t for a in node.args[: places[-1] + 1][places[0] :] for t in either(a)}
    for path in PACKAGE.rglob("*.j2"):
        found |= set(re.findall(r'say(?:_number)?\("([^"]+)"', path.read_text("utf-8")))
    return {text for text in found if words(text)}


def templates() -> set[str]:
    """What reads like a sentence or a template, wherever it is written in hecon.report."""
    folder = PACKAGE / "report"
    paths = {p for p in folder.rglob("*.py") if str(p.relative_to(folder)) not in ENGLISH}
    found = {text for p in paths for text in written(ast.parse(p.read_text("utf-8")))}
    plain = {t for t in found if " " in t.strip() and "\n" not in t and words(t)}
    return {t for t in plain if t[0].isupper() or "{" in t} - {HELP}


def written(node: ast.AST) -> Iterator[str]:
    """Texts in a piece of source, but documentation, faults and what help and files say."""
    documents = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    unread = isinstance(node, ast.keyword) and node.arg in ("help", "meaning")
    if documents or unread or isinstance(node, ast.Raise):
        return
    if isinstance(node, ast.Call) and called(node) in ("Option", "Argument"):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for each in ast.iter_child_nodes(node):
        yield from written(each)


def pieces(text: str) -> list[str]:
    """What stands between the names and colons of a template."""
    found = [piece.strip(" .,;()") for piece in re.split(r"\{\w*\}?|:", text)]
    return [piece for piece in found if words(piece)]


def words(text: str) -> bool:
    """Whether it has words of its own beside the names in braces."""
    return any(map(str.isalpha, re.sub(r"\{\w*\}?", "", text)))


def called(node: ast.Call) -> str:
    """The name of what is called."""
    return str(getattr(node.func, "id", getattr(node.func, "attr", "")))


def either(node: ast.expr) -> set[str]:
    """The texts that an argument may be."""
    if isinstance(node, ast.IfExp):
        return either(node.body) | either(node.orelse)
    written_here = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return {node.value} if written_here else set()
