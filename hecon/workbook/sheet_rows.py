"""The rows of a sheet as they stand in its file, with values beside the formulas or without."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape, unescape

from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from hecon.workbook.archive import CannotCalculate, from_engine, to_xml
from hecon.workbook.data_table import OfTable
from hecon.workbook.filled import Filled, in_row

#: Values of cells by row and column, as the engine gives them.
Grid = Sequence[Sequence[Any]]


def ends(sheet: Worksheet, filled: Sequence[Filled]) -> tuple[int, int]:
    """The last row and the last column of a sheet."""
    return (
        max([sheet.max_row, *(part.rows[-1] for part in filled)]),
        max([sheet.max_column, *(part.column for part in filled)]),
    )


class SheetRows:
    """What stands in the rows of a sheet; `ends` are its last row and column.

    Cells without a formula become text here, once for a file with values and one without.
    """

    def __init__(self, sheet: Worksheet, filled: Sequence[Filled]) -> None:
        self.sheet, self.filled = sheet, filled
        self.ends = ends(sheet, filled)
        self._styles: dict[int, str] = {}
        self._plain: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._formulas: list[tuple[int, int, str, str]] = []
        self._links: list[Hyperlink] = []
        for (row, column), cell in sheet._cells.items():
            self._read(cell, row, column)

    def xml(self, grid: Grid | None) -> str:
        """All rows, with the values of formulas if there are any."""
        rows = defaultdict(list, {row: list(cells) for row, cells in self._plain.items()})
        for row, column, start, formula in self._formulas:
            if grid is None:
                rows[row].append((column, f"{start}>{formula}</c>"))
            else:
                valued = self._valued(start, formula, grid[row - 1][column - 1])
                rows[row].append((column, valued))
        for number, part in enumerate(self.filled):
            for row, text in self._column(part, number, grid):
                rows[row].append((part.column, text))
        self.sheet._hyperlinks.extend(self._links)  # type: ignore[attr-defined]
        sizes = self.sheet.row_dimensions
        parts = []
        for row in sorted(rows.keys() | sizes.keys()):
            attributes = "".join(f' {k}="{v}"' for k, v in dict(sizes.get(row, {})).items())
            cells = "".join([text for _, text in sorted(rows[row])])
            parts.append(f'<row r="{row}"{attributes}>{cells}</row>')
        return "".join(parts)

    def _style(self, style: StyleArray | None) -> str:
        """The attribute of a style: cells share few of them."""
        known = self._styles.get(id(style))
        if known is None:
            book: Any = self.sheet.parent
            known = f' s="{book._cell_styles.add(style)}"' if style and any(style) else ""
            self._styles[id(style)] = known
        return known

    def _read(self, cell: Any, row: int, column: int) -> None:
        value, style = cell._value, self._style(cell._style)
        start = f'<c r="{get_column_letter(column)}{row}"{style}'
        if cell.hyperlink:
            self._links.append(cell.hyperlink)
        if value is None or value == "":
            if style:
                self._plain[row].append((column, f"{start}/>"))
        elif cell.data_type == "f":
            self._formulas.append((row, column, start, f"<f>{escape(value[1:])}</f>"))
        elif cell.data_type == "str":
            told = value.told if isinstance(value, OfTable) else ""
            text = f'{start} t="str">{told}<v>{escape(value)}</v></c>'
            self._plain[row].append((column, text))
        elif cell.data_type == "s":
            space = ' xml:space="preserve"' if value != value.strip() else ""
            text = escape(value, {"\r": "&#13;"})
            text = f'{start} t="inlineStr"><is><t{space}>{text}</t></is></c>'
            self._plain[row].append((column, text))
        else:
            kind, text = to_xml(value)
            self._plain[row].append((column, f"{start}{kind}><v>{text}</v></c>"))

    def _column(self, part: Filled, number: int, grid: Grid | None) -> Iterator[tuple[int, str]]:
        """A filled column but for cells of their own within it.

        Its formula is told once only where values stand beside it: a program that calculates
        reads one in each cell in less time.
        """
        letter, style = get_column_letter(part.column), self._style(part.style)
        rows = [row for row in part.rows if (row, part.column) not in self.sheet._cells]
        template = escape(part.template)
        if grid is None:
            for row in rows:
                yield row, f'<c r="{letter}{row}"{style}><f>{in_row(template, row)}</f></c>'
            return
        first, last, at = part.rows[0], part.rows[-1], part.column - 1
        shared = part.shared and len(rows) == len(part.rows)
        how = f' t="shared" ref="{letter}{first}:{letter}{last}" si="{number}"' if shared else ""
        again = f'<f t="shared" si="{number}"/>'
        for row in rows:
            told = not shared or row == first
            formula = f"<f{how}>{in_row(template, row)}</f>" if told else again
            yield row, self._valued(f'<c r="{letter}{row}"{style}', formula, grid[row - 1][at])

    def _valued(self, start: str, formula: str, value: Any) -> str:
        """A formula's cell with its value."""
        known = from_engine(value)
        if known is None:
            cell, text = start.split('"')[1], unescape(formula.partition(">")[2][:-4])
            raise CannotCalculate(f"cannot work out '{self.sheet.title}'!{cell} ={text}")
        kind, shown = to_xml(known)
        return f"{start}{kind}>{formula}<v>{shown}</v></c>"
