"""`check` finds what a run would trip over, by name, and says what may not be meant."""

import pytest
import tiny
from scipy.stats import norm

from hecon.analyses.dry_run import dry_run
from hecon.analyses.evaluate import evaluate
from hecon.analyses.preflight import notes, outside_unit, try_draws
from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.horizon_checks import rescaled_probabilities
from hecon.analyses.verification.uncertainty_checks import within_units
from hecon.errors import InputError, ModelError
from hecon.parameters.design import ProbabilisticDesign, base_case

HEAD = "\nextra,A"


def run_faults(study):
    """What a dry run of a study finds."""
    try:
        dry_run(study)
    except InputError as error:
        return error.faults
    return []


def given(*rows: str):
    """More rows of parameters."""
    return ("parameters.csv", HEAD, "\n" + "".join(f"{row}\n" for row in rows) + HEAD[1:])


def input_row(name, value, unit, spread="", low="", high="", currency=""):
    kind, _, numbers = spread.partition(": ")
    year = "2024" if currency else ""
    return f"{name},all,{value},{unit},{low},{high},{kind},{numbers},{currency},{year},s,assumption"


HORIZON = ("study.toml", 'horizon_years = "4"', 'horizon_years = "horizon"')


def test_fault_21_a_scenario_of_no_whole_cycles_is_named(tmp_path):
    found = run_faults(
        tiny.study(
            tmp_path,
            given(input_row("horizon", 60, "years")),
            HORIZON,
            scenarios="id,title,changes\nC60,fine,horizon = 61\nC61,half,horizon = 60.5\n",
        )
    )
    assert [(f.row, f.column) for f in found] == [(3, "changes")]
    assert "scenario C61" in str(found[0])
    assert "60.5 cycles" in str(found[0])


def test_fault_21_and_an_end_of_a_range(tmp_path):
    row = input_row("horizon", 4, "years", low="3.5", high="5")
    found = run_faults(tiny.study(tmp_path, given(row), HORIZON))
    assert [(f.row, f.column) for f in found] == [(2, "low")]
    assert "horizon = 3.5: the horizon holds 3.5 cycles" in str(found[0])


def test_fault_81_a_horizon_of_nothing_is_no_number(tmp_path):
    found = run_faults(
        tiny.study(
            tmp_path,
            given(input_row("horizon", 4, "years")),
            HORIZON,
            scenarios="id,title,changes\nS1,none,horizon = 0/0\nS2,longer,horizon = 5\n",
        )
    )
    assert len(found) == 1
    assert "scenario S1: 'horizon' is nan, not a finite number" in str(found[0])


RISKS = (
    input_row("p_die", 0.2, "probability", "beta: mean=0.2; se=0.02"),
    input_row("p_ill", 0.7, "probability", "beta: mean=0.7; se=0.06"),
)
ILL = (
    ("transitions.csv", "Well,Dead,0.2", "Well,Dead,p_die\nWell,Ill,p_ill\nIll,Ill,rest"),
    (
        "study.toml",
        '[[states]]\nname = "Dead"',
        '[[states]]\nname = "Ill"\n[[states]]\nname = "Dead"',
    ),
)


def test_fault_63_an_end_of_a_range_names_the_input_and_its_value(tmp_path):
    high = input_row("p_ill", 0.7, "probability", low="0.6", high="0.85")
    found = run_faults(tiny.study(tmp_path, given(RISKS[0], high), *ILL))
    assert [(f.row, f.column) for f in found] == [(3, "high")]
    for text in ("transitions.csv, row 5", "p_ill = 0.85"):
        assert text in str(found[0])


def test_fault_63_a_draw_names_the_analysis_and_its_inputs(tmp_path):
    study = tiny.study(tmp_path, given(*RISKS), *ILL)
    design = ProbabilisticDesign(study.parameters, 1000, 1)
    with pytest.raises(ModelError):
        try_draws(study)
    with pytest.raises(ModelError) as caught:
        evaluate(study.model, design)
    draw = caught.value.coordinates["draw"]
    drawn = {key[0]: float(v[0]) for key, v in design.block(draw, draw + 1).items()}
    assert drawn["p_die"] + drawn["p_ill"] > 1
    wanted = ", ".join(f"{name} = {drawn[name]:.6g}" for name in sorted(drawn))
    for text in (f"probabilistic analysis, draw {draw + 1},", f"; with {wanted}", "row 5"):
        assert text in str(caught.value)


