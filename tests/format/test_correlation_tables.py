"""Correlations by table: as correlations, or as the covariances that a fitted curve comes with."""

import numpy as np
import pytest
from tiny import FILES, faults, study

from hecon.parameters.design import ProbabilisticDesign

ROWS = FILES["parameters.csv"] + (
    "ln_shape,all,0.4,number,,,normal,mean = 0.4; sd = 0.1,,,x,assumption\n"
    "scale_,all,3,year,,,lognormal,mu = log(3); sigma = 0.2,,,x,assumption\n"
    "p_cure,all,0.2,probability,,,beta,alpha = 20; beta = 80,,,x,assumption\n"
)
NAMED = ("study.toml", 'variables = ""', 'variables = ""\ncorrelations = "correlations.csv"')
PAIRS = "first,second,rho\nln_shape,scale_,-0.6\nln_shape,p_cure,0.3\n"
TABLE = "parameter,ln_shape,scale_,p_cure\nln_shape,1,-0.6,0.3\nscale_,-0.6,1,0\np_cure,0.3,0,1\n"
HALF = "parameter,ln_shape,scale_,p_cure\nln_shape,1,,\nscale_,-0.6,1,\np_cure,0.3,,1\n"
COVARIANCE = "parameter,ln_shape,scale_\nln_shape,0.01,-0.012\nscale_,-0.012,0.04\n"


def drawn(folder, table):
    loaded = study(folder, NAMED, parameters=ROWS, correlations=table)
    return ProbabilisticDesign(loaded.parameters, 400, 1, correlations=loaded.correlations).block(
        0, 400
    )


def test_a_table_is_its_pairs(tmp_path):
    wanted = drawn(tmp_path / "pairs", PAIRS)
    for name, text in (("table", TABLE), ("half", HALF)):
        found = drawn(tmp_path / name, text)
        for key, values in wanted.items():
            np.testing.assert_allclose(found[key], values, rtol=1e-12)


def test_covariances_are_those_of_the_draws(tmp_path):
    found = drawn(tmp_path, COVARIANCE)
    sample = np.cov(found[("ln_shape", None)], np.log(found[("scale_", None)]))
    np.testing.assert_allclose(sample, [[0.01, -0.012], [-0.012, 0.04]], atol=0.006)
    assert np.corrcoef(sample)[0, 1] < -0.5


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("-0.012,0.04", "-0.012,0.09", "the standard deviation is 0.3 here and 0.2 in"),
        ("scale_,-0.012", "scale_,-0.013", "found -0.012, but -0.013 in the row of scale_"),
        ("parameter,ln_shape", "parameter,ln_shap", "'ln_shap' has a column and no row"),
        ("0.04", "many", "found 'many', allowed is a number"),
        (
            "-0.012,0.04",
            "-0.012,0.04\np_cure,0,0",
            "is a beta; a table of covariances is of normal parameters",
        ),
    ],
)
def test_what_a_table_may_not_hold(tmp_path, old, new, text):
    found = faults(tmp_path, NAMED, parameters=ROWS, correlations=COVARIANCE.replace(old, new, 1))
    assert any(text in fault for fault in found), found


MATRIX = "parameter,ln_shape,scale_,p_cure\nln_shape,1,0.9,0.9\nscale_,,1,-0.9\np_cure,,,1\n"


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        (
            MATRIX.replace("scale_", "scal_"),
            [", row 3, column parameter: 'scal_' is not a parameter with a distribution; did"],
        ),
        (MATRIX, [": the correlations of ln_shape, p_cure, scale_ contradict each other"]),
    ],
)
def test_a_fault_of_a_table_names_a_column_that_it_has(tmp_path, table, wanted):
    found = faults(tmp_path, NAMED, parameters=ROWS, correlations=table)
    assert len(found) == len(wanted), found
    for fault, text in zip(found, wanted, strict=True):
        assert f"correlations.csv{text}" in fault
