"""What sets two results apart: each difference swapped, against studies edited by hand."""

import shutil
from itertools import permutations

import pandas as pd
import pytest
from small_batch import edit
from typer.testing import CliRunner

from hecon.analyses.base_case import base_table
from hecon.analyses.run import Run
from hecon.analyses.swaps import swaps
from hecon.cli import app
from hecon.errors import InputError
from hecon.report.sections.compare_section import swaps_section
from hecon.studies.load_study import load_study

PRICE = ("parameters.csv", "treatment,6000", "treatment,4500")
PAID = ("variables.csv", "c_new,EUR", "c_new * 1.1,EUR")
DEATH = ("transitions.csv", "Ill,Dead,p_die", "Ill,Dead,p_die * 2")


def loaded(inputs, *edits, place="testland"):
    folder = inputs / "studies/small"
    kept = {file: (folder / file).read_text() for file, _, _ in edits}
    for file, old, new in edits:
        edit(folder / file, old, new)
    study = load_study(folder, inputs / "jurisdictions" / place)
    for file, text in kept.items():
        (folder / file).write_text(text)
    return study


def base(study):
    row = Run(study)(base_table).iloc[0]
    return row["cost_difference"], row["qaly_difference"], row["nmb"]


def test_each_figure_is_the_mean_over_studies_edited_in_every_order(inputs):
    """A value, a formula and a transition: 8 studies read from edited files, 6 orders."""
    edits = {"price": PRICE, "paid": PAID, "death": DEATH}
    labels = {
        "price": "price of the new treatment",
        "paid": "drug while well",
        "death": "transitions out of Ill",
    }
    results = {}

    def result(names):
        key = frozenset(names)
        if key not in results:
            results[key] = base(loaded(inputs, *(edits[n] for n in edits if n in key)))
        return results[key]

    found = swaps(loaded(inputs), loaded(inputs, *edits.values()), ("before", "after"))
    assert set(found.differences["label"]) == set(labels.values())
    by_label = {label: name for name, label in labels.items()}
    passed = []
    for row in found.differences.to_dict("records"):
        before, name = result(passed), by_label[row["label"]]
        passed.append(name)
        for got, a, b in zip(
            (row["cost"], row["qaly"], row["nmb"]), before, result(passed), strict=True
        ):
            assert got == pytest.approx(b - a, rel=1e-9, abs=1e-9)
    for row in found.contributions.to_dict("records"):
        own = by_label[row["group"]]
        gained = [
            [b - a for a, b in zip(result(order[:i]), result(order[: i + 1]), strict=True)]
            for order in permutations(edits)
            for i in [order.index(own)]
        ]
        mean = [sum(column) / len(gained) for column in zip(*gained, strict=True)]
        assert [row["cost"], row["qaly"], row["nmb"]] == pytest.approx(mean, rel=1e-9, abs=1e-9)
    whole = [b - a for a, b in zip(result([]), result(list(edits)), strict=True)]
    for table in (found.differences, found.contributions):
        assert table[["cost", "qaly", "nmb"]].sum().tolist() == pytest.approx(whole, rel=1e-12)


def test_a_country_with_other_money_differs_by_its_rules_alone(inputs):
    """Testland in dollars at two for one: twice the price, other rates, another threshold."""
    place = inputs / "jurisdictions/nearby/jurisdiction.toml"
    edit(place, '"EUR"', '"USD"')
    edit(place, '"20000"', '"30000"')
    first = loaded(inputs)
    for file in ("parameters.csv", "variables.csv", "scenarios.csv"):
        path = inputs / "studies/small" / file
        path.write_text(path.read_text().replace("EUR", "USD"))
    edit(inputs / "studies/small/parameters.csv", "treatment,6000", "treatment,12000")
    edit(inputs / "studies/small/parameters.csv", "1000,9000", "1000,19000")
    shutil.rmtree(inputs / "studies/small/trials")
    second = load_study(inputs / "studies/small", place.parent)
    with pytest.raises(InputError, match="testland, column rates: found USD of 2024, but Testland"):
        swaps(first, second, ("here", "there"))
    with place.open("a") as target:
        target.write(
            '\n[[rates]]\ncurrency = "EUR"\nprice_year = "2024"\nfactor = 2\n'
            'source = "invented"\nstatus = "assumption"\n'
        )
    second = load_study(inputs / "studies/small", place.parent)
    found = swaps(first, second, ("here", "there"))
    assert found.factor == 0.5
    cost, qaly, nmb = base(second)
    end = found.ends.iloc[1]
    assert [end["cost"], end["qaly"], end["nmb"]] == pytest.approx([cost / 2, qaly, nmb / 2])
    assert set(found.differences["label"]) == {
        "cost of a year ill",
        "discounting",
        "threshold and severity",
    }


