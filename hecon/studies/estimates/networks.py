"""Estimates from a network of treatments."""

from __future__ import annotations

from hecon.studies.estimates.making import Sources
from hecon.studies.estimates.selection import EstimateRow, Problem
from hecon.studies.estimates.synthesised import Synthesised


def network(row: EstimateRow, number: int, sources: Sources) -> Synthesised:
    raise Problem("method", "later")
