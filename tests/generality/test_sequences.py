"""Lines of treatment that start with the failures of the line before, in another way and by hand.

`by_hand` follows every start of a line by itself; a session is looked up in the calendar.
"""

import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import evaluate
from hecon.analyses.flows import courses, flows
from hecon.analyses.preflight import notes
from hecon.analyses.run import Run, Settings
from hecon.errors import InputError
from hecon.parameters.design import ProbabilisticDesign, base_values, rows
from hecon.studies.load_study import load_study
from hecon.workbook.proof import prove, replays
from hecon.workbook.sheets.model_settings import AGREES

HERE = Path(__file__).parent
DRAWS = 20
WEEKS_PER_YEAR = 365.25 / 7
#: Line of treatment: its sessions' weeks and hours; the second line's come after the wait.
SESSIONS = {1: ((0, 1), (20, 2)), 2: ((0, 3), (15, 4)), 3: ((0, 5),)}


@cache
def study():
    return load_study(HERE / "studies/three_lines", HERE / "jurisdiction")


def close(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-13)


def by_hand(v, lengths, lines):
    """Starts by line and cycle, and what sessions cost and take, discounted and not.

    `v` holds numbers by name, `lengths` the cycles' lengths in years, `lines` how many are offered.
    """
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    first, second, third, well = 1.0, {}, 0.0, 0.0
    starts = {1: {0: 1.0}, 2: {}, 3: {}}
    for t, length in enumerate(lengths, start=1):
        lives = np.exp(-v["r_die"] * length)
        p = {n: 1 - (1 - v[n]) ** (4 * length) for n in v if n.startswith("p_")}
        left = first * (1 - p["p_first"])
        failing = left * p["p_give_up"] * lives if lines > 1 else 0.0
        cured = first * p["p_first"] + third * p["p_third"]
        relapsing = well * p["p_relapse"] * lives
        third = third * (1 - p["p_third"]) * lives
        starts[3][t] = 0.0
        # the outcome falls in the cycle in which half a year is full
        for entry in [e for e in second if ends[t] - ends[e] >= 0.5 - 1e-9]:
            share = second.pop(entry)
            cured += share * v["p_second"]
            starts[3][t] += share * (1 - v["p_second"]) * lives
        second = {entry: share * lives for entry, share in second.items()}
        well = well * (1 - p["p_relapse"]) * lives + cured * lives
        first = left * lives - failing + relapsing
        third += starts[3][t]
        second[t] = starts[2][t] = failing
    found = {"hours": 0.0, "cost": 0.0, "discounted": 0.0, "qaly": 0.0}
    for line in range(1, lines + 1):
        for position, (week, hours) in enumerate(SESSIONS[line]):
            week += v["wait"] if line == 2 else 0
            attended = 1 - (v["d_first"] if line == 1 else v["d_later"]) if position else 1
            for begun, share in starts[line].items():
                when = max(ends[begun] * WEEKS_PER_YEAR + week, ends[begun] * WEEKS_PER_YEAR + 1e-9)
                later = np.flatnonzero(ends * WEEKS_PER_YEAR >= when - 1e-7)
                later = later[later > begun]
                if len(later):
                    middle = (ends[later[0] - 1] + ends[later[0]]) / 2
                    amount = share * attended * hours
                    found["hours"] += amount
                    found["cost"] += amount * v["c_hour"]
                    found["discounted"] += amount * v["c_hour"] * 1.04**-middle
                    found["qaly"] -= amount * 0.001 * line * 1.03**-middle
    training = sum(
        share * v["c_training"] * 1.04 ** -((ends[t - 1] + ends[t]) / 2)
        for t, share in starts[2].items()
    )
    return starts, {**found, "training": training}


def numbers_of(design, draw):
    """A row of a design, by name."""
    columns = design.block(0, design.draws)
    named = {k[0]: v for k, v in design.numbers.items()}
    return {**named, **{k[0]: float(v[draw]) for k, v in columns.items()}}


def test_every_draw_in_another_way():
    design = ProbabilisticDesign(study().parameters, DRAWS, 7)
    found = evaluate(study().model, design, block=8)
    for draw in range(DRAWS):
        for lines, strategy in ((1, "One line"), (3, "Three lines")):
            _, wanted = by_hand(numbers_of(design, draw), np.full(12, 0.25), lines)
            here = found.sel(strategy=strategy).isel(draw=draw)
            close(here["cost_undiscounted"].sel(item="Therapist"), wanted["cost"])
            close(here["cost"].sel(item="Therapist"), wanted["discounted"])
            close(here["qaly"].sel(source="Burden"), wanted["qaly"])
            close(here["cost"].sel(item="Training"), wanted["training"])


