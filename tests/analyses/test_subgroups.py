"""Subgroups against the same study with their values in its files, mixed and decided by hand."""

import csv
import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from countries import country

from hecon.analyses.comparison import totals
from hecon.analyses.drawn import drawn_outcomes
from hecon.analyses.run import Run, Settings
from hecon.analyses.subgroups import base_cells, heterogeneity, subgroup_results
from hecon.errors import InputError
from hecon.studies.load_study import load_study
from hecon.studies.study import Study
from hecon.studies.subgroup_rows import with_subgroup
from hecon.workbook.proof import prove
from hecon.workbook.replays import replays

SMALL = Path(__file__).parents[1] / "cli/studies/small"
HEAD = "name,dimension,title,weight,changes,currency,price_year,source,status\n"
LEVELS = (
    "low,risk,Low risk,0.6,p_ill = 0.1,,,invented,assumption\n"
    "high,risk,High risk,1 - 0.6,p_ill = 0.4,,,invented,assumption\n"
    "cheap,price,Low price,0.3,c_new = 2000,EUR,2024,invented,assumption\n"
    "dear,price,High price,0.7,c_new = 9000,EUR,2024,invented,assumption\n"
)
RISKS, PRICES = {"low": (0.6, 0.1), "high": (0.4, 0.4)}, {"cheap": (0.3, 2000), "dear": (0.7, 9000)}
AT = 45_000.0
DRAWS = 60


def grouped(folder: Path, levels: str = LEVELS) -> Study:
    copy = folder / "small"
    shutil.copytree(SMALL, copy)
    text = (copy / "study.toml").read_text()
    named = 'scenarios = "scenarios.csv"\n'
    (copy / "study.toml").write_text(text.replace(named, f'{named}subgroups = "subgroups.csv"\n'))
    (copy / "subgroups.csv").write_text(HEAD + levels)
    return load_study(copy)


