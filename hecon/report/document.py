"""Sections as a Word document: the sentences, tables and figures that the page shows."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt, RGBColor

from hecon.report.content import Drawn, Section, said_once
from hecon.report.language import language, say_number
from hecon.report.numbers import Units
from hecon.report.office_mathematics import office_mathematics
from hecon.report.page_view import CellView, TableView, section_view

INK, QUIET = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x52, 0x60, 0x6D)
#: Colour of what leads out of the document.
LINKED = "1A5FB4"
#: No clock is asked: the same run gives the same bytes.
_DATE = datetime(1980, 1, 1)
_SPACES = (
    nsdecls("w", "r") + ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
#: Letters that a column of words has room for on one line.
_BROAD = 48
#: Letters of a formula above which it stands as text, which goes over several lines.
_FORMULA = 70
#: Columns that a page has room for.
_COLUMNS = 10
#: Signs that XML has no room for.
_NO_SIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class PaperLayout:
    """How a document is set."""

    size: float = 10.0  #: Of its letters, in points; those of tables are smaller.
    margin: float = 20.0  #: At all sides, in millimetres.
    picture: float = 120.0  #: Width of a picture, in millimetres.
    sideways: bool = False  #: Whether pages lie on their long side.


def document(
    lines: Sequence[str],
    pages: Sequence[Sequence[Section]],
    pictures: Mapping[str, Drawn],
    units: Units,
    layout: PaperLayout,
) -> bytes:
    """A document as its file holds it: the same bytes every time.

    Args:
        lines: What stands above its title, the title, and what stands below it.
        pages: Sections that begin on a new page together; those with nothing to say are left out.
        pictures: Drawings by the name of their figure; those without a PNG are left out.
    """
    made = _empty(lines[1], layout)
    over, title, *below = lines
    _paragraph(made, over, "Subtitle")
    made.add_heading(_clean(title), 0)
    for line in below:
        _paragraph(made, line)
    for number, sections in enumerate(pages):
        shown = [s for s in said_once(sections) if not s.empty]
        for position, section in enumerate(shown):
            heading = _section(made, section, pictures, units, layout)
            heading.paragraph_format.page_break_before = bool(number) and not position
    file = io.BytesIO()
    made.save(file)
    return _timeless(file.getvalue())


def _empty(title: str, layout: PaperLayout) -> Any:
    made = Document()
    page = made.sections[0]
    sides = (Mm(297), Mm(210)) if layout.sideways else (Mm(210), Mm(297))
    page.page_width, page.page_height = sides
    page.orientation = WD_ORIENT.LANDSCAPE if layout.sideways else WD_ORIENT.PORTRAIT
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(page, side, Mm(layout.margin))
    sizes = {"Normal": 1.0, "Title": 1.7, "Subtitle": 0.9, "Heading 1": 1.2, "Caption": 0.9}
    for name, share in sizes.items():
        style = made.styles[name]
        style.font.name, style.font.size = "Arial", Pt(round(2 * layout.size * share) / 2)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in [k for k in fonts.attrib if "heme" in k]:
            del fonts.attrib[kind]
        style.font.color.rgb = QUIET if name == "Subtitle" else INK
        style.paragraph_format.space_before = Pt(layout.size * (0.9 if "Head" in name else 0))
        style.paragraph_format.space_after = Pt(layout.size * 0.4)
        style.paragraph_format.line_spacing = 1.0
    made.styles["Caption"].paragraph_format.keep_with_next = True
    about = made.core_properties
    about.title, about.author, about.comments = _clean(title), "hecon", ""
    about.created = about.modified = _DATE
    about.language = language().code
    return made


def _section(
    made: Any, section: Section, pictures: Mapping[str, Drawn], units: Units, layout: PaperLayout
) -> Any:
    """Add a section; gives its heading."""
    view = section_view(section, units)
    heading = made.add_heading(_clean(view.title), 1)
    for text in (*view.texts, *view.warnings):
        _paragraph(made, text)
    for name in view.figures:
        if name in pictures and pictures[name].png:
            drawn = pictures[name]
            shape = made.add_picture(io.BytesIO(drawn.png), width=Mm(layout.picture))
            shape._inline.docPr.set("descr", _clean(drawn.alt))
            shape._inline.docPr.set("title", _clean(drawn.title))
    for table in map(_fitting, view.tables):
        _paragraph(made, table.caption, "Caption")
        _table(made, table, layout)
        _note(made, table.note, layout)
    for text in view.notes:
        _note(made, text, layout)
    return heading


def _paragraph(made: Any, text: str, style: str | None = None) -> Any:
    return made.add_paragraph(_clean(text), style)


def _note(made: Any, text: str, layout: PaperLayout) -> None:
    """Small print; without a text the space that a table needs below it."""
    put = _paragraph(made, text)
    for run in put.runs:
        run.font.size, run.font.color.rgb = Pt(layout.size - 1.5), QUIET
    if not text:
        put.paragraph_format.space_after = Pt(0)
        put.paragraph_format.line_spacing = Pt(layout.size * 0.6)


def _table(made: Any, table: TableView, layout: PaperLayout) -> None:
    """A table with rules between its rows; its headings stand on every page it goes over."""
    size = round(2 * (layout.size - 1.5))
    heads = [
        _cell(CellView(text, number), size, "<w:b/>")
        for text, number in zip(table.columns, table.numeric, strict=True)
    ]
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(heads)}</w:tr>"]
    for row in table.rows:
        cells = "".join(_cell(c, size, link=_outside(made, c.link)) for c in row)
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    rule = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="{1}"/>'
    rules = "".join(
        rule.format(side, colour)
        for side, colour in (("top", "1F2933"), ("bottom", "1F2933"), ("insideH", "D5DAE0"))
    )
    edges = "".join(f'<w:{side} w:w="50" w:type="dxa"/>' for side in ("left", "right"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _widths(table, layout))
    xml = (
        f'<w:tbl {_SPACES}><w:tblPr><w:tblW w:w="5000" w:type="pct"/>'
        f'<w:tblBorders>{rules}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{edges}</w:tblCellMar></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>"
        f"{''.join(rows)}</w:tbl>"
    )
    made.paragraphs[-1]._p.addnext(parse_xml(xml))


def _fitting(table: TableView) -> TableView:
    """A table with the columns that a page has room for, and how many its file holds beside."""
    more = len(table.columns) - _COLUMNS
    if more <= 0:
        return table
    said = say_number(
        "1 more column is in its file.", "{count} more columns are in its file.", more
    )
    return replace(
        table,
        columns=table.columns[:_COLUMNS],
        numeric=table.numeric[:_COLUMNS],
        rows=[row[:_COLUMNS] for row in table.rows],
        note=f"{table.note} {said}".strip(),
    )


def _widths(table: TableView, layout: PaperLayout) -> list[int]:
    """Widths of columns in twentieths of a point, by what is longest in them."""
    lengths = []
    for position, heading in enumerate(table.columns):
        cells = [row[position] for row in table.rows]
        most = _FORMULA if any(c.set for c in cells) else _BROAD
        longest = max((len(c.text) for c in cells), default=0)
        word = max(map(len, heading.split()), default=0)
        lengths.append(max(min(longest, most), word) + 4)
    room = (297 if layout.sideways else 210) - 2 * layout.margin
    return [round(length / sum(lengths) * room / 25.4 * 72 * 20) for length in lengths]


def _outside(made: Any, address: str) -> str:
    """The document's own name for an address that it links to; blank for none."""
    if not address:
        return ""
    return str(made.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))


def _cell(cell: CellView, size: int, more: str = "", link: str = "") -> str:
    side = '<w:jc w:val="right"/>' if cell.number else ""
    colour = f'<w:color w:val="{LINKED}"/>' if link else ""
    look = f'<w:rPr>{more}{colour}<w:sz w:val="{size}"/></w:rPr>'
    shown = f'<w:r>{look}<w:t xml:space="preserve">{escape(_clean(cell.text))}</w:t></w:r>'
    if cell.set is not None and len(cell.text) <= _FORMULA:
        shown = office_mathematics(cell.set, size)
    if link:
        shown = f'<w:hyperlink r:id="{link}">{shown}</w:hyperlink>'
    spacing = '<w:spacing w:before="10" w:after="10"/>'
    return f"<w:tc><w:tcPr/><w:p><w:pPr>{spacing}{side}</w:pPr>{shown}</w:p></w:tc>"


def _clean(text: str) -> str:
    return _NO_SIGN.sub("", text)


def _timeless(packed: bytes) -> bytes:
    """The same package without the time at which its parts were written."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(packed)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return file.getvalue()