def test_cycles_of_different_length(tmp_path):
    """Quarters in the first year, half-years after it; a session falls where the calendar says."""
    folder = tmp_path / "three_lines"
    shutil.copytree(HERE / "studies/three_lines", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    new = 'cycle_months = "months if cycle * months <= 12 else 2 * months"'
    (folder / "study.toml").write_text(
        text.replace('cycle_months = "months"', new), encoding="utf-8"
    )
    here = load_study(folder, HERE / "jurisdiction")
    assert "three_lines/study.toml: a workbook has lines of treatment" in " ".join(notes(here))
    design = ProbabilisticDesign(here.parameters, 5, 7)
    found, by_cycle = evaluate(here.model, design), flows(here, design)
    for draw in range(5):
        lengths = np.array([0.25] * 4 + [0.5] * 4)
        _, wanted = by_hand(numbers_of(design, draw), lengths, 3)
        for totals in (found, by_cycle.sum("cycle")):
            one = totals.isel(draw=draw).sel(strategy="Three lines")
            close(one["cost"].sel(item="Therapist"), wanted["discounted"])
            close(one["qaly"].sel(source="Burden"), wanted["qaly"])
            close(one["cost"].sel(item="Training"), wanted["training"])


def test_who_starts_by_algebra():
    """Nobody relapses: the first line is left in a geometric series.

    Of those who start the second, all who live for two cycles more and are not well start the
    third.
    """
    numbers = base_values(study().parameters)
    lives, stay = np.exp(-0.04 / 4), 0.9 * 0.7
    second = 0.9 * 0.3 * lives * (stay * lives) ** np.arange(12)
    third = 0.6 * lives**2 * second[:10]
    changes = {("p_relapse", None): 0.0}
    found = flows(study(), rows(numbers, [changes])).isel(draw=0).sel(strategy="Three lines")
    hours = found["course"].sel(quantity="therapist_hours")
    # weeks 15 and 30 of the second line are in the second and third cycle of 13.04 weeks after it
    wanted = np.zeros(13)
    wanted[[1, 2]] += 1, 2 * 0.8
    wanted[3:] += 3 * second[:10]
    wanted[4:] += 4 * 0.5 * second[:9]
    wanted[4:] += 5 * third[:9]
    close(hours, wanted)
    training = found["cost_undiscounted"].sel(item="Training")
    close(training, np.concatenate([[0.0], 60 * second]))


def test_quantities_are_per_person_who_starts_the_strategy():
    table = Run(study())(courses).set_index(["strategy", "quantity"])["value"]
    numbers = {key[0]: value for key, value in base_values(study().parameters).items()}
    for lines, strategy in ((1, "One line"), (3, "Three lines")):
        _, wanted = by_hand(numbers, np.full(12, 0.25), lines)
        close(table[strategy, "therapist_hours"], wanted["hours"])


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("3 = ", "4 = ", "starts.4: no session is of line 4; those there are are of 1, 2, 3"),
        ("-> Second line", "-> Secnd line", "starts.2: 'Secnd line' is not a state; did you mean"),
        ("-> Second line", "-> Third line", "no transition leads from First line to Third line"),
        ('"First line -> Second line"', '"Second line"', "found 'Second line', allowed is 'state"),
        ("hours * c_hour", "hours * c_hour * cycle", "depends on cycle, which has no meaning here"),
    ],
)
def test_starts_that_mean_nothing(tmp_path, old, new, wanted):
    folder = tmp_path / "three_lines"
    shutil.copytree(HERE / "studies/three_lines", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as found:
        load_study(folder, HERE / "jurisdiction")
    assert any(wanted in str(fault) for fault in found.value.faults)


def test_the_workbook_is_live(tmp_path):
    """Starts, sessions and their discounting, in base, scenarios and some draws."""
    run = Run(study(), Settings(draws=20))
    chosen = ("base case", "scenario S1", "scenario S2", "scenario S3", "scenario S4", "draw 7")
    listed = [r for r in replays(run) if r.name in chosen]
    table = prove(run, listed, libreoffice=False)
    assert len(listed) == len(chosen)
    assert (table["difference"] <= AGREES).all()
