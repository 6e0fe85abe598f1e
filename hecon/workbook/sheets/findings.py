"""What the evidence makes of the decision: choices of synthesis, and an article's facts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from hecon.workbook.context import Book
from hecon.workbook.styles import add_page

SYNTHESIS = "Synthesis"
ARTICLE = "Article"

_HEADER = 4


def write_findings(book: Book, evidence: Mapping[str, pd.DataFrame]) -> None:
    """Write the sheets that there is something for.

    Parameters
    ----------
    evidence
        Tables ``synthesis`` and ``article``, where the study has them.
    """
    if "synthesis" in evidence:
        _choices(book, evidence["synthesis"])
    if "article" in evidence:
        _article(book, evidence["article"])


def _choices(book: Book, found: pd.DataFrame) -> None:
    a, b = book.study.compared
    page = add_page(
        book.workbook,
        SYNTHESIS,
        "Choices of synthesis, side by side",
        f"Ways of putting the same trials together, and what each makes of {a} against {b}. "
        "Computed in Python, not live; choose the scenario on Inputs to see it live.",
        f"C{_HEADER + 1}",
    )
    page.widths(11, 46, 52, 12, 10, 9, 9, 12, 12, 14, 11, 16, 26)
    page.headings(
        _HEADER,
        [
            "scenario",
            "choice",
            "rests on (estimate, 95 % interval)",
            "weakest status",
            "odds ratio",
            "low",
            "high",
            f"outcome {a}",
            f"outcome {b}",
            f"cost ({book.currency})",
            "QALYs",
            f"ICER ({book.currency} per QALY)",
            "in words",
        ],
    )
    for row, line in enumerate(found.to_dict("records"), start=_HEADER + 1):
        status = line["weakest_status"]
        page.put(row, 1, line["scenario"])
        page.put(row, 2, line["title"], wrap=True)
        page.put(row, 3, line["estimates"], wrap=True)
        page.put(row, 4, status, _kind(status))
        for column, name in enumerate(("odds_ratio", "odds_ratio_low", "odds_ratio_high"), start=5):
            page.put(row, column, line[name], shape="years")
        page.put(row, 8, line["p_intervention"], shape="share")
        page.put(row, 9, line["p_comparator"], shape="share")
        page.put(row, 10, line["cost_difference"], shape="money")
        page.put(row, 11, line["qaly_difference"], shape="qaly")
        page.put(row, 12, None if math.isnan(line["icer"]) else line["icer"], shape="money")
        page.put(row, 13, line["verdict"])


def _article(book: Book, found: pd.DataFrame) -> None:
    page = add_page(
        book.workbook,
        ARTICLE,
        "What the article says and what the model makes of it",
        "Facts of the article that the study began with, how each was checked, and the model's "
        "own figures. Computed in Python for the base case and its scenarios, not live.",
        f"A{_HEADER + 1}",
    )
    page.widths(8, 46, 12, 60, 44, 34)
    heads = ["fact", "the article says", "status", "cross-check", "in the model", "figure"]
    page.headings(_HEADER, heads)
    before = ""
    for row, line in enumerate(found.to_dict("records"), start=_HEADER + 1):
        if line["fact"] != before:
            before = line["fact"]
            page.put(row, 1, line["fact"])
            page.put(row, 2, line["says"], wrap=True)
            page.put(row, 3, line["status"], _kind(line["status"]))
            page.put(row, 4, line["cross_check"], wrap=True)
        page.put(row, 5, line["figure"], wrap=True)
        page.put(row, 6, line["text"])


def _kind(status: str) -> str:
    """The fill of a status: weak ones are marked beside the word."""
    if status in ("memory", "retracted", "secondary"):
        return "memory"
    return status if status == "assumption" else "text"
