"""A real browser that the tests of the computing page share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from hecon.report.live.scripts import scripts

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

Computes = Callable[..., Any]


@pytest.fixture(scope="session")
def blank() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="session")
def computes(blank: Page) -> Computes:
    """What a script returns after others, the page's own unless told; values are given as JSON."""

    def compute(script: str, before: str = "", **values: object) -> Any:
        given = "".join(f"const {name}={json.dumps(value)};" for name, value in values.items())
        return blank.evaluate(f"(()=>{{{before or scripts()}{given}{script}}})()")

    return compute
