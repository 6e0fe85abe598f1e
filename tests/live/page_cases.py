"""What is changed in the page, and the study that is the same in Python."""

from pathlib import Path

import pandas as pd

from hecon.analyses.budget_sensitivity import budget_one_way
from hecon.analyses.one_way import one_way_ends
from hecon.analyses.run import Run, Settings
from hecon.studies.subgroup_rows import with_subgroup
from hecon.studies.variant import with_scenario, with_values

ROOT = Path(__file__).parents[2]
DRAWS = 25

BEGIN = """
const writer = new Writer(data.words, data.signs), model = new LiveModel(data.model);
data.choices.forEach((choice, index) => Object.assign(choice, data.model.choices[index], { index }));
model.choices = data.choices;
const stateOfCase = ({ moved = {}, ids = [] }) => ({ moved, choices: ids.map(id => data.choices.find(c => c.id === id)) });
data.rules.pairOf = choices => choices.find(c => c.kind === "scenario")?.compare ?? data.rules.compared;
"""  # noqa: E501

#: What is changed in the page, and the study that is the same in Python.
CASES = {
    "base": ({}, lambda s: s),
    "drawn input": ({"moved": {"u_ptsd_40": 0.5}}, lambda s: with_values(s, ["u_ptsd_40=0.5"])),
    "drawn together": (
        {"moved": {"lnor_mdma_v_pbo": 1.2}},
        lambda s: with_values(s, ["lnor_mdma_v_pbo=1.2"]),
    ),
    "S12": ({"ids": ["S12"]}, lambda s: with_scenario(s, "S12")),
    "S22 and an input": (
        {"ids": ["S22"], "moved": {"u_ptsd_40": 0.5}},
        lambda s: with_values(with_scenario(s, "S22"), ["u_ptsd_40=0.5"]),
    ),
    "subgroup": ({"ids": ["women"]}, lambda s: with_subgroup(s, "women")),
    "subgroup and scenario": (
        {"ids": ["women", "S11"]},
        lambda s: with_scenario(with_subgroup(s, "women"), "S11"),
    ),
}


def quick(study, draws=DRAWS):
    """A run whose inputs are in no order: one-way analysis takes longer than all else here."""
    return Run(study, Settings(draws)).knowing(
        {one_way_ends: pd.DataFrame(), budget_one_way: pd.DataFrame()}
    )
