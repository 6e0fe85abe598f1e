"""The budget impact against a second program that shares no code: odd settings, one loop each."""

import math
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.budget_impact import budget_impact, by_year
from hecon.parameters.design import base_case
from hecon.studies.budget_values import with_budget
from hecon.studies.load_study import load_study

WEEKS = 365.25 / 7
OLD = ("OldA", "OldB")
FILES = {
    "jurisdiction.toml": """\
name = "own"
title = "Nowhere"
currency = "EUR"
price_year = "2024"
opportunity_cost = "20000"
[discount]
steps = [{ cost = "0.07", effect = "0.01" }]
[acceptability]
highest = 100000
steps = 11
""",
    "study.toml": """\
name = "second"
title = "Two old treatments and a new one"
intervention = "New"
comparator = "OldA"
[time]
cycle_months = "MONTHS"
horizon_years = "HORIZON"
counting = "COUNTING"
[[states]]
name = "Ill"
initial = "1"
[[states]]
name = "Well"
[[states]]
name = "Dead"
dead = true
[[strategies]]
name = "OldA"
[[strategies]]
name = "New"
[[strategies]]
name = "OldB"
[course]
attendance = "1"
items = [{ item = "Staff", amount = "hours * 11" }, { item = "Drug", amount = "packs * 130" }]
quantities = [
    { name = "hours", unit = "h", amount = "hours" },
    { name = "days", unit = "days", amount = "days" },
]
""",
    "transitions.csv": """\
from,to,probability
Ill,Dead,0.002
Ill,Well,p_well
Ill,Ill,rest
Well,Dead,0.001
Well,Ill,0.03
Well,Well,rest
Dead,Dead,rest
""",
    "payoffs.csv": """\
item,kind,on,amount,per
Ward,cost,Ill,900,year
Ward,cost,Well,100,year
Travel,cost,Ill,36,year
Misuse,cost,start,3,event
Event,cost,Ill -> Dead,500,event
Health,qaly,Ill,0.55,year
Health,qaly,Well,0.8,year
""",
    "budget_impact.toml": """\
years = "years"
eligible_per_year = "people * (1 + growth) ** (budget_year - 1)"
uptake = UPTAKE
strategy = "New"
outside = ["Travel"]
without = { OldA = "0.7", OldB = "0.3" }
displaced = { OldA = "loses", OldB = "1 - loses" }
[waiting]
share = "waits"
leave_month = "leaves"
cost_month = "c_wait"
item = "Ward"
state = "Ill"
[vat]
item = "Drug"
rate = "0.25"
[[blocks]]
name = "drugs"
items = { Drug = "1" }
[[blocks]]
name = "first"
items = { Staff = "1", Ward = "0.4", Event = "1" }
[[blocks]]
name = "second"
items = { Ward = "0.6" }
[[instead_of]]
item = "Misuse"
block = "second"
month = "c_misuse"
months = "lasts"
[[beside]]
item = "Training"
block = "first"
amount = "trained * 5000 + therapists * 100"
[[resources]]
name = "therapists"
stock = "staff_start"
added = "trained * 0.9"
attrition = "leaving"
per_year = "1000"
needed = "quantity(New, hours)"
[[resources]]
name = "rooms"
stock = "rooms_start"
added = "2 if budget_year == 2 else 0"
per_year = "150"
needed = "quantity(New, days)"
""",
}
HEAD = "name,strategy,value,unit,distribution,distribution_parameters,low,high,currency,price_year,"
#: Recovery in a cycle, and sessions as week, hours, packs, days.
RECOVERY = {"New": 0.2, "OldA": 0.1, "OldB": 0.05}
SESSIONS = {
    "New": [(0, 3, 0, 0), (2, 8, 1, 1), (30, 8, 1, 1)],
    "OldA": [(1, 2, 0, 0), (9, 1, 0.5, 0)],
    "OldB": [(3, 1, 0, 0)],
}
#: months of a cycle, horizon, counting; then people, growth, uptake by year, and the rest.
CASES = {
    "months, growth, a queue that leaves": (
        *(1, 60, "cycle-means", 500, 0.05, (0.02, 0.2, 0.3), 0.7),
        {"waits": 1, "leaves": 0.02, "lasts": 30, "trained": 1, "leaving": 0.1},
        {"staff_start": 1, "rooms_start": 1},
    ),
    "quarters, the horizon is the budget's, the old one at once": (
        *(3, 5, "end-of-cycle", 500, -0.1, (0.3, 0.1, 0, 0.2, 0.3), 0.9),
        {"waits": 0, "leaves": 0.3, "lasts": 5, "trained": 0, "leaving": 0},
        {"staff_start": 1, "rooms_start": 0},
    ),
    "halves of a year, half of them wait": (
        *(6, 10, "start-of-cycle", 100, 0, (0.2, 0.3), 0.8),
        {"waits": 0.5, "leaves": 0.1, "lasts": 0, "trained": 4, "leaving": 1},
        {"staff_start": 0, "rooms_start": 3},
    ),
    "a year, places for all": (
        *(12, 7, "cycle-means", 100, 0.05, (0.1,) * 7, 1),
        {"waits": 1, "leaves": 0, "lasts": 30, "trained": 1, "leaving": 0.1},
        {"staff_start": 30, "rooms_start": 30},
    ),
}


