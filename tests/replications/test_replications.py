"""Published models written as studies: figures of other tools, to ten significant digits.

`expected/*.json` holds what darthtools, heemod, hesim and rdecision gave, with the version named.
"""

import csv
import gzip
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.evaluate import base_traces, evaluate
from hecon.engine.expression import constant
from hecon.parameters.design import TableDesign, base_case, base_values, rows
from hecon.studies.load_study import load_study

HERE = Path(__file__).parent
BENCHMARKS = HERE.parents[1] / "benchmarks"
RELATIVE = 1e-10
STATES = ("H", "S1", "S2", *"ABCDEFGHI")
MOVES = ("AB", "AC", "AD", "BC", "BD", "CD")
CASES = (
    "darth_indep",
    "darth_timedep_age",
    "heemod_hiv_exact",
    "heemod_hiv_homogeneous",
    "hesim_hiv",
    "rdecision_hiv",
    "rdecision_phv",
    "rdecision_tkr",
)


def expected(name):
    return json.loads((HERE / "expected" / f"{name}.json").read_text())


def study(name):
    return load_study(HERE / "studies" / name)


def totals(model, design):
    """Cost and QALY by strategy, for one row."""
    result = evaluate(model, design)
    cost = result["cost"].sum("item").isel(draw=0)
    qaly = result["qaly"].sum("source").isel(draw=0)
    return {
        str(s): {"cost": float(cost.sel(strategy=s)), "qaly": float(qaly.sel(strategy=s))}
        for s in result["strategy"].values
    }


def assert_totals(found, wanted):
    assert set(found) == set(wanted)
    for strategy, figures in wanted.items():
        for kind, value in figures.items():
            assert found[strategy][kind] == pytest.approx(value, rel=RELATIVE, abs=1e-12), (
                strategy,
                kind,
            )


@pytest.mark.parametrize("name", CASES)
def test_totals(name):
    loaded = study(name)
    assert_totals(totals(loaded.model, base_case(loaded.parameters)), expected(name)["totals"])


@pytest.mark.parametrize("name", [c for c in CASES if expected(c)["icers"]])
def test_icers(name):
    """Increments along the other tool's frontier, in its order of cost."""
    loaded, wanted = study(name), expected(name)
    found = totals(loaded.model, base_case(loaded.parameters))
    dominated = wanted.get("dominated", [])
    frontier = sorted((s for s in found if s not in dominated), key=lambda s: found[s]["cost"])
    icers = {}
    for before, after in pairwise(frontier):
        more = {k: found[after][k] - found[before][k] for k in ("cost", "qaly")}
        icers[after] = more["cost"] / more["qaly"]
    assert icers == pytest.approx(wanted["icers"], rel=RELATIVE)
    for strategy in dominated:
        assert any(
            found[s]["cost"] < found[strategy]["cost"]
            and found[s]["qaly"] > found[strategy]["qaly"]
            for s in frontier
        )


def test_the_textbooks_icer():
    """Briggs, Claxton and Sculpher (2006) print 6,276."""
    wanted = expected("heemod_hiv_exact")
    assert round(wanted["icers"]["comb"]) == wanted["published_icer"] == 6276


@pytest.mark.parametrize(
    ("counting", "key"),
    [("half-cycle", "totals_half_cycle"), ("every-point", "totals_no_correction")],
)
def test_other_counting_rules(counting, key):
    loaded = study("darth_indep")
    model = replace(loaded.model, counting=counting)
    assert_totals(totals(model, base_case(loaded.parameters)), expected("darth_indep")[key])


@pytest.mark.parametrize("case", expected("rdecision_hiv")["others"], ids=lambda c: str(c["qaly"]))
def test_costs_at_the_end_of_a_cycle_and_life_years_by_any_rule(case):
    """The vignette as printed, and with effects at the end of a cycle too."""
    loaded = study("rdecision_hiv")
    model = replace(loaded.model, counting=case["qaly"])
    design = base_case(loaded.parameters)
    numbers = {**design.numbers, ("as_printed", None): case["as_printed"]}
    assert_totals(totals(model, TableDesign(1, numbers)), case["totals"])


