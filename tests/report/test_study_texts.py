"""Translations of a study's own texts: found, checked, and told of where they lack."""

import shutil
from pathlib import Path

import pytest

from hecon.errors import InputError
from hecon.report.language import UNTRANSLATED, read_language, say, speaking
from hecon.report.study_texts import language_of, study_texts, translation_notes, translations
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

ALGEBRA = Path(__file__).parents[1] / "analyses" / "studies" / "algebra"
TITLE = "One payment, one gain: everything has a closed form"
LONGER = [pytest.param(f"ptsd_{n}", marks=pytest.mark.long) for n in ("exploratory", "sequence")]
INPUTS = Path(__file__).parents[2] / "inputs"


def translated(folder: Path, *rows: str) -> Study:
    """The study where all is algebra with a file of translations."""
    study = shutil.copytree(ALGEBRA, folder / "algebra")
    (study / "texts_nb.csv").write_text("\n".join(("text,translation", *rows)) + "\n", "utf-8")
    return load_study(study)


def test_texts_without_translation_and_translations_of_nothing_are_told(tmp_path: Path) -> None:
    assert translation_notes(load_study(ALGEBRA)) == []
    study = translated(tmp_path, f'"{TITLE}",Alt på lukket form', "Long gone,For lengst borte")
    lacking, idle = translation_notes(study)
    wanting = study_texts(study) - read_language("nb").texts.keys() - {TITLE}
    count = f"{len(wanting)} of {len(study_texts(study))}"
    first = "'Gain', 'Nowhere', 'QALYs are its square', ..."
    assert lacking == f"texts_nb.csv: {count} texts have no translation: {first}"
    assert idle == "algebra/texts_nb.csv: 1 of 2 rows translates nothing: 'Long gone'"


def test_a_text_is_translated_once(tmp_path: Path) -> None:
    study = translated(tmp_path, "Nowhere,A", "Nowhere,B")
    with pytest.raises(InputError, match="row 3, column text: translates the same text as row 2"):
        translations(study, "nb")


@pytest.mark.parametrize("name", ["ptsd", "mdd", *LONGER])
def test_the_shipped_studies_are_all_norwegian_in_norway(name: str) -> None:
    study = load_study(INPUTS / "studies" / name, INPUTS / "jurisdictions" / "norway")
    assert translation_notes(study) == []
    with speaking(language_of(study, "nb")):
        assert not any(say(text).endswith(UNTRANSLATED) for text in study_texts(study))


@pytest.mark.parametrize("wrong", ["Bare i {fil}: {what}.", "Bare i {file}: {what.", "Bare"])
def test_names_in_braces_stay_what_they_are(tmp_path: Path, wrong: str) -> None:
    """A text of the program that a study translates in its own way is filled in all the same."""
    row = "Only in {{file}}: {{what}}.,{}"
    study = translated(tmp_path / "wrong", row.format(wrong))
    with pytest.raises(InputError, match="row 2, column translation: found in braces"):
        language_of(study, "nb")
    with speaking(language_of(translated(tmp_path, row.format("Se {what} i {file}.")), "nb")):
        assert say("Only in {file}: {what}.", file="a.csv", what="3") == "Se 3 i a.csv."