def benefits(folder: Path, values: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Costs and QALYs of Old and New by draw where some inputs are fixed in the study's file."""
    copy = folder / "_".join(map(str, values.values())) / "small"
    shutil.copytree(SMALL, copy)
    path = copy / "parameters.csv"
    lines = list(csv.reader(path.read_text().splitlines()))
    at = {name: lines[0].index(name) for name in lines[0]}
    for line in lines[1:]:
        if line[0] in values:
            line[at["value"]] = str(values[line[0]])
            line[at["distribution"]], line[at["distribution_parameters"]] = "fixed", ""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(lines)
    outcomes = Run(load_study(copy), Settings(draws=DRAWS))(drawn_outcomes)
    return tuple(x.sel(strategy=["Old", "New"]).values for x in totals(outcomes))


def test_mix_and_value_of_heterogeneity_by_hand(tmp_path: Path) -> None:
    run = Run(grouped(tmp_path / "grouped"), Settings(draws=DRAWS, options={"threshold": AT}))
    cells = {
        (r, p): benefits(tmp_path, {"p_ill": RISKS[r][1], "c_new": PRICES[p][1]})
        for r, p in product(RISKS, PRICES)
    }
    share = {(r, p): RISKS[r][0] * PRICES[p][0] for r, p in cells}
    net = {key: AT * qaly - cost for key, (cost, qaly) in cells.items()}

    def mixed(*keys: tuple[str, str]) -> np.ndarray:
        return sum(share[k] * net[k] for k in keys) / sum(share[k] for k in keys)

    everybody = mixed(*cells)
    found = run(subgroup_results).set_index("subgroup")
    assert list(found.index[:5]) == ["everybody", "low", "high", "cheap", "dear"]
    assert found["share"].to_dict()["high / dear"] == pytest.approx(0.28)
    groups = {"everybody": tuple(cells), **{f"{r} / {p}": ((r, p),) for r, p in cells}}
    groups |= {r: tuple(k for k in cells if k[0] == r) for r in RISKS}
    groups |= {p: tuple(k for k in cells if k[1] == p) for p in PRICES}
    for name, keys in groups.items():
        old, new = mixed(*keys)
        row = found.loc[name]
        assert row["nmb_mean"] == pytest.approx((new - old).mean(), rel=1e-9)
        assert row["probability"] == pytest.approx((new > old).mean())
        assert row["best_mean"] == ("New" if new.mean() > old.mean() else "Old")
    worth = run(heterogeneity).set_index("dimension")
    for dimension, parts in (
        ("risk", [groups[r] for r in RISKS]),
        ("price", [groups[p] for p in PRICES]),
        ("all", [(key,) for key in cells]),
    ):
        weights = [sum(share[k] for k in keys) for keys in parts]
        own = sum(
            w * mixed(*keys).mean(axis=1).max() for w, keys in zip(weights, parts, strict=True)
        )
        perfect = sum(
            w * mixed(*keys).max(axis=0).mean() for w, keys in zip(weights, parts, strict=True)
        )
        row = worth.loc[dimension]
        assert row["value"] == pytest.approx(own - everybody.mean(axis=1).max(), abs=1e-6)
        gain = perfect - everybody.max(axis=0).mean()
        assert row["perfect_value"] == pytest.approx(gain, abs=1e-6)
    assert worth["value"]["all"] > 100


def test_the_mixed_ratio_is_that_of_means(tmp_path: Path) -> None:
    run = Run(grouped(tmp_path), Settings(draws=20))
    found = run(subgroup_results).set_index("subgroup")
    row, cells = found.loc["everybody"], found[found["dimension"] == "all"]
    cost, gain = (cells["share"] @ cells[name] for name in ("cost_difference", "qaly_difference"))
    assert row["icer"] == pytest.approx(cost / gain, rel=1e-12)
    # one dominates, so that a mean of ratios would not even exist
    assert cells["icer"].isna().sum() == 1


def test_a_subgroup_alone_is_the_study_with_its_values(tmp_path: Path) -> None:
    study = with_subgroup(grouped(tmp_path), "dear / high")
    assert study.variant == "subgroup dear / high"
    assert {p.name: p.value for p in study.parameters if p.name in ("p_ill", "c_new")} == {
        "p_ill": 0.4,
        "c_new": 9000,
    }


def test_the_workbook_shows_each_subgroup_live(tmp_path: Path) -> None:
    run = Run(grouped(tmp_path), Settings(draws=20))
    chosen = [r for r in replays(run) if r.name == "scenario high / dear"]
    table = prove(run, chosen, libreoffice=False)
    assert (table["difference"] < 1e-9).all()
    assert table.attrs["equal"] == ["yes"]


def test_the_shipped_study_tells_sex_age_and_severity_apart() -> None:
    cells = country("norway")(base_cells)
    assert {each.dimensions for each in cells.subgroups} == {("sex", "age", "severity")}
    assert len(cells.subgroups) == 12
    assert cells.share.sum() == pytest.approx(1, abs=1e-12)
    qaly = dict(zip((each.name for each in cells.subgroups), cells.qaly[:, 1, 0], strict=True))
    assert qaly["women / 30 years / severe"] > qaly["women / 50 years / severe"]
    assert qaly["men / 40 years / moderate"] > qaly["men / 40 years / severe"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1 - 0.6", "0.5", r"the shares of 'risk' add up to 1\.1, needed is 1"),
        ("c_new = 2000", "p_ill = 0.2", r"'p_ill' is changed by 'risk' and by 'price'"),
        ("cheap,price", "cheap,prize", r"'prize' has one level, cheap"),
        ("p_ill = 0.4", "p_il = 0.4", r"'p_il' is not a parameter.*did you mean p_ill"),
        ("low,risk", "S1,risk", r"'S1' is the id of a scenario"),
        ("dear,price", "cheap,price", r"row 5, column name: subgroup 'cheap' is already in row 4"),
        ("EUR,2024,invented,assumption\ndear", ",,invented,assumption\ndear", "has no currency"),
    ],
)
def test_subgroups_that_say_no_such_thing(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in LEVELS
    with pytest.raises(InputError, match=message):
        grouped(tmp_path, LEVELS.replace(old, new))


@pytest.mark.parametrize(
    ("name", "message"),
    [("hihg", "is no subgroup; did you mean high"), ("low / high", "two levels of 'risk'")],
)
def test_a_subgroup_that_is_none(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_subgroup(grouped(tmp_path), name)