def test_undiscounted_figures_under_two_rules():
    """Costs at the end of a cycle, effects at its middle: what a rate of 0 gives."""
    loaded = study("rdecision_tkr")
    numbers = {**base_values(loaded.parameters), ("rate", None): 0.0}
    result = evaluate(loaded.model, base_case(loaded.parameters))
    plain = evaluate(loaded.model, TableDesign(1, numbers))
    for name in ("cost", "qaly", "life_years"):
        np.testing.assert_allclose(result[f"{name}_undiscounted"], plain[name], rtol=1e-13)


def test_one_way_table():
    """heemod's table of one-way ends: 20 years, combination for life."""
    loaded, wanted = study("heemod_hiv_homogeneous"), expected("heemod_hiv_dsa")
    model = replace(loaded.model, horizon_years=constant(20.0))
    names = {"cost_zido": "c_zidovudine", "cost_lami": "c_lamivudine", "dr": "rate_cost"}
    changes = [
        {(names.get(row["parameter"], row["parameter"]), None): row["value"]}
        for row in wanted["one_way"]
    ]
    assert len(changes) == 8
    result = evaluate(model, rows(base_values(loaded.parameters), [{}, *changes]))
    for draw, row in enumerate([{"totals": wanted["base"]}, *wanted["one_way"]]):
        for strategy, figures in row["totals"].items():
            here = result.sel(strategy=strategy).isel(draw=draw)
            assert float(here["cost"].sum()) == pytest.approx(figures["cost"], rel=RELATIVE)
            assert float(here["qaly"].sum()) == pytest.approx(figures["qaly"], rel=RELATIVE)


@pytest.mark.parametrize(
    "name", ["darth_indep", "darth_timedep_age", "heemod_hiv_exact", "rdecision_tkr"]
)
def test_traces(name):
    loaded = study(name)
    share = base_traces(loaded.model, base_case(loaded.parameters))["share"].isel(draw=0)
    for strategy, points in expected(name)["trace"].items():
        for point in points:
            for state in STATES:
                if state in point:
                    found = float(share.sel(strategy=strategy, cycle=point["cycle"], state=state))
                    assert found == pytest.approx(point[state], rel=RELATIVE, abs=1e-13)


def hesim_draws():
    with (HERE / "expected" / "hesim_hiv_draws.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}


def test_hesim_draws():
    """hesim's own draws give hesim's own costs and QALYs, draw by draw."""
    loaded, drawn = study("hesim_hiv"), hesim_draws()
    columns = {
        ("rr", None): drawn["rr_comb"],
        **{(f"p_{a}{b}_mono", None): drawn[f"p.{a}_{b}"] for a, b in MOVES},
        **{(f"c_medical_{s}", None): drawn[f"dmed.{s}"] for s in "ABC"},
        **{(f"c_community_{s}", None): drawn[f"cmed.{s}"] for s in "ABC"},
    }
    numbers = {k: v for k, v in base_values(loaded.parameters).items() if k not in columns}
    draws = len(drawn["sample"])
    result = evaluate(loaded.model, TableDesign(draws, numbers, columns), block=64)
    for strategy, ending in (("Monotherapy", "mono"), ("Combination therapy", "comb")):
        cost = result["cost"].sum("item").sel(strategy=strategy).values
        qaly = result["qaly"].sum("source").sel(strategy=strategy).values
        np.testing.assert_allclose(cost, drawn[f"cost_{ending}"], rtol=RELATIVE)
        np.testing.assert_allclose(qaly, drawn[f"qaly_{ending}"], rtol=RELATIVE)


def test_benchmark_draws():
    """The speed benchmark: 200 draws of 15 parameters, each draw's costs and QALYs."""
    loaded = load_study(BENCHMARKS / "studies" / "sick_sicker")
    with gzip.open(BENCHMARKS / "data" / "reference_200.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    drawn = {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}
    base = base_values(loaded.parameters)
    columns = {(name, None): drawn[name] for name in drawn if (name, None) in base}
    assert len(rows) == 200
    assert len(columns) == 15
    numbers = {k: v for k, v in base.items() if k not in columns}
    result = evaluate(loaded.model, TableDesign(200, numbers, columns), block=64)
    for strategy in ("SoC", "A", "B", "AB"):
        cost = result["cost"].sum("item").sel(strategy=strategy).values
        qaly = result["qaly"].sum("source").sel(strategy=strategy).values
        np.testing.assert_allclose(cost, drawn[f"cost_{strategy}"], rtol=RELATIVE)
        np.testing.assert_allclose(qaly, drawn[f"qaly_{strategy}"], rtol=RELATIVE)
