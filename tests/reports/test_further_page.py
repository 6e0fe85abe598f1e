"""Break-even values, global sensitivity and trials on the page and in the files of a run."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_page import EVIL, THIN, Outline

from hecon.analyses.further import Further, further
from hecon.analyses.price import threshold_price
from hecon.analyses.results import Results, analyse
from hecon.reports.answers.trial_words import trial_short, trial_words
from hecon.report.figures.book import figure_book
from hecon.report.figures.material import Extras, material
from hecon.report.figures.writing import number
from hecon.reports.html.page import page
from hecon.reports.html.tables import thin
from hecon.reports.run import write_run
from hecon.studies.load import load_study

CLI = Path(__file__).parents[1] / "cli"
PARTS = ("break-even", "sensitivity", "trials")


@pytest.fixture(scope="module")
def small() -> Results:
    study = load_study(CLI / "studies/small", CLI / "jurisdictions/testland")
    found = analyse(study, draws=600)
    design = found.probabilistic.design
    return replace(found, price=threshold_price(study, "c_new", [found.threshold], design))


@pytest.fixture(scope="module")
def more(small: Results) -> Further:
    return further(small)


def parts(results: Results, more: Further | None) -> dict[str, str]:
    """The page by section, tags left in."""
    text = page(material(results, Extras(further=more)), [])
    pieces = re.split(r'<h2 id="([\w-]+)"', text)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Outline(text).words))


def test_each_has_a_section_that_begins_with_the_conclusion(small: Results, more: Further) -> None:
    found = parts(small, more)
    ids = list(found)
    assert ids.index("break-even") == ids.index("one-way") + 1
    assert ids.index("trials") == ids.index("information") + 1
    assert more.trials is not None
    words = thin(trial_words(small.study, more.trials, more.definitions))
    first = re.search(r"<p>(.*?)</p>", found["trials"], re.S)
    assert first is not None
    assert plain(first[1]) == words
    assert thin(trial_short(small.study, more.trials)) in plain(found["answer"])
    assert "2 of 6 parameters" in plain(found["break-even"])


def test_figures_shown_are_those_of_the_analyses(small: Results, more: Further) -> None:
    found = parts(small, more)
    assert more.trials is not None
    assert more.sobol is not None
    for row in more.sobol.to_dict("records"):
        assert f">{number(row['total'], 3)}<" in found["sensitivity"]
    turn = more.break_even.set_index("parameter").loc["c_new", "break_even"]
    assert f">{number(turn)}<" in found["break-even"]
    price = small.price.iloc[0]
    assert f"{number(price['low'])} to {number(price['high'])}" in found["break-even"]
    start = found["trials"].index("Each design at its best size")
    best = found["trials"][start : found["trials"].index("</table>", start)]
    for row in more.trials.best.to_dict("records"):
        amounts = (row[n] / 1e6 for n in ("population_evsi", "cost", "enbs", "enbs_error"))
        cells = [f">{number(amount, 2)}<" for amount in amounts]
        assert re.search(".*?".join(map(re.escape, cells)), best, re.S)
        assert f">{number(row['evsi'], 2)}<" in found["trials"]
    for entry in more.definitions[0].assumptions.values():
        assert f">{entry.source}<" in found["trials"]
        assert f'class="mark {entry.status}"' in found["trials"]
    everybody = f"{small.population_evpi:,.0f}".replace(",", THIN)
    assert everybody in found["information"]


def test_pictures_of_the_best_trial(small: Results, more: Further) -> None:
    made = material(small, Extras(further=more))
    pictures = {each.name: each for each in figure_book(made)}
    assert {"sobol", "morris", "evsi", "enbs"} <= set(pictures)
    assert "new-against-old" in pictures["enbs"].title
    shown = {a["alt"] for a in Outline(page(made, list(pictures.values()))).all("img")}
    assert {pictures[name].alt for name in ("sobol", "morris", "evsi", "enbs")} <= shown


def test_words_follow_the_figures(small: Results, more: Further) -> None:
    """A trial that pays, and one that doesn't, are told apart."""
    trials = more.trials
    assert trials is not None
    assert "no planned trial is worth its cost" in trial_short(small.study, trials)
    gain = trials.best["cost"] + 1e6
    pays = replace(
        trials,
        best=trials.best.assign(population_evsi=gain + 1e6, enbs=1e6, times=0.5),
        choices=trials.choices.assign(
            value=trials.choices["value"].where(
                trials.choices["choice"] != "wait for the trial", 1e12
            )
        ),
    )
    words = trial_words(small.study, pays, more.definitions)
    assert "the trial most worth doing is" in words
    assert "Funding New should wait for the trial." in words
    assert "no planned trial" not in words + trial_short(small.study, pays)


