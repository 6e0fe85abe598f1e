"""Tables of the budget impact: people, money by payer and item, hours, scenarios, uncertainty."""

from dataclasses import replace

import pandas as pd

from hecon.analyses.budget_results import (
    budget_blocks,
    budget_counted,
    budget_items,
    budget_months,
    budget_numbers,
    budget_quantities,
    budget_resources,
    budget_study,
    budget_table,
)
from hecon.analyses.budget_scenarios import (
    budget_scenario_blocks,
    budget_scenario_counted,
    budget_scenario_quantities,
    budget_scenarios,
)
from hecon.analyses.budget_sensitivity import (
    budget_interval,
    budget_one_way,
    budget_places_by_uptake,
)
from hecon.analyses.run import Run
from hecon.report.content import Column, Table, table
from hecon.report.vocabulary import (
    INTERVAL_HIGH,
    INTERVAL_LOW,
    PARAMETER,
    RANGE_HIGH,
    RANGE_LOW,
    STATUS,
)

YEAR = Column("year", "Year", "count", meaning="calendar year after the decision")
NET = Column("net", "Net cost", "millions", meaning="to the payer, undiscounted")
EFFECT = Column("effect_difference", "{effects}", "gain", meaning="gained within the year")
PEOPLE = (
    Column("eligible", "Eligible", "number", detail=True, meaning="who start any treatment"),
    Column("demand", "Want it", "number", meaning="who would start if there were places"),
    Column("places", "Places", "number", infinite="no limit", meaning="starts that are possible"),
    Column("treated", "Treated", "number", meaning="who start it"),
    Column(
        "returned", "Return", "number", detail=True, meaning="who take what they would have had"
    ),
    Column("waiting", "Wait", "number", meaning="at the end of the year"),
    Column("waited", "Waiting", "number", "person-months", detail=True),
)
WAITS = (
    Column("mean_wait", "Mean wait of those treated", "number", "months", detail=True),
    Column("wait_at_end", "Wait at the end", "number", "months", detail=True),
)
LOST = Column(
    "effect_lost",
    "{effects} lost for want of places",
    "effect",
    meaning="with places for all less with those there are",
)
BLOCK = Column("block", "Payer's block", "label", meaning="empty for what is outside the budget")
DIFFERENCE = Column("cost_difference", "Difference", "millions")
QUANTITY = Column("quantity", "Quantity", "label")
MORE = Column("quantity_difference", "Difference", "number")
SCENARIO = Column("scenario", "Scenario", "label")
COUNT = Column("count", "Counted", "label")
AMOUNT = Column("amount", "Amount", "number")


def years_table(run: Run) -> Table:
    """People first, then money and health."""
    columns = (YEAR, *PEOPLE, *WAITS, NET, EFFECT, LOST)
    caption = "By year: people, waits, net cost and health"
    return table("budget_impact", caption, columns, run(budget_table), ("year",))


def blocks_table(run: Run) -> Table:
    """Net cost by payer's block."""
    frame = run(budget_blocks)
    frame = frame.assign(block=frame["block"].map(block_labels(run)))
    caption = "Net cost by payer's block"
    columns = (YEAR, BLOCK, DIFFERENCE)
    return table("budget_blocks", caption, columns, frame, ("year", "block"), spread="block")


def items_table(run: Run) -> Table:
    """Costs by item in both worlds."""
    frame = run(budget_items)
    frame = frame.assign(block=frame["block"].map({"": "", **block_labels(run)}))
    columns = (
        BLOCK,
        Column("item", "Item", "label"),
        YEAR,
        Column("cost_without", "Without", "millions", shown=False),
        Column("cost_with", "With", "millions", shown=False),
        DIFFERENCE,
    )
    caption = "Difference by item and year; what has no block is outside the budget"
    keys = ("block", "item", "year")
    return table("budget_items", caption, columns, frame, keys, spread="year")


def quantities_table(run: Run) -> Table:
    """Hours and packs: what more is needed of them."""
    frame = _labelled(run, run(budget_quantities))
    columns = (
        QUANTITY,
        YEAR,
        Column("quantity_without", "Without", "number", shown=False),
        MORE,
        Column("quantity_new", "Of the new treatment", "number", detail=True),
        Column("full_time", "Full-time equivalents", "number", meaning="of the difference"),
        Column("share_of_all", "Share of all", "share", meaning="of the new treatment"),
    )
    caption = "Hours and packs by year: what more is needed"
    return table("budget_quantities", caption, columns, frame, ("quantity", "year"))


def resources_table(run: Run) -> Table:
    """What limits how many can start."""
    columns = (
        Column("resource", "Resource", "label"),
        YEAR,
        Column("stock", "Stock", "number"),
        Column("courses", "Courses it allows", "number", infinite="no limit"),
        Column("demand", "Want it", "number"),
        Column("treated", "Treated", "number"),
        Column("used", "Used", "share", meaning="share of its courses that are begun"),
        Column("there", "Hours or days there", "number", meaning="that it gives in the year"),
        Column("asked", "Hours or days asked for", "number", meaning="by patients in the year"),
    )
    frame = run(budget_resources).sort_values(["resource", "year"], kind="stable")
    caption = "What limits how many can start in a year"
    return table("budget_resources", caption, columns, frame, ("resource", "year"))


