"""Consistency of networks, on frames written by hand."""

from typing import cast

import pandas as pd

from hecon.analyses.consistency import network_designs, network_leagues, network_splits
from hecon.analyses.run import Run
from hecon.report.numbers import Units
from hecon.report.sections import consistency_section
from hecon.report.words import spoken
from hecon.studies.study import Study


def a_run(p: float) -> Run:
    run = Run(cast(Study, None))
    pair = {"network": ["n"], "treatment": ["A"], "against": ["B"], "studies": [2]}
    figures = ("direct", "direct_se", "indirect", "indirect_se", "difference", "difference_se")
    splits = pd.DataFrame({**pair, **{f: [0.5] for f in figures}, "p": [p], "tau2": [0.0]})
    league = pd.DataFrame({**pair, "estimate": [0.5], "se": [0.1], "low": [0.3], "high": [0.7]})
    designs = pd.DataFrame(
        {"network": ["n"], "design": ["A v B"], "studies": [2], "q": [1.0], "df": [1], "p": [0.3]}
    )
    leagues = league.assign(p=0.01)
    return run.knowing({network_splits: splits, network_leagues: leagues, network_designs: designs})


def test_disagreement_is_named_with_what_it_was_looked_for_in() -> None:
    section = consistency_section.section(a_run(0.01))
    assert spoken(section.sentences[0], Units()) == (
        "Direct and indirect evidence disagree (p below 0.05) for 1 of 1 comparisons: A against B."
    )
    assert [t.name for t in section.tables] == [
        "network_splits",
        "network_designs",
        "network_league",
    ]


def test_agreement_is_said_as_no_more_than_that() -> None:
    text = spoken(consistency_section.section(a_run(0.4)).sentences[0], Units())
    assert text.startswith("Direct and indirect evidence are nowhere further apart than chance")


def test_a_study_without_networks_has_nothing_to_say() -> None:
    run = Run(cast(Study, None))
    none = dict.fromkeys((network_splits, network_leagues, network_designs), pd.DataFrame())
    assert consistency_section.section(run.knowing(none)).empty
