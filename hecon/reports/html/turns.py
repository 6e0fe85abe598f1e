"""Break-even values, the threshold price and global sensitivity on the page."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from hecon.analyses.break_even import turning
from hecon.analyses.pair import find_parameter
from hecon.report.figures.material import Material
from hecon.report.figures.setting import Setting
from hecon.report.figures.writing import number
from hecon.reports.answers.one_parameter import break_even_words
from hecon.reports.answers.price import price_words
from hecon.reports.answers.sensitivity import morris_words, sobol_words
from hecon.reports.html.section import Section, records
from hecon.reports.html.tables import Table, build, thin


def break_even_section(found: Material, setting: Setting) -> Section:
    """Where the decision turns along each input's range, and at which price."""
    further, price = found.extras.further, found.results.price
    texts, tables = [], []
    if len(price):
        texts.append(thin(price_words(found.results.study, price, _now(found), _name(setting))))
        tables.append(_price(found, setting))
    if further is not None and len(further.break_even):
        turns = further.break_even
        texts.insert(0, thin(break_even_words(found.results.study, turns, _name(setting))))
        inside = turning(turns)
        tables.insert(0, _turns("Where the decision turns", inside, setting))
        others = turns[~turns["parameter"].isin(inside["parameter"])]
        tables.append(_turns("Inputs that don't turn it within their range", others, setting))
    kept = [table for table in tables if table.rows]
    return Section("break-even", "Break-even values", texts, kept)


def _turns(caption: str, rows: pd.DataFrame, setting: Setting) -> Table:
    shown = [
        {
            **row,
            "label": setting.label(row["parameter"], 300, 3),
            "says": "" if row["status"] in ("solved", "no solution in range") else row["status"],
        }
        for row in records(rows)
    ]
    columns = [
        ("Input", "label", ""),
        ("Name", "parameter", ""),
        ("Unit", "unit", ""),
        ("Base", "base", "short"),
        ("From", "low", "short"),
        ("To", "high", "short"),
        ("Break-even", "break_even", "short"),
        ("Net benefit at From", "nmb_low", "change"),
        ("at To", "nmb_high", "change"),
        ("Remark", "says", ""),
    ]
    empty = {key for _, key, _ in columns if all(row[key] in ("", None) for row in shown)}
    if rows["break_even"].isna().all():
        empty.add("break_even")
    kept = [column for column in columns if column[1] not in empty]
    return build(f"{caption} (net benefit in {setting.money})", kept, shown)


def _price(found: Material, setting: Setting) -> Table:
    rows = [
        {
            **row,
            "label": setting.label(row["parameter"], 300, 3),
            "now": _now(found),
            "span": f"{number(row['low'])} to {number(row['high'])}",
        }
        for row in records(found.results.price)
    ]
    return build(
        f"Threshold price: where both cost as much as they are worth ({setting.money})",
        [
            ("Price", "label", ""),
            ("Unit", "unit", ""),
            ("Value of a QALY", "threshold", "money"),
            ("Now", "now", "money"),
            ("At base values", "deterministic", "money"),
            ("Expected over draws", "expected", "money"),
            ("Standard error", "standard_error", "money"),
            ("95 % of draws", "span", ""),
        ],
        rows,
    )


def _now(found: Material) -> float:
    value = find_parameter(found.results.study, found.results.price["parameter"].iloc[0]).value
    return float("nan") if value is None else value


def sensitivity_section(found: Material, setting: Setting) -> Section:
    """Shares of variance and elementary effects of all uncertain inputs at once."""
    further, title = found.extras.further, "Global sensitivity"
    if further is None:
        return Section("sensitivity", title)
    if "sobol" in further.missing:
        return Section("sensitivity", title, [f"Not worked out: {further.missing['sobol']}."])
    if further.sobol is None or further.morris is None:
        return Section("sensitivity", title)
    texts = [
        f"All uncertain inputs move at once. {thin(sobol_words(further.sobol, _name(setting)))}",
        morris_words(further.morris, _name(setting)),
        f"Sobol' indices from {number(further.samples)} base samples, Morris effects from few "
        "trajectories: enough for the order, with the intervals as they are; hecon sensitivity "
        "takes more. A share of variance is no value of information.",
    ]
    tables = [_sobol(further.sobol, setting), _morris(further.morris, setting)]
    return Section("sensitivity", title, texts, tables, ("sobol", "morris"))


def _sobol(found: pd.DataFrame, setting: Setting) -> Table:
    rows = _live(found, setting, ("first_order", "total"), 3)
    return build(
        "Shares of the variance of net benefit (Sobol' indices, 95 % by bootstrap)",
        [
            ("Input", "label", ""),
            ("Name", "parameter", ""),
            ("By itself (first order)", "first_order", ""),
            ("95 %", "first_order_span", ""),
            ("With interactions (total)", "total", ""),
            ("95 %", "total_span", ""),
        ],
        rows,
    )


def _morris(found: pd.DataFrame, setting: Setting) -> Table:
    columns = [
        ("Input", "label", ""),
        ("Name", "parameter", ""),
        ("Mean size (mu*)", "mu_star", ""),
        ("95 %", "mu_star_span", ""),
    ]
    if found["mu"].notna().any():
        columns += [("Mean (mu)", "mu", "change"), ("Spread (sigma)", "sigma", "money")]
    caption = f"Elementary effects on net benefit over the whole range (Morris, {setting.money})"
    return build(caption, columns, _live(found, setting, ("mu_star",), 0))


def _live(
    found: pd.DataFrame, setting: Setting, names: tuple[str, ...], decimals: int
) -> list[dict[str, object]]:
    """Rows of inputs that move the result, figures and their intervals as text."""
    rows = []
    for row in records(found[~found["idle"]]):
        made = {**row, "label": setting.label(row["parameter"], 300, 3)}
        for name in names:
            ends = [number(row[f"{name}_{end}"], decimals) for end in ("low", "high")]
            made |= {name: number(row[name], decimals), f"{name}_span": " to ".join(ends)}
        rows.append(made)
    return rows


def _name(setting: Setting) -> Callable[[str], str]:
    """What sentences call a parameter: its label in quotes, as labels have commas of their own."""
    return lambda parameter: f"\u201c{setting.label(parameter, 300, 1)}\u201d"
