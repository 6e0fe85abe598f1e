"""Word documents: what the report says, on the pages it belongs to, the same bytes every time."""

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from docx import Document

from hecon.analyses.run import Run
from hecon.report.brief import brief, brief_pages
from hecon.report.content import Column, Figure, Section, Sentence, table
from hecon.report.document import PaperLayout, document
from hecon.report.drawing import Rendered
from hecon.report.figures.picture import Picture
from hecon.report.mathematics import mathematics
from hecon.report.numbers import Units
from hecon.report.office_mathematics import office_mathematics
from hecon.report.technical import technical
from hecon.report.things_called import study_units
from hecon.report.words import spoken

EVIL = '</w:t><script>alert(1)</script> & "x" \x07'
LINES = ("over", EVIL, "question", "about")
LAYOUT = PaperLayout()


def words(packed: bytes) -> list[str]:
    return [p.text for p in Document(io.BytesIO(packed)).paragraphs]


@pytest.fixture(scope="module")
def two_pages(ptsd: Run, sections: list[Section], book: dict[str, Picture]) -> bytes:
    return brief(ptsd, sections, book, study_units(ptsd.study))


def test_the_brief_says_what_the_report_says(
    ptsd: Run, sections: list[Section], two_pages: bytes
) -> None:
    units, said = study_units(ptsd.study), words(two_pages)
    everywhere = {spoken(s, units, "typeset") for section in sections for s in section.sentences}
    titles = {"Benefit, resources and severity", "What would have to be true"}
    titles |= {"What is weak, and what would settle it"}
    captions = {"MDMA-AT against PE, per person"} | {
        units.named(t.caption) for section in sections for t in section.tables
    }
    titles |= {units.named(s.title) for s in sections}
    assert {t for t in said[4:] if t} <= everywhere | titles | captions
    answer = next(s for s in sections if s.name == "answer")
    assert spoken(answer.sentences[0], units, "typeset") in said
    price = next(s for s in sections if s.name == "price")
    assert spoken(price.sentences[0], units, "typeset") in said


