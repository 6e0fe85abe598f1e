"""A workbook of a study with nothing but a base case, and what is no limit of a workbook."""

import pytest
import tiny

from hecon.analyses.run import Run, Settings
from hecon.errors import ModelError
from hecon.workbook.book import _limits_of_a_workbook, compose
from hecon.workbook.sheet_layout import INPUTS


def test_fault_14_a_study_in_which_nothing_is_uncertain_has_a_workbook(tmp_path):
    """No draws, no scenarios, no ranges: nothing is offered that is not there."""
    book = compose(Run(tiny.study(tmp_path), Settings(draws=10)))
    shown = {str(c.value) for row in book.workbook[INPUTS].iter_rows() for c in row if c.value}
    assert not any("PSA draw" in text or text.startswith("One-way") for text in shown)
    assert not {"Uncertainty", "Scenarios", "Sensitivity"} & set(book.workbook.sheetnames)


def test_fault_77_only_what_the_file_format_refuses_is_a_limit_of_a_workbook():
    from openpyxl import Workbook

    with pytest.raises(ModelError, match="can't hold this"), _limits_of_a_workbook():
        Workbook().active.cell(1_048_577, 20_000, 1)
    with pytest.raises(ValueError, match="not in"), _limits_of_a_workbook():
        ("a", "b").index("c")
