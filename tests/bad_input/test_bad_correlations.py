"""Correlations between parameters."""

import pytest

CASES = {
    "unknown": (
        "correlations.csv",
        "u_ill,c_ill",
        "u_ill,c_il",
        [
            (
                "small/correlations.csv, row 3, column second: 'c_il' is not a parameter with a "
                "distribution; did you mean c_ill or u_ill?; allowed are rate_well[Old], "
                "rate_well[New], p_back, share_a, share_b, c_ill, u_ill, u_well"
            ),
        ],
    ),
    "fixed": (
        "correlations.csv",
        "u_ill,c_ill",
        "u_ill,c_hour",
        [
            (
                "small/correlations.csv, row 3, column second: 'c_hour' is not a parameter with a "
                "distribution; allowed are rate_well[Old], rate_well[New], p_back, share_a, "
                "share_b, c_ill, u_ill, u_well"
            ),
        ],
    ),
    "too large": (
        "correlations.csv",
        "-0.3",
        "-1.3",
        [
            "small/correlations.csv, row 3, column rho: found '-1.3', allowed is above -1",
        ],
    ),
    "contradictory": (
        "correlations.csv",
        "u_ill,c_ill,-0.3",
        "u_ill,c_ill,0.9\nu_well,c_ill,-0.9",
        [
            (
                "small/correlations.csv, column rho: the correlations of c_ill, u_ill, u_well "
                "contradict each other; a pair that is not listed counts as 0"
            ),
        ],
    ),
    "with itself": (
        "correlations.csv",
        "u_ill,c_ill",
        "u_ill,u_ill",
        [
            (
                "small/correlations.csv, row 3, column second: 'u_ill' can't be correlated with "
                "itself"
            ),
        ],
    ),
    "twice": (
        "correlations.csv",
        "u_ill,c_ill",
        "u_well,u_ill",
        [
            "small/correlations.csv, row 3, column second: the pair is already in row 2",
        ],
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "faults"), CASES.values(), ids=CASES)
def test_correlations(small, file, old, new, faults):
    assert small.change(file, old, new).faults() == faults