def test_the_brief_has_two_pages_and_one_figure(two_pages: bytes) -> None:
    made = Document(io.BytesIO(two_pages))
    breaks = [p.text for p in made.paragraphs if p.paragraph_format.page_break_before]
    assert breaks == ["What would have to be true"]
    (shape,) = made.inline_shapes
    assert len(shape._inline.docPr.get("descr")) > 40
    assert made.core_properties.title.startswith("MDMA-assisted therapy")


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdfinfo")),
    reason="LibreOffice or poppler is missing: the brief was not printed",
)
def test_the_brief_is_two_pages_on_paper(two_pages: bytes, tmp_path: Path) -> None:
    (tmp_path / "brief.docx").write_bytes(two_pages)
    profile = f"-env:UserInstallation={tmp_path.as_uri()}/profile"
    printing = ["--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "brief.docx"]
    subprocess.run(["soffice", profile, *printing], check=True, timeout=120, capture_output=True)
    told = subprocess.run(["pdfinfo", tmp_path / "brief.pdf"], check=True, capture_output=True)
    assert re.search(rb"Pages: +2\n", told.stdout)


def test_the_criteria_are_those_of_the_tables(ptsd: Run, sections: list[Section]) -> None:
    (_, criteria, _), _ = brief_pages(ptsd, sections, study_units(ptsd.study))
    found = criteria.tables[0].frame.set_index("figure")
    tables = {t.name: t.frame for s in sections for t in s.tables}
    base, drawn = tables["comparison"].iloc[0], tables["probabilistic_comparison"]
    assert found.loc["QALYs gained", "base"] == base["qaly_difference"]
    assert found.loc["Net benefit", "base"] == pytest.approx(base["nmb"])
    cost = drawn.set_index("figure").loc["cost"]
    assert found.loc["Incremental cost", "interval_low"] == cost["interval_low"]
    assert found.loc["Absolute shortfall", "base"] == tables["severity"]["shortfall"].iloc[0]


def test_the_same_run_gives_the_same_bytes(
    ptsd: Run, sections: list[Section], book: dict[str, Picture], two_pages: bytes
) -> None:
    units = study_units(ptsd.study)
    assert brief(ptsd, sections, book, units) == two_pages
    with ZipFile(io.BytesIO(two_pages)) as packed:
        assert {i.date_time for i in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_documentation_holds_the_model_and_its_inputs(
    ptsd: Run, sections: list[Section], book: dict[str, Picture]
) -> None:
    packed = technical(ptsd.study, sections, book, study_units(ptsd.study))
    made = Document(io.BytesIO(packed))
    heads = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    order = [heads.index(t) for t in ("The model", "Evidence", "Assumptions", "CHEERS 2022")]
    assert order == sorted(order)
    assert len(made.inline_shapes) == 1
    text = ZipFile(io.BytesIO(packed)).read("word/document.xml").decode()
    assert text.count("<m:oMath>") > 100
    every = "\n".join(
        c.text for t in made.tables for row in t._tbl.tr_lst for c in row.tc_lst for c in c.p_lst
    )
    assert "unit_mdma_session" in every


def test_text_is_text_and_what_has_no_sign_is_left_out() -> None:
    columns = (Column("a", "A", "name"), Column("b", EVIL, "number"))
    rows = table("t", EVIL, columns, pd.DataFrame({"a": [EVIL], "b": [1.5]}), ("a",))
    drawn = Rendered(EVIL, EVIL, b"", _dot())
    section = Section(
        "s", EVIL, (Sentence("{x}", {"x": EVIL}),), (rows,), (Figure("f", lambda: drawn),)
    )
    packed = document(LINES, [[section]], {"f": drawn}, Units(), LAYOUT)
    clean = EVIL.replace("\x07", "")
    assert words(packed).count(clean) == 4
    assert Document(io.BytesIO(packed)).tables[0].cell(1, 0).text == clean


def test_dois_are_links_and_what_is_none_is_a_word() -> None:
    frame = pd.DataFrame({"doi": ["10.1038/x-1", "javascript:10.1038/x", EVIL]})
    dois = table("t", "caption", (Column("doi", "DOI", "doi"),), frame, ())
    made = Document(
        io.BytesIO(document(LINES, [[Section("s", "S", (), (dois,))]], {}, Units(), LAYOUT))
    )
    links = made.element.body.xpath(".//w:hyperlink")
    assert [made.part.rels[link.rId].target_ref for link in links] == [
        "https://doi.org/10.1038/x-1"
    ]
    assert [t.text for link in links for t in link.xpath(".//w:t")] == ["10.1038/x-1"]
    assert [row.cells[0].text for row in made.tables[0].rows][2] == "javascript:10.1038/x"


def test_a_figure_without_dots_and_a_section_without_words_are_left_out() -> None:
    drawn = Rendered("t", "alt", b"<svg/>")
    section = Section("s", "S", (Sentence("Said."),), (), (Figure("f", lambda: drawn),))
    packed = document(LINES, [[section, Section("e", "Empty")]], {"f": drawn}, Units(), LAYOUT)
    assert words(packed)[-2:] == ["S", "Said."]


def _dot() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("1", (1, 1)).save(file, "png")
    return file.getvalue()


def read(text: str) -> str:
    """Office mathematics as the text it stands for, fractions and indices in brackets."""
    drawn = mathematics(text)
    assert drawn is not None
    made = office_mathematics(drawn, 15)
    made = re.sub(r"<w:rPr>.*?</w:rPr>|<m:(?:rPr|mPr|radPr)>.*?</m:(?:rPr|mPr|radPr)>", "", made)
    made = re.sub(r'<m:dPr><m:begChr m:val="(.*?)"/><m:endChr m:val="(.*?)"/></m:dPr>', r"\1", made)
    for mark, sign in {"f": "FRAC", "sSup": "POWER", "sSub": "INDEX", "rad": "ROOT"}.items():
        made = made.replace(f"<m:{mark}>", f"{sign}[").replace(f"</m:{mark}>", "]")
    made = made.replace("</m:num>", "/").replace("</m:e>", ";")
    return re.sub(r"<.*?>", "", made)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a_b / c", "FRAC[INDEX[a;b]/c]"),
        ("(a - b) ** 2", "POWER[(a−b;;2]"),
        ("sqrt(a)", "ROOT[a;]"),
        ("1 if a < 2 else 0", "{1;if\u00a0a&lt;2;0;otherwise;;"),
        ("max(a, b)", "max(a,b)"),
    ],
)
def test_office_mathematics(text: str, wanted: str) -> None:
    assert read(text) == wanted


def test_an_exploratory_study_says_so_in_its_brief(
    ptsd: Run, sections: list[Section], book: dict[str, Picture]
) -> None:
    graded = replace(
        ptsd.study, definition=ptsd.study.definition.model_copy(update={"grade": "exploratory"})
    )
    run = Run(graded, ptsd.settings)
    run.__dict__.update({k: v for k, v in ptsd.__dict__.items() if k != "study"})
    said = words(brief(run, sections, book, study_units(graded)))
    assert said[1].startswith("Exploratory: ")
    assert any(t.startswith("Exploratory: At ") for t in said)
