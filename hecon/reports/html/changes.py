"""What the page says of single inputs, scenarios and the value of information."""

from __future__ import annotations

from typing import Any

import pandas as pd

from hecon.analyses.comparison import SAVING
from hecon.analyses.scenario_draws import against_base
from hecon.reports.answers.severity_steps import named_turns
from hecon.reports.conclusions import drawn, fixed_in_draws, share_text
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting
from hecon.reports.figures.writing import listed, number
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import Table, build


def one_way_section(found: Material, setting: Setting) -> Section:
    """Every input at both ends of its range; pairs as heat maps."""
    table = found.results.one_way
    if table.empty:
        return Section("one-way", "One-way sensitivity")
    status = {p.text: p.status for p in found.results.study.parameters}
    rows = []
    lows, highs = (records(table[table["end"] == end]) for end in ("low", "high"))
    for low, high in zip(lows, highs, strict=True):
        name = low["parameter"]
        rows.append(
            {
                "label": setting.label(str(name), 300, 3),
                "name": name,
                "status": status.get(str(name), ""),
                "basis": low["basis"],
                "low": low["value"],
                "high": high["value"],
                "nmb_low": low["nmb"],
                "nmb_high": high["nmb"],
                "words_low": _ratio(low, setting),
                "words_high": _ratio(high, setting),
            }
        )
    shown = build(
        f"Every input at both ends of its range, widest first (net benefit in {setting.money})",
        [
            ("Input", "label", ""),
            ("Name", "name", ""),
            ("Status", "status", "mark"),
            ("Range from", "low", "short"),
            ("to", "high", "short"),
            ("Net benefit at low", "nmb_low", "money"),
            ("at high", "nmb_high", "money"),
            ("ICER at low", "words_low", ""),
            ("at high", "words_high", ""),
            ("Basis of the range", "basis", ""),
        ],
        rows,
    )
    texts = ["Ranges are stated intervals or 95 % of the distribution; none is invented."]
    names = ("tornado_nmb", "tornado_qaly", "tornado_icer", *_grids(found))
    return Section("one-way", "One-way and two-way sensitivity", texts, [shown], names)


def _grids(found: Material) -> list[str]:
    count = len(found.grids)
    return ["two_way"] if count == 1 else [f"two_way_{i + 1}" for i in range(count)]


def _ratio(row: Any, setting: Setting) -> str:
    """The ICER, a saving as such, or what stands in its place."""
    icer = float(row["icer"])
    if icer != icer:
        return str(row["verdict"])
    return ("saves " if row["verdict"] == SAVING else "") + setting.amount(icer)


def scenarios_section(found: Material, setting: Setting) -> Section:
    """Every scenario beside the base case."""
    results = found.results
    if results.scenarios.empty:
        return Section("scenarios", "Scenarios")
    others = against_base(results.scenarios, results.base_table)
    why = {s.id: s.why for s in results.study.scenarios}
    rows = [
        {
            **r,
            "why": why.get(str(r["scenario"]), ""),
            "ratio": _ratio(r, setting),
            "worth": "yes" if r["nmb"] >= 0 else "no",
        }
        for r in records(others)
    ]
    table = build(
        f"All scenarios, the largest change in net benefit first ({setting.money})",
        [
            ("Scenario", "scenario", ""),
            ("", "title", ""),
            ("Status", "status", "mark"),
            ("Compared", "compared", ""),
            ("Cost", "cost_difference", "change"),
            ("QALYs", "qaly_difference", "gain"),
            ("ICER", "ratio", ""),
            ("Threshold", "threshold", "money"),
            ("Net benefit", "nmb", "change"),
            ("Change", "nmb_to_base", "change"),
            ("Cost-effective", "worth", ""),
        ],
        rows,
    )
    pair = results.study.compared
    same, turned = others[others["same_pair"]], named_turns(others, "scenario")
    texts = [
        f"{len(turned)} of the {len(same)} scenarios that compare {' with '.join(pair)} turn the "
        "base case's decision" + (f": {listed(turned)}." if len(turned) else ".")
    ]
    if len(others) > len(same):
        texts.append(f"{len(others) - len(same)} compare another pair and stand at the end.")
    return Section("scenarios", "Scenarios", texts, [table], ("scenarios",))


def information_section(found: Material, setting: Setting) -> Section:
    """What knowing more is worth, per person and for all."""
    psa, threshold = found.results.probabilistic, found.results.threshold
    if not drawn(found.results):
        return Section("information", "Value of information")
    error = float(psa.decision["evpi_error"].sel(threshold=threshold))
    texts = [
        f"Knowing everything (EVPI) is worth {setting.amount(psa.evpi)} per person (Monte Carlo "
        f"error {setting.amount(error)}) {setting.at(threshold)}. The worth of knowing a part "
        "(EVPPI) is estimated by regression: never below zero and biased upwards where it is "
        "small, so read each beside its standard error. One within two standard errors can't be "
        "told from zero, which does not mean that the input can't turn the decision. "
        + fixed_in_draws(found.results)
    ]
    people = found.results.population
    if people is not None:
        texts.append(
            f"For the {number(people.effective())} discounted patients whom the decision reaches "
            f"({number(people.annual)} eligible a year over {people.years:g} years) that is "
            f"{setting.amount(found.results.population_evpi)} in all."
        )
    tables = [
        _partial(f"Value of perfect information on {what} (EVPPI)", frame, setting)
        for what, frame in (("a set of inputs", psa.evppi_groups), ("one input", psa.evppi))
        if len(frame)
    ]
    return Section(
        "information", "Value of information", texts, tables, ("evpi", "evpi_population", "evppi")
    )


def _partial(caption: str, table: pd.DataFrame, setting: Setting) -> Table:
    """Value of knowing single inputs, or sets of them."""
    rows = [
        {
            **r,
            "label": setting.label(str(r["set"]), 300, 3),
            "of_all": share_text(float(r["share"])),
            "fit": "suspect" if r["suspect"] else "good",
        }
        for r in records(table)
    ]
    named = [("Name", "set", "")] if any(r["label"] != r["set"] for r in rows) else []
    return build(
        f"{caption}, per person ({setting.money})",
        [
            ("Input" if named else "Set", "label", ""),
            *named,
            ("EVPPI", "evppi", "money"),
            ("Standard error", "standard_error", "money"),
            ("Share of EVPI", "of_all", ""),
            ("Fit", "fit", ""),
        ],
        rows,
    )
