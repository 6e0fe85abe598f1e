"""A real browser that the tests of the computing page share."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from page_cases import BEGIN, ROOT, quick

from hecon.report.live.live_page import Live, live
from hecon.report.live.scripts import scripts
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

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


@pytest.fixture(scope="session")
def study() -> Study:
    return load_study(ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway")


@pytest.fixture(scope="session")
def made(study: Study) -> Live:
    return live(quick(study))


@pytest.fixture(scope="session")
def ask(computes: Computes, made: Live) -> Computes:
    """What a script that knows the model's data returns."""

    def asked(script: str, **values: object) -> Any:
        return computes(BEGIN + script, made.script, data=json.loads(made.data), **values)

    return asked
