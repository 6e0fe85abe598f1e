"""A study's own evidence on the page: forests, network, choices, and the article's facts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hecon.analyses.results import analyse
from hecon.reports.evidence import evidence_extras, evidence_tables
from hecon.studies.load import load_study

INPUTS = Path(__file__).parents[2] / "inputs"


@pytest.fixture(scope="module")
def extras():
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions/norway")
    results = analyse(study, draws=2, seed=1)
    return evidence_extras(results, evidence_tables(results))


def test_every_fact_of_the_article_is_there_with_a_figure(extras):
    with (INPUTS / "studies/ptsd/seed_facts.csv").open(encoding="utf-8") as file:
        facts = [row["seed_fact"] for row in csv.DictReader(file)]
    assert extras.article["the article says"].tolist() == facts
    assert extras.article["the model"].str.contains(r": .*\d|dominated").all()


def test_pools_of_the_base_case_have_a_forest(extras):
    named = {p.name: p for p in extras.pictures}
    assert {"syntheses", "forest_mdma_v_pbo", "forest_waitlist_lod", "network"} <= set(named)
    # Mitchell 2021: 28/42 v 12/37, odds ratio 28 * 25 / (14 * 12) = 4.17
    assert "4.17" in named["forest_mdma_v_pbo"].alt
    assert "Pooled 3.29 (1.75 to 6.19)" in named["forest_mdma_v_pbo"].alt


def test_the_network_counts_trials(extras):
    network = next(p for p in extras.pictures if p.name == "network")
    with (INPUTS / "studies/ptsd/nma_contrasts.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["treat1"] == "MDMA-AT"]
    studies = len({r["study"] for r in rows})
    assert f"SUPPORTIVE in {studies}" in network.alt or f"SUPPORTIVE v MDMA-AT in {studies}" in (
        network.alt
    )


def test_a_choice_that_rests_on_retracted_work_is_marked(extras):
    row = extras.synthesis.set_index("scenario").loc["S59"]
    assert row["status"] == "retracted"
    assert "retracted" in next(p for p in extras.pictures if p.name == "syntheses").alt.lower()
