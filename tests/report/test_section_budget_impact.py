"""The section of the budget impact, of a study whose figures can be worked out by hand."""

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from hecon.analyses.budget_results import budget_table
from hecon.analyses.run import Run, Settings
from hecon.report.numbers import Units
from hecon.report.sections.budget_impact_section import ANALYSIS, answers, rules, section
from hecon.report.sections.budget_rules import rules_sentences
from hecon.report.terminal import show_table
from hecon.report.words import spoken
from hecon.studies.load_study import load_study

STUDY = Path(__file__).parents[1] / "analyses" / "studies" / "budget"
INPUTS = Path(__file__).parents[2] / "inputs"
UNITS = Units("EUR", "2024")


@pytest.fixture(scope="module")
def made():
    return section(Run(load_study(STUDY), Settings(draws=50)))


def test_the_sentences(made):
    """8, 8 and 50 places: net 512, 156 and 2 344; 2, 14 and nobody wait."""
    said = [spoken(s, UNITS) for s in made.sentences]
    assert said[0].startswith("New changes the payer's costs by EUR 0.00 million in year 1")
    assert "with 50 people treated" in said[0]
    assert said[1] == "Nobody waits for New at the end of year 3."
    assert said[2] == (
        "What limits most is beds: 50 in year 3 allow 50 courses, 20 people come to want one, "
        "which takes 20."
    )
    assert any(s == "Outside the payer's costs, shown and not added: Travel." for s in said)


def test_the_answer_has_what_it_costs_and_who_waits():
    said = [spoken(s, UNITS) for s in answers(Run(load_study(STUDY)))]
    assert len(said) == 3
    assert said[1] == "Nobody waits for New at the end of year 3."


def test_tables_by_hand(made):
    tables = {t.name: t.frame for t in made.tables}
    years = tables["budget_impact"].set_index("year")
    assert years["net"].tolist() == pytest.approx([512, 156, 2344], rel=1e-12)
    assert years["waiting"].tolist() == pytest.approx([2, 14, 0], rel=1e-12, abs=1e-12)
    items = tables["budget_items"].set_index(["block", "item", "year"])
    assert items.loc[("first", "Care", 1), "cost_difference"] == pytest.approx(256, rel=1e-12)
    assert ("", "Travel", 1) in items.index
    assert len(tables["budget_periods"]) == 3
    assert tables["budget_scenarios"]["scenario"].nunique() == 4


@pytest.mark.parametrize(("by", "rows"), [("month", 24), ("year", 0), (None, 15)])
def test_months_are_in_the_report_and_all_of_them_where_asked_for(by, rows, tmp_path):
    """Two years of months; the command shows none unless asked, a report shows them."""
    shutil.copytree(STUDY, tmp_path / "budget")
    for file, old, new in (
        ("parameters.csv", "length of a cycle,12,", "length of a cycle,1,"),
        ("budget_inputs.csv", "years shown,3,", "years shown,2,"),
        ("budget_impact.toml", '["up_1", "up_2", "up_2"]', '["up_1", "up_2"]'),
        ("budget_scenarios.csv", "years = 2; limit", "waits = 0; limit"),
    ):
        path = tmp_path / "budget" / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    asked = {} if by is None else {"by": by}
    run = Run(load_study(tmp_path / "budget"), Settings(draws=20, options=asked))
    found = next(t for t in section(run).tables if t.name == "budget_periods")
    assert len(found.frame) == 24
    assert found.shown == bool(rows)
    if rows:
        to = Console(file=io.StringIO(), width=100)
        show_table(found, UNITS, to)
        said = to.file.getvalue()
        assert re.findall(r"^ *(\d+) +\d", said, re.M) == [str(n + 1) for n in range(rows)]
        assert ("Only in budget_periods.csv: 9 more rows" in said) == (rows == 15)


def test_the_finding_is_said_where_the_rule_decides(made):
    """Nothing to say where no scenario differs in the rule alone."""
    assert not [s for s in made.sentences if s.tone == "warning"]


def test_norway_says_that_the_rule_decides():
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")
    said = rules(Run(study), "MDMA-AT")
    assert [(spoken(s, Units("NOK", "2024")), s.tone) for s in said] == [
        (
            "With more demand than places, waiting for MDMA-AT costs more health than MDMA-AT "
            "gives: in year 5 -8.901 QALYs where 100 % of those without a place wait (BI6), "
            "+17.406 where 0 % do and the others have at once what they would have had (BI6b).",
            "warning",
        )
    ]


def test_figures_are_drawn(made):
    for figure in made.figures:
        drawn = figure.draw()
        assert drawn.title
        assert drawn.alt.endswith(".")
        assert drawn.svg.startswith(b"<?xml")


def test_nothing_for_a_study_without_a_budget(algebra):
    assert ANALYSIS.content(Run(algebra)).empty


@pytest.fixture(scope="module")
def england():
    return Run(load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/england"))


def said_of_rules(run):
    return [(spoken(s, Units("GBP", "2024/25")), s.tone) for s in rules_sentences(run)]


def test_the_rules_of_a_country_are_quoted_with_their_status(england):
    rule, trigger = said_of_rules(england)
    assert rule == (
        "Rules of NICE (technology appraisal): 5 years [secondary]; the budget is that of "
        "medicines; other care of the NHS and personal social services [published]; value-added "
        "tax is as the payer bears it [assumption].",
        "note",
    )
    highest = max(england(budget_table)["net"][:3])
    assert trigger[0].startswith(
        "Above GBP 20.0 million in any of the first 3 years, NHS England may ask for commercial "
        "talks [published]"
    )
    assert trigger[0].endswith(
        f"The net cost is highest in year 3, GBP {highest / 1e6:.1f} million: below it."
    )
    assert trigger[1] == "plain"


def test_where_a_budget_departs_from_the_rules_it_says_so(england):
    """A trigger of 12 million is passed in year 3; six years are asked for, and no tax."""
    place = england.study.jurisdiction
    rules = place.definition.budget
    other = rules.model_copy(
        update={
            "years": rules.years.model_copy(update={"value": 6}),
            "vat": rules.vat.model_copy(update={"value": "out"}),
            "trigger": rules.trigger.model_copy(update={"value": 12e6}),
        }
    )
    definition = place.definition.model_copy(update={"budget": other})
    study = replace(england.study, jurisdiction=replace(place, definition=definition))
    _, years, tax, trigger = said_of_rules(Run(study))
    assert years == ("Shown are 5 years, where the rules ask for 6.", "warning")
    assert tax == ("Value-added tax is in, and the rules want it out.", "warning")
    assert trigger[0].endswith(": above it.")
    assert trigger[1] == "warning"


def test_a_country_may_have_other_years_and_names_of_blocks():
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/australia")
    assert len(study.budget.definition.uptake) == 6
    assert [b.title for b in study.budget.definition.blocks] == [
        *("Medicines", "Specialist care", "Other Government health care"),
    ]
    assert study.budget.definition.strategy == "MDMA-AT"
