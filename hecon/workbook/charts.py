"""What all charts of the workbook share: colours, titles of a readable size, visible axes."""

from typing import Any

from openpyxl.chart import ScatterChart
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)

from hecon.report.grade import marked_title

#: Colours that stay apart for colour-blind readers and in grey; dashes repeat the distinction.
COLOURS = ("0B3C5D", "D9822B", "6B8E23", "9B2D5E", "328CC1", "5F5F5F")
DASHES = ("solid", "dash", "sysDot", "lgDashDot", "lgDash", "sysDashDot")


def _text(size: float, bold: bool) -> ParagraphProperties:
    return ParagraphProperties(defRPr=CharacterProperties(sz=int(size * 100), b=bold))


def _title(text: str, size: float, bold: bool) -> Title:
    style = CharacterProperties(sz=int(size * 100), b=bold)
    run = RegularTextRun(t=text, rPr=style)
    paragraph = Paragraph(pPr=_text(size, bold), r=[run])
    title = Title()
    title.tx = _rich(paragraph)
    title.overlay = False
    return title


def _rich(paragraph: Paragraph) -> Any:
    return Text(rich=RichText(p=[paragraph]))


def dress(
    chart: Any, title: str, x: str, y: str, width: float, height: float, shapes: tuple[str, str]
) -> None:
    """Give a chart its titles, number formats, light grid and size in centimetres."""
    if isinstance(chart, ScatterChart):
        chart.scatterStyle = "lineMarker"  # the schema wants one; each series has its own
    chart.title = _title(marked_title(title), 11, True)
    chart.width, chart.height = width, height
    grid = GraphicalProperties(ln=LineProperties(solidFill="D9DEE4", w=6350))
    for axis, words, shape in ((chart.x_axis, x, shapes[0]), (chart.y_axis, y, shapes[1])):
        axis.delete = False
        axis.number_format = shape
        axis.title = _title(words, 9, False) if words else None
        axis.txPr = RichText(p=[Paragraph(pPr=_text(8, False), endParaRPr=CharacterProperties())])
        axis.tickLblPos = "low"
        if axis.majorGridlines is not None:
            axis.majorGridlines.spPr = grid
    if chart.legend is not None:
        chart.legend.position = "b"
        chart.legend.txPr = RichText(
            p=[Paragraph(pPr=_text(9, False), endParaRPr=CharacterProperties())]
        )
