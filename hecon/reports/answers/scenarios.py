"""Scenarios on the screen: each against the base case, the largest effect first."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from hecon.reports.answers.severity_steps import named_turns
from hecon.reports.answers.tables import conclude, ratio, title
from hecon.reports.console import money, percent, table
from hecon.reports.words import listed
from hecon.studies.study import Study


def print_scenarios(study: Study, found: pd.DataFrame, to: Console) -> str:
    """Print scenarios; with columns of `scenario_draws` also the probabilistic result."""
    title(study, "Scenarios", to)
    drawn = "nmb_mean" in found
    columns = ["NMB\n(to base)", "ICER", "Mean NMB\n(SE)", "Effective\nin draws"]
    rows = table("", "Scenario", *(columns if drawn else ["NMB", "To base", "ICER"]), left=2)
    rows.columns[0].no_wrap = True
    for row in found.to_dict("records"):
        name = row["title"] if row["same_pair"] else f"{row['title']} ({row['compared']})"
        rows.add_row(row["scenario"], name, *(_drawn_cells if drawn else _cells)(row))
    to.print(rows)
    text = _conclusion(study, found)
    if drawn:
        other = found[(found["nmb"] >= 0) != (found["nmb_mean"] >= 0)]["scenario"].tolist()
        text += (
            f" In {listed(other, 10)} the draws decide otherwise than the base values."
            if other
            else " Draws and base values agree on the decision in every scenario."
        )
    conclude(text, to, study)
    return text


def _conclusion(study: Study, found: pd.DataFrame) -> str:
    a, b = study.compared
    same, others = found[found["same_pair"]], found.loc[~found["same_pair"], "scenario"].tolist()
    apart = ""
    if others:
        verb = "compares" if len(others) == 1 else "compare"
        apart = (
            f" {listed(others, 10)} {verb} another pair of strategies, so that there is no "
            "difference to the base case."
        )
    if same.empty:
        return f"No scenario compares {a} with {b}.{apart}"
    turning = named_turns(same, "scenario")
    most = same.iloc[0]
    return (
        f"{len(turning)} of the {len(same)} scenarios that compare {a} with {b} turn the base "
        f"case's decision{': ' + listed(turning, 15) if turning else ''}. {most['scenario']} has "
        f"the largest effect on net benefit: {most['title']}.{apart}"
    )


def _cells(row: Mapping[Hashable, Any]) -> list[str]:
    return [
        money(row["nmb"]),
        money(row["nmb_to_base"], sign=True),
        ratio(row["icer"], row["verdict"]),
    ]


def _drawn_cells(row: Mapping[Hashable, Any]) -> list[str]:
    share = percent(row["probability"]).replace("than ", "than\n")
    return [
        f"{money(row['nmb'])}\n({money(row['nmb_to_base'], sign=True)})",
        ratio(row["icer"], row["verdict"]),
        f"{money(row['nmb_mean'])}\n({money(row['nmb_error'])})",
        share,
    ]
