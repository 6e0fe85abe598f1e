"""The base case of every country, worked out once more from its CSV files.

Only clinical figures that the study derives from trials are taken from hecon; they are the same in
all countries. A table is read by the row of an age, a cycle is a month, people are counted at
mid-cycle, and what happens in a week is paid at the middle of the month that holds it.
"""

import csv
import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from countries import INPUTS, country

from hecon.analyses.base_case import base_design, base_table
from hecon.engine.expression import parse
from hecon.engine.values import formula_values

COUNTRIES, PTSD = INPUTS / "jurisdictions", INPUTS / "studies/ptsd"
#: Rates of discounting with the years from which they hold.
RATES = {
    "norway": [(0, 0.04), (40, 0.03), (75, 0.02)],
    "england": [(0, 0.035)],
    "usa": [(0, 0.03)],
    "switzerland": [(0, 0.03)],
    "australia": [(0, 0.05)],
}
#: Weeks of an outcome, and sessions of a full course after the first.
COURSES = {"MDMA-AT": (18, 15), "PE": (12, 12)}
FEMALE, WEEKS = 0.686, 365.25 / 7 / 12


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(*paths: Path) -> dict[str, float]:
    rows = [row for path in paths for row in rows_of(path)]
    return {row["name"]: float(row["value"]) for row in rows if row["value"]}


def by_age(path: Path) -> list[float]:
    """Men and women together, by age."""
    return [FEMALE * float(r["female"]) + (1 - FEMALE) * float(r["male"]) for r in rows_of(path)]


@cache
def clinical(strategy: str) -> tuple[float, float, float]:
    """Loss of diagnosis, dropout and adverse events, from the trials."""
    run = country("norway")
    targets = [(parse(name), strategy) for name in ("p_outcome", "dropout", "p_event")]
    found = formula_values(run.study.model, targets, run(base_design).numbers, {})
    return tuple(float(x) for x in found)  # type: ignore[return-value]


def discount(name: str, years: float) -> float:
    ends = [*RATES[name], (math.inf, 0.0)]
    spans = [
        (rate, max(0.0, min(years, end) - start)) for (start, rate), (end, _) in pairwise(ends)
    ]
    return math.prod((1 + rate) ** -span for rate, span in spans)


def by_hand(name: str, strategy: str) -> tuple[float, float]:
    """Cost and QALYs of a strategy in a country."""
    folder = COUNTRIES / name
    study = values(PTSD / "parameters.csv")
    own = f"ptsd_in_{name}/parameters.csv"
    p = study | values(folder / "parameters.csv", folder / "unit_costs.csv", folder / own)
    ill_cost = p["c_ptsd_month"]
    well_cost = ill_cost * (1 - p["remission_saving_share"])
    mortality, norm = by_age(folder / "life_table.csv"), by_age(folder / "norms.csv")
    ill = p["u_ptsd_40"] / norm[40]
    well = min(1.0, (p["u_ptsd_40"] + p["u_gain"]) / norm[40])
    (week, last), (outcome, dropout, events) = COURSES[strategy], clinical(strategy)
    recover = 1 - math.exp(-p["rate_recovery"] / 12)
    relapse = 1 - math.exp(-p["rate_relapse"] / 12)
    cost, qaly = 0.0, -events * p["qaly_teae"]
    ptsd, treated, natural, again = 1.0, 0.0, 0.0, 0.0
    for month in range(720):
        age = 40 + month // 12
        live_ill = (1 - mortality[age]) ** (p["smr_ptsd"] / 12)
        live_well = (1 - mortality[age]) ** (p["smr_remission"] / 12)
        by_treatment = outcome if month + 1 == math.ceil(week / WEEKS) else 0.0
        by_nature = recover if month + 1 > math.ceil(week / WEEKS) else 0.0
        before = (ptsd + again, treated + natural)
        ptsd, treated, natural, again = (
            ptsd * live_ill * (1 - by_treatment - by_nature),
            treated * live_well * (1 - relapse) + ptsd * live_ill * by_treatment,
            natural * live_well * (1 - relapse) + (ptsd * by_nature + again * recover) * live_ill,
            again * live_ill * (1 - recover) + (treated + natural) * live_well * relapse,
        )
        sick, sound = (before[0] + ptsd + again) / 2, (before[1] + treated + natural) / 2
        factor = discount(name, (month + 0.5) / 12)
        cost += factor * (sick * ill_cost + sound * well_cost)
        qaly += factor * (sick * ill + sound * well) * norm[age] / 12
    staff = {"n_therapists_other": 2, "n_therapists_dosing": 2}
    for row in rows_of(PTSD / "sessions.csv"):
        number = int(row["session"])
        if row["strategy"] != strategy or number > last:
            continue

        def of(column: str, row: dict[str, str] = row) -> float:
            return float(eval(row[column], {"__builtins__": {}}, {**p, **staff}))

        attending = 1.0 if number == 0 else 1 - dropout * (number - 1) / (last - 1)
        month = max(math.ceil(float(row["week"]) / WEEKS) - 1, 0)
        share = attending * discount(name, (month + 0.5) / 12)
        hours = of("psychologists") * of("contact_hours") + of("admin_staff_hours")
        paid = hours * p["unit_psychologist_hour"] + of("other_cost")
        paid += of("psychiatrist_hours") * p["unit_psychiatrist_hour"]
        paid += of("nurse_hours") * p["unit_nurse_hour"]
        paid += of("drug_units") * p["unit_mdma_session"]
        travel = of("patient_visits") * p["unit_patient_travel"]
        travel += of("patient_hours") * p["unit_patient_hour"]
        cost += share * (paid + p["include_patient_cost"] * travel)
        qaly -= share * of("drug_units") * p["qaly_loss_dosing"]
    if strategy == "PE":
        cost += p["unit_training_pe"] / p["patients_per_pe_therapist"]
    else:
        cost += 2 * p["unit_training_mdma"] / p["patients_per_mdma_therapist"]
    return cost + events * p["unit_severe_event"], qaly


@pytest.mark.parametrize("name", RATES)
def test_the_base_case_by_hand(name: str) -> None:
    row = country(name)(base_table).iloc[0]
    for strategy in COURSES:
        cost, qaly = by_hand(name, strategy)
        assert row[f"cost {strategy}"] == pytest.approx(cost, rel=1e-12)
        assert row[f"qaly {strategy}"] == pytest.approx(qaly, rel=1e-12)
