"""The workbook: the model itself as live formulas, with Python's figures beside it."""

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from traceback import walk_tb

import numpy as np
from openpyxl.utils.exceptions import IllegalCharacterError

from hecon.analyses.drawn import group_information, partial_information
from hecon.analyses.one_way import one_way_ends, ranges
from hecon.analyses.pair import changed_rows
from hecon.analyses.remaining_life import years_of_life
from hecon.analyses.run import Run
from hecon.analyses.scenarios import scenario_design
from hecon.analyses.timings import timings
from hecon.engine.arrays import Array
from hecon.errors import ModelError
from hecon.parameters.design import Design, base_case
from hecon.report.content import Section
from hecon.report.grade import mark, marking
from hecon.report.numbers import Units
from hecon.report.things_called import study_units
from hecon.studies.budget_values import budget_extent
from hecon.studies.study import Study
from hecon.workbook.context import SENSITIVITY, UNCERTAINTY, Book, Shown, new_book, workbook_study
from hecon.workbook.formula_text import literal
from hecon.workbook.links import link_evidence, link_sheets
from hecon.workbook.pages import AS_DELIVERED, Page, Sheets
from hecon.workbook.sheet_groups import STACKS, group_of, reading_order
from hecon.workbook.sheet_layout import EDITED, Layout, quantities
from hecon.workbook.sheets.acceptability_sheet import draw_charts, write_acceptability
from hecon.workbook.sheets.budget_years import write_budget
from hecon.workbook.sheets.checks_sheet import failed_checks, write_checks
from hecon.workbook.sheets.evidence_sheet import write_evidence
from hecon.workbook.sheets.guide_sheet import add_guide, write_guide
from hecon.workbook.sheets.information_sheet import write_information
from hecon.workbook.sheets.inputs_sheet import place_inputs, write_inputs
from hecon.workbook.sheets.live_draws_sheet import rest_on_all, write_live_draws
from hecon.workbook.sheets.python_sheets import write_draws, write_one_way, write_scenarios
from hecon.workbook.sheets.results_sheet import write_results
from hecon.workbook.sheets.section_sheet import (
    add_part,
    write_parts,
    write_section,
)
from hecon.workbook.sheets.sessions_sheet import write_sessions
from hecon.workbook.sheets.severity_sheet import write_severity
from hecon.workbook.sheets.summary_sheet import write_summary
from hecon.workbook.sheets.time_sheet import place_tables, place_time, write_time
from hecon.workbook.sheets.trace_places import place_traces
from hecon.workbook.sheets.trace_sheet import write_traces

#: Live sheets whose figures, or the draws behind them, are Python's.
PYTHONS = ("Scenarios", SENSITIVITY, UNCERTAINTY)

#: What gives cells their places before any sheet is written.
PLACED = (place_inputs, place_tables, place_traces, place_time)
#: Live sheets, in no order: what one needs of another is written first.
LIVE = (
    write_evidence,
    write_inputs,
    write_time,
    write_traces,
    write_sessions,
    write_severity,
    write_results,
    write_budget,
)
#: Those of what there is to be shown.
SHOWING: Mapping[Shown, tuple[Callable[[Book], object], ...]] = {
    "scenario": (write_scenarios,),
    "one_way": (write_one_way,),
    "draw": (write_acceptability, write_draws, write_information, draw_charts, write_live_draws),
}


def write_workbook(run: Run, sections: Sequence[Section], path: Path) -> list[str]:
    """Build the workbook, calculate it, and write it with values beside the formulas.

    Args:
        sections: What the report says; those without a live sheet get a sheet of their own.
        path: Where the file goes; it is written under a temporary name and renamed.

    Returns:
        The checks that do not hold as the workbook is delivered.

    Raises:
        HeconError: If the study does not fit into a workbook, or its formulas can't be worked out.
    """
    with _garbage_of_its_own(), _limits_of_a_workbook():
        book = compose(run, sections)
        engine = book.workbook.deliver(path)
    return failed_checks(book.told, engine)


@contextmanager
def _limits_of_a_workbook() -> Iterator[None]:
    """What the file format can't hold (rows, columns, characters) is an error of ours.

    It is so where the library that writes the file refuses; elsewhere it is a fault of the program.
    """
    try:
        yield
    except (ValueError, IllegalCharacterError) as error:
        *_, (frame, _) = walk_tb(error.__traceback__)
        if not frame.f_globals["__name__"].startswith("openpyxl"):
            raise
        raise ModelError(f"a workbook can't hold this: {error}") from error


