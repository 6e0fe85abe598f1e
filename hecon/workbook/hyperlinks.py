"""Links of cells: to a place in the workbook, or to an address that is ours to give."""

from __future__ import annotations

from typing import Any

from openpyxl.worksheet.hyperlink import Hyperlink

from hecon.workbook.formula_text import quoted


def jump(cell: Any, title: str, place: str) -> None:
    """Let a cell that holds a text jump to a place on a sheet."""
    # set past the property, which would restyle every cell that shares this style
    target = f"{quoted(title)}!{place}"
    cell._hyperlink = Hyperlink(ref=cell.coordinate, location=target, display=cell.value)


def lead_out(cell: Any, address: str) -> None:
    """Let a cell lead to an address outside the workbook."""
    cell._hyperlink = Hyperlink(ref=cell.coordinate, target=address)
