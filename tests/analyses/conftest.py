import json
from pathlib import Path

import numpy as np
import pytest

from hecon.analyses.draws_table import DrawsTable
from hecon.analyses.read_draws import read_draws
from hecon.studies.load_study import load_study

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def peers():
    return json.loads((DATA / "decision_analysis.json").read_text())


@pytest.fixture(scope="session")
def peer_table():
    return read_draws(DATA / "psa_table.csv.gz")


@pytest.fixture(scope="session")
def algebra():
    return load_study(Path(__file__).parent / "studies" / "algebra")


@pytest.fixture
def linear():
    """Net benefit 100 a + 60 b - 50 at a threshold of 1, with a and b standard normal."""

    def make(draws, seed, mean=-50.0):
        rng = np.random.default_rng(seed)
        a, b = rng.standard_normal((2, draws))
        gain = mean + 100 * a + 60 * b
        zero = np.zeros(draws)
        return DrawsTable(
            ("Old", "New"), np.stack([zero, zero]), np.stack([zero, gain]), {"a": a, "b": b}
        )

    return make
