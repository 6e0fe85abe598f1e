import math

import numpy as np
import pandas as pd
import pytest

from hecon.errors import InputError
from hecon.synthesis.contrasts import combined, from_arms, from_differences

ARMS = pd.DataFrame(
    [
        ("Rothbaum 2005", "PE", 19, 20),
        ("Rothbaum 2005", "EMDR", 15, 20),
        ("Rothbaum 2005", "WAITLIST", 2, 20),
        ("Wells 2015", "PE", 5, 10),
        ("Wells 2015", "WAITLIST", 0, 10),
    ],
    columns=["study", "treatment", "events", "n"],
)
DIFFERENCES = pd.DataFrame(
    [
        ("Resick 2002", "CPT", "WAITLIST", 1.1326, 0.2083, 62, 47, "SMD"),
        ("Resick 2002", "PE", "WAITLIST", 0.8618, 0.2021, 62, 47, "SMD"),
        ("Simpson 2022", "CPT", "WAITLIST", 0.7385, 0.2985, 28, 21, "SMD"),
    ],
    columns=["study", "treatment", "against", "estimate", "se", "n", "n_against", "scale"],
)


def test_arms():
    found = from_arms("log odds ratio", ARMS)
    assert found.treatments == ("EMDR", "PE", "WAITLIST")
    assert found.table()[["treatment", "against"]].to_numpy().tolist() == [
        ["PE", "EMDR"], ["WAITLIST", "EMDR"], ["WAITLIST", "PE"]
    ]  # fmt: skip
    expected = [math.log(19 / 1) - math.log(15 / 5), math.log(2 / 18) - math.log(15 / 5)]
    np.testing.assert_allclose(found.estimate[:2], expected, rtol=1e-14)
    emdr = 1 / 15 + 1 / 5
    np.testing.assert_allclose(
        found.covariance[:2, :2], [[1 / 19 + 1 + emdr, emdr], [emdr, 1 / 2 + 1 / 18 + emdr]]
    )
    # a half in each cell of the one study that has a zero
    assert found.estimate[2] == pytest.approx(math.log(0.5 / 10.5) - math.log(5.5 / 5.5))
    assert found.covariance[2, 2] == pytest.approx(1 / 0.5 + 1 / 10.5 + 2 / 5.5)
    assert found.covariance[0, 2] == 0
    np.testing.assert_array_equal(found.heterogeneity, [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]])
    assert found.blocks == ((0, 1), (2,))


def test_differences_share_an_arm():
    found = from_differences(DIFFERENCES.sample(frac=1, random_state=3))
    shared = 1 / 47 + 1.1326 * 0.8618 / (2 * (62 + 62 + 47))  # Gleser and Olkin 2009
    assert found.covariance[0, 1] == pytest.approx(shared, rel=1e-14)
    assert found.covariance[0, 2] == 0
    np.testing.assert_allclose(np.diag(found.covariance), DIFFERENCES["se"] ** 2)
    # written the other way round, the covariance changes its sign
    turned = DIFFERENCES.copy()
    turned.loc[1, ["treatment", "against"]] = ["WAITLIST", "PE"]
    turned.loc[1, "estimate"] *= -1
    turned.loc[1, ["n", "n_against"]] = [47, 62]
    assert from_differences(turned).covariance[0, 1] == pytest.approx(-shared, rel=1e-14)


def complaint(make):
    with pytest.raises(InputError) as caught:
        make()
    assert len(caught.value.faults) == 1
    return str(caught.value)


def test_faulty_arms_are_named():
    def of(row, **changes):
        changed = ARMS.astype({"events": float})
        changed.loc[row, list(changes)] = list(changes.values())
        return complaint(lambda: from_arms("log odds ratio", changed, source="trials.csv"))

    assert of(0, events=21) == (
        "trials.csv, column events: study Rothbaum 2005, PE: 21 events among 20 participants"
    )
    assert "Wells 2015, PE: the count is missing" in of(3, events=math.nan)
    assert "Rothbaum 2005 gives PE twice; keep one, or label" in of(1, treatment="PE")
    assert "Wells 2015: nobody has the event" in of(3, events=0)
    assert "study Wells 2015 has one arm, WAITLIST" in complaint(
        lambda: from_arms("log odds ratio", ARMS.drop(index=3))
    )
    assert "'logit' does not compare arms" in complaint(lambda: from_arms("logit", ARMS))


def test_two_arms_of_a_treatment_are_labelled():
    labelled = ARMS.assign(arm=["standard", None, None, None, None])
    labelled.loc[1, ["treatment", "arm"]] = ["PE", "intensive"]
    assert len(from_arms("log odds ratio", labelled).pairs) == 3


def test_faulty_differences_are_named():
    def of(*rows, **changes):
        changed = DIFFERENCES.astype({"n": float})
        changed.loc[list(rows), list(changes)] = list(changes.values())
        return complaint(lambda: from_differences(changed))

    assert "scales SMD and log odds ratio do not mix" in of(2, scale="log odds ratio")
    assert "Simpson 2022, CPT against WAITLIST: the standard error must be above 0" in of(2, se=0.0)
    assert "Simpson 2022, CPT against WAITLIST: the effect is missing" in of(2, estimate=math.nan)
    assert "share the arm WAITLIST; give the arms' sizes" in of(0, n=math.nan)
    assert "CPT against CPT: an arm against itself" in of(2, against="CPT")
    assert "Resick 2002: the standard errors are too small for the arms" in of(1, se=0.001)
    twice = pd.concat([DIFFERENCES, DIFFERENCES.iloc[[2]]])
    assert "study Simpson 2022 gives CPT against WAITLIST twice" in complaint(
        lambda: from_differences(twice)
    )
    turned = DIFFERENCES.iloc[[2]].assign(treatment="WAITLIST", against="CPT")
    assert "twice" in complaint(lambda: from_differences(pd.concat([DIFFERENCES, turned])))
    third = DIFFERENCES.iloc[[0]].assign(against="PE", n_against=62)
    assert "study Resick 2002 gives 3 contrasts of 3 arms" in complaint(
        lambda: from_differences(pd.concat([DIFFERENCES, third]))
    )


def test_parts_together():
    odds = DIFFERENCES.iloc[[2]].assign(scale="log odds ratio")
    found = combined(from_differences(odds), from_arms("log odds ratio", ARMS))
    assert found.studies == ("Rothbaum 2005", "Simpson 2022", "Wells 2015")
    assert found.estimate[2] == 0.7385
    assert found.covariance[2].tolist() == pytest.approx([0, 0, 0.2985**2, 0])
    assert "do not mix" in complaint(
        lambda: combined(from_differences(DIFFERENCES), from_arms("log odds ratio", ARMS))
    )
    assert "twice" in complaint(lambda: combined(from_differences(odds), from_differences(odds)))
