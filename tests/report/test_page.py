"""The page: whole, escaped, the same every time, and honest about what it rests on."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest

from hecon.analyses.base_case import base_comparison, threshold
from hecon.analyses.drawn import drawn_decision
from hecon.analyses.run import Run, Settings
from hecon.report.content import Amount, Column, Figure, Section, Sentence, said_once, share, table
from hecon.report.drawing import render
from hecon.report.figures.picture import Picture, picture, styled
from hecon.report.figures.style import axes
from hecon.report.grade import marked, marking
from hecon.report.language import Language, speaking
from hecon.report.numbers import Units
from hecon.report.page import page
from hecon.report.page_view import table_view
from hecon.report.things_called import study_units
from hecon.report.whole import sections_of, write_whole
from hecon.report.words import spoken
from hecon.studies.load_study import load_study

THIN = "\u202f"
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)> $x_{'


class Outline(HTMLParser):
    """Tags that matter here, and all text outside style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self._inside[-1:]):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def text(ptsd: Run, sections: list[Section], book: dict[str, Picture]) -> str:
    return page(ptsd.study, sections, book, study_units(ptsd.study))


def bare(study_of: Run, *sections: Section) -> str:
    return page(study_of.study, sections, {}, Units("EUR", "2024"))


def sentences(text: str) -> list[str]:
    return [
        re.sub(r"<.*?>|\s+", " ", each).strip()
        for each in re.findall(r"<p[^>]*>(.*?)</p>", text, re.S)
    ]


def test_the_answer_comes_first_with_the_figures_of_the_run(text: str, ptsd: Run) -> None:
    words = " ".join(Outline(text).words)
    found = ptsd(base_comparison)
    cost = f"{abs(found.cost):,.0f}".replace(",", THIN)
    answer = words[words.index("The answer") : words.index("Contents")]
    assert cost in answer
    assert f"{abs(found.qaly):.3f}" in answer
    best = float(ptsd(drawn_decision)["probability_frontier"].sel(threshold=ptsd(threshold)))
    assert f"{best * 100:.0f}{THIN}%" in answer
    lead = re.search(r'class="lead">(.*?)</p>', text, re.S)
    assert lead is not None
    assert lead[1].startswith("At the severity-weighted opportunity cost of NOK")


def test_what_it_rests_on_stands_in_the_box_of_the_answer(text: str, ptsd: Run) -> None:
    box = text[text.index("What it rests on") : text.index("</section>")]
    inputs = [p for p in ptsd.study.parameters if p.is_input]
    assert f"Evidence status of the {len(inputs)} inputs" in box
    assert "of the 10 inputs that move it most" in box
    assert "never the base case" in box


def test_nothing_is_said_twice(text: str) -> None:
    said = sentences(text)
    assert len(said) == len(set(said))


def test_a_sentence_is_said_by_the_first_section_that_has_it() -> None:
    a, b = Sentence("A {x}.", {"x": share(0.1)}), Sentence("B.")
    again = Sentence("A {x}.", {"x": share(0.1)})
    first, second = said_once([Section("s", "S", (a,)), Section("t", "T", (b, again))])
    assert (first.sentences, second.sentences) == ((a,), (b,))


def test_all_parts_are_there_in_order(text: str) -> None:
    ids = [a["id"] for a in Outline(text).all("h2")]
    wanted = [
        *("answer", "contents", "results", "severity", "uncertainty", "one-way", "two-way"),
        *("break-even", "price", "cycle-length", "scenarios", "sensitivity"),
        *("information", "trials", "article", "synthesis", "evidence", "assumptions", "sources"),
        *("cheers", "provenance"),
    ]
    assert [i for i in ids if i in wanted] == wanted


