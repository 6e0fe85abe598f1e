"""Stopwatch of a page: `python -m benchmarks.page reports/STUDY_JURISDICTION.html INPUT VALUE`.

Opens the page in Chromium, types a value into an input, and prints milliseconds until each answer
can be seen: of the median of some rounds on one page, the first of which starts cold.
"""

import shutil
import statistics
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

#: Changes of the input, there and back.
ROUNDS = 10

#: In the page: when the answer and the panel's own first stand in it, and when all draws do.
OPENING = """
const seen = window.seen = {}, text = selector => document.querySelector(selector)?.textContent;
new MutationObserver(() => {
  const now = performance.now();
  if (text("main section p")) seen.answer ??= now;
  if (text(".live-lead")) seen.panel ??= now;
  if (document.querySelector(".live-figures[aria-busy=false]")) seen.draws ??= now;
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
"""

#: Milliseconds from a value's typing to the answer, the first draws and the last.
CHANGE = """([key, value]) => new Promise(resolve => {
  const field = document.querySelector(`[data-key="${CSS.escape(key)}"] input[type=text]`);
  const lead = document.querySelector(".live-answer"), figures = document.querySelector(".live-figures");
  const begun = performance.now(), found = {};
  new MutationObserver((_, observer) => {
    const now = performance.now() - begun;
    if (figures.querySelector(".come figure")) found.some ??= now;
    if (figures.getAttribute("aria-busy") === "false") { observer.disconnect(); resolve({ ...found, all: now }); }
  }).observe(figures, { childList: true, attributes: true, subtree: true });
  field.value = value;
  field.dispatchEvent(new Event("input"));
  found.answer = performance.now() - begun;
})"""  # noqa: E501


def opened(page: Page, path: Path) -> dict[str, float]:
    """Milliseconds from the start of loading, once everything stands."""
    page.add_init_script(OPENING)
    page.goto(path.resolve().as_uri())
    page.wait_for_selector(".live-figures[aria-busy=false]")
    found: dict[str, float] = page.evaluate("seen")
    return found


def main(path: Path, key: str, value: str) -> None:
    """Print what the page takes."""
    with sync_playwright() as run:
        browser = run.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        for what, at in opened(page, path).items():
            print(f"from opening to {what:8} {at:7.0f} ms")
        field = page.locator(f'[data-key="{key}"] input[type=text]')
        if not field.count():
            page.fill("#live-search", key)
            page.locator(".found button").first.click()
        base = field.input_value()
        rounds = [page.evaluate(CHANGE, [key, v]) for v in (value, base) * (ROUNDS // 2)]
        for what in rounds[0]:
            times = [each[what] for each in rounds if what in each]
            print(
                f"from {key} to {what:8} {statistics.median(times):7.0f} ms, first {times[0]:.0f}"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
