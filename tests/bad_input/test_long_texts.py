"""Whatever an input says, a message shows what can be shown, and no more than is read."""

from pathlib import Path

import pytest

from hecon.errors import Fault, InputError, ModelError, readable
from hecon.studies.folders import jurisdiction_folder, study_folder
from hecon.studies.variant import lines_of

LONG = 5_000 * "x"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("study.toml", 'name = "Well"', f'name = "{LONG}"'),
        ("study.toml", 'name = "Well"', f'name = "{"1 + " * 2_000}1"'),
        ("study.toml", 'comparator = "Old"', f'comparator = "{LONG}"'),
        ("study.toml", 'variables = "variables.csv"', f'variables = "{LONG}"'),
        ("study.toml", 'variables = "variables.csv"', 'variables = "a\\nb.csv"'),
        ("study.toml", "[evidence]", f"[evidence]\n{LONG} = 1"),
        ("jurisdiction.toml", 'file = "life.csv"', f'file = "{"a/" * 3_000}life.csv"'),
        ("transitions.csv", "all,Ill,Well", f"all,Ill,{LONG}"),
        ("transitions.csv", "from,to", f"from,to{LONG}"),
        ("parameters.csv", "u_well,all", f"{LONG},all"),
        ("variables.csv", "q_death) **", f"{LONG}) **"),
    ],
)
def test_a_long_text_is_told_shortly(small, file, old, new):
    told = small.change(file, old, new).faults()
    assert len(told) < 3
    assert all(len(each) < 1_000 and each.isprintable() for each in told)


def test_a_fault_in_the_folder_where_one_is_names_it():
    with pytest.raises(InputError, match=r"^\.: is a folder; a file is expected$"):
        lines_of(Path("."))


def test_a_long_name_is_cut_wherever_it_stands_in_a_message():
    """In quotation marks with its length; apostrophes are none."""
    fault = Fault(LONG, 2, LONG, f"'{LONG}' isn't a state's name; allowed are {LONG}, 'start'")
    assert len(str(fault)) < 2_500
    cut = f"'{77 * 'x'}...' (5,000 characters) isn't a state's name; allowed are {397 * 'x'}..."
    assert fault.message.startswith(cut)
    assert fault.message == readable(fault.message)
    assert len(str(ModelError(LONG))) < 500


def test_a_message_turns_no_terminal_and_no_text_around():
    assert readable("a\x1b[31m\nb\u202ec\x9b") == "a?[31m?b?c?"
    text = "'UC' is one, 'it isn't long' is another and so is 'PE', which many words stand between"
    assert readable(f"{text}, then 'PE'") == f"{text}, then 'PE'"


@pytest.mark.parametrize("name", [LONG, "a/" * 3_000, "a\nb", "a\0b", "a\x1b[31m"])
def test_a_folder_that_no_system_can_name_is_a_fault(tmp_path, name, small):
    for look in (
        lambda: study_folder(tmp_path / name),
        lambda: jurisdiction_folder(small.folder, name),
        lambda: jurisdiction_folder(small.folder, name, "plan.toml", "grid[1].jurisdictions"),
    ):
        with pytest.raises(InputError) as caught:
            look()
        assert len(str(caught.value)) < 900
        assert str(caught.value).isprintable()
