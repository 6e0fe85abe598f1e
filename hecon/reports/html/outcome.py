"""What the page says of results, severity and uncertainty."""

from __future__ import annotations

from typing import Any

from hecon.analyses.comparison import sentence
from hecon.reports.conclusions import NO_DOUBT, drawn, outside_frontier
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.writing import number
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import build, cell, thin
from hecon.reports.summary import METHODS


def results_section(found: Material, setting: Setting) -> Section:
    """Base case by strategy, increments, frontier and items."""
    results, study = found.results, found.results.study
    base = results.base_table.iloc[0]
    totals = [
        {
            "name": name,
            "label": study.label(name) if study.label(name) != name else "",
            "cost": base[f"cost {name}"],
            "qaly": base[f"qaly {name}"],
            "years": base[f"life_years {name}"],
            "option": "yes" if name in study.options else "no",
        }
        for name in study.model.strategies
    ]
    compared = results.comparison
    increments = [
        {"what": f"Cost ({setting.money})", "value": setting.amount(compared.cost, True)},
        {"what": "QALYs", "value": number(compared.qaly, 3, sign=True)},
        {"what": "Life-years", "value": number(compared.life_years, 3, sign=True)},
        {"what": "In words", "value": thin(sentence(compared, setting.currency))},
        {
            "what": f"Net monetary benefit {setting.at(results.threshold)}",
            "value": setting.amount(float(base["nmb"]), True),
        },
    ]
    if note := outside_frontier(results):
        increments.insert(4, {"what": "Frontier", "value": note})
    items = results.base["cost"].isel(draw=0)
    costs = [
        {
            "item": str(item),
            **{s: float(items.sel(strategy=s, item=item)) for s in totals_of(items)},
        }
        for item in items["item"].values
    ]
    return Section(
        "results",
        "Results",
        ["Per person, discounted. All figures follow from the inputs listed below."],
        [
            build(
                f"Base case by strategy ({setting.money})",
                [
                    ("Strategy", "name", ""),
                    ("", "label", ""),
                    ("Cost", "cost", "money"),
                    ("QALYs", "qaly", "qaly"),
                    ("Life-years", "years", "qaly"),
                    ("Can be chosen", "option", ""),
                ],
                totals,
            ),
            build(
                f"{compared.intervention} against {compared.comparator}",
                [("Difference", "what", ""), ("", "value", "text")],
                increments,
            ),
            build(
                "Cost-effectiveness frontier of the options, in order of cost",
                [
                    ("Strategy", "strategy", ""),
                    ("Place", "status", ""),
                    ("Cost", "cost", "money"),
                    ("QALYs", "effect", "qaly"),
                    ("Against", "against", ""),
                    (f"ICER ({setting.per_effect})", "icer", "money"),
                ],
                records(results.frontier),
            ),
            build(
                f"Costs by item ({setting.money})",
                [("Item", "item", ""), *((s, s, "money") for s in totals_of(items))],
                costs,
            ),
        ],
        ("frontier", "occupancy"),
    )


def totals_of(items: Any) -> list[str]:
    """Names of strategies in a dataset."""
    return [str(s) for s in items["strategy"].values]


def severity_section(found: Material, setting: Setting) -> Section:
    """What a QALY may cost, and how that follows from severity."""
    limits, place = found.results.limits.iloc[0], found.results.study.jurisdiction.definition
    rows: list[dict[str, object]] = [
        {
            "what": "Opportunity cost of a QALY: health forgone elsewhere, not a ceiling",
            "value": setting.amount(float(limits["opportunity_cost"])),
        }
    ]
    texts = []
    if "shortfall" in limits and place.severity is not None:
        b = found.results.study.compared[1]
        rows += [
            {
                "what": "Remaining QALYs of the general population, undiscounted",
                "value": number(float(limits["population_qaly"]), 2),
            },
            {
                "what": f"Remaining QALYs with {b}, undiscounted",
                "value": number(float(limits["standard_qaly"]), 2),
            },
            {"what": "Absolute shortfall (QALYs)", "value": number(float(limits["shortfall"]), 2)},
            {"what": "Severity weight", "value": f"{float(limits['weight']):g}"},
            {
                "what": "Opportunity cost, weighted: the threshold used here",
                "value": setting.amount(float(limits["threshold"])),
            },
        ]
        texts.append(f"Severity classes ({place.severity.status}): {place.severity.source}")
    table = build("Severity and the threshold", [("", "what", ""), ("", "value", "text")], rows)
    return Section("severity", "What a QALY may cost", texts, [table])


def uncertainty_section(found: Material, setting: Setting) -> Section:
    """The probabilistic analysis."""
    psa = found.results.probabilistic
    if not drawn(found.results):
        return Section("uncertainty", "Uncertainty", [NO_DOUBT])
    design = psa.design
    words = {"cost": "cost", "qaly": "QALYs", "life_years": "life-years", "nmb": "net benefit"}
    kinds = {"cost": "money", "nmb": "money"}
    rows = []
    for each in records(psa.table):
        kind = kinds.get(str(each["figure"]), "qaly")
        found_as = {k: cell(each[k], kind).text for k in ("mean", "standard_error", "low", "high")}
        figure = words[str(each["figure"])]
        rows.append({"strategy": each["strategy"], "figure": figure, **found_as})
    table = build(
        f"Means with Monte Carlo errors and 95 % of draws (costs in {setting.money})",
        [
            ("Strategy", "strategy", ""),
            ("Figure", "figure", ""),
            ("Mean", "mean", ""),
            ("Standard error of the mean", "standard_error", ""),
            ("2.5 % of draws", "low", ""),
            ("97.5 % of draws", "high", ""),
        ],
        rows,
    )
    texts = [
        f"{number(design.draws)} draws, {METHODS[design.method]}, seed {design.seed}. The "
        "standard error says how far a mean may be off because draws are limited in number; the "
        "interval says how uncertain the result is."
    ]
    tables = [table]
    if found.needed is not None:
        tables.append(
            build(
                "Draws that the decision needs, with 95 % confidence, to tell the best from each",
                [
                    ("Strategy", "strategy", ""),
                    ("Best", "best", ""),
                    ("Difference in net benefit", "difference", "money"),
                    ("Standard error", "standard_error", "money"),
                    ("Draws needed", "needed", "count"),
                    ("Draws made", "draws", "count"),
                    ("Enough", "enough", ""),
                ],
                [{**r, "enough": "yes" if r["enough"] else "no"} for r in records(found.needed)],
            )
        )
    names = (
        *("plane", "acceptability", "acceptability_frontier", "expected_loss", "net_benefit"),
        *("ranking", "convergence"),
    )
    return Section("uncertainty", "Uncertainty", texts, tables, names)
