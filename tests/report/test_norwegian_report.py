"""A Norwegian report has no English word but names and citations: all of it, as people see it."""

import io
import json
import re
import zipfile
from html import unescape
from html.parser import HTMLParser

import pytest
from matplotlib.text import Text
from norwegian import english
from rich.console import Console

from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.drawing import Rendered
from hecon.report.language import Language, speaking
from hecon.report.live.live_page import live
from hecon.report.page import page
from hecon.report.study_texts import language_of
from hecon.report.terminal import show
from hecon.report.things_called import study_units
from hecon.report.written_documents import documents

#: An empty picture of each kind.
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt" viewBox="0 0 1 1"></svg>'


class Said(HTMLParser):
    """Texts of a page block by block, with those for screen readers, without mathematics."""

    HIDDEN = ("style", "script", "math", "code")
    WITHIN = ("a", "abbr", "b", "em", "i", "span", "strong", "sub", "sup", "mark")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts = [""]
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self.HIDDEN
        names = ("title", "alt", "aria-label", "placeholder")
        self.texts += [value for name, value in attrs if name in names and value]
        self._block(tag)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self.HIDDEN
        self._block(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts[-1] += data

    def _block(self, tag: str) -> None:
        if tag not in self.WITHIN:
            self.texts.append("")


@pytest.fixture(scope="module")
def nb(ptsd: Run) -> Language:
    return language_of(ptsd.study, "nb")


def test_the_terminal(ptsd: Run, sections: list[Section], nb: Language) -> None:
    to = Console(file=io.StringIO(), width=2000)
    with speaking(nb):
        for section in sections:
            show(section, study_units(ptsd.study), to)
    texts = re.split(r"\n|\s{2,}", to.file.getvalue())
    assert english(texts, ptsd.study) == {}


def test_labels_of_the_panel(ptsd: Run, nb: Language) -> None:
    with speaking(nb):
        data = json.loads(live(ptsd).data)
    texts = [*data["rules"]["labels"], *data["rules"]["states"]]
    texts += [text for each in data["inputs"] for text in (each["label"], each["unit"])]
    assert len(texts) > 100
    assert english(texts, ptsd.study) == {}


def test_figures_page_and_documents(
    ptsd: Run, sections: list[Section], nb: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what stands in a figure needs no layout
    monkeypatch.setattr("hecon.report.figures.picture.settle", lambda figure: None)
    units, texts, pictures = study_units(ptsd.study), list[str](), {}
    with speaking(nb):
        for figure in (f for s in sections for f in s.figures):
            drawn = figure.draw()
            texts += [drawn.title, drawn.alt]
            texts += [t.get_text() for t in drawn.figure.findobj(Text)]
            pictures[figure.name] = Rendered(drawn.title, drawn.alt, SVG)
        texts += Said(page(ptsd.study, sections, pictures, units)).texts
        files = documents(ptsd, sections, pictures, units)
    for made in files.values():
        with zipfile.ZipFile(io.BytesIO(made)) as file:
            xml = file.read("word/document.xml").decode()
        for paragraph in re.findall(r"<w:p[ >].*?</w:p>", xml, re.DOTALL):
            texts.append(unescape("".join(re.findall(r"<w:t[^>]*>([^<]*)<", paragraph))))
    assert english((" ".join(t.split()) for t in texts), ptsd.study) == {}
