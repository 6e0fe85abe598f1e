"""Evidence, live: from trial arms and published effects to the estimates that inputs take."""

from collections.abc import Mapping

from hecon.studies.estimates.synthesised import RATIOS
from hecon.workbook.context import Book
from hecon.workbook.estimates import EstimateBlock
from hecon.workbook.pages import Page, add_page
from hecon.workbook.sheet_layout import letter
from hecon.workbook.sheets.documents_sheet import write_texts
from hecon.workbook.sheets.evidence_blocks import BlockWriter
from hecon.workbook.sheets.evidence_rows import NATURAL, SHOWN
from hecon.workbook.sheets.evidence_tables import (
    CONTRAST,
    EFFECT,
    TITLE,
    EvidenceAddresses,
    contrasts_shown,
    marked,
    write_arms,
    write_effects,
    write_settings,
)
from hecon.workbook.sheets.heterogeneity_sheet import FIRST as FIRST_STEPS
from hecon.workbook.sheets.heterogeneity_sheet import add_heterogeneity

FIRST = 4


def write_evidence(book: Book) -> Mapping[str, EstimateBlock]:
    """Arms, published effects and estimates; texts only for a study that names no estimates.

    Returns:
        Where each estimate stands, by name.
    """
    synthesis = book.study.synthesis
    if not synthesis.estimates:
        write_texts(book)
        return {}
    page = add_page(
        book.workbook,
        TITLE,
        "Evidence",
        "From trial arms and published effects (yellow, can be changed) to the estimates that "
        "Inputs and Scenarios take; networks and draws are Python's and do not follow an edit.",
    )
    page.effect = Page.effect  # texts of the study stay as they are
    page.widths(26, 42, 15, *([10.5] * (len(SHOWN) - 3)), 3, *([34.0] * 12))
    places = EvidenceAddresses()
    summary = FIRST
    row = summary + len(synthesis.estimates) + 3
    if synthesis.evidence.arms:
        row = write_arms(book, page, row, places)
    effects = synthesis.evidence.effects
    if effects:
        row = write_effects(book, page, row, places, EFFECT, effects)
    contrasts = contrasts_shown(synthesis)
    if contrasts:
        row = write_effects(book, page, row, places, CONTRAST, contrasts)
    row = write_settings(page, row, places)
    add_heterogeneity(page)
    writer = BlockWriter(book, page, page, places, row, FIRST_STEPS)
    starts = {}
    for name, estimate in synthesis.estimates.items():
        starts[name] = writer.row
        writer.write(estimate)
    _summary(book, page, summary, starts, writer.blocks)
    # how each estimate is made, and the steps to it, stay on screen
    page.sheet.print_area = f"A1:{letter(len(SHOWN))}{row - 2}"
    return writer.blocks


def _summary(
    book: Book,
    page: Page,
    row: int,
    starts: Mapping[str, int],
    blocks: Mapping[str, EstimateBlock],
) -> None:
    """Every estimate in a line that leads to its block."""
    page.heading(row, "Estimates")
    names = ["estimate", "what", *[""] * 5, "weakest status", "estimate", "", "standard error"]
    names += ["scale", "low, 95 %", "high, 95 %", "natural", "low, 95 %", "high, 95 %"]
    page.headings(row + 1, names)
    for i, (name, start) in enumerate(starts.items(), start=row + 2):
        estimate, block = book.study.synthesis.estimates[name], blocks[name]
        page.link(i, 1, TITLE, f"A{start}", name)
        page.put(i, 2, estimate.title)
        page.put(i, SHOWN.index("added") + 1, estimate.status, marked(estimate.status))
        page.put(
            i, SHOWN.index("weight") + 1, RATIOS.get(estimate.measure, estimate.measure), "note"
        )
        for column in ("estimate", "se", "low", "high", *NATURAL):
            own = block.cells[column].split("!")[1]
            page.formula(i, SHOWN.index(column) + 1, own, "output", "number")
