"""The page: whole, escaped, the same every time, and honest about what it rests on."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from short_study import INPUTS, short_study

from hecon.analyses.results import Results, analyse
from hecon.report.figures.book import figure_book
from hecon.report.figures.material import Extras, Material, material
from hecon.report.figures.picture import Picture
from hecon.reports.html.page import page
from hecon.reports.html.tables import cell, thin
from hecon.reports.run import write_run
from hecon.studies.load import load_study

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
def text(found: Material, book: dict[str, Picture]) -> str:
    return page(found, list(book.values()))


def test_the_answer_comes_first_with_the_figures_of_the_run(text: str, results: Results) -> None:
    words = " ".join(Outline(text).words)
    cost = f"{results.comparison.cost:,.0f}".replace(",", THIN)
    qaly = f"{results.comparison.qaly:.3f}"
    assert words.index("The answer") < words.index(cost) < words.index("Contents")
    assert words.index(qaly) < words.index("Contents")
    chance = f"{results.probabilistic.probability_cost_effective * 100:.0f}{THIN}%"
    assert words.index(chance) < words.index("Contents")


def test_what_it_rests_on_is_said(text: str, results: Results) -> None:
    words = " ".join(Outline(text).words)
    inputs = [p for p in results.study.parameters if p.is_input]
    memory = [p.description for p in inputs if p.status == "memory"]
    assert memory
    assert all(name in words[: words.index("Contents")] for name in memory)
    widest = results.one_way["parameter"].drop_duplicates().head(10)
    status = {p.text: p.status for p in inputs}
    assumed = sum(status[name] == "assumption" for name in widest)
    assert f"of the 10 inputs that move it most, {assumed} are assumptions" in words
    assert "Retracted work enters only scenario S59" in words


def test_all_parts_are_there_in_order(text: str) -> None:
    ids = [a["id"] for a in Outline(text).all("h2")]
    assert ids == [
        *("answer", "contents", "results", "severity", "uncertainty", "one-way"),
        *("break-even", "scenarios"),
        *("information", "verification", "evidence", "assumptions", "sources", "cheers"),
        "provenance",
    ]


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
    assert all(str(i["src"]).startswith("data:image/svg+xml;base64,") for i in images)
    identifiers = [a["id"] for _, a in outline.tags if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    targets = [str(a["href"])[1:] for a in outline.all("a")]
    assert set(targets) <= set(identifiers)


def test_scenarios_stand_by_their_effect_with_their_status(text: str, results: Results) -> None:
    table = results.scenarios
    same = (table["intervention"] == results.comparison.intervention) & (
        table["comparator"] == results.comparison.comparator
    )
    change = (table["nmb"] - float(results.base_table["nmb"][0]))[same].abs()
    wanted = table.loc[change.sort_values(ascending=False, kind="stable").index, "scenario"]
    part = text[text.index('<h2 id="scenarios"') : text.index('<h2 id="information"')]
    found = re.findall(r'<th scope="row">(S\w+)</th>', part)
    assert found[: len(wanted)] == list(wanted)
    assert len(found) == len(table)
    assert part.count('class="mark retracted">retracted<') == (table["status"] == "retracted").sum()


def test_every_input_file_has_its_hash(text: str, results: Results) -> None:
    for name, digest in results.study.input_hashes().items():
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
    text: str, found: Material, again: list[Picture]
) -> None:
    assert len(text.encode()) < 3_000_000
    assert page(found, again) == text


def test_texts_from_inputs_are_escaped(tmp_path: Path) -> None:
    folder = tmp_path / "studies" / "ptsd"
    shutil.copytree(INPUTS / "studies" / "ptsd", folder)
    for name, column, row in (
        ("parameters.csv", "description", 32),
        ("scenarios.csv", "title", 0),
        ("assumptions.csv", "assumption", 0),
        ("cheers.csv", "report", 0),
    ):
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        table.loc[row, column] = EVIL
        table.to_csv(folder / name, index=False)
    toml = folder / "study.toml"
    title = 'title = "MDMA-assisted therapy against'
    assert title in toml.read_text("utf-8")
    toml.write_text(toml.read_text("utf-8").replace(title, 'title = "<b>&amp; against'), "utf-8")
    study = load_study(folder, INPUTS / "jurisdictions" / "norway")
    extra = pd.DataFrame({"fact": [EVIL], "status": ["retracted"]})
    made = material(analyse(study, draws=20), Extras(article=extra))
    text = page(made, figure_book(made))
    outline = Outline(text)
    assert len(outline.all("script")) == 1
    assert not outline.all("b") or all("class" not in a for a in outline.all("b"))
    assert all("onerror" not in a for _, a in outline.tags)
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert "<script>alert" not in text
    assert "<title>&lt;b&gt;&amp;amp; against" in text


def test_extras_have_their_place(results: Results) -> None:
    frame = pd.DataFrame({"what": ["x"], "figure": [1234.5], "status": ["memory"]})
    made = material(results, Extras(article=frame, synthesis=frame, weakest=frame))
    text = page(made, [])
    for caption in (
        "What the article says and what the model makes of it",
        "Choices of the synthesis side by side",
        "The weakest links by their influence on the decision",
    ):
        assert f"<span>{caption}</span>" in text
    assert '<span class="mark memory">memory</span>' in text
    assert "<img" not in text
    assert 'id="verification"' not in text


def test_a_run_writes_page_and_figures(tmp_path: Path) -> None:
    told: list[str] = []
    results = analyse(short_study(tmp_path), draws=20)
    written = write_run(results, tmp_path, lambda what, done, total: told.append(what))
    assert written.page.read_text("utf-8").startswith("<!DOCTYPE html>")
    names = {p.name for p in (written.outputs / "figures").iterdir()}
    assert {"plane.svg", "plane.png", "captions.txt"} <= names
    assert "Figures" in told
    assert not [p for p in tmp_path.rglob("*") if p.name.startswith(".hecon-")]


def test_cells() -> None:
    assert cell(float("nan"), "money").text == ""
    assert cell(float("inf"), "count").text == "no end"
    assert cell(-1234.4, "change").text == f"\u22121{THIN}234"
    assert cell("retracted", "mark").mark == "retracted"
    assert cell('x" onclick="', "mark").mark == ""
    assert cell("12.5").number
    assert not cell("12 sessions").number
    assert thin("NOK 1,234,567 and 1,2") == f"NOK 1{THIN}234{THIN}567 and 1,2"


def test_a_study_in_which_nothing_is_uncertain_has_a_page() -> None:
    studies = Path(__file__).parents[1] / "replications" / "studies"
    study = load_study(studies / "darth_indep")
    assert not any(p.distribution.varies for p in study.parameters)
    made = material(analyse(study, draws=600))
    pictures = figure_book(made)
    text = page(made, pictures)
    assert "evppi" not in {p.name for p in pictures}
    assert 'id="information"' in text
