"""The page of decisions quotes what the reference holds, which `make reproduce` compares with."""

import re
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference/ptsd_norway"
THRESHOLD = 385_000
NAMES = {
    "head-to-head": "MDMA-AT against PE",
    "against-placebo": "MDMA-AT against therapy with placebo",
}
FOLLOW_UP = {104: "2 years", 52: "1 year", 18: "18 weeks"}


def table(name):
    return pd.read_csv(REFERENCE / f"{name}.csv")


def section():
    page = (ROOT / "docs/decision.md").read_text(encoding="utf-8")
    return page[page.index("## Norway") : page.index("## A table of your own")]


def words():
    return re.sub(r"\s+", " ", section())


def line(row):
    return (
        f"| {NAMES[row['trial']]} | {FOLLOW_UP[row['follow_up_weeks']]} | {row['patients']} "
        f"| {row['years_to_report']:.1f} years | NOK {row['population_evsi'] / 1e6:.2f} million "
        f"| {row['cost'] / 1e6:.1f} million | {row['times']:,.0f} times as many patients |"
    )


def test_the_table_of_trials():
    rows = [r for r in section().splitlines() if r.startswith("| MDMA-AT")]
    assert rows == [line(row) for row in table("trial_best").to_dict("records")]


def quoted():
    """Sentences of the page, made of the reference."""
    best, ranges = table("trial_best"), table("trial_ranges")
    first, other = (best[best["trial"] == name].iloc[0] for name in NAMES)
    together = ranges[ranges["end"] == "all favourable"].iloc[0]
    people, turns = table("population").iloc[0], table("break_even")
    chosen = table("trial_choices")
    chosen = chosen[(chosen["trial"] == first["trial"]) & (chosen["follow_up_weeks"] == 104)]
    value = chosen.set_index("choice")["value"]
    curve = table("acceptability")
    at = curve[(curve["threshold"] == THRESHOLD) & (curve["strategy"] == "PE")].iloc[0]
    price, groups = table("price").iloc[0], table("evppi_groups").iloc[0]
    total = table("sobol").set_index("parameter")["total"]
    solved = turns[turns["break_even"].notna()].set_index("parameter")["break_even"]
    single = ranges[ranges["assumption"] != "all"]["times"]
    return [
        f"at NOK {first['threshold']:,.0f} per QALY",
        f"worth {first['population_evsi'] / other['population_evsi']:.1f} times that of a third",
        f"About {first['patients']} patients.",
        f"some {round(people['people'], -2):,.0f} discounted patients "
        f"({people['eligible_per_year']:,.0f} eligible a year, uptake 0.5 to 5 %, "
        f"{people['horizon_years']:.0f} years)",
        f"favourable end {together['times']:.1f} times as many would still be needed",
        f"lose NOK {-value['adopt now, no trial'] / 1e6:.0f} million in expectation",
        f"(NOK {(value['wait for the trial'] + first['cost']) / 1e6:.1f} million)",
        f"below {int(single.min())} times as many patients",
        f"in {at['probability_best'] * 100:.0f} % of draws",
        f"NOK {price['expected']:,.0f} per session, SE {price['standard_error']:.0f}",
        f"within the range of {len(solved)} of {turns['parameter'].nunique()} inputs",
        f"(log odds ratio {solved['lnor_mdma_v_pbo']:.2f})",
        f"the effect of PE ({solved['lnor_pe_v_supportive']:.2f})",
        f"dropout from PE ({solved['d_pe'] * 100:.0f} %)",
        f"({solved['shrink_pe'] * 100:.0f} %)",
        f"NOK {people['evpi']:,.0f} per person (SE {people['evpi_error']:.0f}), "
        f"NOK {people['population_evpi'] / 1e6:.1f} million for all",
        f"is {groups['set']}, NOK {groups['evppi']:,.0f} per person",
        f"against placebo carries {total.iloc[0] * 100:.0f} %, the effect of PE "
        f"{total['lnor_pe_v_supportive'] * 100:.0f} %, the durability of MDMA-AT "
        f"{total['hr_relapse_mdma'] * 100:.0f} % and natural recovery "
        f"{total['rate_recovery'] * 100:.0f} %",
    ]


@pytest.mark.parametrize("sentence", quoted())
def test_sentences(sentence):
    assert sentence in words()


def test_every_number_of_the_section_is_checked_or_an_input():
    """What is left when all checked sentences are taken out are numbers of the inputs."""
    left = words()
    for row in section().splitlines():
        if row.startswith("|"):
            left = left.replace(row, "")
    for sentence in quoted():
        left = left.replace(sentence, "")
    inputs = {"10,000", "1", "60", "300,000", "100", "18", "15", "1024", "3"}
    assert set(re.findall(r"\d[\d,.]*\d|\d", left)) <= inputs


def test_who_comes_first():
    """Words that rest on an order of figures."""
    best, ranges = table("trial_best"), table("trial_ranges")
    assert not (best["enbs"] > 0).any(), "no size pays for Norway alone"
    assert (best["trial"].iloc[0], best["follow_up_weeks"].iloc[0]) == ("head-to-head", 104)
    single = ranges[ranges["assumption"] != "all"].sort_values("times")
    assert set(single["assumption"].head(2)) == {"uptake_y5", "n_eligible_year"}
    assert table("price")["expected"].iloc[0] < 0
    found = table("sobol")
    four = ["lnor_mdma_v_pbo", "hr_relapse_mdma", "lnor_pe_v_supportive", "rate_recovery"]
    assert all(n in m for n, m in zip(four, found["members"].head(4), strict=True))