def write(folder: Path, case: tuple) -> Path:
    months, horizon, counting, people, growth, uptake, loses, shares, stocks = case
    texts = {"MONTHS": months, "HORIZON": horizon, "COUNTING": counting}
    texts["UPTAKE"] = str([str(u) for u in uptake]).replace("'", '"')
    for name, text in FILES.items():
        for old, new in texts.items():
            text = text.replace(old, str(new))
        (folder / name).write_text(text)
    rows = [f"p_well,{s},{p},probability,,,,,,,made up,assumption" for s, p in RECOVERY.items()]
    (folder / "parameters.csv").write_text("\n".join([f"{HEAD}source,status", *rows, ""]))
    own = {"years": len(uptake), "people": people, "growth": growth, "loses": loses}
    rows = [
        f"{n},all,{v},number,,,,,,,made up,assumption"
        for n, v in {**own, **shares, **stocks}.items()
    ]
    rows += [
        f"{n},all,{v},EUR/month,,,,,EUR,2024,made up,assumption"
        for n, v in (("c_wait", 7), ("c_misuse", 12))
    ]
    (folder / "budget_inputs.csv").write_text("\n".join([f"{HEAD}source,status", *rows, ""]))
    rows = [
        f"{s},{i + 1},{','.join(map(str, line))}"
        for s, lines in SESSIONS.items()
        for i, line in enumerate(lines)
    ]
    heads = "strategy,session,week,hours,packs,days"
    (folder / "sessions.csv").write_text("\n".join([heads, *rows, ""]))
    return folder


def person(strategy: str, months: int, counting: str, periods: int) -> dict[str, np.ndarray]:
    """What one who starts costs, gains and uses by period."""
    names = ("Staff", "Drug", "Ward", "Travel", "Event", "effect", "hours", "days")
    found = {name: np.zeros(periods) for name in names}
    ill, well, years = 1.0, 0.0, months / 12
    for t in range(periods):
        recovered = RECOVERY[strategy]
        later = (ill * (1 - 0.002 - recovered) + well * 0.03, well * 0.969 + ill * recovered)
        here = {
            "cycle-means": ((ill + later[0]) / 2, (well + later[1]) / 2),
            "start-of-cycle": (ill, well),
            "end-of-cycle": later,
        }[counting]
        found["Ward"][t] = (900 * here[0] + 100 * here[1]) * years
        found["Travel"][t] = 36 * here[0] * years
        found["effect"][t] = (0.55 * here[0] + 0.8 * here[1]) * years
        found["Event"][t] = 500 * 0.002 * ill
        ill, well = later
    for week, hours, packs, days in SESSIONS[strategy]:
        at = max(math.ceil(week / WEEKS / years - 1e-9), 1) - 1
        if at < periods:
            found["Staff"][at] += 11 * hours
            found["Drug"][at] += 130 * packs
            found["hours"][at] += hours
            found["days"][at] += days
    return found


