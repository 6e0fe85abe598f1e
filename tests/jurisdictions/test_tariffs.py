"""Psychologists paid by a tariff for contact, as a country may choose, in place of hours."""

import csv

import pytest
from countries import INPUTS, country

from hecon.analyses.base_case import base_design, base_outcomes
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_results
from hecon.engine.expression import parse
from hecon.engine.values import formula_values
from hecon.studies.load_study import load_study
from hecon.studies.variant import with_values

#: What an hour of contact is paid: 154.80 for 70 of 60 minutes; 166.80 for each 50 minutes.
TARIFFS = {"switzerland": 154.80 * 70 / 60, "australia": 166.80 * 60 / 50}


def contact(strategy: str, dropout: float) -> float:
    """Hours of contact times psychologists that are expected, from the file of sessions."""
    with (INPUTS / "studies/ptsd/sessions.csv").open(encoding="utf-8", newline="") as file:
        sessions = [row for row in csv.DictReader(file) if row["strategy"] == strategy]
    last = 12 if strategy == "PE" else 15
    total = 0.0
    for row in sessions:
        number = int(row["session"])
        if number <= last:
            attending = 1.0 if number == 0 else 1 - dropout * (number - 1) / (last - 1)
            staff = 2.0 if row["psychologists"].startswith("n_") else float(row["psychologists"])
            total += attending * staff * float(row["contact_hours"])
    return total


@pytest.mark.parametrize("name", TARIFFS)
def test_a_country_may_pay_contact_by_tariff(name: str) -> None:
    run = country(name)
    study = with_values(run.study, ["pay_by_tariff=1"])
    cost = Run(study)(base_outcomes)["cost_undiscounted"].sel(item="Psychologists").isel(draw=0)
    for strategy in ("PE", "MDMA-AT"):
        targets = [(parse("dropout"), strategy)]
        (dropout,) = formula_values(study.model, targets, run(base_design).numbers, {})
        expected = contact(strategy, float(dropout)) * TARIFFS[name]
        assert float(cost.sel(strategy=strategy)) == pytest.approx(expected, rel=1e-12)
    rows = run(scenario_results).set_index("scenario")
    assert rows.loc["C03", "qaly_difference"] == rows.loc["C01", "qaly_difference"]


def contact_in_depression(strategy: str, dropout: float) -> float:
    """The same of depression: two therapists at all of MDMA-AT, sixteen hours of CBT."""
    if strategy == "CBT":
        return 1.5 + sum(1 - dropout * i / 15 for i in range(16))
    hours = [1.5, 1.5, 1.5, 8, 1.5, 1.5, 1.5, 8, 1.5, 1.5, 1.5]
    return 3 + 2 * sum(h * (1 - dropout * i / 10) for i, h in enumerate(hours))


@pytest.mark.parametrize("name", TARIFFS)
def test_so_it_may_in_depression(name: str) -> None:
    place = INPUTS / "jurisdictions" / name
    whole = load_study(INPUTS / "studies/mdd", place)
    (paid,) = (s for s in whole.scenarios if s.id == "C01")
    assert paid.changes.keys() == {("pay_by_tariff", None)}
    run = Run(with_values(whole, ["pay_by_tariff=1"]))
    cost = run(base_outcomes)["cost_undiscounted"].sel(item="Psychologists").isel(draw=0)
    for strategy, dropout in (("CBT", 0.175), ("MDMA-AT", 0.5 / 13)):
        expected = contact_in_depression(strategy, dropout) * TARIFFS[name]
        assert float(cost.sel(strategy=strategy)) == pytest.approx(expected, rel=1e-5)


def test_the_swiss_tariff_is_what_its_hourly_cost_was_made_to_match() -> None:
    """An hour of 137 makes two full courses as far apart as the tariff does; some drop out."""
    rows = country("switzerland")(scenario_results).set_index("scenario")
    assert rows.loc["C03", "icer"] == pytest.approx(rows.loc["C01", "icer"], rel=0.02)
