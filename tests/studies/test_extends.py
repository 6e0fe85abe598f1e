"""A study that extends another: rows are added or replaced, and faults are named where they lie."""

import hashlib
import shutil
from pathlib import Path

import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.parameters.design import base_case
from hecon.studies.load_study import load_study
from hecon.workbook.book import compose
from hecon.workbook.edits import read_edited

SMALL = Path(__file__).parents[1] / "bad_input/small"
TOML = 'extends = "../small"\nname = "more"\n'
THIRD = TOML + '[[strategies]]\nname = "Third"\n'
PARAMETERS = "name,strategy,value,low,high,unit,source,status,price_year\n"


class Pair:
    """The small study and one that extends it, side by side."""

    def __init__(self, root: Path):
        self.root = root
        shutil.copytree(SMALL, root / "small")
        (root / "place").mkdir()
        for name in ("jurisdiction.toml", "life.csv"):
            (root / "small" / name).rename(root / "place" / name)
        # without a jurisdiction of its own an amount needs a row with its currency
        payoffs, rows = root / "small/payoffs.csv", root / "small/parameters.csv"
        payoffs.write_text(payoffs.read_text().replace(",100,event", ",c_better,event"))
        row = "c_better,all,100,,EUR,,,fixed,,EUR,2024,made up,assumption\n"
        rows.write_text(rows.read_text() + row)
        (root / "more").mkdir()
        self.write(TOML)

    def write(self, toml=None, **files):
        """Write files of the extending study."""
        if toml is not None:
            (self.root / "more/study.toml").write_text(toml)
        for name, text in files.items():
            (self.root / "more" / f"{name}.csv").write_text(text)
        return self

    def load(self, name="more"):
        return load_study(self.root / name, self.root / "place")

    def faults(self):
        with pytest.raises(InputError) as caught:
            self.load()
        return [str(f).replace(f"{self.root}/", "") for f in caught.value.faults]


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path)


def result(study):
    return evaluate(study.model, base_case(study.parameters)).isel(draw=0)


def test_nothing_given_is_the_base(pair):
    """Only a name: the same results to the bit, and every other entry taken over."""
    more, small = pair.load(), pair.load("small")
    assert more.name == "more"
    assert more.definition.title == small.definition.title
    assert result(more).identical(result(small))
    assert [s.id for s in more.scenarios] == ["A", "B"]
    assert [s.changes for s in more.scenarios] == [s.changes for s in small.scenarios]
    assert more.evidence("trials") == [{"trial": "first", "n": "100"}]


def test_rows_are_added_and_replaced(pair):
    """One row of each file with a key of the base's, one without; against a study in one piece."""
    pair.write(
        THIRD.replace("[[", 'title = "Three"\n[[', 1),
        parameters=PARAMETERS.replace("price_year", "currency,price_year")
        + "c_hour,all,70,,,EUR/h,made up,assumption,EUR,2024\n"
        + "rate_well,Third,0.3,,,per year,made up,assumption,,\n"
        + "c_start,Third,40,,,EUR,made up,assumption,EUR,2024\n",
        variables="name,formula\np_well,0.9 * (1 - exp(-rate_well * cycle_years))\nextra,0.01\n",
        transitions="strategy,from,to,probability\nall,Well,Ill,(1 - p_death) * p_back * 2\n"
        "Third,Ill,Well,(1 - p_death) * (p_well + extra)\n",
        payoffs="item,kind,on,strategy,amount,per\nCare,cost,Ill,all,c_ill * 2,year\n"
        "Start,cost,start,Third,c_start,event\n",
        sessions="strategy,session,week,hours\nNew,1,1,5\nThird,1,3,7\n",
        scenarios="id,title,changes,compare\nB,other,p_back = 0.02,Third v Old\nC,third,"
        "rate_well[Third] = 0.5,Third v New\n",
        correlations="first,second,rho\nu_well,u_ill,0.2\n",
        trials="trial,n,arm\nsecond,50,a\n",
    )
    study = pair.load()
    assert study.definition.title == "Three"
    assert study.model.strategies == ("Old", "New", "Third")
    assert [(s.id, s.title, s.compare) for s in study.scenarios] == [
        ("A", "cheaper", ("New", "Old")),
        ("B", "other", ("Third", "Old")),
        ("C", "third", ("Third", "New")),
    ]
    assert sorted(c.rho for c in study.correlations) == [-0.3, 0.2]
    assert study.evidence("trials") == [
        {"trial": "first", "n": "100", "arm": ""},
        {"trial": "second", "n": "50", "arm": "a"},
    ]
    whole = pair.root / "whole"
    shutil.copytree(SMALL, whole)

    def change(file, *pairs):
        text = (whole / file).read_text()
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (whole / file).write_text(text)

    change("study.toml", ('name = "New"\n', 'name = "New"\n[[strategies]]\nname = "Third"\n'))
    change(
        "parameters.csv",
        ("50,,EUR/h,40,60", "70,,EUR/h,,"),
        (
            "p_back,",
            "rate_well,Third,0.3,,per year,,,fixed,,,,made up,assumption\n"
            "c_start,Third,40,,EUR,,,fixed,,EUR,2024,made up,assumption\np_back,",
        ),
    )
    change(
        "variables.csv",
        ("1 - exp(-rate", "0.9 * (1 - exp(-rate"),
        ("cycle_years),p", "cycle_years)),p"),
    )
    change(
        "transitions.csv",
        ("p_back", "p_back * 2"),
        ("all,Ill,Ill", "Third,Ill,Well,(1 - p_death) * (p_well + 0.01)\nall,Ill,Ill"),
    )
    change(
        "payoffs.csv",
        ("c_ill,", "c_ill * 2,"),
        ("Start,", "Start,cost,start,Third,40,event\nStart,"),
    )
    change("sessions.csv", ("New,1,1,1,2", "New,1,1,1,5\nThird,1,3,1,7"))
    change(
        "scenarios.csv", ("EUR,2024,c_ill = 500", ",,"), ("rate_well[New] = 0.3; p_back = 0.01", "")
    )
    other = load_study(whole)
    found, wanted = result(study), result(other)
    for name in wanted.data_vars:
        gap = abs(found[name] - wanted[name].reindex_like(found[name]))
        assert float(gap.max()) <= 1e-12 * float(abs(wanted[name]).max())


