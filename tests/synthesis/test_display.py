import numpy as np
import pytest
from independent_synthesis import diagnosis_contrasts, symptom_contrasts, table

from hecon.synthesis.display import forest, network_graph
from hecon.synthesis.pooling import pool


def test_forest():
    y, v = np.array([1.2, 0.2, 0.7]), np.array([0.2, 0.1, 0.3])
    pooled = pool(y, v)
    found = forest(["b", "a", "c"], y, v, pooled).set_index("label")
    assert found.index.tolist() == ["b", "a", "c", "Pooled", "Prediction interval"]
    assert found.loc["a", "low"] == pytest.approx(0.2 - 1.959964 * np.sqrt(0.1), abs=1e-6)
    w = 1 / (v + pooled.tau2)
    assert found["weight"][:3].to_numpy() == pytest.approx(w / w.sum())
    assert tuple(found.loc["Pooled", ["low", "high"]]) == (pooled.low, pooled.high)
    assert tuple(found.loc["Prediction interval", ["low", "high"]]) == pooled.prediction
    two = forest(["a", "b"], y[:2], v[:2], pool(y[:2], v[:2]))
    assert two["kind"].tolist() == ["study", "study", "pooled"]


def test_network_graph():
    nodes, edges = network_graph(symptom_contrasts(clinician=True))
    counts = nodes.set_index("treatment")["studies"]
    assert counts["MDMA-AT"] == 2
    own = table("nma_contrasts")
    own = own[(own["rating"] == "clinician") & (own["set"] != "phase2")]
    assert counts["PE"] == own.loc[own["treat1"] == "PE", "study"].nunique()
    links = edges.set_index(["treatment", "against"])
    assert links.loc[("MDMA-AT", "SUPPORTIVE"), "names"] == "Mitchell 2021; Mitchell 2023"
    assert links.loc[("PE", "SUPPORTIVE"), "studies"] == 3
    # a study of two arms is on one edge, of three arms on three
    contrasts = diagnosis_contrasts()
    _, edges = network_graph(contrasts)
    three = sum(len(block) == 2 for block in contrasts.blocks)
    assert edges["studies"].sum() == len(contrasts.blocks) + 2 * three
