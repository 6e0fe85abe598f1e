"""Evidence of one kind alone, and contrasts that the others of their study imply."""

from types import SimpleNamespace

import pandas as pd
import pytest

from hecon.errors import InputError
from hecon.studies.estimates.evidence_records import Evidence
from hecon.synthesis.contrasts import from_differences
from hecon.synthesis.network import network


def triangle(letters, third=1.5):
    """X and Y against P, and X against Y, of one study: the third follows from the others."""
    return pd.DataFrame(
        {
            "study": "S1",
            "treatment": ["X", "Y", "X"],
            "against": ["P", "P", "Y"],
            "arm": letters,
            "estimate": [0.5, 0.3, third],
            "se": 0.25,
            "scale": "SMD",
            "n": [33, 33, 33],
            "n_against": [32, 32, 33],
        }
    )


@pytest.mark.parametrize("letters", [("", "", ""), ("A", "A", "A"), ("A", "A", "B"), "ABC"])
def test_fault_57_implied_contrasts_are_refused_whatever_the_letters(letters):
    with pytest.raises(InputError, match="S1 gives 3 contrasts of 3 arms"):
        from_differences(triangle([*letters]))


def test_fault_57_a_letter_on_every_row_changes_nothing():
    plain, lettered = (from_differences(triangle([*t]).iloc[1:]) for t in (["", "", ""], "AAA"))
    assert plain.pairs == lettered.pairs
    assert plain.covariance.tolist() == lettered.covariance.tolist()
    # X against P through Y: 0.3 + 1.5, and the errors of the arm in common count once
    assert network(lettered, "P", method="fixed").effect("X", "P").estimate == pytest.approx(1.8)


def test_fault_57_two_arms_of_a_treatment_keep_their_letters():
    two = triangle([*"ABA"]).assign(treatment=["X", "X", "Y"], against="P")
    assert len({arm for pair in from_differences(two).pairs for arm in pair}) == 4


def test_fault_54_effects_without_arms_write_no_table_of_arms(monkeypatch):
    from hecon.workbook.sheets import evidence_sheet as sheet

    class Reached(Exception):
        pass

    def reached(*given):
        raise Reached

    def refused(*given):
        raise AssertionError("a table of arms is written though there are none")

    monkeypatch.setattr(sheet, "write_arms", refused)
    monkeypatch.setattr(sheet, "write_effects", reached)
    page = SimpleNamespace(widths=lambda *given: None, sheet=SimpleNamespace())
    monkeypatch.setattr(sheet, "add_page", lambda *given: page)
    synthesis = SimpleNamespace(estimates={"one": 1}, evidence=Evidence(effects=[object()]))
    book = SimpleNamespace(study=SimpleNamespace(synthesis=synthesis), workbook=None)
    with pytest.raises(Reached):
        sheet.write_evidence(book)