def test_entries_of_the_definition_are_merged(pair):
    pair.write(
        THIRD
        + 'label = "a third"\n[[strategies]]\nname = "Old"\noption = false\n'
        + '[time]\ncounting = "cycle-means"\n'
        + '[course]\nattendance = "0.5"\n'
        + 'quantities = [{ name = "staff_hours", label = "All hours" }]\n',
        parameters=PARAMETERS + "rate_well,Third,0.3,,,per year,made up,assumption,\n",
    )
    study = pair.load()
    assert study.options == ("New", "Third")
    assert (study.label("Third"), study.label("Old")) == ("a third", "Old")
    assert study.model.counting == "cycle-means"
    assert study.definition.time.cycle_months == "12"
    (quantity,) = study.definition.course.quantities
    assert (quantity.label, quantity.unit, quantity.amount) == ("All hours", "h", "hours")
    staff = float(result(study)["cost_undiscounted"].sel(strategy="Old", item="Staff"))
    assert staff == pytest.approx(0.5 * 2 * 50)


def test_hashes_cover_both_folders(pair):
    pair.write(parameters=PARAMETERS + "p_back,all,0.1,,,probability,made up,assumption,\n")
    hashes = pair.load().input_hashes()
    for name in ("small/parameters.csv", "more/parameters.csv", "more/study.toml"):
        assert hashes[name] == hashlib.sha256((pair.root / name).read_bytes()).hexdigest()
    assert {n.split("/")[0] for n in hashes} == {"small", "more", "place"}


def test_an_edited_workbook_comes_back(pair, tmp_path):
    """Edits of a base's row and of an own row go to their own files; the base stays as it is."""
    pair.write(
        THIRD,
        parameters=PARAMETERS + "rate_well,Third,0.3,,,per year,made up,assumption,\n",
        sessions="strategy,line,session,week,hours\nThird,1,1,3,7\nThird,2,1,20,9\n",
        scenarios="id,title,changes\nC,session,Third.2-1.hours = 4\n",
    )
    study = pair.load()
    book = compose(Run(study, Settings(5))).workbook
    typed = {"c_ill": 1200.0, "rate_well[Third]": 0.4}
    for row in book["Inputs"].iter_rows():
        if row[0].value in typed:
            row[3].value = typed[row[0].value]
    sheet = book["Sessions"]
    heads = next([c.value for c in r] for r in sheet.iter_rows() if r[0].value == "strategy")
    for row in sheet.iter_rows():
        if row[0].value == "Third" and row[heads.index("line")].value == 2:
            row[heads.index("week")].value = 30
    path = tmp_path / "edited.xlsx"
    book.save(path)
    before = study.input_hashes()
    edited, edits = read_edited(path, study, tmp_path / "back")
    assert {(e.sheet, e.what) for e in edits} >= {
        ("Inputs", "c_ill, value"),
        ("Inputs", "rate_well[Third], value"),
        ("Sessions", "Third, session 2-1, week"),
    }
    numbers = {p.text: p.value for p in edited.parameters}
    assert (numbers["c_ill"], numbers["rate_well[Third]"]) == (1200.0, 0.4)
    assert "1200.0" in (tmp_path / "back/small/parameters.csv").read_text()
    assert "0.4" in (tmp_path / "back/more/parameters.csv").read_text()
    assert pair.load().input_hashes() == before
    again = load_study(tmp_path / "back/more", tmp_path / "back/place")
    assert result(again).identical(result(edited))


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (TOML.replace("../small", "small"), "found 'small', allowed is '../NAME'"),
        (TOML.replace("../small", "../../small"), "found '../../small', allowed is '../NAME'"),
        (TOML.replace("../small", "../small/../../x"), "allowed is '../NAME'"),
        (TOML.replace("../small", "../.."), "found '../..', allowed is '../NAME'"),
        (TOML.replace('"../small"', "3"), "found '3', allowed is '../NAME'"),
        (
            TOML.replace("../small", "../smal"),
            "no study 'smal' lies beside this one; did you mean small?",
        ),
        (TOML.replace("../small", "../more"), "a study can't extend itself"),
        (TOML.replace("../small", "../chain"), "chain extends a study itself; extend that one"),
        (TOML.replace("../small", "../link"), "lies outside its folder"),
    ],
)
def test_what_can_be_extended(pair, toml, message):
    """A study beside this one that extends none: so neither chains nor circles can arise."""
    (pair.root / "chain").mkdir()
    (pair.root / "chain/study.toml").write_text('extends = "../more"\nname = "chain"\n')
    outside = pair.root.parent / f"{pair.root.name}_outside"
    shutil.copytree(SMALL, outside)
    (pair.root / "link").symlink_to(outside)
    (fault,) = pair.write(toml).faults()
    assert fault.startswith("more/study.toml, column extends: ")
    assert message in fault


