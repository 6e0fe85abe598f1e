"""What the page computes with, and the page itself: draws, links, what is saved, hostile text."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_cases import CASES, DRAWS, ROOT, quick

from hecon.analyses.base_case import base_frontier, base_table
from hecon.analyses.comparison import totals
from hecon.analyses.conclusion import base_conclusion
from hecon.analyses.drawn import drawn_decision, thresholds
from hecon.analyses.evaluate import evaluate
from hecon.analyses.run import Run, Settings
from hecon.engine.model import key_text
from hecon.report.conclusions import ratio
from hecon.report.language import languages, read_language
from hecon.report.live.live_page import live
from hecon.report.live.live_words import TEXTS
from hecon.report.live.scripts import scripts
from hecon.report.page import page
from hecon.report.things_called import study_units
from hecon.report.words import spoken
from hecon.studies.load_study import load_study
from hecon.studies.variant import lines_of, with_values

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_draws_are_those_of_python(ask, study):
    """A changed input is fixed as by --set: what was drawn with it is drawn by itself."""
    found = ask(
        """const draws = decodedDraws(data.draws);
        return cases.map(each => {
          const all = [];
          const parts = drawnTotals(model, draws, stateOfCase(each), 0, data.draws.count);
          for (const part of parts) all.push(...part.totals);
          return all; });""",
        cases=[case for case, _ in CASES.values()],
    )
    for (name, (_, changed)), ours in zip(CASES.items(), found, strict=True):
        other = changed(study)
        outcomes = evaluate(other.model, other.probabilistic(DRAWS))
        wanted = np.stack([x.values for x in totals(outcomes)]).transpose(2, 0, 1)
        shaped = np.array(ours).reshape(wanted.shape)
        np.testing.assert_allclose(shaped, wanted, rtol=1e-9, err_msg=name)


def test_the_answer_is_that_of_python(ask, study):
    """Increments, ICER, threshold by severity, frontier and the comparison in words."""
    found = ask(
        """return cases.map(each => {
          const found = answerOf(model, data.rules, stateOfCase(each)), { strategies, options } = data.rules;
          return { figures: [found.cost, found.qaly, found.threshold, found.shortfall], said: ratioSaid(writer, found),
            frontier: found.frontier.map(f => [options[f.strategy], f.icer]), best: options[found.best[0][0]] };
        });""",  # noqa: E501
        cases=[case for case, _ in CASES.values()],
    )
    for (name, (_, changed)), ours in zip(CASES.items(), found, strict=True):
        run = Run(changed(study), Settings(DRAWS))
        row, frontier = run(base_table).iloc[0], run(base_frontier)
        wanted = row[["cost_difference", "qaly_difference", "threshold", "shortfall"]]
        np.testing.assert_allclose(ours["figures"], wanted.astype(float), rtol=1e-9, err_msg=name)
        assert [s for s, _ in ours["frontier"]] == list(frontier["strategy"])
        ratios = [np.nan if x is None else x for _, x in ours["frontier"]]
        np.testing.assert_allclose(ratios, frontier["icer"], rtol=1e-9)
        conclusion = run(base_conclusion)
        assert ours["best"] == conclusion.best
        units = study_units(study)
        assert ours["said"] == spoken(ratio(conclusion.pair), units, "typeset")


def test_acceptability_is_that_of_python(ask, study):
    run = Run(study, Settings(DRAWS))
    at = [float(v) for v in run(thresholds)]
    found = ask(
        """const draws = decodedDraws(data.draws), { strategies, options } = data.rules, all = [];
        for (const part of drawnTotals(model, draws, stateOfCase({}), 0, data.draws.count)) all.push(...part.totals);
        const of = kind => options.map(name => Float64Array.from({ length: data.draws.count }, (_, k) =>
          all[(2 * k + kind) * strategies.length + strategies.indexOf(name)]));
        return acceptability(at, of(0), of(1));""",  # noqa: E501
        at=at,
    )
    np.testing.assert_allclose(found, run(drawn_decision)["probability_best"].values.T, atol=1e-12)


def test_the_price_that_is_decided_about_is_the_first_input(made):
    assert json.loads(made.data)["first"][0] == "unit_mdma_session"


def test_draws_that_have_come_keep_their_order(computes):
    """Nothing stands for a draw that is still to come."""
    found = computes(
        """const come = drawnSoFar({ done: 3, parts: [[2, 4], [0, 1]],
          cost: [Float64Array.of(1, NaN, 3, 4)], qaly: [Float64Array.of(5, NaN, 7, 8)] });
        return [come.done, [...come.cost[0]], [...come.qaly[0]]];"""
    )
    assert found == [3, [1, 3, 4], [5, 7, 8]]


def test_numbers_are_typed_and_read_with_the_mark_of_the_language(computes):
    found = computes(
        """const writer = new Writer({}, { decimal: "," });
        return [writer.typed(0.035), ["0,035", "1 234,5", "0.5", "", "x"].map(text => writer.read(text))];""",  # noqa: E501
        scripts(("format",)),
    )
    assert found[0] == "0,035"
    np.testing.assert_array_equal(found[1], [0.035, 1234.5, 0.5, np.nan, np.nan])


def test_a_frontier_with_ties_and_extended_dominance(computes):
    from hecon.analyses.frontier import frontier

    cost = np.array([0.0, 90, 100, 100, 150, 40, 0])
    effect = np.array([0.0, 1, 2, 2, 1, 0.8, 0])
    found = computes("return frontierOf(cost, effect);", cost=cost.tolist(), effect=effect.tolist())
    wanted = frontier([str(i) for i in range(len(cost))], cost, effect)
    words = {"on": "on the frontier", "same": "no difference", "extended": "extendedly dominated"}
    assert [str(f["strategy"]) for f in found] == list(wanted["strategy"])
    assert [words.get(f["status"], f["status"]) for f in found] == list(wanted["status"])


# -- the page ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(study, made, tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "page.html"
    from hecon.report.content import Section, Sentence

    answer = Section("answer", "The answer", (Sentence("Yes."),))
    path.write_text(page(study, [answer], {}, study_units(study), made), "utf-8")
    return path


def opened(blank: Page, path: Path, end: str = "") -> tuple[Page, list[str]]:
    """A page of its own, and whatever went wrong in it."""
    new = blank.context.browser.new_page(viewport={"width": 390, "height": 900})
    heard: list[str] = []
    new.on("console", lambda message: heard.append(message.text))
    new.on("pageerror", lambda error: heard.append(str(error)))
    new.on("dialog", lambda dialog: heard.append(dialog.message))
    known = ("file:", "blob:", "data:")
    new.on("request", lambda r: None if r.url.startswith(known) else heard.append(r.url))
    new.goto(path.as_uri() + end)
    new.wait_for_selector(".live-figures[aria-busy=false]", timeout=60_000)
    return new, heard


def test_moving_an_input_moves_the_answer_and_back(blank, whole):
    page, heard = opened(blank, whole)
    assert page.locator("[data-check=pass]").count() == 1
    assert page.locator("[data-budget=pass]").count() == 1
    first = page.locator(".live-lead").inner_text()
    drawn = page.locator(".live-figures svg").first.get_attribute("aria-label")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    field = page.locator('[data-key="disc_0_39"] input[type=text]')
    field.fill("0.5")
    assert page.locator(".live-lead").inner_text() != first
    page.wait_for_selector(".live-figures[aria-busy=false]")
    assert page.locator(".live-figures svg").first.get_attribute("aria-label") != drawn
    assert "#with&" in page.url
    field.fill("-3")
    assert page.locator(".live-answer [role=alert]").count() == 1
    page.locator('[data-key="disc_75"] input[type=text]').fill("0.03")
    assert page.locator(".live-answer [role=alert]").count() == 1
    assert page.locator(".live-figures svg").count() == 0
    page.get_by_role("button", name="Reset all").click()
    page.wait_for_selector(".live-figures[aria-busy=false]")
    assert page.locator(".live-lead").inner_text() == first
    assert page.locator(".live-figures svg").first.get_attribute("aria-label") == drawn
    assert "#" not in page.url
    assert heard == []
    page.close()


def test_a_link_that_nobody_vouches_for(blank, whole):
    evil = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    end = f"#with&__proto__=1&u_ptsd_40=1e999&{evil}=2&scenario={evil}&constructor=3&p_nothing=1"
    page, heard = opened(blank, whole, end)
    assert page.locator("[data-check=pass]").count() == 1
    said = page.locator(".live-controls [role=status]").inner_text()
    assert "<img src=x onerror=alert(1)>" in said
    assert page.locator(".live img").count() == 0
    assert heard == []
    page.close()


def test_hostile_text_of_a_study_stays_text(blank, study, tmp_path):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028"
    parameters = [
        replace(p, description=evil, unit=evil, status=p.status) for p in study.parameters
    ]
    scenario = replace(study.scenarios[0], title=evil, id="`${alert(3)}`")
    other = replace(
        study, parameters=parameters, scenarios=[scenario], subgroups=(), combinations=()
    )
    from hecon.report.content import Section, Sentence

    answer = Section("answer", "The answer", (Sentence("Yes."),))
    path = tmp_path / "page.html"
    text = page(other, [answer], {}, study_units(other), live(quick(other, 2)))
    path.write_text(text, "utf-8")
    shown, heard = opened(blank, path, "#with&scenario=%60%24%7Balert(3)%7D%60")
    assert "<img src=x" in shown.locator(".live .name").first.inner_text()
    assert shown.locator("img").count() == 0
    assert heard == []
    shown.close()


@pytest.mark.parametrize("code", languages()[1:])
def test_every_text_of_the_panel_is_translated(code):
    tongue = read_language(code)
    assert [text for text in TEXTS.values() if text not in tongue.texts] == []


def test_what_is_saved_is_taken(ask, study, tmp_path):
    """A row for scenarios.csv loads, and a file of inputs sets what was moved."""
    moved = {"u_ptsd_40": 0.5, "unit_mdma_session": 1234.5, "unit_psychologist_hour": 1e-7}
    row, saved, none, budget = ask(
        """const inputs = new Map(data.inputs.map(input => [input.key, input]));
        const at = id => data.choices.findIndex(choice => choice.id === id);
        const state = { ...baseState(), moved, subgroup: at("women") };
        return [scenarioRow(state, inputs, data.choices, writer), inputsFile(state, inputs, data.choices, data.names),
          scenarioRow({ ...state, moved: {} }, inputs, data.choices, writer),
          scenarioRow({ ...state, moved: { therapists_start: 9 } }, inputs, data.choices, writer)];""",  # noqa: E501
        moved=moved,
    )
    assert none["text"] is None
    assert budget["file"] == "budget_scenarios.csv"
    assert row["file"] == "scenarios.csv"
    copy = tmp_path / "ptsd"
    shutil.copytree(study.folder, copy)
    header, line = csv.reader(io.StringIO(row["text"]))
    with (copy / "scenarios.csv").open(newline="", encoding="utf-8") as file:
        heads = next(csv.reader(file))
    told = dict(zip(header, line, strict=True))
    with (copy / "scenarios.csv").open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow([told.get(name, "") for name in heads])
    assert set(header) <= set(heads)
    loaded = load_study(copy, ROOT / "inputs/jurisdictions/norway")
    changes = next(s for s in loaded.scenarios if s.id == "PAGE").changes
    women = next(s for s in study.subgroups if s.name == "women").scenario.changes
    assert {key_text(k): e.value for k, e in changes.items()} == {
        **{key_text(k): e.value for k, e in women.items()},
        **moved,
    }
    file = tmp_path / saved["file"]
    file.write_text(saved["text"], encoding="utf-8")
    other = with_values(study, lines_of(file))
    assert {p.text: p.value for p in other.parameters if p.text in moved} == moved
    assert saved["command"].endswith(f'--subgroup "women" --set-from {saved["file"]}')
