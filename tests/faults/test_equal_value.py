"""Life-years and years of equal value beside the study's effect, against closed forms."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tiny import FILES, write

from hecon.analyses.other_effects import effects_compared
from hecon.analyses.run import Run, Settings
from hecon.studies.load_study import load_study
from hecon.workbook.proof import prove

JURISDICTION = "jurisdiction.toml"
EQUAL = (
    '[equal_value]\nutility = 0.851\nstatus = "assumption"\nsource = "invented"\n[acceptability]'
)
#: Discount rate, utilities and yearly risks of death of A and of B, and what B loses at the start.
RATE, U, RISK, LOSS = 0.03, (0.5, 0.6), (0.2, 0.1), 0.02


def tiny(folder: Path, risk: tuple[float, float] = RISK, *changes: tuple[str, str, str]) -> Path:
    rows = FILES["parameters.csv"]
    for name, unit, values in (("u", "utility", U), ("p", "probability", risk)):
        for strategy, value in zip("AB", values, strict=True):
            rows += f"{name},{strategy},{value},{unit},,,,,,,invented,assumption\n"
    return write(
        folder,
        (JURISDICTION, "[acceptability]", EQUAL),
        (JURISDICTION, 'effect = "0"', f'effect = "{RATE}"'),
        ("study.toml", "cycle-means", "start-of-cycle"),
        ("transitions.csv", "0.2", "p"),
        *changes,
        parameters=rows,
        payoffs=(
            "item,kind,on,strategy,amount,per\nCare,cost,Well,all,100 + extra,year\n"
            f"Health,qaly,Well,all,u,year\nEvent,qaly,start,B,{-LOSS},event\n"
        ),
    )


def found(folder: Path) -> pd.DataFrame:
    return Run(load_study(folder))(effects_compared).set_index("effect")


def by_hand(risk: tuple[float, float]) -> dict[str, float]:
    """Sums over four years of survival at their start, discounted."""
    years = np.arange(4)
    factor = (1 + RATE) ** -years
    old, new = ((1 - p) ** years for p in risk)
    worth = np.where(new > old, 0.851 * (new - old) + U[1] * old, U[1] * new) - U[0] * old
    return {
        "QALY": float((factor * (U[1] * new - U[0] * old)).sum()) - LOSS,
        "life-year": float((factor * (new - old)).sum()),
        "evLY": float((factor * worth).sum()) - LOSS,
        "cost": float((110 * new - 100 * old).sum()),
    }


@pytest.mark.parametrize("risk", [RISK, (0.1, 0.2), (0.1, 0.1)])
def test_added_years_count_alike_and_shared_ones_as_they_are_lived(
    risk: tuple[float, float], tmp_path: Path
) -> None:
    table, expected = found(tiny(tmp_path, risk)), by_hand(risk)
    assert list(table.index) == ["QALY", "life-year", "evLY"]
    for effect, row in table.iterrows():
        gain = expected[str(effect)]
        assert row["effect_difference"] == pytest.approx(gain, rel=1e-12, abs=1e-15)
        if gain * expected["cost"] > 0:
            assert row["icer"] == pytest.approx(expected["cost"] / gain, rel=1e-12)
    if risk[0] == risk[1]:
        assert table["verdict"]["life-year"] == "more costly, no difference in effect"
        assert table["effect_difference"]["evLY"] == table["effect_difference"]["QALY"]


def test_without_a_rule_there_are_life_years_alone(tmp_path: Path) -> None:
    folder = tiny(tmp_path, RISK, (JURISDICTION, EQUAL, "[acceptability]"))
    assert list(found(folder).index) == ["QALY", "life-year"]


def test_life_years_as_the_study_s_own_effect_stand_once(tmp_path: Path) -> None:
    own = '[effect]\nname = "life-year"\nplural = "life-years"\n[time]'
    folder = tiny(
        tmp_path,
        RISK,
        (JURISDICTION, 'name = "test"', 'effect = "life-year"\nname = "test"'),
        ("study.toml", "[time]", own),
    )
    assert list(found(folder).index) == ["life-year"]


def test_the_workbook_works_it_out_for_the_pair_in_use(tmp_path: Path) -> None:
    scenarios = (
        "id,title,changes,compare\nS1,The other way round,,A v B\n"
        "S2,Nobody lives longer,p[B] = 0.2,\n"
    )
    folder = tiny(tmp_path, RISK)
    (folder / "scenarios.csv").write_text(scenarios, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text('scenarios = "scenarios.csv"\n' + path.read_text(encoding="utf-8"))
    table = prove(Run(load_study(folder), Settings(draws=20)), libreoffice=False)
    assert len(table) >= 3
    assert (table["difference"] <= 1e-12).all(), table