@pytest.mark.parametrize("toml", [TOML.replace("more", "small"), TOML.partition("\n")[0]])
def test_a_name_of_its_own(pair, toml):
    (fault,) = pair.write(toml).faults()
    assert fault == (
        "more/study.toml, column name: a study that extends another needs a name of its own, "
        "not 'small'"
    )


def test_faults_are_named_where_they_lie(pair):
    """A broken row of either study, and a formula of the base that misses a row in the new."""
    path = pair.root / "small/payoffs.csv"
    path.write_text(path.read_text().replace("c_ill,year", "c_il,year"))
    pair.write(
        THIRD
        + '[course]\nitems = [{ item = "Staff", note = "x" }, { item = "Late", amount = "y" }]\n',
        parameters=PARAMETERS + "p_back,all,2,,,probability,made up,assumption,\n",
        payoffs="item,kind,on,amount,per\nCare,cost,Il,1,year\nHealth,qaly,Ill; Well,1,year\n",
    )
    faults = pair.faults()
    assert any(f.startswith("more/parameters.csv, row 2, column value: ") for f in faults)
    assert any(f.startswith("more/payoffs.csv, row 2, column on: 'Il' is not") for f in faults)
    text = "'Health' on Ill; Well is already in row 3 of small/payoffs.csv"
    assert f"more/payoffs.csv, row 3, column on: {text}" in faults
    assert any(f.startswith("small/payoffs.csv, row 2, column amount: 'c_il'") for f in faults)
    assert any(
        f.startswith("more/study.toml, column course.items[Late].amount: 'y'") for f in faults
    )


def test_a_missing_row_of_the_new_strategy(pair):
    faults = pair.write(THIRD).faults()
    assert faults == [
        "small/variables.csv, row 4, column formula: 'rate_well' has no row for strategy Third"
    ]


def test_entries_of_the_base_are_blamed_there(pair):
    path = pair.root / "small/study.toml"
    path.write_text(path.read_text().replace('"hours * c_hour"', '"hours * c_hou"'))
    (fault,) = pair.faults()
    assert fault.startswith("small/study.toml, column course.items[Staff].amount: 'c_hou'")


def test_a_faulty_definition_of_the_base(pair):
    path = pair.root / "small/study.toml"
    path.write_text(path.read_text().replace("intervention =", "interventoin ="))
    faults = pair.faults()
    assert faults
    assert all(f.startswith("small/study.toml") for f in faults)


def test_a_file_that_nothing_names(pair):
    (fault,) = pair.write(parameter="name\n").faults()
    assert fault.startswith("more/parameter.csv: the study has no file of this name; did you mean")
    pair.write(TOML + 'parameters = ["parameter.csv"]\n')
    pair.write(parameter=PARAMETERS + "p_back,all,0.1,,,probability,made up,assumption,\n")
    assert {p.name: p.value for p in pair.load().parameters}["p_back"] == 0.1


def test_a_named_file_must_exist(pair):
    (fault,) = pair.write(TOML + 'parameters = ["mine.csv"]\n').faults()
    assert fault.startswith("more/mine.csv: the file is missing")


def test_files_stay_inside_their_folder(pair):
    (fault,) = pair.write(TOML + 'payoffs = "../small/payoffs.csv"\n').faults()
    assert fault.startswith("more/study.toml, column payoffs: '../small/payoffs.csv' lies outside")


def test_twice_in_the_extending_study(pair):
    row = "p_back,all,0.1,,,probability,made up,assumption,"
    text = f"{PARAMETERS}{row}\n{row.replace('made up', 'again')}\n"
    (fault,) = pair.write(parameters=text).faults()
    assert fault == (
        "more/parameters.csv, row 3, column name: 'p_back' is already defined in "
        "more/parameters.csv, row 2"
    )
    pair.write(TOML + 2 * '[[strategies]]\nname = "Old"\n')
    (pair.root / "more/parameters.csv").unlink()
    assert "more/study.toml, column strategies: 'Old' appears twice (capitals don't count)" in (
        pair.faults()
    )
