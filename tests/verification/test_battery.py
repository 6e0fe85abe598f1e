"""The battery on whole studies, and its table."""

from pathlib import Path

import pytest
from broken_copies import HEALTHY, Copy, ask

from hecon.analyses.run import Run
from hecon.analyses.verification.battery import CHECKS, battery_table, verify
from hecon.analyses.verification.by_hand import Hand
from hecon.analyses.verification.case import ComputedStudy
from hecon.analyses.verification.finding import FAIL
from hecon.analyses.verification.one_cycle import first_cycle
from hecon.parameters.design import base_values
from hecon.report.console import stdout
from hecon.report.sections import verification_section
from hecon.report.terminal import show
from hecon.report.things_called import study_units
from hecon.studies.load_study import load_study

ROOT = Path(__file__).parents[2]
PUBLISHED = sorted((ROOT / "tests/replications/studies").iterdir())
OTHERS = [*PUBLISHED, ROOT / "tests/workbook/studies/memory", ROOT / "tests/cli/studies/small"]


def fails(study):
    return [(c.name, f.detail) for c, f in verify(study) if f.result == FAIL]


def test_the_shipped_study_passes():
    place = ROOT / "inputs/jurisdictions/norway"
    found = verify(load_study(ROOT / "inputs/studies/ptsd", place))
    assert [(c.name, f.detail) for c, f in found if f.result != "pass"] == []
    details = {c.name: f.detail for c, f in found}
    idle = details["Every parameter acts or is named"]
    # the switch of the societal scenario lets the price of lost production act
    assert "unit_production_loss in scenarios S50" in idle
    # the third discount rate begins after 75 years, the horizon is 60
    assert "disc_75 after the horizon" in idle


@pytest.mark.parametrize("folder", OTHERS, ids=lambda f: f.name)
def test_published_models_pass(folder):
    assert fails(load_study(folder)) == []


def printed(study, capsys):
    """What `verify` prints, in one line."""
    show(verification_section.section(Run(study)), study_units(study), stdout())
    return " ".join(capsys.readouterr().out.split())


def test_table_and_exit_code(copy, capsys):
    table = Run(copy.load())(battery_table)
    assert list(table.columns) == ["check", "why", "result", "figure", "detail"]
    assert table["check"].to_list() == [c.name for c in CHECKS]
    assert table["check"].is_unique
    assert set(table["result"]) == {"pass"}
    study = copy.load()
    assert not verification_section.ANALYSIS.failed(verification_section.section(Run(study)))
    said = printed(study, capsys)
    assert f"{len(CHECKS)} questions whose answers are known: {len(CHECKS)} pass, 0 fail" in said
    assert "Failed:" not in said
    copy.change("payoffs.csv", "New,c_new_year", "New,-c_new_year")
    study = copy.load()
    assert verification_section.ANALYSIS.failed(verification_section.section(Run(study)))
    said = printed(study, capsys)
    assert f"{len(CHECKS) - 1} pass, 1 fail" in said
    assert "Failed: Higher price, no lower cost; " in said
    assert said.count("Failed:") == 1


def test_first_cycle_in_figures():
    """Mean of start and end over three months, discounted at mid-cycle, on paper."""
    study = Copy(HEALTHY).load()
    hand = Hand(study.model, base_values(study.parameters))
    year = 0.25
    q = 0.00235158  # life.csv at 50
    die_ill = 1 - (1 - q) ** (2 * year)
    move = (1 - die_ill) * (1 - 2.718281828459045 ** (-0.2 * year))
    ill, well = 1 - die_ill - move, move
    norm = 0.95 - 0.002 * 50
    alive = (1 + ill + well) / 2 * year
    qaly = ((1 + ill) / 2 * 0.7 + well / 2 * 0.95) * norm * year
    cost = (1 + ill) / 2 * 250 * 12 * year
    found = first_cycle(hand, "Old")
    assert found["life_years_undiscounted"] == pytest.approx(alive, rel=1e-9)
    assert found["qaly_undiscounted"] == pytest.approx(qaly, rel=1e-9)
    assert found["cost_undiscounted"] == pytest.approx(cost, rel=1e-9)
    assert found["cost"] == pytest.approx(cost * 1.04**-0.125, rel=1e-9)


def test_a_cycle_length_that_breaks_a_probability_is_blamed_alone(copy):
    """Twelve months times 0.1 a month is more than one; no other row is at fault."""
    copy.change("variables.csv", "1 - exp(-rate_back * cycle_years)", "0.1 * 12 * cycle_years")
    copy.change("parameters.csv", "months,,,fixed", "months,3,12,fixed")
    case = ComputedStudy(copy.load())
    broken = [case.changes[i] for i in case.changed.breaches]
    assert [(c.parameter.name, c.value) for c in broken] == [("cycle_months", 12.0)]
    assert len(case.changed.rows) == len(case.changes) - 1


def test_an_age_at_which_a_level_table_is_read_is_named_and_not_blamed(copy):
    """Utilities that belong to an age: it acts where the table falls, not where it is level."""
    copy.add("parameters.csv", "age_of,all,40,,years,,,fixed,,,,,made up,assumption,")
    copy.add("variables.csv", "norm_there,all,norm.all(age_of),utility,at the age it belongs to")
    copy.change("payoffs.csv", "m_ill * norm.all(age)", "m_ill * norm.all(age) / norm_there")
    falling = ask(copy.load(), "Every parameter acts or is named")
    assert (falling.result, "age_of" in falling.detail) == ("pass", False)
    ages = (copy.folder / "norm.csv").read_text().splitlines()
    level = [ages[0], *(f"{row.partition(',')[0]},0.86" for row in ages[1:])]
    (copy.folder / "norm.csv").write_text("\n".join(level))
    found = ask(copy.load(), "Every parameter acts or is named")
    assert found.result == "pass"
    assert "age_of where a table is not the same throughout" in found.detail


def test_the_page_on_verification_has_a_row_for_every_check():
    page = (Path(__file__).parents[2] / "docs/verification.md").read_text()
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    assert sorted(rows[1:]) == sorted(check.name for check in CHECKS)
