"""The page in a real browser: no errors, no overflow, nothing asked of the network."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hecon.analyses.run import Run
from hecon.report.content import Section
from hecon.report.figures.picture import Picture
from hecon.report.page import page as page_of
from hecon.report.things_called import study_units

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

#: Contrast by WCAG 2.1 of every element with text of its own, against the nearest background.
CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const parts = text => text.match(/[\\d.]+/g).map(Number);
  const worst = {};
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    if (['SCRIPT', 'STYLE'].includes(e.tagName)) continue;
    let back = [255, 255, 255];
    for (let up = e; up; up = up.parentElement) {
      const found = parts(getComputedStyle(up).backgroundColor);
      if (found.length === 3 || found[3] === 1) { back = found; break; }
    }
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) worst[e.tagName + '.' + e.className] = ratio;
  }
  return worst;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as run:
        opened = run.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(
    ptsd: Run,
    sections: list[Section],
    book: dict[str, Picture],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page_of(ptsd.study, sections, book, study_units(ptsd.study)), "utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    """The page with everything unfolded, and what went wrong or was asked for."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on(
        "request",
        lambda request: (
            heard.append(request.url)
            if request.url != address and not request.url.startswith(("data:", "blob:"))
            else None
        ),
    )
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    return page, heard


@pytest.fixture(scope="module")
def view(browser: Browser, address: str) -> Callable[[int], tuple[Page, list[str]]]:
    """The page at a width, opened once for all that only look at it."""
    return cache(lambda width: opened(browser, address, width))


def test_the_page_goes_through_the_mail(address: str) -> None:
    """With the model, every figure and all tables in it."""
    assert Path(address.removeprefix("file://")).stat().st_size < 3.5e6


@pytest.mark.parametrize("width", [375, pytest.param(768, marks=pytest.mark.long), 1280])
def test_no_errors_and_nothing_wider_than_the_screen(
    view: Callable[[int], tuple[Page, list[str]]], width: int
) -> None:
    page, heard = view(width)
    assert heard == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """width => [...document.querySelectorAll('body *')]
          .filter(e => !e.closest('.box') && !e.matches('.skip'))
          .filter(e => e.getBoundingClientRect().right > width + 0.5).map(e => e.outerHTML)""",
        width,
    )
    assert outside == []


def test_pictures_load_and_have_words(view: Callable[[int], tuple[Page, list[str]]]) -> None:
    page, _ = view(1280)
    found = page.evaluate(
        "[...document.images].map(i => [i.complete && i.naturalWidth > 0, i.alt.length])"
    )
    assert len(found) >= 15
    assert all(loaded and words > 40 for loaded, words in found)


def test_contrast_is_enough(view: Callable[[int], tuple[Page, list[str]]]) -> None:
    page, _ = view(1280)
    assert page.evaluate(CONTRAST) == {}


def test_the_keyboard_reaches_the_answer_and_every_wide_table(
    view: Callable[[int], tuple[Page, list[str]]],
) -> None:
    page, _ = view(375)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    unreachable = page.evaluate(
        """[...document.querySelectorAll('.box')]
          .filter(e => e.scrollWidth > e.clientWidth && e.tabIndex !== 0).length"""
    )
    assert unreachable == 0


def pages(paper: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def test_print_is_short_unless_all_of_it_is_asked_for(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    folded = "document.querySelectorAll('main details:not([open])').length"
    closed = page.evaluate(folded)
    assert closed > 10
    assert 2 <= pages(page.pdf(prefer_css_page_size=True)) <= 10
    # what the button prints is what is open while it prints
    page.evaluate("window.print = () => { window.opened = " + folded + " === 0; }")
    page.evaluate("document.querySelector('nav button').click()")
    assert page.evaluate("window.opened")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(folded) == closed
    page.close()


@pytest.mark.long
def test_print_fits_the_paper(browser: Browser, address: str) -> None:
    page, _ = opened(browser, address, 1000)
    page.emulate_media(media="print")
    # printable widths of A4 upright and sideways with 12 mm at either side, at 96 dots an inch
    sideways = "details .broad table, .f"
    for width, chosen in ((703, ".box:not(.broad, :has(.f)) table, p, figure"), (1032, sideways)):
        page.set_viewport_size({"width": width, "height": 1000})
        widths = page.evaluate(
            "chosen => [...document.querySelectorAll(chosen)].map(e => e.offsetWidth)", chosen
        )
        assert widths
        assert max(widths) <= width
    page.close()


def test_contents_stay_at_hand_and_lead_to_what_is_folded(browser: Browser, address: str) -> None:
    for width, left_open in ((1280, True), (390, False)):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(address)
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        at = page.evaluate("document.querySelector('nav').getBoundingClientRect().top")
        assert 0 <= at < 900
        assert page.evaluate("document.querySelector('nav details').open") is left_open
        page.evaluate("location.hash = '#symbol-p_relapse'")
        page.wait_for_function(
            "document.getElementById('symbol-p_relapse').closest('details').open", timeout=5000
        )
        page.close()


def test_figures_on_a_phone_have_letters_of_nine_dots(
    view: Callable[[int], tuple[Page, list[str]]],
) -> None:
    page, _ = view(375)
    scales = page.evaluate(
        "[...document.images].map(i => i.getBoundingClientRect().width / i.getAttribute('width'))"
    )
    # the smallest letters are of 7 points, 96 / 72 dots each
    assert min(scales) * 7 * 96 / 72 >= 9


def test_axe_finds_nothing_serious(browser: Browser, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.evaluate("document.querySelector('section[aria-labelledby=model] details').open = true")
    # contrast is measured above, of everything and in a moment
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": False}}}
    found = Axe().run(page, options=options).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    page.close()