def test_fault_25_a_payoff_that_is_no_number_names_its_row(tmp_path):
    study = tiny.study(
        tmp_path,
        ("payoffs.csv", "Health", "Care,cost,Dead,1 / (year - year),year\nHealth"),
    )
    with pytest.raises(ModelError) as caught:
        evaluate(study.model, base_case(study.parameters))
    assert "payoffs.csv, row 3: base case, strategy A: cost 'Care'" in str(caught.value)


@pytest.mark.parametrize(
    ("horizon", "months", "said"),
    [
        ("4.5", "12", r"the horizon holds 4\.5 cycles"),
        ("0/0", "12", "the horizon holds nan cycles"),
        ("0", "1 if cycle <= 12 else 12", "the horizon is 0 months"),
        ("4", "0.002 if cycle <= 12 else 12", "cycle 16 of 12 months doesn't fit"),
    ],
)
def test_fault_66_81_time_that_does_not_fit_names_the_file_and_the_base_case(
    tmp_path, horizon, months, said
):
    study = tiny.study(
        tmp_path,
        ("study.toml", 'horizon_years = "4"', f'horizon_years = "{horizon}"'),
        ("study.toml", 'cycle_months = "12"', f'cycle_months = "{months}"'),
    )
    with pytest.raises(ModelError, match=rf"/study\.toml, \[time\]: base case: {said}"):
        evaluate(study.model, base_case(study.parameters))


@pytest.mark.parametrize(
    ("row", "share"),
    [
        (input_row("u", 0.9, "utility", "normal: mean=0.9; sd=0.1"), norm.sf(1)),
        (
            input_row("c", 100, "EUR", "normal: mean=100; sd=60", currency="EUR"),
            norm.cdf(-100 / 60),
        ),
        (input_row("s", 0.5, "share", "normal: mean=0.5; sd=0.3"), 2 * norm.cdf(-0.5 / 0.3)),
        (input_row("s", 0.5, "share", "beta: mean=0.5; se=0.3"), 0.0),
    ],
)
def test_fault_58_draws_beyond_the_unit_are_told_with_their_share(tmp_path, row, share):
    name = row.partition(",")[0] + "_in"
    row = name + row[1:]
    study = tiny.study(tmp_path, given(row), ("payoffs.csv", "100 + extra", f"{name} + extra"))
    (parameter,) = [p for p in study.parameters if p.name == name]
    assert outside_unit(parameter) == pytest.approx(share, abs=2e-4)
    told = [note for note in notes(study) if name in note]
    assert len(told) == (share > 0)
    assert all(f"{outside_unit(parameter):.2%}" in note for note in told)
    assert within_units(ComputedStudy(study)).result == ("fail" if share else "pass")


@pytest.mark.parametrize("computed", ["a parameter", "a variable"])
def test_fault_58_computed_rows_beyond_their_unit_are_told(tmp_path, computed):
    """A normal about 0.85 with 0.1 on top is above 1 from one standard deviation of 0.05 on."""
    base = input_row("u_base", 0.85, "utility", "normal: mean=0.85; sd=0.05")
    paid = ("payoffs.csv", "Well,1,year", "Well,u_sum,year")
    if computed == "a parameter":
        row = "u_sum,all,,u_base + 0.1,utility,,,,,,,s,derived\n"
        table = tiny.FILES["parameters.csv"].replace("value,unit", "value,formula,unit")
        table = table.replace(",A,0,", ",A,0,,").replace(",B,10,", ",B,10,,")
        table += base.replace("0.85,utility", "0.85,,utility", 1) + "\n" + row
        study = tiny.study(tmp_path, ("parameters.csv", tiny.FILES["parameters.csv"], table), paid)
        place = "parameters.csv, row 5: u_sum: "
    else:
        variables = "name,strategy,formula,unit,description\nu_sum,all,u_base + 0.1,utility,x\n"
        study = tiny.study(tmp_path, given(base), paid, variables=variables)
        place = "variables.csv, row 2: u_sum: "
    (told,) = [note for note in notes(study) if "u_sum" in note]
    assert place in told
    share = float(told.partition(place)[2].partition("%")[0]) / 100
    wanted = norm.sf(1)
    assert share == pytest.approx(wanted, abs=4 * (wanted * (1 - wanted) / 1000) ** 0.5)
    assert within_units(ComputedStudy(study)).result == "fail"


