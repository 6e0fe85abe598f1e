"""The public way in: every name here is one of `hecon`'s own, as in `from hecon import run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hecon.analyses.break_even import break_even
from hecon.analyses.comparison import compare
from hecon.analyses.evaluate import evaluate
from hecon.analyses.flows import flows
from hecon.analyses.frontier import frontier
from hecon.analyses.one_way import one_way
from hecon.analyses.probabilistic import decision
from hecon.analyses.run import Run, Settings
from hecon.analyses.scenarios import scenario_table
from hecon.errors import Fault, HeconError, InputError, nearest
from hecon.report.content import Section
from hecon.report.notebook import ReportFigure, ReportTable, sections_html, sections_text
from hecon.report.sections import REGISTRY, analyses_named
from hecon.report.things_called import study_units
from hecon.report.whole import Written, sections_of, write_whole
from hecon.studies.load_study import load_study
from hecon.studies.study import Study

__all__ = [
    "HeconError",
    "InputError",
    "Report",
    "Study",
    "break_even",
    "compare",
    "decision",
    "evaluate",
    "flows",
    "frontier",
    "load_study",
    "one_way",
    "run",
    "scenario_table",
]


class Report:
    """What a run says: sections with their tables and figures. It shows itself in a notebook.

    Attributes:
        sections: Content in reading order; those with nothing to say are left out.
    """

    def __init__(self, run: Run, only: Sequence[str], sections: Sequence[Section]):
        self._run, self._only = run, tuple(only)
        self._units = study_units(run.study)
        self.sections = tuple(s for s in sections if not s.empty)

    @property
    def tables(self) -> dict[str, ReportTable]:
        """Tables by the names of their files."""
        return {
            t.name: ReportTable(t, self._units)
            for section in self.sections
            for t in section.tables
            if len(t.frame)
        }

    @property
    def figures(self) -> dict[str, ReportFigure]:
        """Figures by the names of their files, drawn when they are shown."""
        return {f.name: ReportFigure(f) for section in self.sections for f in section.figures}

    def __getitem__(self, name: str) -> Report:
        """The part of one analysis, by its name or that of its command.

        Raises:
            InputError: If the report has no such part.
        """
        (wanted,) = analyses_named([name], "report")
        chosen = [s for s in self.sections if s.name == wanted]
        if not chosen:
            has = ", ".join(s.name for s in self.sections)
            text = f"the report has nothing on '{name}'; it has {has}"
            raise InputError([Fault("report", None, None, text)])
        return Report(self._run, [wanted], chosen)

    def write(self, out: Path | str = ".") -> Written:
        """Write its files below a folder, as ``hecon run`` does; gives where they are.

        A whole report has tables, figures, page and workbook; part of one has no page and no
        workbook.
        """
        from hecon.workbook.book import write_workbook

        _, written = write_whole(self._run, Path(out), only=self._only, workbook=write_workbook)
        return written

    def __repr__(self) -> str:
        return sections_text(self.sections, self._units)

    def _repr_html_(self) -> str:
        return sections_html(self.sections, self._units)


def run(
    study: Study,
    only: Sequence[str] = (),
    *,
    draws: int = 10_000,
    seed: int = 1,
    design: str = "monte-carlo",
    workers: int = 1,
    options: Mapping[str, Any] | None = None,
) -> Report:
    """Run analyses of a study; what they share is computed once.

    Args:
        only: Analyses by their names or those of their commands; without it all of a full run.
        draws, seed, design: Size, seed and kind of the probabilistic analysis: ``monte-carlo``,
            ``latin-hypercube`` or ``sobol``. Inputs are drawn with the study's correlations.
        workers: Threads; no figure depends on it.
        options: What single analyses can be asked for, named as on the command line with ``_`` for
            ``-``.

    Raises:
        InputError: If an analysis or an option is not known, or the study can't have what is asked.
        ModelError: If the model breaks a rule for some row of inputs, with its coordinates.

    Examples:
        >>> from hecon import load_study, run
        >>> study = load_study("inputs/studies/ptsd", "inputs/jurisdictions/norway")
        >>> report = run(study, ["one-way"])
        >>> report.tables["one_way"].frame["parameter"].head(2).tolist()
        ['unit_mdma_session', 'unit_mdma_session']
    """
    chosen = analyses_named(only, "run")
    asked = dict(options or {})
    known = {o.name for e in REGISTRY if not only or e.name in chosen for o in e.load().options}
    for name in set(asked) - known:
        text = f"'{name}' is no option of these analyses{nearest(name, known)}"
        raise InputError([Fault("run", None, None, text)])
    made = Run(study, Settings(draws, seed, design, workers, asked))
    return Report(made, chosen, sections_of(made, chosen))
