"""The rows of a sheet as they stand in its file, with values beside the formulas or without."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from hecon.workbook.archive import CannotCalculate, from_engine, to_xml
from hecon.workbook.filled import Filled, in_row

#: Values of cells by row and column, as the engine gives them.
Grid = Sequence[Sequence[Any]]


class SheetRows:
    """What stands in the rows of a sheet; `ends` are its last row and column."""

    def __init__(self, sheet: Worksheet, filled: Sequence[Filled]) -> None:
        self.sheet, self.filled = sheet, filled
        self.ends = (
            max([sheet.max_row, *(part.rows[-1] for part in filled)]),
            max([sheet.max_column, *(part.column for part in filled)]),
        )
        self._styles: dict[int, str] = {}

    def xml(self, grid: Grid | None) -> str:
        """All rows, with the values of formulas if there are any."""
        rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for (row, column), cell in self.sheet._cells.items():
            if text := self._cell(cell, row, column, grid):
                rows[row].append((column, text))
            if cell.hyperlink:
                self.sheet._hyperlinks.append(cell.hyperlink)  # type: ignore[attr-defined]
        for number, part in enumerate(self.filled):
            for row, text in self._column(part, number, grid):
                rows[row].append((part.column, text))
        sizes = self.sheet.row_dimensions
        parts = []
        for row in sorted(rows.keys() | sizes.keys()):
            attributes = "".join(f' {k}="{v}"' for k, v in dict(sizes.get(row, {})).items())
            cells = "".join(text for _, text in sorted(rows[row]))
            parts.append(f'<row r="{row}"{attributes}>{cells}</row>')
        return "".join(parts)

    def _style(self, style: StyleArray) -> str:
        """The attribute of a style: cells share few of them."""
        known = self._styles.get(id(style))
        if known is None:
            book: Any = self.sheet.parent
            known = f' s="{book._cell_styles.add(style)}"' if any(style) else ""
            self._styles[id(style)] = known
        return known

    def _cell(self, cell: Any, row: int, column: int, grid: Grid | None) -> str:
        value, style = cell._value, self._style(cell._style) if cell.has_style else ""
        place = f"{get_column_letter(column)}{row}"
        if value is None or value == "":
            return f'<c r="{place}"{style}/>' if style else ""
        if cell.data_type == "f":
            return self._formula((row, column), place, style, "", value[1:], grid)
        if cell.data_type == "s":
            space = ' xml:space="preserve"' if value != value.strip() else ""
            text = escape(value, {"\r": "&#13;"})
            return f'<c r="{place}"{style} t="inlineStr"><is><t{space}>{text}</t></is></c>'
        kind, text = to_xml(value)
        return f'<c r="{place}"{style}{kind}><v>{text}</v></c>'

    def _column(self, part: Filled, number: int, grid: Grid | None) -> Iterator[tuple[int, str]]:
        """A filled column but for cells of their own within it."""
        letter, style = get_column_letter(part.column), self._style(part.style)
        first, last = part.rows[0], part.rows[-1]
        rows = [row for row in part.rows if (row, part.column) not in self.sheet._cells]
        shared = part.shared and len(rows) == len(part.rows)
        share = f' t="shared" si="{number}"' if shared else ""
        told = f'{share} ref="{letter}{first}:{letter}{last}"' if shared else ""
        for row in rows:
            place = f"{letter}{row}"
            if shared and row > first:
                how, text = share, ""
            else:
                how, text = told, in_row(part.template, row)
            yield row, self._formula((row, part.column), place, style, how, text, grid)

    def _formula(
        self, at: tuple[int, int], place: str, style: str, how: str, text: str, grid: Grid | None
    ) -> str:
        """A formula's cell; `how` are the attributes of one that is shared, then without a text."""
        formula = f"<f{how}>{escape(text)}</f>" if text else f"<f{how}/>"
        if grid is None:
            return f'<c r="{place}"{style}>{formula}</c>'
        value = from_engine(grid[at[0] - 1][at[1] - 1])
        if value is None:
            raise CannotCalculate(f"cannot work out '{self.sheet.title}'!{place} ={text}")
        kind, shown = to_xml(value)
        return f'<c r="{place}"{style}{kind}>{formula}<v>{shown}</v></c>'