def test_headings_in_order_tables_with_scopes_pictures_with_words(
    text: str, book: dict[str, Picture]
) -> None:
    outline = Outline(text)
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert outline.all("html")[0]["lang"] == "en"
    assert all(th.get("scope") in ("col", "row") for th in outline.all("th"))
    images = outline.all("img")
    assert {i["alt"] for i in images} == {p.alt for p in book.values()}
    for image in images:
        kind, _, held = str(image["src"]).partition(",")
        assert kind == "data:image/svg+xml"
        assert '"' not in held
        assert ElementTree.fromstring(unquote(held)).tag == "{http://www.w3.org/2000/svg}svg"
    identifiers = [a["id"] for _, a in outline.tags if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    targets = [str(a["href"]) for a in outline.all("a")]
    assert {t[1:] for t in targets if t.startswith("#")} <= set(identifiers)
    outside = [t for t in targets if not t.startswith("#")]
    assert outside
    assert all(re.fullmatch(r"https://doi\.org/10\.\d+/[^\s\"'<>#?]+", t) for t in outside)


def test_every_input_file_has_its_hash(text: str, ptsd: Run) -> None:
    for name, digest in ptsd.study.input_hashes().items():
        assert name in text
        assert digest in text


def test_nothing_is_fetched(text: str) -> None:
    outline = Outline(text)
    sources = [str(v) for _, a in outline.tags for k, v in a.items() if k in ("src", "srcset")]
    assert all(s.startswith("data:") for s in sources)
    assert [a["href"] for a in outline.all("link")] == ["data:,"]
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert len(outline.all("script")) == 1


def test_the_file_is_small_and_written_the_same_twice(
    text: str, ptsd: Run, sections: list[Section], book: dict[str, Picture]
) -> None:
    assert len(text.encode()) < 3_000_000
    assert page(ptsd.study, sections, book, study_units(ptsd.study)) == text


def test_texts_are_escaped_wherever_they_stand(algebra_run: Run) -> None:
    frame = pd.DataFrame({"a": [EVIL], "status": ["retracted"]})
    shown = table("t", EVIL, (Column("a", EVIL), Column("status", "S", "status")), frame, ["a"])
    tones = ("plain", "verdict", "warning", "note")
    said = tuple(Sentence("{x}" + t, {"x": EVIL}, t) for t in tones)  # type: ignore[arg-type]
    section = Section("s", EVIL, said, (shown,))
    study = algebra_run.study
    definition = study.definition.model_copy(update={"title": EVIL, "question": EVIL})
    text = page(replace(study, definition=definition), [section, section], {}, Units("EUR"))
    outline = Outline(text)
    assert len(outline.all("script")) == 1
    assert all("onerror" not in a for _, a in outline.tags)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 10


@pytest.fixture
def algebra_run(algebra) -> Run:  # type: ignore[no-untyped-def]
    return Run(algebra, Settings(20))


def test_warnings_stand_in_the_box_and_notes_beneath(algebra_run: Run) -> None:
    said = (
        Sentence("Careful.", tone="warning"),
        Sentence("Decided.", tone="verdict"),
        Sentence("How to read it.", tone="note"),
    )
    text = bare(algebra_run, Section("answer", "The answer", said[:2]), Section("s", "S", said[2:]))
    assert '<p class="lead">Decided.</p>' in text
    assert "<p>Careful.</p>" in text[text.index("What it rests on") :]
    assert '<p class="note">How to read it.</p>' in text


def test_figures_of_the_synthesis_bear_the_mark_in_force_when_they_are_drawn(
    sections: list[Section],
) -> None:
    figures = next(s for s in sections if s.name == "synthesis").figures
    assert len(figures) > 2
    norsk = Language("nb", {"Exploratory": "Utforskende", "Choices of synthesis": "Valg"})
    with speaking(norsk), marking("Exploratory"):
        drawn = [figure.draw() for figure in figures]
    assert drawn[0].title == "Utforskende: Valg"
    assert all(d.title.startswith("Utforskende: ") for d in drawn)


def test_fault_35_every_verdict_of_an_exploratory_study_says_so(algebra_run: Run) -> None:
    study = algebra_run.study
    gain = Sentence("Learning is worth {gain}.", {"gain": Amount(3.0, "money")})
    some = Sentence("X is {cost_effective} in {number} scenarios.", {"number": Amount(2, "count")})
    said = (Sentence("X is best.", tone="verdict"), Sentence("Why."), gain, some)
    section = Section("s", "S", said)
    assert marked(section, study) == section
    graded = study.definition.model_copy(update={"grade": "exploratory"})
    found = marked(section, replace(study, definition=graded))
    units = Units("EUR")
    assert [s.mark for s in found.sentences] == ["Exploratory", "", "Exploratory", "Exploratory"]
    assert spoken(found.sentences[0], units) == "Exploratory: X is best."
    norsk = Language("nb", {"Exploratory": "Utforskende", "X is best.": "X er best."})
    with speaking(norsk):
        assert spoken(found.sentences[0], units) == "Utforskende: X er best."
    whole = marked(section_of_results(), replace(study, definition=graded))
    assert [t.caption for t in whole.tables] == ["Exploratory: Pair", "What was read"]
    assert whole.figures[0].draw().title.startswith("Exploratory: ")
    with styled():
        assert axes("Untouched")[0].get_suptitle() == "Untouched"


def section_of_results() -> Section:
    """A table that somebody could decide by, one that nobody could, and a figure."""
    columns = (Column("a", "A"), Column("icer", "ICER", "money"))
    pair = table("pair", "Pair", columns, pd.DataFrame({"a": ["x"], "icer": [1.0]}), ("a",))
    read = table("read", "What was read", columns[:1], pd.DataFrame({"a": ["x"]}), ("a",))

    def draw() -> Picture:
        with styled():
            figure, _ = axes("Net benefit")
            assert figure.get_suptitle() == "Exploratory: Net benefit"
            return picture("p", "Net benefit", "", figure)

    return Section("s", "S", (), (pair, read), (Figure("p", draw),))


def test_the_unit_of_what_is_spread_is_said_once() -> None:
    columns = (Column("item", "Item"), Column("strategy", "S"), Column("cost", "Cost", "money"))
    frame = pd.DataFrame({"item": "x", "strategy": ["A", "B"], "cost": [1000.0, 2000.0]})
    shown = table("t", "Costs", columns, frame, ("strategy", "item"), spread="strategy")
    view = table_view(shown, Units("EUR"))
    assert view.caption == "Costs (EUR)"
    assert view.columns == ["Item", "A", "B"]


def test_a_run_writes_page_and_figures(tmp_path: Path) -> None:
    told: list[str] = []
    small = Path(__file__).parents[1] / "cli"
    study = load_study(small / "studies/small", small / "jurisdictions/testland")
    run = Run(study, Settings(20), lambda what, done, total: told.append(what))
    _, written = write_whole(run, tmp_path)
    assert written.page is not None
    assert written.page.read_text("utf-8").startswith("<!DOCTYPE html>")
    names = {p.name for p in (written.outputs / "figures").iterdir()}
    assert {"plane.svg", "captions.txt"} <= names
    assert "Figures" in told
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".hecon-")]


def test_a_study_in_which_nothing_is_uncertain_has_a_page() -> None:
    studies = Path(__file__).parents[1] / "replications" / "studies"
    study = load_study(studies / "darth_indep")
    assert not any(p.distribution.varies for p in study.parameters)
    run = Run(study, Settings(600))
    made = sections_of(run)
    pictures = render([f for s in made for f in s.figures])
    text = page(study, made, pictures, study_units(study))
    assert "evppi" not in pictures
    assert "No input has a distribution" in text