def test_fault_63_two_half_cycles_are_said_to_keep_what_they_keep(tmp_path):
    """Exits of 0.3 and 0.2 added up: 0.5 stay a year, (0.7 ** 0.5 + 0.8 ** 0.5 - 1) ** 2 halves."""
    rows = (
        input_row("months", 12, "months"),
        input_row("p_ill", 0.3, "probability"),
        input_row("p_die", 0.2, "probability"),
    )
    added = "Well,Ill,1 - (1 - p_ill) ** cycle_years\nIll,Ill,rest"
    study = tiny.study(
        tmp_path,
        given(*rows),
        ILL[1],
        ("transitions.csv", "Well,Dead,0.2", f"Well,Dead,1 - (1 - p_die) ** cycle_years\n{added}"),
        ("study.toml", 'cycle_months = "12"', 'cycle_months = "months"'),
    )
    found = rescaled_probabilities(ComputedStudy(study))
    assert found.result == "pass"
    assert "0.534 for 0.5" in found.detail
    assert found.figure == "largest difference 0.034"


def test_fault_63_a_way_out_of_death_is_noted(tmp_path):
    study = tiny.study(tmp_path, ("transitions.csv", "Dead,Dead", "Dead,Well,0.05\nDead,Dead"))
    assert any("row 4: a way out of death, from Dead to Well" in n for n in notes(study))
    assert not notes(tiny.study(tmp_path / "plain"))


def test_fault_85_a_state_that_looks_dead_is_noted(tmp_path):
    study = tiny.study(tmp_path, ("study.toml", "dead = true", ""))
    assert any("state Dead" in note and "dead = true" in note for note in notes(study))


GRID = """
[[two_way]]
first = "extra[B]"
second = "share"
first_values = [1, 9]
currency = "EUR"
price_year = "2024"
"""
SHARED = (
    given(input_row("share", 0.5, "share", low="0.2", high="0.8")),
    ("payoffs.csv", "100 + extra", "(100 + extra) * share"),
)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("", "", ""),
        ('"share"', '"shar"', "second: 'shar' is not a parameter; did you mean share?"),
        (
            '"share"',
            '"extra[B]"\nsecond_values = [1, 2]',
            "second: 'extra[B]' is named twice; a grid needs two",
        ),
        ("[1, 9]", "[-5, 5]", "first: found -5, a cost can't be negative"),
        (
            "[1, 9]",
            "[1, 9]\nsecond_values = [0.1, 1.2]",
            "second: found 1.2, allowed for a share is 0 to 1",
        ),
        ("[1, 9]", "[1, 1]", "first: a value is given twice"),
        ("[1, 9]", "[]", "first: needed is at least one finite value"),
    ],
)
def test_a_grid_that_a_run_would_refuse_is_told_by_check(tmp_path, old, new, told):
    grid = GRID.replace(old, new) if old else GRID
    last = '[[strategies]]\nname = "B"\n'
    study = tiny.study(tmp_path / "tiny", *SHARED, ("study.toml", last, last + grid))
    found = [str(f) for f in run_faults(study)]
    if told:
        assert [f.startswith(f"tiny/study.toml, column two_way[1].{told}") for f in found] == [True]
    else:
        assert found == []


SUBGROUPS = """\
name,dimension,title,weight,changes
half,size,Half,0.5,horizon = 3
rest of,size,Rest,0.5,horizon = {rest}
"""


@pytest.mark.parametrize("rest", [5, 2.5])
def test_a_subgroup_that_a_run_would_refuse_is_told_by_check(tmp_path, rest):
    study = tiny.study(
        tmp_path / "tiny",
        given(input_row("horizon", 4, "years")),
        HORIZON,
        ("study.toml", "\n[time]", '\nsubgroups = "subgroups.csv"\n[time]'),
        subgroups=SUBGROUPS.format(rest=rest),
    )
    found = [str(f) for f in run_faults(study)]
    assert len(found) == (rest == 2.5)
    for told in found:
        assert told.startswith("tiny/subgroups.csv, row 3, column changes: ")
        assert "tiny/study.toml, [time]: subgroup rest of: " in told
        assert "2.5 cycles" in told


@pytest.mark.parametrize(
    "name", ["/etc/evil", "../evil", "a\\nb", ".hidden", "a*b", "ends.", "a/b"]
)
@pytest.mark.parametrize("file", ["study.toml", "jurisdiction.toml"])
def test_a_name_that_files_cannot_be_called_after(tmp_path, file, name):
    old = 'name = "tiny"' if file == "study.toml" else 'name = "test"'
    found = tiny.faults(tmp_path / "tiny", (file, old, f'name = "{name}"'))
    assert len(found) == 1
    assert f"tiny/{file}, column name: found '" in found[0]
    assert "allowed are letters, digits, _ and -" in found[0]