def scenarios_table(run: Run) -> Table:
    """Scenarios of the budget: people see the last year."""
    columns = (
        SCENARIO,
        Column("title", "Title"),
        replace(YEAR, shown=False),
        *(replace(c, detail=c.detail or c.key in ("demand", "places")) for c in PEOPLE),
        *WAITS,
        NET,
        EFFECT,
        STATUS,
    )
    frame = run(budget_scenarios)
    last = {"year": run(budget_numbers).years}
    caption = "Scenarios of the budget, in the last year"
    return table("budget_scenarios", caption, columns, frame, ("scenario", "year"), only=last)


def interval_table(run: Run) -> Table:
    """Net cost over the draws."""
    columns = (
        YEAR,
        Column("mean", "Mean net cost", "millions"),
        replace(INTERVAL_LOW, kind="millions"),
        replace(INTERVAL_HIGH, kind="millions"),
    )
    caption = "Net cost by year over the draws of the probabilistic analysis"
    return table("budget_interval", caption, columns, run(budget_interval), ("year",))


def one_way_table(run: Run) -> Table:
    """Inputs at both ends of their ranges."""
    columns = (
        PARAMETER,
        RANGE_LOW,
        RANGE_HIGH,
        Column("net_low", "Net cost at the low end", "millions"),
        Column("net_high", "Net cost at the high end", "millions"),
    )
    caption = "Net cost of the last year with each input at both ends of its range"
    return table("budget_one_way", caption, columns, run(budget_one_way), ("parameter",))


def two_way_tables(run: Run) -> tuple[Table, ...]:
    """Places against uptake: money, then health."""
    frame = run(budget_places_by_uptake)
    factors = (
        Column("uptake_factor", "Uptake times", "number"),
        Column("places_factor", "Places times", "number"),
    )
    hidden = tuple(replace(c, shown=False) for c in PEOPLE if c.key in ("treated", "waiting"))
    keys = ("uptake_factor", "places_factor")
    made = []
    for name, caption, column in (
        ("budget_places_by_uptake", "Net cost of the last year", NET),
        ("budget_health_by_uptake", "{effects} gained in the last year", EFFECT),
    ):
        text = f"{caption}; down: uptake times, across: places times"
        columns = (*factors, *hidden, column)
        made.append(table(name, text, columns, frame, keys, spread="places_factor"))
    return tuple(made)


def months_table(run: Run) -> Table:
    """Every period: in a whole report, and where it is asked for by itself."""
    period = Column("period", "Period", "count", meaning="cycle of the model since the decision")
    columns = (period, YEAR, *PEOPLE, NET, EFFECT)
    asked = run.option("by", "")
    return table(
        "budget_periods",
        "By month, or by the model's longer cycle: people, net cost and health",
        columns,
        run(budget_months),
        ("period",),
        shown=asked != "year",
        whole=asked == "month",
    )


def counted_table(run: Run) -> Table:
    """What is counted beside the model, in files."""
    columns, caption = (YEAR, COUNT, AMOUNT), "Counted beside the model"
    frame, keys = run(budget_counted), ("year", "count")
    return table("budget_counted", caption, columns, frame, keys, shown=False)


def scenario_tables(run: Run) -> tuple[Table, ...]:
    """Scenarios: people, then money by payer, hours, and what is counted beside the model."""
    blocks = run(budget_scenario_blocks)
    blocks = blocks.assign(block=blocks["block"].map(block_labels(run)))
    quantities = _labelled(run, run(budget_scenario_quantities))
    counted = run(budget_scenario_counted)
    last = {"year": run(budget_numbers).years}
    found = [
        scenarios_table(run),
        table(
            "budget_scenario_blocks",
            "Scenarios of the budget: net cost by payer's block in the last year",
            (SCENARIO, YEAR, BLOCK, DIFFERENCE),
            blocks,
            ("scenario", "year", "block"),
            shown=False,
        ),
        table(
            "budget_scenario_quantities",
            "Scenarios of the budget: hours and packs",
            (SCENARIO, YEAR, QUANTITY, MORE),
            quantities,
            ("scenario", "year", "quantity"),
            shown=False,
        ),
    ]
    if len(counted):
        caption = "Scenarios of the budget: counted beside the model in the last year"
        columns = (SCENARIO, replace(YEAR, shown=False), COUNT, AMOUNT)
        keys = ("scenario", "year", "count")
        name = "budget_scenario_counted"
        found.append(table(name, caption, columns, counted, keys, spread="count", only=last))
    return tuple(found)


def _labelled(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    """Quantities by what the course calls them."""
    if run.study.course is None:
        return frame
    labels = {
        q.name: f"{q.label or q.name}{f' ({q.unit})' if q.unit else ''}"
        for q, _ in run.study.course.quantities
    }
    return frame.assign(quantity=frame["quantity"].map(labels))


def block_labels(run: Run) -> dict[str, str]:
    """What blocks are called."""
    budget = run(budget_study).budget
    assert budget is not None
    return {block.name: block.title for block in budget.definition.blocks}