def second_program(case: tuple) -> dict[str, np.ndarray]:
    """Everything by year, worked out in loops."""
    months, _, counting, people, growth, uptake, loses, shares, stocks = case
    a_year, years = 12 // months, len(uptake)
    periods = a_year * years
    need_hours, need_days = (sum(line[j] for line in SESSIONS["New"]) for j in (1, 3))
    staff, rooms = [stocks["staff_start"]], [stocks["rooms_start"]]
    for year in range(1, years):
        staff.append(staff[-1] * (1 - shares["leaving"]) + 0.9 * shares["trained"])
        rooms.append(rooms[-1] + (2 if year == 2 else 0))
    leave, queue = 1 - (1 - shares["leaves"]) ** months, 0.0
    treated, left, returned, waited, waiting = (np.zeros(periods) for _ in range(5))
    for t in range(periods):
        year = t // a_year
        places = min(staff[year] * 1000 / need_hours, rooms[year] * 150 / need_days) / a_year
        demand = people * (1 + growth) ** year * uptake[year] / a_year
        still = (1 - leave) * queue
        treated[t] = min(still + demand, places)
        unserved = demand - max(0.0, treated[t] - still)
        gone = (1 - shares["waits"]) * unserved
        returned[t] = leave * queue + gone
        after = still + demand - treated[t] - gone
        waited[t], left[t] = (queue + after) / 2 * months, demand - returned[t]
        waiting[t] = queue = after
    flows = {s: person(s, months, counting, periods) for s in RECOVERY}
    parts = dict(zip(OLD, (loses, 1 - loses), strict=True))

    def difference(name: str) -> np.ndarray:
        new = np.convolve(treated, flows["New"][name])[:periods]
        old = (np.convolve(parts[s] * left, flows[s][name])[:periods] for s in OLD)
        return new - sum(old)

    found = {name: difference(name) for name in flows["New"]}
    found["Ward"] += 7 * waited
    found["effect"] += 0.55 / 12 * waited
    found["Drug"] *= 1.25
    since = months * np.arange(periods)
    lasting = np.clip(shares["lasts"] - since, 0, months)
    found["Misuse"] = np.convolve(treated, 12.0 * lasting)[:periods]
    paid = [shares["trained"] * 5000 + 100 * s for s in staff]
    found["Training"] = np.repeat(paid, a_year) / a_year
    items = ("Staff", "Drug", "Ward", "Event", "Misuse", "Training")
    found["net"] = sum(found[name] for name in items)
    found["second"] = 0.6 * found["Ward"] + found["Misuse"]
    found |= {"treated": treated, "returned": returned}
    by_years = {name: values.reshape(years, a_year).sum(axis=1) for name, values in found.items()}
    return {**by_years, "waiting": waiting.reshape(years, a_year)[:, -1]}


@pytest.mark.parametrize("case", CASES)
def test_a_second_program_agrees(case, tmp_path):
    study = with_budget(load_study(write(tmp_path, CASES[case])))
    found = by_year(budget_impact(study, base_case(study.parameters))).isel(draw=0)
    wanted = second_program(CASES[case])
    compared = {
        **{name: found[name] for name in ("net", "treated", "returned", "waiting")},
        "effect": found["effect_difference"],
        "second": found["block_difference"].sel(block="second"),
        **{str(i): found["cost_difference"].sel(item=i) for i in found["item"].values},
        **{str(q): found["quantity_difference"].sel(quantity=q) for q in found["quantity"].values},
    }
    assert set(compared) == set(wanted)
    for name, values in compared.items():
        np.testing.assert_allclose(values, wanted[name], rtol=1e-9, atol=1e-9, err_msg=name)
