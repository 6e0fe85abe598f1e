"""The values that charts show where nothing calculates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from openpyxl.utils.cell import column_index_from_string, get_column_letter

from hecon.workbook.archive import (
    CannotCalculate,
    Values,
    cell_values,
    shared_strings,
    sheets_of,
    to_xml,
)

CHART = re.compile(r"xl/charts/chart\d+\.xml")
CHART_REF = re.compile(
    r"(<(?:c:)?(?:cat|xVal)>\s*)?<(c:)?(num|str)Ref>\s*<(?:c:)?f>([^<]*)</(?:c:)?f>\s*"
    r"(?:<(?:c:)?(?:num|str)Cache>.*?</(?:c:)?(?:num|str)Cache>\s*)?</(?:c:)?(?:num|str)Ref>",
    re.S,
)
_AREA = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


class ChartValues:
    """Puts the values of the cells that charts refer to into the charts of the same parts."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.parts = parts
        self.sheets = {title.casefold(): part for part, title in sheets_of(parts).items()}
        self.shared = shared_strings(parts)
        self.cells: Values = {}

    def with_values(self, match: re.Match[str]) -> str:
        """One reference with its values; labels are marked as texts if there is a text."""
        before, p, kind, formula = match[1] or "", match[2] or "", match[3], match[4]
        area = _AREA.fullmatch(unescape(formula))
        name = (area[2] or area[1].replace("''", "'")).casefold() if area else ""
        if area is None or name not in self.sheets:
            raise CannotCalculate(f"a chart refers to {formula}, which is not in the workbook")
        if name not in self.cells:
            xml = self.parts[self.sheets[name]].decode()
            self.cells[name] = cell_values(xml, self.shared)
        first, last = (
            column_index_from_string(letters) for letters in (area[3], area[5] or area[3])
        )
        found = [
            self.cells[name].get(f"{get_column_letter(column)}{row}", "")
            for row in range(int(area[4]), int(area[6] or area[4]) + 1)
            for column in range(first, last + 1)
        ]
        if before and any(isinstance(value, str) and value for value in found):
            kind = "str"  # openpyxl calls all categories numbers
        points = "".join(
            f'<{p}pt idx="{index}"><{p}v>{to_xml(value)[1]}</{p}v></{p}pt>'
            for index, value in enumerate(found)
            if value != "" and (kind == "str" or type(value) is float)
        )
        code = f"<{p}formatCode>General</{p}formatCode>" if kind == "num" else ""
        count = f'<{p}ptCount val="{len(found)}"/>'
        cache = f"<{p}{kind}Cache>{code}{count}{points}</{p}{kind}Cache>"
        return f"{before}<{p}{kind}Ref><{p}f>{formula}</{p}f>{cache}</{p}{kind}Ref>"
