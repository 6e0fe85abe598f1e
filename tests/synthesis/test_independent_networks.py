"""Every row of the independent networks, from their own contrasts, to the digits they print."""

import math

import numpy as np
import pytest
from independent_synthesis import NETWORKS, symptom_contrasts, table

from hecon.synthesis.inconsistency import side_split
from hecon.synthesis.network import network

RESULTS = table("nma_results")


def test_no_network_is_left_out():
    assert set(RESULTS["network"]) == set(NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
def test_network(name):
    contrasts = NETWORKS[name]()
    found = network(contrasts, "PE")
    rows = RESULTS[RESULTS["network"] == name]
    assert len(rows) == len(found.league())
    for row in rows.itertuples():
        effect = found.effect(row.treat1, row.treat2)
        assert effect.estimate == pytest.approx(row.estimate_link, abs=0.51e-4)
        assert effect.se == pytest.approx(row.se_link, abs=0.51e-4)
        ends = [effect.estimate + z * effect.se for z in (0, -1.96, 1.96)]
        natural = [math.exp(x) for x in ends] if row.scale == "lnOR" else ends
        np.testing.assert_allclose(
            natural, [row.estimate, row.ci_low, row.ci_high], rtol=5e-6, atol=0.51e-3
        )
    first = rows.iloc[0]
    mandel = network(contrasts, "PE", method="PM")
    assert found.tau2 == pytest.approx(first["tau2_reml"], abs=0.51e-4)
    assert mandel.tau2 == pytest.approx(first["tau2_paule_mandel"], abs=0.51e-4)
    assert found.q == pytest.approx(first["Q_total"], abs=0.0051)
    assert found.df == first["df"]
    assert found.p_q == pytest.approx(first["p_Q"], abs=0.51e-4)
    assert 100 * found.i2 == pytest.approx(first["I2"], abs=0.051)
    assert len(contrasts.studies) == first["n_studies"]
    assert len(contrasts.pairs) == first["n_contrasts"]


def test_clinician_rated_network_in_words():
    # MDMA-AT v PE: g 0.38 (-0.30 to 1.05)
    effect = network(symptom_contrasts(clinician=True), "SUPPORTIVE").effect("MDMA-AT", "PE")
    assert (effect.estimate, effect.low, effect.high) == pytest.approx(
        (0.38, -0.30, 1.05), abs=0.005
    )


def test_sides_agree_as_they_did():
    # The dossier prints direct 0.15 and indirect 0.40 (p 0.54) for PE v supportive therapy and
    # p 0.48 for PE v CPT, without the network or the treatment of studies of three arms, so only
    # its conclusion can be held against ours: no inconsistency is shown.
    contrasts = symptom_contrasts(clinician=True)
    for pair in (("PE", "SUPPORTIVE"), ("PE", "CPT")):
        assert side_split(contrasts, *pair).difference.p > 0.3
    direct = side_split(contrasts, "PE", "SUPPORTIVE").direct
    assert direct.estimate == pytest.approx(0.15, abs=0.015)
