"""Decisions and their words: who is equal, who is best, and what may be said of it."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
import tiny
from rich.console import Console

from hecon.analyses.comparison import compare, comparison
from hecon.analyses.conclusion import base_conclusion, conclude
from hecon.analyses.evaluate import evaluate
from hecon.analyses.frontier import frontier
from hecon.analyses.global_sensitivity import sobol_indices
from hecon.analyses.run import Run
from hecon.parameters.design import base_case
from hecon.report.conclusions import headline, ratio
from hecon.report.contents import print_contents
from hecon.report.numbers import Units
from hecon.report.sections.evidence_section import section as evidence_section
from hecon.report.words import listed, spoken
from hecon.studies.load_study import load_study

STUDIES = Path(__file__).parent / "studies"


def base_comparison(name):
    study = load_study(STUDIES / name)
    return compare(evaluate(study.model, base_case(study.parameters)), *study.compared)


def statuses(cost, effect):
    names = [f"s{i}" for i in range(len(cost))]
    table = frontier(names, np.array(cost), np.array(effect)).set_index("strategy")["status"]
    return table.loc[names].tolist()


def test_fault_62_equal_costs_are_not_less():
    found = base_comparison("M10")
    assert found.cost == 0
    assert (
        spoken(ratio(found), Units("EUR"))
        == "B dominates A: it costs the same and gives more QALYs."
    )


def test_fault_62_equal_alternatives_are_equal_everywhere():
    assert base_comparison("M11a").verdict == "no difference"
    assert statuses([3.0, 3.0], [2.0, 2.0]) == ["on the frontier", "no difference"]
    assert statuses([0.3, 0.1 + 0.2], [2.0, 2.0]) == ["on the frontier", "no difference"]
    assert statuses([0.1 + 0.2, 0.3], [2.0, 2.0]) == ["on the frontier", "no difference"]


def test_fault_62_a_twin_falls_with_the_one_it_equals():
    """Twins above the line from the first to the last, and twins that a cheaper one beats."""
    assert statuses([0, 9, 9, 10], [0, 1, 1, 2]) == [
        "on the frontier",
        *["extendedly dominated"] * 2,
        "on the frontier",
    ]
    assert statuses([0, 9, 9], [2, 1, 1]) == ["on the frontier", "dominated", "dominated"]


@pytest.mark.parametrize("step", [0.1, 0.2, 0.3, 0.7, 1.1, 1e6 / 3])
@pytest.mark.parametrize("start", [0.0, 0.1, 0.2, 0.3, 12345.678])
def test_fault_62_three_on_a_line_are_one_case(start, step):
    for slope in (1.0, 3.0, 0.1):
        effect = [1.0, 1.0 + step / slope, 1.0 + 2 * step / slope]
        cost = [start, start + step, start + step + step]
        assert statuses(cost, effect)[1] == "extendedly dominated"


@pytest.mark.parametrize("size", [1e-7, 1.0, 1e12])
def test_fault_62_rounding_is_relative(size):
    """Equal costs in any unit of money are equal; a real difference of a millionth is one."""
    from hecon.analyses.ties import difference

    one, other = size * (0.1 + 0.2), size * 0.3
    assert one != other
    assert difference(np.array([one]), np.array([other]))[0] == 0
    assert difference(np.array([one * (1 + 1e-6)]), np.array([other]))[0] > 0


def test_fault_27_the_best_alternative_is_named_and_each_stands_against_the_one_before():
    """At 86,000 AB against the first would pass (81,145), against B (88,668) it does not."""
    names = ("SoC", "A", "B", "AB")
    cost, effect = np.array([0.0, 100.0, 65_000.0, 153_668.0]), np.array([0.0, -1.0, 1.0, 2.0])
    pair = comparison("AB", "SoC", 153_668.0, 2.0, 0.0)
    benefit = 86_000 * 2.0 - 153_668.0
    assert benefit > 0
    found = conclude(frontier(names, cost, effect), names, pair, 86_000.0, benefit)
    assert found.best == "B"
    assert (found.reached.strategy, found.reached.against) == ("B", "SoC")
    assert (found.refused.strategy, found.refused.against) == ("AB", "B")
    study = load_study(STUDIES / "M10")
    run = Run(study).knowing({base_conclusion: found})
    text = " ".join(spoken(s, Units("USD")) for s in headline(run))
    assert "B is the best of the 4 alternatives" in text
    assert "AB is not cost-effective against B" in text
    assert "AB is cost-effective" not in text


def test_fault_33_names_with_commas_stand_between_semicolons():
    assert listed(["a, b", "c", "d"]) == "a, b; c; and d"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_fault_53_one_group_explains_everything():
    found = sobol_indices({"a + b": [0, 1]}, lambda x: x.sum(axis=1), 64)
    assert found[["first_order", "total"]].values.tolist() == [[1.0, 1.0]]


def test_fault_34_one_count_of_inputs(tmp_path):
    """`check`, the evidence and its weak links count alike; no table of nothing."""
    head = "\nextra,A"
    row = "\nidle,all,3,years,,,,,,,invented,published"
    rows = ("parameters.csv", head, row + head)
    study = tiny.study(
        tmp_path / "tiny", rows, ("parameters.csv", "invented,assumption", "invented,published")
    )
    made = evidence_section(Run(study))
    assert study.unused == ("idle",)
    assert spoken(made.sentences[0], Units("EUR")).startswith("Evidence status of the 2 inputs")
    to = Console(file=io.StringIO(), width=100)
    print_contents(study, [], to)
    assert re.search(r"Inputs +2, 0 of them", to.file.getvalue())
    assert "weak_links" in [t.name for t in made.tables]
    assert "weak_links" not in [t.name for t in made.visible]


def test_fault_32_the_second_lines_page_says_what_it_is_compared_with():
    page = (Path(__file__).parents[2] / "docs/variants.md").read_text(encoding="utf-8")
    said = " ".join(page.split())
    assert "The verdict is the opposite of the first line's" in said
    assert "get MDMA-AT or **no further therapy**" in said
    # and the report leads with the alternative itself: those not in remission, against PE alone
    inputs = Path(__file__).parents[2] / "inputs"
    study = load_study(inputs / "studies/ptsd_sequence", inputs / "jurisdictions/norway")
    assert "no further therapy" in study.definition.question
