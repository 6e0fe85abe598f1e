"""The model written out: what moves, what differs by strategy, and where symbols are explained."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hecon.analyses.run import Run, Settings
from hecon.engine.expression import parse
from hecon.engine.model import State
from hecon.engine.timing import COUNTING
from hecon.report.content import Section
from hecon.report.model_tables import counted
from hecon.report.page_view import explained, section_view
from hecon.report.presented import spread
from hecon.report.sections.model_section import edges, section
from hecon.report.things_called import study_units
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[2] / "inputs"
EVIL = '<script>alert(1)</script>"><img src=x>'


@pytest.fixture(scope="module")
def model(sections: list[Section]) -> Section:
    return next(s for s in sections if s.name == "model")


def test_the_matrix_is_that_of_the_file(model: Section, table_of) -> None:
    columns, frame = spread(table_of(model, "model_transitions"))
    states = ["PTSD", "Remission", "Natural remission", "Relapse", "Dead"]
    assert [c.key for c in columns] == ["source", *states]
    cells = frame.set_index("source")
    assert cells.loc["Relapse"].tolist() == [
        *("0", "0", "(1 - p_die_ill) * p_recover", "rest", "p_die_ill")
    ]
    assert [cells.loc[s, s] for s in states] == ["rest"] * 5


def test_a_strategy_with_moves_of_its_own_is_told_apart() -> None:
    study = load_study(INPUTS / "studies" / "ptsd_sequence", INPUTS / "jurisdictions" / "norway")
    found = edges(study)
    assert found["PTSD", "Second line"] == ("PE then MDMA-AT",)
    assert found["PTSD", "Remission"] == study.model.strategies
    assert ("Dead", "PTSD") not in found


def test_rows_of_strategies_stand_once_where_they_are_alike(ptsd: Run, table_of) -> None:
    study = ptsd.study
    first = study.model.transitions[0]
    own = replace(first, strategy="PE", probability=parse("p_die_well"))
    changed = replace(
        study, model=replace(study.model, transitions=(*study.model.transitions, own))
    )
    found = section(Run(changed, Settings(10)))
    columns, frame = spread(table_of(found, "model_transitions"))
    assert [c.key for c in columns][:2] == ["strategy", "source"]
    of_ptsd = frame[frame["source"] == first.source].set_index("strategy")["Dead"]
    assert of_ptsd.to_dict() == {"UC; PBO+THERAPY; MDMA-AT": "p_die_ill", "PE": "p_die_well"}
    assert (frame["strategy"] == "all").sum() == 4


@pytest.mark.parametrize(("rule", "cycles"), [(r, 6) for r in COUNTING])
def test_counting_as_arithmetic_is_counting_as_weights(rule: str, cycles: int) -> None:
    """Half of those at the start leave in each cycle: what counts by formula and by weights."""
    occupied = [0.5**t for t in range(cycles + 1)]
    before, after = COUNTING[rule].before(cycles), COUNTING[rule].after(cycles)
    text = counted(rule).replace("floor", "int")
    for t in range(0 if COUNTING[rule].points else 1, cycles + 1):
        names = {
            "at_start": occupied[max(t - 1, 0)],
            "at_end": occupied[t],
            "outermost": t in (0, cycles),
            "cycle": t,
        }
        wanted = before[t] * occupied[max(t - 1, 0)] + after[t] * occupied[t]
        assert eval(text, {"int": int}, names) == pytest.approx(wanted, abs=1e-5)


def test_every_symbol_is_linked_to_one_row_that_explains_it(
    ptsd: Run, sections: list[Section]
) -> None:
    symbols = explained(sections)
    units = study_units(ptsd.study)
    views = [section_view(s, units, symbols) for s in sections]
    cells = [c for v in views for t in v.tables for row in t.rows for c in row]
    ids = [c.id for c in cells if c.id]
    links = {name for c in cells for name in re.findall(r'href="#([^"]+)"', c.set or "")}
    assert len(ids) == len(set(ids)) == len(symbols)
    assert links <= set(ids)
    plain = {w for c in cells for w in re.findall(r"<span><i>(.*?)</span>", c.set or "")}
    assert plain <= {"rest</i>", "year</i>"}
    assert {"symbol-unit_mdma_session", "symbol-p_relapse", "symbol-norms.female"} <= links


def test_names_of_states_are_text(ptsd: Run) -> None:
    model = ptsd.study.model
    states = tuple(State(EVIL, s.dead) if s.name == "Relapse" else s for s in model.states)
    moves = tuple(
        replace(
            t,
            source=EVIL if t.source == "Relapse" else t.source,
            target=EVIL if t.target == "Relapse" else t.target,
        )
        for t in model.transitions
    )
    made = section(Run(replace(ptsd.study, model=replace(model, states=states, transitions=moves))))
    cells = [
        c for t in section_view(made, study_units(ptsd.study)).tables for r in t.rows for c in r
    ]
    assert any(c.text == EVIL for c in cells)
    assert not any("<script" in (c.set or "") for c in cells)
    drawn = made.figures[0].draw()
    assert b"<script" not in drawn.svg
    assert EVIL in drawn.alt


def test_costs_may_be_counted_by_a_rule_of_their_own() -> None:
    folder = Path(__file__).parents[1] / "replications/studies/rdecision_tkr"
    found = section(Run(load_study(folder)))
    said = next(s for s in found.sentences if s.template.startswith("Counting"))
    assert list(said.values) == ["rule", "rule_of_costs"]
    assert said.values["rule"] != said.values["rule_of_costs"]
