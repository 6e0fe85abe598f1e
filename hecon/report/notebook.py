"""Sections, tables and figures that show themselves: in a notebook, or as text when printed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from hecon.report.console import console
from hecon.report.content import Figure, Section, Table
from hecon.report.drawing import render
from hecon.report.markup import part, placed
from hecon.report.numbers import Units
from hecon.report.page_view import section_view, table_view
from hecon.report.table_files import as_file
from hecon.report.terminal import show, show_table


@dataclass(frozen=True, repr=False)
class ReportTable:
    """A table of a report, with the headings, units and number formats of the page."""

    content: Table
    units: Units

    @property
    def frame(self) -> pd.DataFrame:
        """Its rows and columns as its file holds them, nothing rounded."""
        return as_file(self.content, self.units)

    def __repr__(self) -> str:
        file = io.StringIO()
        show_table(self.content, self.units, console(file))
        return file.getvalue()

    def _repr_html_(self) -> str:
        return part("table", table_view(self.content, self.units))


@dataclass(frozen=True)
class ReportFigure:
    """A figure of a report, drawn when it is shown."""

    content: Figure

    @property
    def svg(self) -> bytes:
        """The drawing."""
        return self.content.draw().svg

    def _repr_html_(self) -> str:
        return part("figure", placed(self.content.draw()))


def sections_html(sections: Sequence[Section], units: Units) -> str:
    """Sections as HTML, to stand within another document."""
    made = []
    for section in sections:
        drawn = {name: placed(each) for name, each in render(section.figures).items()}
        made.append(part("section", section_view(section, units), drawn))
    return "".join(made)


def sections_text(sections: Sequence[Section], units: Units) -> str:
    """Sections as the terminal shows them."""
    file = io.StringIO()
    for section in sections:
        show(section, units, console(file))
        file.write("\n")
    return file.getvalue()
