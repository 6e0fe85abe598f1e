"""The sections of the page in reading order."""

from __future__ import annotations

from collections.abc import Callable

from hecon.reports.figures.material import Material
from hecon.reports.figures.setting import Setting, study_setting
from hecon.reports.html.changes import information_section, one_way_section, scenarios_section
from hecon.reports.html.documents import (
    assumptions_section,
    cheers_section,
    evidence_section,
    provenance_section,
    sources_section,
    verification_section,
)
from hecon.reports.html.outcome import results_section, severity_section, uncertainty_section
from hecon.reports.html.section import Section, said
from hecon.reports.html.trials import trials_section
from hecon.reports.html.turns import break_even_section, sensitivity_section


def sections(found: Material) -> list[Section]:
    """All sections in reading order; those with nothing to say are left out."""
    writers: list[Callable[[Material, Setting], Section]] = [
        results_section,
        severity_section,
        uncertainty_section,
        one_way_section,
        break_even_section,
        scenarios_section,
        sensitivity_section,
        information_section,
        trials_section,
        verification_section,
        evidence_section,
        assumptions_section,
        cheers_section,
        provenance_section,
    ]
    setting = study_setting(found.results.study, found.results.threshold)
    made = [writer(found, setting) for writer in writers]
    # whatever is said anywhere is told where it comes from, before the checklist
    place = next(i for i, section in enumerate(made) if section.id == "cheers")
    made.insert(place, sources_section(found, (t for section in made for t in said(section))))
    return [s for s in made if s.texts or s.tables or s.warnings]
