"""Reports in another language: texts looked up, signs of figures, forms by number."""

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hecon.report.content import Column, Sentence, money
from hecon.report.language import (
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
    pattern = re.compile(r"(?P<a>.+?)\ v\ (?P<b>.+?)", re.DOTALL)
    tongue = Language("nb", {"week": "uke"}, ((pattern, "{a} mot {b}"),))
    with speaking(tongue):
        assert say("week v PE") == "uke mot PE"
        assert say("nothing of the kind") == "nothing of the kind"


def test_a_text_of_the_study_without_translation_is_marked() -> None:
    tongue = Language("nb").with_texts({"Usual care": "Vanlig behandling"}, ["Usual care", "Drug"])
    label = Column("label", "Label")
    with speaking(tongue):
        assert cell("Usual care", label) == "Vanlig behandling"
        assert cell("Drug", label) == "Drug [en]"
        assert cell("Drug", Column("name", "Name", "name")) == "Drug"


def test_names_and_figures_of_a_sentence_stay_in_their_places() -> None:
    tongue = Language("nb", {"{a} costs {x}.": "{x} koster {a}.", "and": "og"})
    sentence = Sentence("{a} costs {x}.", {"a": "PE", "x": money(1234.0)})
    with speaking(tongue):
        assert spoken(sentence, UNITS, "typeset") == "NOK\u202f1\u202f234 koster PE."
        assert listed(["a", "b"]) == "a og b"


@pytest.mark.parametrize("code", languages()[1:])
def test_a_catalogue_keeps_the_names_of_every_template(code: str) -> None:
    with (PACKAGE / "report" / "locales" / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    for message in catalogue:
        if message.id and message.string:
            ids = [message.id] if isinstance(message.id, str) else message.id
            forms = [message.string] if isinstance(message.string, str) else message.string
            for form in forms:
                assert names(form) <= names(ids[-1]), ids


def names(template: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
