"""Thresholds and severity as countries have them: none, one, a range, benchmarks, classes."""

import shutil
from pathlib import Path

import pytest
from countries import country

from hecon.analyses.base_case import base_comparison, base_limits, base_shortfalls, base_table
from hecon.analyses.price import price_values
from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.report.certainty import often
from hecon.report.conclusions import headline
from hecon.report.content import Sentence
from hecon.report.sections import severity_section
from hecon.report.things_called import study_units
from hecon.report.words import spoken
from hecon.studies.load_study import load_study

SMALL = Path(__file__).parents[1] / "cli/studies/small"
ONE = 'opportunity_cost = "20000"\n'
#: Of the small study, as `discounted` and `undiscounted` work it out.
ICER = 37_508.58


def small(folder: Path, change: str) -> Run:
    """The small study where the line that gives its threshold is another one."""
    copy = folder / "small"
    shutil.copytree(SMALL, copy)
    rules = (copy / "jurisdiction.toml").read_text()
    head, tail = change.partition("[")[0], change.partition("[")[1] + change.partition("[")[2]
    (copy / "jurisdiction.toml").write_text(f"{rules.replace(ONE, head)}\n{tail}")
    return Run(load_study(copy), Settings(draws=40))


def told(run: Run, *sentences: Sentence) -> str:
    units = study_units(run.study)
    return " ".join(spoken(s, units) for s in sentences or headline(run))


def remaining(p_ill: float, rate: float) -> tuple[float, float]:
    """QALYs of the general population and of the old treatment: the small study in a loop."""
    well, ill, alive = 1.0, 0.0, 1.0
    people = old = 0.0
    for year in range(20):
        next_well, next_ill = well * 0.98 * (1 - p_ill), ill * 0.98 + well * 0.98 * p_ill
        factor = (1 + rate) ** -(year + 0.5)
        people += 0.95 * (alive + alive * 0.98) / 2 * factor
        old += (0.95 * (well + next_well) + 0.6 * (ill + next_ill)) / 2 * factor
        well, ill, alive = next_well, next_ill, alive * 0.98
    return people, old


def test_shortfall_is_that_of_a_loop_by_hand(tmp_path: Path) -> None:
    found = small(tmp_path, ONE)(base_shortfalls).set_index("discounted")
    for discounted, rate in ((False, 0.0), (True, 0.03)):
        people, old = remaining(0.2, rate)
        row = found.loc[discounted]
        assert row["shortfall"] == pytest.approx(people - old, rel=1e-9)
        assert row["proportional_shortfall"] == pytest.approx(1 - old / people, rel=1e-9)


CLASSES = """
[severity]
measure = "{measure}"
discounted = {discounted}
acts_on = "{acts_on}"
status = "assumption"
source = "invented"
classes = [{classes}]
"""


@pytest.mark.parametrize(
    ("measure", "discounted", "classes", "weight"),
    [
        # undiscounted: absolute 4.32, proportional 0.277; discounted: 3.15 and 0.262
        ("absolute shortfall", False, ("0", "4.3", "4.4"), 1.2),
        ("absolute shortfall", True, ("0", "4.3", "4.4"), 1.0),
        ("proportional shortfall", False, ("0", "0.27", "0.28"), 1.2),
        ("proportional shortfall", True, ("0", "0.2", "0.26"), 1.7),
        ("larger of both", True, ("0, proportional = 0", "12, proportional = 0.25",
                                  "18, proportional = 0.95"), 1.2),
        ("larger of both", False, ("0, proportional = 0", "4, proportional = 0.9",
                                   "4.2, proportional = 0.95"), 1.7),
    ],
)  # fmt: skip
def test_classes_by_each_measure(
    tmp_path: Path, measure: str, discounted: bool, classes: tuple[str, ...], weight: float
) -> None:
    steps = ", ".join(
        f"{{ shortfall = {c}, weight = {w} }}" for c, w in zip(classes, (1, 1.2, 1.7), strict=True)
    )
    text = CLASSES.format(
        measure=measure, discounted=str(discounted).lower(), acts_on="threshold", classes=steps
    )
    row = small(tmp_path, ONE + text)(base_limits).iloc[0]
    assert row["weight"] == weight
    assert row["threshold"] == pytest.approx(20_000 * weight)