@contextmanager
def _garbage_of_its_own() -> Iterator[None]:
    """Look for garbage only in what is made from here on: a run is looked through in vain."""
    gc.freeze()
    try:
        yield
    finally:
        # cells and sheets point at each other: without this they stay in memory
        gc.collect()
        gc.unfreeze()


def compose(run: Run, sections: Sequence[Section] = ()) -> Book:
    """The workbook with formulas and no values, and where everything stands in it."""
    with marking(mark(run.study)):
        return _compose(run, sections)


def _compose(run: Run, sections: Sequence[Section]) -> Book:
    study, units = workbook_study(run), study_units(run.study)
    if study.no_workbook:
        raise ModelError(study.no_workbook)
    # what takes much memory while it is worked out comes before the cells, which take it too
    for result in (one_way_ends, group_information, partial_information):
        run.get(result)
    workbook = Sheets()
    workbook.effect = (units.effect, units.effects)
    workbook.properties.title = study.definition.title
    layout = Layout(study)
    book = new_book(workbook, run, study, layout, quantities(study.model), sections)
    cycles, layout.lengths = _extent(run, study)
    layout.rows = cycles + 1
    parts = [part for shown, parts in SHOWING.items() if book.has(shown) for part in parts]
    for part in (*PLACED, *LIVE, *parts):
        book.after(part)
    own = _write_sections(book, sections, units)
    guide = add_guide(book)
    book.after(write_checks)
    book.after(write_summary)
    link_sheets(workbook)
    link_evidence(workbook)
    _into_order(book)
    write_guide(book, guide, own)
    _say_what_stays(book, own)
    rest_on_all(book)
    workbook.repeat_headings()
    return book


def _write_sections(book: Book, sections: Sequence[Section], units: Units) -> list[str]:
    """Sections that are not live, below each other where they belong together.

    Returns:
        Titles of sheets that hold nothing else.
    """
    alone = {s.name: s for s in sections if not s.live}
    pages = {page.title: page for page in book.workbook.pages}
    own: list[Page | None] = []
    for title, stack in STACKS.items():
        printed, screen = (
            [alone.pop(name) for name in names if name in alone]
            for names in (stack.sections, stack.screen)
        )
        page = pages.get(title)
        if page is None:
            own.append(write_parts(book.workbook, title, stack.about, printed, screen, units))
            continue
        for section in printed:
            page.free = add_part(page, section, units, page.free)
        page.print_to(page.free)
        for section in screen:
            page.free = add_part(page, section, units, page.free)
    own += [write_section(book.workbook, section, units) for section in alone.values()]
    return [page.title for page in own if page]


def _into_order(book: Book) -> None:
    """Sheets in reading order, their tabs in the colours of their groups."""
    sheets = book.workbook._sheets  # type: ignore[attr-defined]
    sheets.sort(key=lambda sheet: reading_order(sheet.title))
    for sheet in sheets:
        sheet.sheet_properties.tabColor = group_of(sheet.title).colour


def _say_what_stays(book: Book, own: Sequence[str]) -> None:
    """Sheets with figures of Python's say in their title that those don't follow an edit."""
    for page in book.workbook.pages:
        if page.title in (*PYTHONS, *own):
            heading = literal(str(page.sheet["A1"].value))
            text = f'{heading}&IF({EDITED}>0,": {AS_DELIVERED}","")'
            page.formula(1, 1, text, "title")


def _extent(run: Run, study: Study) -> tuple[int, tuple[float | Array, ...]]:
    """The most cycles, and all lengths in months, that anything the workbook replays needs."""
    designs: list[Design] = [base_case(study.parameters)]
    if study.scenarios:
        designs.append(scenario_design(study, study.scenarios))
    ends = [{r.parameter.key: v} for r in ranges(run.study) for v in (r.low, r.high)]
    if ends:
        designs.append(changed_rows(study, ends))
    lengths = [study.model]
    if study.population is not None and study.jurisdiction.definition.severity is not None:
        lengths.append(replace(study.model, horizon_years=years_of_life(study)))
    found = [t for design in designs for model in lengths for t in timings(model, design)]
    cycles = max(t.cycles for t in found)
    if study.budget is not None:
        cycles = max(cycles, budget_extent(study)[1])
    even = {float(t.cycle_months) for t in found if not np.ndim(t.cycle_months)}
    return cycles, (*even, *(t.cycle_months for t in found if np.ndim(t.cycle_months)))


__all__ = ["Page", "compose", "write_workbook"]