def test_a_trial_that_no_number_of_patients_pays_for(small: Results, more: Further) -> None:
    trials = more.trials
    assert trials is not None
    idle = replace(
        trials,
        best=trials.best.assign(population_evsi=0.0, enbs=-trials.best["cost"], times=np.inf),
        ranges=trials.ranges.assign(enbs=-1.0, times=np.inf),
    )
    words = trial_words(small.study, idle, more.definitions)
    assert "it would pay for no number of patients." in words
    assert "at its favourable end it would pay for no number of patients." in words
    assert "never" not in words


def test_waiting_is_compared_with_the_best_choice_without_a_trial(
    small: Results, more: Further
) -> None:
    """Keeping current care 0, adopting 30 million less; waiting 2 million, its cost apart."""
    trials = more.trials
    assert trials is not None
    cost = float(trials.best.iloc[0]["cost"])
    values = {"keep current care, no trial": 0.0, "adopt now, no trial": -30e6}
    values |= {"adopt now, with the trial": -35e6 - cost, "wait for the trial": 2e6 - cost}
    choices = trials.choices.assign(value=trials.choices["choice"].map(values))
    words = trial_words(small.study, replace(trials, choices=choices), more.definitions)
    assert "keeping current care is worth 30.0 million more than funding today" in words
    assert "others pay" not in words  # free information never loses: true by construction
    values |= {"adopt now, no trial": 30e6, "wait for the trial": 12e6 - cost}
    choices = trials.choices.assign(value=trials.choices["choice"].map(values))
    words = trial_words(small.study, replace(trials, choices=choices), more.definitions)
    assert "waiting for a trial that others pay for takes 18.0 million." in words


def test_without_them_the_page_has_no_such_sections(small: Results, more: Further) -> None:
    bare = replace(small, price=pd.DataFrame())
    assert not set(PARTS) & set(parts(bare, None))
    none = replace(more, definitions=(), trials=None)
    assert set(PARTS) & set(parts(small, none)) == {"break-even", "sensitivity"}
    assert "planned trial" not in parts(small, none)["answer"]
    why = replace(more, trials=None, missing={"trials": "too few draws"})
    assert "Not worked out: too few draws." in plain(parts(small, why)["trials"])


def test_texts_of_trials_are_escaped(small: Results, more: Further) -> None:
    trial = more.definitions[0]
    entry = trial.assumptions["fixed"].model_copy(update={"source": EVIL})
    trial = trial.model_copy(update={"title": EVIL, "assumptions": {EVIL: entry}})
    text = page(material(small, Extras(further=replace(more, definitions=(trial,)))), [])
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_a_run_writes_their_tables(small: Results, more: Further, tmp_path: Path) -> None:
    written = write_run(small, tmp_path, further=more)
    for name, table in more.tables().items():
        read = pd.read_csv(written.outputs / f"{name}.csv", keep_default_na=True)
        assert len(read) == len(table)
        assert list(read) == list(table)
    assert (written.outputs / "price.csv").is_file()
    people = pd.read_csv(written.outputs / "population.csv").iloc[0]
    assert people["population_evpi"] == pytest.approx(small.population_evpi)