def test_classes_with_thresholds_of_their_own(tmp_path: Path) -> None:
    """The Dutch rule: EUR 20,000, 50,000 or 80,000 by proportional shortfall."""
    steps = ", ".join(
        f"{{ shortfall = {s}, threshold = {t} }}"
        for s, t in ((0, 0), (0.1, 20_000), (0.41, 50_000), (0.71, 80_000))
    )
    text = CLASSES.format(
        measure="proportional shortfall", discounted="false", acts_on="threshold", classes=steps
    )
    run = small(tmp_path, text)
    assert run(base_limits)["threshold"].iloc[0] == 20_000
    assert "opportunity_cost" not in run(base_limits)
    assert told(run).startswith("At EUR 20,000 per QALY, the threshold of its class of severity, ")


def test_a_weight_on_qalys_gives_the_net_benefit_of_one_on_the_threshold(tmp_path: Path) -> None:
    step = "{ shortfall = 0, weight = 2 }"
    text = CLASSES.format(
        measure="absolute shortfall", discounted="true", acts_on="QALYs", classes=step
    )
    run = small(tmp_path, ONE + text)
    pair = run(base_comparison)
    weighted = 20_000 * (2 * pair.qaly) - pair.cost
    assert run(base_table)["nmb"].iloc[0] == pytest.approx(weighted, rel=1e-12)
    assert "At EUR 20,000 per QALY, QALYs weighted by 2 for severity, New is" in told(run)
    said = told(run, *severity_section.section(run).sentences)
    assert f"the ICER is EUR {ICER / 2:,.0f} per weighted QALY" in said


def test_a_range_has_a_verdict_at_both_ends(tmp_path: Path) -> None:
    run = small(tmp_path, ONE + '[threshold]\nkind = "range"\nvalues = ["30000", "40000"]\n')
    said = told(run)
    assert said.startswith("The verdict differs between the ends of the range, EUR 30,000 to")
    assert "At EUR 30,000 per QALY, New is not cost-effective" in said
    assert "At EUR 40,000 per QALY, New is cost-effective" in said


def test_where_the_ends_agree_they_are_told_once(tmp_path: Path) -> None:
    run = small(tmp_path, ONE + '[threshold]\nkind = "range"\nvalues = ["20000", "30000"]\n')
    assert told(run).startswith("At EUR 20,000 to EUR 30,000 per QALY, New is not cost-effective")


def test_benchmarks_are_grouped_by_verdict(tmp_path: Path) -> None:
    text = '[threshold]\nkind = "benchmarks"\nvalues = ["10000", "30000", "50000", "90000"]\n'
    run = small(tmp_path, ONE + text)
    said = told(run)
    assert "At EUR 10,000 and EUR 30,000 per QALY, New is not cost-effective" in said
    assert "At EUR 50,000 and EUR 90,000 per QALY, New is cost-effective" in said
    shares = told(run, often(run))
    assert shares.count(" of the draws at EUR ") == 4


def test_without_a_threshold_there_is_no_verdict() -> None:
    run = country("switzerland")
    said = told(run)
    assert "Switzerland states no threshold: there is no verdict." in said
    assert "cost-effective" not in said + told(run, often(run))
    pair = run(base_comparison)
    benefit = 50_000 * pair.qaly - pair.cost
    assert f"CHF {benefit:,.0f} at CHF 50,000" in said
    # the price of equal net benefit is a straight line over the values
    price = run(price_values).sort_values("threshold")
    steps = price["deterministic"].diff().iloc[1:]
    assert len(price) == 4
    assert steps.to_numpy() == pytest.approx(steps.iloc[0], rel=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            '[threshold]\nkind = "range"\nvalues = ["1"]\n',
            "a threshold of the kind 'range' has two",
        ),
        ('[threshold]\nvalues = ["1", "2"]\n', "of the kind 'one' has none"),
        ('[threshold]\nkind = "range"\nvalues = ["2", "1"]\n', "values must rise"),
    ],
)
def test_a_threshold_that_says_two_things_is_refused(
    tmp_path: Path, change: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        small(tmp_path, ONE + change)


def test_something_must_be_said_of_the_threshold(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"opportunity_cost: is missing"):
        small(tmp_path, "")
