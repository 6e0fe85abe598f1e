"""Each country's run of the shipped study, loaded once for all tests that ask."""

from functools import cache
from pathlib import Path

from hecon.analyses.run import Run, Settings
from hecon.studies.load_study import load_study

INPUTS = Path(__file__).parents[1] / "inputs"


@cache
def country(name: str) -> Run:
    """A small run of the shipped study in a country."""
    study = load_study(INPUTS / "studies/ptsd", INPUTS / "jurisdictions" / name)
    return Run(study, Settings(draws=60))