def test_thresholds_by_class_are_brought_into_the_first_money(inputs):
    """Classes of 36,000 and 70,000 dollars are 18,000 and 35,000 euros at two for one."""
    place = inputs / "jurisdictions"
    classes = "{{ shortfall = 0, threshold = {} }}, {{ shortfall = 1, threshold = {} }}"
    weights = "{ shortfall = 0, weight = 1.0 }, { shortfall = 1, weight = 1.5 }"
    own = place / "nearby/jurisdiction.toml"
    for path, *limits in (
        (place / "testland/jurisdiction.toml", 15_000, 25_000),
        (own, 36_000, 70_000),
    ):
        edit(path, weights, classes.format(*limits))
        edit(path, 'opportunity_cost = "20000"\n', "")
    first = loaded(inputs)
    edit(own, '"0.03"', '"0.04"')
    edit(own, '"EUR"', '"USD"')
    with own.open("a") as target:
        target.write(
            '\n[[rates]]\ncurrency = "EUR"\nprice_year = "2024"\nfactor = 2\n'
            'source = "invented"\nstatus = "assumption"\n'
        )
    shutil.rmtree(inputs / "studies/small/trials")
    for file in ("parameters.csv", "variables.csv", "scenarios.csv"):
        path = inputs / "studies/small" / file
        path.write_text(path.read_text().replace("EUR", "USD"))
    found = swaps(first, loaded(inputs, place="nearby"), ("here", "there"))
    before, after = (row._asdict() for row in found.ends.itertuples())
    assert before["nmb"] == pytest.approx(25_000 * before["qaly"] - before["cost"])
    assert after["nmb"] == pytest.approx(35_000 * after["qaly"] - after["cost"])
    row = found.differences.set_index("label").loc["threshold and severity"]
    assert row["first"].endswith("thresholds from 0: 15000, 1: 25000")
    assert row["second"].endswith("thresholds from 0: 18000, 1: 35000")


def test_another_comparison_can_t_be_reached(inputs):
    first = loaded(inputs)
    edits = [(f, "New", "Newer") for f in ("study.toml", "variables.csv", "scenarios.csv")]
    shutil.rmtree(inputs / "studies/small/trials")
    second = loaded(inputs, *edits)
    with pytest.raises(InputError, match="after has no strategy 'New', which before compares"):
        swaps(first, second, ("before", "after"))


def test_the_command_writes_tables_and_a_waterfall(inputs, tmp_path):
    folder = inputs / "studies/small"
    shutil.copytree(folder, inputs / "studies/before")
    edit(folder / "parameters.csv", *PRICE[1:])
    edit(folder / "scenarios.csv", "c_new = 3000", "c_new = 2000")
    arguments = ["compare", inputs / "studies/before", folder, "-j", "testland", "--out", tmp_path]
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "price of the new treatment does most" in said
    out = tmp_path / "outputs/small_testland_compare"
    table = pd.read_csv(out / "differences.csv")
    assert table["first"].tolist() == ["6000 EUR/year"]
    assert table["second"].tolist() == ["4500 EUR/year"]
    beside = pd.read_csv(out / "beside.csv")
    assert beside[["kind", "name", "second"]].values.tolist() == [
        ["scenario", "S1", "c_new = 2000"]
    ]
    assert (out / "waterfall.svg").exists()


def test_what_is_the_same_is_said_to_be(inputs):
    section = swaps_section(swaps(loaded(inputs), loaded(inputs), ("one", "the other")))
    assert [s.template for s in section.sentences] == [
        "{first} and {second} have the same base case in every input."
    ]
    assert not section.figures


def test_every_rule_of_a_country_that_differs_is_told(inputs):
    """A range in place of one threshold and other budget rules move nothing; weights do."""
    place = inputs / "jurisdictions/nearby/jurisdiction.toml"
    edit(place, '"0.03"', '"0.04"')
    edit(place, "weight = 1.5", "weight = 1.7")
    with place.open("a") as target:
        target.write(
            '\n[threshold]\nkind = "range"\nvalues = ["15000", "25000"]\n'
            '\n[budget]\nyears = { value = 3, status = "assumption", source = "invented" }\n'
            'view = { value = "everybody", status = "assumption", source = "invented" }\n'
        )
    found = swaps(loaded(inputs), loaded(inputs, place="nearby"), ("here", "there"))
    (row,) = found.differences.to_dict("records")
    assert row["label"] == "threshold and severity"
    assert row["first"].endswith("weights on threshold from 0: 1, 1: 1.5")
    assert row["second"].endswith("weights on threshold from 0: 1, 1: 1.7")
    change = base(loaded(inputs, place="nearby"))[2] - base(loaded(inputs))[2]
    assert row["nmb"] == pytest.approx(change)
    rules = found.beside[found.beside["kind"] == "rule"].set_index("name")
    assert rules.loc["threshold", "first"].startswith("one: 20000 EUR")
    assert rules.loc["threshold", "second"].startswith("range: 15000, 25000 EUR")
    assert rules.loc["budget impact: years", "second"] == "3"
