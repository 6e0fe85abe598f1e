"""Scenarios on the screen: each against the base case, the largest effect first."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from hecon.reports.answers.tables import conclude, listed, title
from hecon.reports.console import money, percent, table
from hecon.studies.study import Study

_WORDS = {
    "more costly, no difference in QALYs": "costlier",
    "less costly, no difference in QALYs": "cheaper",
}


def print_scenarios(study: Study, found: pd.DataFrame, to: Console) -> str:
    """Print scenarios; with columns of `scenario_draws` also the probabilistic result."""
    title(study, "Scenarios", to)
    drawn = "nmb_mean" in found
    columns = ["NMB", "To base", "ICER"]
    columns += ["NMB, mean (SE)", "Effective"] if drawn else []
    rows = table("", "Scenario", *columns, left=2)
    rows.columns[1].no_wrap = True
    rows.columns[1].max_width = 22 if drawn else 38
    for row in found.to_dict("records"):
        cells = [money(row["nmb"]), money(row["nmb_to_base"], sign=True), _ratio(row)]
        if drawn:
            cells.append(f"{money(row['nmb_mean'])} ({money(row['nmb_error'])})")
            cells.append(percent(row["probability"]))
        rows.add_row(row["scenario"], row["title"], *cells)
    to.print(rows)
    turning = found.loc[found["turns"], "scenario"].tolist()
    most = found.iloc[0]
    text = (
        f"{len(turning)} of {len(found)} scenarios turn the base case's decision"
        f"{': ' + listed(turning, 10) if turning else ''}. {most['scenario']} has the largest "
        f"effect on net benefit: {most['title']}."
    )
    if drawn:
        other = found[(found["nmb"] >= 0) != (found["nmb_mean"] >= 0)]["scenario"].tolist()
        text += (
            f" In {listed(other, 10)} the draws decide otherwise than the base values."
            if other
            else " Draws and base values agree on the decision in every scenario."
        )
    conclude(text, to)
    return text


def _ratio(row: Mapping[Hashable, Any]) -> str:
    value = row["icer"]
    word = str(row["verdict"])
    return _WORDS.get(word, word) if math.isnan(value) else money(value)
