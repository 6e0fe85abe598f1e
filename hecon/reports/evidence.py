"""What the evidence says and what rests on it: tables on a screen and as files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from rich.console import Console

from hecon.analyses.article import article_table
from hecon.analyses.evidence import evidence_table
from hecon.analyses.results import Results
from hecon.analyses.syntheses import synthesis_table
from hecon.reports.console import money, percent, qalys, stdout, table
from hecon.reports.figures.material import Extras
from hecon.reports.figures.syntheses import synthesis_pictures
from hecon.reports.files import write_csv
from hecon.reports.names import run_name
from hecon.reports.staging import publish, staging
from hecon.reports.summary import evidence

#: Weak rows that the screen shows; the file holds all.
SHOWN = 12


def evidence_tables(results: Results) -> dict[str, pd.DataFrame]:
    """Tables of the evidence by name, as they are written."""
    study = results.study
    found = {
        "synthesis": synthesis_table(study, results.scenarios),
        "evidence": evidence_table(study, results),
        "article": article_table(study, results),
    }
    return {name: frame for name, frame in found.items() if len(frame)}


def evidence_extras(results: Results, found: Mapping[str, pd.DataFrame]) -> Extras:
    """Evidence as the page shows it: choices of synthesis, weak links, an article's facts.

    Parameters
    ----------
    found
        The tables of `evidence_tables`.
    """
    study = results.study
    currency = study.jurisdiction.definition.currency
    choices = found.get("synthesis", pd.DataFrame())
    pictures = synthesis_pictures(study, choices)
    weak = found["evidence"]
    weak = weak[weak["weak"] & ((weak["swing"] > 0) | (weak["evppi"] > 0))].head(SHOWN)
    shown = weak[["description", "parameter", "status", "swing", "evppi", "needed"]].rename(
        columns={
            "swing": f"swing of net benefit, {currency}",
            "evppi": f"EVPPI per person, {currency}",
            "needed": "what would firm it up",
        }
    )
    return Extras(
        synthesis=_choices_shown(results, choices) if len(choices) else None,
        article=_article_shown(found["article"]) if "article" in found else None,
        weakest=shown if len(shown) else None,
        pictures=tuple(pictures),
    )


def _choices_shown(results: Results, choices: pd.DataFrame) -> pd.DataFrame:
    currency = results.study.jurisdiction.definition.currency
    a, b = results.study.compared
    rows = []
    for row in choices.to_dict("records"):
        low, high = row["odds_ratio_low"], row["odds_ratio_high"]
        rows.append(
            {
                "scenario": row["scenario"],
                "choice": row["title"],
                "rests on": row["estimates"],
                "status": row["weakest_status"],
                "odds ratio (95 %)": f"{row['odds_ratio']:.2f} ({low:.2f} to {high:.2f})",
                a: percent(row["p_intervention"]),
                b: percent(row["p_comparator"]),
                f"cost, {currency}": money(row["cost_difference"], sign=True),
                "QALYs": qalys(row["qaly_difference"], sign=True),
                f"ICER, {currency} per QALY": (
                    row["verdict"] if math.isnan(row["icer"]) else money(row["icer"])
                ),
            }
        )
    return pd.DataFrame(rows)


def _article_shown(facts: pd.DataFrame) -> pd.DataFrame:
    """One row a fact, with all figures of the model beside it."""
    rows = []
    for _, group in facts.groupby("fact", sort=False):
        first = group.iloc[0]
        figures = zip(group["figure"], group["text"], strict=True)
        rows.append(
            {
                "the article says": first["says"],
                "the model": "; ".join(f"{label}: {text}" for label, text in figures),
                "cross-check": first["cross_check"],
                "status": first["status"],
            }
        )
    return pd.DataFrame(rows)


def evidence_command(results: Results, out: Path) -> None:
    """Print choices of synthesis, weak links and the article's facts, and write them all."""
    found = evidence_tables(results)
    to = stdout()
    to.print(results.study.definition.title, style="bold")
    if "synthesis" in found:
        print_syntheses(results, found["synthesis"], to)
    print_weak_links(results, found["evidence"], to)
    name = f"{run_name(results.study)}_evidence"
    with staging(out) as folder:
        (folder / name).mkdir()
        for table_name, frame in found.items():
            write_csv(frame, folder / name / f"{table_name}.csv")
        publish([(folder / name, out / "outputs" / name)], folder)
    to.print()
    to.print(f"Tables: {out / 'outputs' / name}", soft_wrap=True)


def print_syntheses(results: Results, found: pd.DataFrame, to: Console) -> None:
    """Choices of synthesis side by side."""
    currency = results.study.jurisdiction.definition.currency
    a, b = results.study.compared
    to.print()
    to.print(f"Choices of synthesis: {a} against {b}, of all who start", style="bold")
    rows = table("Scenario", "Rests on", "Odds ratio (95 %)", a, b, "QALYs", "ICER", left=2)
    for row in found.to_dict("records"):
        ends = [f"{row[f'odds_ratio{end}']:.2f}" for end in ("", "_low", "_high")]
        ratio = f"{ends[0]} ({ends[1]}-{ends[2]})"
        icer = row["verdict"] if math.isnan(row["icer"]) else money(row["icer"])
        rows.add_row(
            row["scenario"],
            row["weakest_status"],
            ratio,
            percent(row["p_intervention"]),
            percent(row["p_comparator"]),
            qalys(row["qaly_difference"], sign=True),
            icer,
        )
    to.print(rows)
    to.print(f"ICER in {currency} per QALY. 'Rests on': the weakest status of what is chosen.")
    for row in found.to_dict("records")[1:]:
        to.print(f"{row['scenario']}: {row['title']}", style="dim")


def print_weak_links(results: Results, found: pd.DataFrame, to: Console) -> None:
    """Inputs on weak evidence, the most influential first, and what would firm them up."""
    currency = results.study.jurisdiction.definition.currency
    weak = found[found["weak"]]
    moving = weak[(weak["swing"] > 0) | (weak["evppi"] > 0)]
    to.print()
    if len(moving):
        _print_moving(moving, currency, to)
        to.print()
    verb = "rests" if len(weak) == 1 else "rest"
    to.print(f"{evidence(results.study.parameters)} {len(weak)} of them {verb} on weak evidence.")


def _print_moving(moving: pd.DataFrame, currency: str, to: Console) -> None:
    to.print("Weakest links: inputs on weak evidence that move the decision most", style="bold")
    rows = table("Parameter", "Status", f"Swing ({currency})", "EVPPI", left=2)
    for row in moving.head(SHOWN).to_dict("records"):
        rows.add_row(row["parameter"], row["status"], money(row["swing"]), money(row["evppi"]))
    to.print(rows)
    to.print("Swing: span of net monetary benefit over the parameter's range. EVPPI: per person.")
    for row in moving.head(SHOWN).to_dict("records"):
        to.print(f"{row['parameter']}: {row['needed']}")
