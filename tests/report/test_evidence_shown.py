"""A study's own evidence: forests, network, choices, and the article's facts."""

import csv

from short_study import INPUTS

STUDY = INPUTS / "studies/ptsd"


#: What Norway has of its own of the study.
NORWAY = INPUTS / "jurisdictions/norway/ptsd_in_norway"


def rows(name, folder=STUDY):
    with (folder / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def frame(sections, section, name):
    (found,) = (s for s in sections if s.name == section)
    return next(t.frame for t in found.tables if t.name == name)


def test_every_fact_of_the_article_is_there_with_a_figure(sections):
    article = frame(sections, "article", "article")
    facts = [*rows("seed_facts.csv"), *rows("seed_facts.csv", NORWAY)]
    assert list(article["says"].unique()) == [row["seed_fact"] for row in facts]
    assert article["text"].str.contains(r"\d|dominat").all()


def test_pools_of_the_base_case_have_a_forest(book):
    assert {"syntheses", "forest_mdma_v_pbo", "forest_waitlist_lod", "network"} <= set(book)
    # Mitchell 2021: 28/42 v 12/37, odds ratio 28 * 25 / (14 * 12) = 4.17
    assert "4.17" in book["forest_mdma_v_pbo"].alt
    assert "Pooled 3.29 (1.75 to 6.19)" in book["forest_mdma_v_pbo"].alt


def test_the_network_counts_trials(book):
    found = {r["study"] for r in rows("nma_contrasts.csv") if r["treat1"] == "MDMA-AT"}
    alt, number = book["network"].alt, len(found)
    assert f"SUPPORTIVE in {number}" in alt or f"SUPPORTIVE v MDMA-AT in {number}" in alt


def test_a_choice_that_rests_on_retracted_work_is_marked(sections, book):
    choices = frame(sections, "synthesis", "synthesis").set_index("scenario")
    assert choices.loc["S59", "weakest_status"] == "retracted"
    assert "retracted" in book["syntheses"].alt.lower()
