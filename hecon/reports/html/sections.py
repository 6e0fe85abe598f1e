"""What the page says, section by section: sentences, tables and the names of figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd

from hecon.analyses.comparison import sentence
from hecon.analyses.results import Results
from hecon.analyses.scenario_draws import against_base
from hecon.reports.answers.trial_words import trial_short
from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting, study_setting
from hecon.reports.figures.writing import listed, number, share
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import Table, build, cell, framed, plain, thin
from hecon.reports.html.trials import trials_section
from hecon.reports.html.turns import break_even_section, sensitivity_section
from hecon.reports.record import run_record
from hecon.reports.summary import METHODS, conclusion, evidence

#: Statuses of inputs that nobody read in a source, or that nobody should rest on.
WEAK = ("assumption", "memory", "retracted")
#: Widest ranges looked at when asking what the result rests on.
WIDEST = 10


def sections(found: Material) -> list[Section]:
    """All sections in reading order; those with nothing to say are left out."""
    writers: list[Callable[[Material, Setting], Section]] = [
        _results,
        _severity,
        _uncertainty,
        _one_way,
        break_even_section,
        _scenarios,
        sensitivity_section,
        _information,
        trials_section,
        _verification,
        _evidence,
        _assumptions,
        _sources,
        _cheers,
        _provenance,
    ]
    setting = study_setting(found.results.study, found.results.threshold)
    made = [writer(found, setting) for writer in writers]
    return [s for s in made if s.texts or s.tables or s.warnings]


def answer(found: Material) -> Section:
    """The answer in plain sentences, and what it rests on."""
    results = found.results
    psa, setting = results.probabilistic, study_setting(results.study, results.threshold)
    a, b = results.study.compared
    texts = [thin(conclusion(results))]
    ratio = thin(sentence(results.comparison, setting.currency))
    texts.append(
        f"Base case: {ratio} Over {number(psa.design.draws)} draws of the uncertain "
        f"inputs: {thin(sentence(psa.comparison, setting.currency))}"
    )
    best = str(psa.decision["best"].sel(threshold=results.threshold).values)
    texts.append(
        f"{a} is cost-effective against {b} in {share(psa.probability_cost_effective)} of the "
        f"draws {setting.at(results.threshold)}. Best on average of "
        f"{listed(list(results.study.options))} is {best}. Settling all uncertainty that the "
        f"model knows of would be worth {setting.amount(psa.evpi)} per person."
    )
    further = found.extras.further
    if further is not None and further.trials is not None:
        texts.append(thin(trial_short(results.study, further.trials)))
    return Section("answer", "The answer", texts, warnings=_rests_on(results))


def _rests_on(results: Results) -> list[str]:
    """What the result rests on that was not read in a source."""
    study = results.study
    status = {p.text: p.status for p in study.parameters}
    said = [evidence(study.parameters)]
    if len(results.one_way):
        widest = results.one_way["parameter"].drop_duplicates().head(WIDEST).tolist()
        counts = Counter(status.get(name, "") for name in widest)
        weak = [f"{counts[s]} {s}" for s in WEAK if counts[s]]
        if weak:
            said.append(
                f"This result rests on evidence that is weak where it matters: of the "
                f"{len(widest)} inputs that move it most, {listed(weak)}."
            )
    memory = [p.text for p in study.parameters if p.is_input and p.status == "memory"]
    if memory:
        said.append(f"Not read in a source, to be confirmed: {listed(memory)}.")
    used = [p.text for p in study.parameters if p.is_input and p.status == "retracted"]
    if used:
        said.append(f"Retracted work enters this result: {listed(used)}.")
    retracted = [s.id for s in study.scenarios if s.status == "retracted"]
    if retracted and not used:
        said.append(
            f"Retracted work enters only scenario {listed(retracted)}, never the base case."
        )
    return said


def _results(found: Material, setting: Setting) -> Section:
    results, study = found.results, found.results.study
    base = results.base_table.iloc[0]
    totals = [
        {
            "name": name,
            "label": study.label(name) if study.label(name) != name else "",
            "cost": base[f"cost {name}"],
            "qaly": base[f"qaly {name}"],
            "years": base[f"life_years {name}"],
            "option": "yes" if name in study.options else "no",
        }
        for name in study.model.strategies
    ]
    compared = results.comparison
    increments = [
        {"what": f"Cost ({setting.money})", "value": setting.amount(compared.cost, True)},
        {"what": "QALYs", "value": number(compared.qaly, 3, sign=True)},
        {"what": "Life-years", "value": number(compared.life_years, 3, sign=True)},
        {"what": "In words", "value": thin(sentence(compared, setting.currency))},
        {
            "what": f"Net monetary benefit {setting.at(results.threshold)}",
            "value": setting.amount(float(base["nmb"]), True),
        },
    ]
    items = results.base["cost"].isel(draw=0)
    costs = [
        {
            "item": str(item),
            **{s: float(items.sel(strategy=s, item=item)) for s in totals_of(items)},
        }
        for item in items["item"].values
    ]
    return Section(
        "results",
        "Results",
        ["Per person, discounted. All figures follow from the inputs listed below."],
        [
            build(
                f"Base case by strategy ({setting.money})",
                [
                    ("Strategy", "name", ""),
                    ("", "label", ""),
                    ("Cost", "cost", "money"),
                    ("QALYs", "qaly", "qaly"),
                    ("Life-years", "years", "qaly"),
                    ("Can be chosen", "option", ""),
                ],
                totals,
            ),
            build(
                f"{compared.intervention} against {compared.comparator}",
                [("Difference", "what", ""), ("", "value", "text")],
                increments,
            ),
            build(
                "Cost-effectiveness frontier of the options, in order of cost",
                [
                    ("Strategy", "strategy", ""),
                    ("Place", "status", ""),
                    ("Cost", "cost", "money"),
                    ("QALYs", "effect", "qaly"),
                    ("Against", "against", ""),
                    (f"ICER ({setting.per_effect})", "icer", "money"),
                ],
                records(results.frontier),
            ),
            build(
                f"Costs by item ({setting.money})",
                [("Item", "item", ""), *((s, s, "money") for s in totals_of(items))],
                costs,
            ),
        ],
        ("frontier", "occupancy"),
    )


def totals_of(items: Any) -> list[str]:
    """Names of strategies in a dataset."""
    return [str(s) for s in items["strategy"].values]


def _severity(found: Material, setting: Setting) -> Section:
    limits, place = found.results.limits.iloc[0], found.results.study.jurisdiction.definition
    rows: list[dict[str, object]] = [
        {
            "what": "Opportunity cost of a QALY: health forgone elsewhere, not a ceiling",
            "value": setting.amount(float(limits["opportunity_cost"])),
        }
    ]
    texts = []
    if "shortfall" in limits and place.severity is not None:
        b = found.results.study.compared[1]
        rows += [
            {
                "what": "Remaining QALYs of the general population, undiscounted",
                "value": number(float(limits["population_qaly"]), 2),
            },
            {
                "what": f"Remaining QALYs with {b}, undiscounted",
                "value": number(float(limits["standard_qaly"]), 2),
            },
            {"what": "Absolute shortfall (QALYs)", "value": number(float(limits["shortfall"]), 2)},
            {"what": "Severity weight", "value": f"{float(limits['weight']):g}"},
            {
                "what": "Opportunity cost, weighted: the threshold used here",
                "value": setting.amount(float(limits["threshold"])),
            },
        ]
        texts.append(f"Severity classes ({place.severity.status}): {place.severity.source}")
    table = build("Severity and the threshold", [("", "what", ""), ("", "value", "text")], rows)
    return Section("severity", "What a QALY may cost", texts, [table])


def _uncertainty(found: Material, setting: Setting) -> Section:
    psa = found.results.probabilistic
    design = psa.design
    words = {"cost": "cost", "qaly": "QALYs", "life_years": "life-years", "nmb": "net benefit"}
    kinds = {"cost": "money", "nmb": "money"}
    rows = []
    for each in records(psa.table):
        kind = kinds.get(str(each["figure"]), "qaly")
        found_as = {k: cell(each[k], kind).text for k in ("mean", "standard_error", "low", "high")}
        figure = words[str(each["figure"])]
        rows.append({"strategy": each["strategy"], "figure": figure, **found_as})
    table = build(
        f"Means with Monte Carlo errors and 95 % of draws (costs in {setting.money})",
        [
            ("Strategy", "strategy", ""),
            ("Figure", "figure", ""),
            ("Mean", "mean", ""),
            ("Standard error of the mean", "standard_error", ""),
            ("2.5 % of draws", "low", ""),
            ("97.5 % of draws", "high", ""),
        ],
        rows,
    )
    texts = [
        f"{number(design.draws)} draws, {METHODS[design.method]}, seed {design.seed}. The "
        "standard error says how far a mean may be off because draws are limited in number; the "
        "interval says how uncertain the result is."
    ]
    tables = [table]
    if found.needed is not None:
        tables.append(
            build(
                "Draws that the decision needs, with 95 % confidence, to tell the best from each",
                [
                    ("Strategy", "strategy", ""),
                    ("Best", "best", ""),
                    ("Difference in net benefit", "difference", "money"),
                    ("Standard error", "standard_error", "money"),
                    ("Draws needed", "needed", "count"),
                    ("Draws made", "draws", "count"),
                    ("Enough", "enough", ""),
                ],
                [{**r, "enough": "yes" if r["enough"] else "no"} for r in records(found.needed)],
            )
        )
    names = (
        *("plane", "acceptability", "acceptability_frontier", "expected_loss", "net_benefit"),
        *("ranking", "convergence"),
    )
    return Section("uncertainty", "Uncertainty", texts, tables, names)


def _one_way(found: Material, setting: Setting) -> Section:
    table = found.results.one_way
    if table.empty:
        return Section("one-way", "One-way sensitivity")
    status = {p.text: p.status for p in found.results.study.parameters}
    rows = []
    lows, highs = (records(table[table["end"] == end]) for end in ("low", "high"))
    for low, high in zip(lows, highs, strict=True):
        name = low["parameter"]
        rows.append(
            {
                "label": setting.label(str(name), 300, 3),
                "name": name,
                "status": status.get(str(name), ""),
                "basis": low["basis"],
                "low": low["value"],
                "high": high["value"],
                "nmb_low": low["nmb"],
                "nmb_high": high["nmb"],
                "words_low": _ratio(low, setting),
                "words_high": _ratio(high, setting),
            }
        )
    shown = build(
        f"Every input at both ends of its range, widest first (net benefit in {setting.money})",
        [
            ("Input", "label", ""),
            ("Name", "name", ""),
            ("Status", "status", "mark"),
            ("Range from", "low", "short"),
            ("to", "high", "short"),
            ("Net benefit at low", "nmb_low", "money"),
            ("at high", "nmb_high", "money"),
            ("ICER at low", "words_low", ""),
            ("at high", "words_high", ""),
            ("Basis of the range", "basis", ""),
        ],
        rows,
    )
    texts = ["Ranges are stated intervals or 95 % of the distribution; none is invented."]
    names = ("tornado_nmb", "tornado_qaly", "tornado_icer", *_grids(found))
    return Section("one-way", "One-way and two-way sensitivity", texts, [shown], names)


def _grids(found: Material) -> list[str]:
    count = len(found.grids)
    return ["two_way"] if count == 1 else [f"two_way_{i + 1}" for i in range(count)]


def _ratio(row: Any, setting: Setting) -> str:
    """The ICER, or what stands in its place."""
    icer = float(row["icer"])
    return setting.amount(icer) if icer == icer else str(row["verdict"])


def _scenarios(found: Material, setting: Setting) -> Section:
    results = found.results
    if results.scenarios.empty:
        return Section("scenarios", "Scenarios")
    others = against_base(results.scenarios, results.base_table)
    why = {s.id: s.why for s in results.study.scenarios}
    rows = [
        {
            **r,
            "why": why.get(str(r["scenario"]), ""),
            "ratio": _ratio(r, setting),
            "worth": "yes" if r["nmb"] >= 0 else "no",
        }
        for r in records(others)
    ]
    table = build(
        f"All scenarios, the largest change in net benefit first ({setting.money})",
        [
            ("Scenario", "scenario", ""),
            ("", "title", ""),
            ("Status", "status", "mark"),
            ("Compared", "compared", ""),
            ("Cost", "cost_difference", "change"),
            ("QALYs", "qaly_difference", "gain"),
            ("ICER", "ratio", ""),
            ("Threshold", "threshold", "money"),
            ("Net benefit", "nmb", "change"),
            ("Change", "nmb_to_base", "change"),
            ("Cost-effective", "worth", ""),
        ],
        rows,
    )
    pair = results.study.compared
    same, turned = others[others["same_pair"]], others[others["turns"]]
    texts = [
        f"{len(turned)} of the {len(same)} scenarios that compare {' with '.join(pair)} turn the "
        "base case's decision"
        + (f": {listed(turned['scenario'].tolist())}." if len(turned) else ".")
    ]
    if len(others) > len(same):
        texts.append(f"{len(others) - len(same)} compare another pair and stand at the end.")
    return Section("scenarios", "Scenarios", texts, [table], ("scenarios",))


def _information(found: Material, setting: Setting) -> Section:
    psa, threshold = found.results.probabilistic, found.results.threshold
    error = float(psa.decision["evpi_error"].sel(threshold=threshold))
    texts = [
        f"Knowing everything (EVPI) is worth {setting.amount(psa.evpi)} per person (Monte Carlo "
        f"error {setting.amount(error)}) {setting.at(threshold)}. The worth of knowing a part "
        "(EVPPI) is estimated by regression: never below zero and biased upwards where it is "
        "small, so read each beside its standard error. One within two standard errors can't be "
        "told from zero, which does not mean that the input can't turn the decision."
    ]
    people = found.results.population
    if people is not None:
        texts.append(
            f"For the {number(people.effective())} discounted patients whom the decision reaches "
            f"({number(people.annual)} eligible a year over {people.years:g} years) that is "
            f"{setting.amount(found.results.population_evpi)} in all."
        )
    tables = [
        _partial(f"Value of perfect information on {what} (EVPPI)", frame, setting)
        for what, frame in (("a set of inputs", psa.evppi_groups), ("one input", psa.evppi))
        if len(frame)
    ]
    return Section(
        "information", "Value of information", texts, tables, ("evpi", "evpi_population", "evppi")
    )


def _partial(caption: str, table: pd.DataFrame, setting: Setting) -> Table:
    """Value of knowing single inputs, or sets of them."""
    rows = [
        {
            **r,
            "label": setting.label(str(r["set"]), 300, 3),
            "fit": "suspect" if r["suspect"] else "good",
        }
        for r in records(table)
    ]
    named = [("Name", "set", "")] if any(r["label"] != r["set"] for r in rows) else []
    return build(
        f"{caption}, per person ({setting.money})",
        [
            ("Input" if named else "Set", "label", ""),
            *named,
            ("EVPPI", "evppi", "money"),
            ("Standard error", "standard_error", "money"),
            ("Share of EVPI", "share", "share"),
            ("Fit", "fit", ""),
        ],
        rows,
    )


def _verification(found: Material, setting: Setting) -> Section:
    table = found.extras.verification
    if table is None:
        return Section("verification", "Verification")
    counts = table["result"].value_counts()
    texts = [
        "Questions whose answers are known: "
        + ", ".join(f"{counts[r]} {r}" for r in ("pass", "fail", "not applicable") if r in counts)
        + "."
    ]
    shown = build(
        "Verification battery",
        [
            ("Check", "check", ""),
            ("Result", "result", "mark"),
            ("Figure", "figure", ""),
            ("Detail", "detail", ""),
            ("Why", "why", ""),
        ],
        records(table),
    )
    return Section("verification", "Verification", texts, [shown])


def _evidence(found: Material, setting: Setting) -> Section:
    study, extras = found.results.study, found.extras
    inputs = [p for p in study.parameters if p.is_input]
    rows = [
        {
            "name": p.text,
            "description": p.description,
            "value": p.value,
            "unit": p.unit,
            "low": p.low,
            "high": p.high,
            "distribution": p.distribution.kind,
            "status": p.status,
            "source": "; ".join(filter(None, [p.source, p.derivation])),
        }
        for p in inputs
    ]
    tables = []
    for caption, frame in (
        ("What the article says and what the model makes of it", extras.article),
        ("The weakest links by their influence on the decision", extras.weakest),
        ("Choices of the synthesis side by side", extras.synthesis),
    ):
        if frame is not None:
            tables.append(framed(caption, frame))
    tables.append(
        build(
            "Every input with its value, range and source",
            [
                ("Input", "description", ""),
                ("Name", "name", ""),
                ("Value", "value", "short"),
                ("Unit", "unit", ""),
                ("Low", "low", "short"),
                ("High", "high", "short"),
                ("Distribution", "distribution", ""),
                ("Status", "status", "mark"),
                ("Source", "source", ""),
            ],
            rows,
        )
    )
    for name, caption in (("trials", "Trial arms"), ("reported_effects", "Published effects")):
        if given := study.evidence(name):
            tables.append(plain(caption, given))
    figures = tuple(p.name for p in extras.pictures)
    return Section("evidence", "Evidence", [evidence(study.parameters)], tables, figures)


def _assumptions(found: Material, setting: Setting) -> Section:
    given = found.results.study.evidence("assumptions")
    tables = [plain("What the model takes for granted, why, and what tests it", given)]
    return Section("assumptions", "Assumptions", tables=tables if given else [])


def _sources(found: Material, setting: Setting) -> Section:
    study = found.results.study
    texts = [p.evidence_ids for p in study.parameters] + [s.source for s in study.scenarios]
    wanted = {word for text in texts for word in re.split(r"[,; ]+", text)}
    rows = [r for r in study.evidence("sources") if r.get("id", "") in wanted]
    if not rows:
        return Section("sources", "Sources")
    kept = ("id", "parameter", "value", "unit", "citation", "doi", "status")
    shown = [{k: r[k] for k in kept if k in r} for r in rows]
    table = plain("Every published figure that an input or a scenario refers to", shown)
    return Section("sources", "Sources", tables=[table])


def _cheers(found: Material, setting: Setting) -> Section:
    given = found.results.study.evidence("cheers")
    text = (
        "Consolidated Health Economic Evaluation Reporting Standards (Husereau et al., BMJ "
        "2022;376:e067975). Sheets are those of the workbook beside this page."
    )
    if not given:
        return Section("cheers", "CHEERS 2022")
    return Section("cheers", "CHEERS 2022", [text], [plain("Where each item is reported", given)])


def _provenance(found: Material, setting: Setting) -> Section:
    record = run_record(found.results)
    inputs: Any = record.pop("inputs")
    libraries: Any = record.pop("libraries")
    facts = [{"what": name, "value": str(value)} for name, value in {**record, **libraries}.items()]
    hashes = [{"what": name, "value": value} for name, value in inputs.items()]
    return Section(
        "provenance",
        "Provenance",
        ["The same inputs, seed and versions give this page again, byte for byte."],
        [
            build("Versions and design", [("What", "what", ""), ("", "value", "text")], facts),
            build("SHA-256 of every input file", [("File", "what", ""), ("", "value", "")], hashes),
        ],
    )
