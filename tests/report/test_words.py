"""Sentences as text."""

import pytest

from hecon.report.content import Amount, Sentence, money, share
from hecon.report.language import Language, speaking
from hecon.report.numbers import Units
from hecon.report.words import listed, spoken

UNITS = Units("NOK", "2024")


def test_values_meet_the_template_in_the_signs_of_the_medium() -> None:
    sentence = Sentence(
        "At {threshold} per QALY, {a} is best in {sure} of draws.",
        {"threshold": money(385000), "a": "PE", "sure": share(0.85)},
    )
    assert spoken(sentence, UNITS) == "At NOK 385,000 per QALY, PE is best in 85 % of draws."
    assert spoken(sentence, UNITS, "typeset") == (
        "At NOK\u202f385\u202f000 per QALY, PE is best in 85\u202f% of draws."
    )


def test_a_catalogue_gives_the_sentence_in_another_language() -> None:
    sentence = Sentence("{a} is best.", {"a": "PE"})
    norsk = Language("nb", {"{a} is best.": "{a} er best."})
    with speaking(norsk):
        assert spoken(sentence, UNITS) == "PE er best."
    assert spoken(sentence, UNITS) == "PE is best."


def test_a_template_and_its_values_must_fit() -> None:
    with pytest.raises(ValueError, match="values"):
        Sentence("{a} is best.", {"b": "PE"})


def test_braces_in_names_are_text() -> None:
    assert spoken(Sentence("{a} is best.", {"a": "{x}"}), UNITS) == "{x} is best."


def test_lists_of_names() -> None:
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert listed(["PE (talk, 12 weeks)", "UC"]) == "PE (talk, 12 weeks); and UC"
    assert listed(["PE (talk, 12 weeks)", "UC", "X"]) == "PE (talk, 12 weeks); UC; and X"


def test_an_undefined_amount_is_said() -> None:
    assert spoken(Sentence("{x}", {"x": money(float("nan"))}), UNITS) == "n/a"
    assert spoken(Sentence("{x}", {"x": Amount(2.94e6, "millions")}), UNITS) == "NOK 2.94 million"
