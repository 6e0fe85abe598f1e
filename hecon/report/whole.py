"""A full run: every registered section, and all files, written together or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hecon.analyses.apart import apart
from hecon.analyses.budget_scenarios import nets_to_choose
from hecon.analyses.drawn import drawn_design
from hecon.analyses.forked import beside
from hecon.analyses.run import Run
from hecon.analyses.scenarios import selectable_results
from hecon.errors import HeconError
from hecon.report.content import Figure, Section
from hecon.report.drawing import Drawings, drawing, render
from hecon.report.language import ENGLISH, Language, speaking
from hecon.report.live.live_page import live
from hecon.report.names import run_name
from hecon.report.outcomes import cycle_tables, draws_described, write_outcomes
from hecon.report.page import page
from hecon.report.record import digests, judged_by, run_record, write_record
from hecon.report.reference import tables_of
from hecon.report.registry import Analysis
from hecon.report.sections import REGISTRY
from hecon.report.staging import publish, staging
from hecon.report.table_files import write_tables
from hecon.report.things_called import study_units
from hecon.report.written_documents import DOCUMENT_FIGURES, documents

#: Writes a workbook of a run and its sections; gives the checks that do not hold.
Write = Callable[[Run, Sequence[Section], Path], list[str]]


@dataclass(frozen=True)
class Written:
    """Where a run's files are."""

    outputs: Path
    report: Path | None = None  #: The workbook; None if there is none.
    page: Path | None = None
    #: Word documents by what stands behind the run's name in theirs.
    documents: Mapping[str, Path] = field(default_factory=dict)
    #: What is wrong with the workbook, in words: a disagreement with Python, or why there is none.
    problems: tuple[str, ...] = ()


def sections_of(
    run: Run,
    only: Collection[str] = (),
    early: Callable[[Sequence[Section]], None] = lambda made: None,
) -> list[Section]:
    """Sections in reading order: all that a full run has, or those named.

    Args:
        early: Called with those that are there before long results are waited for.
    """
    chosen: dict[str, Analysis] = {}
    for entry in REGISTRY:
        asked = entry.always or run.option(entry.command_name, False)
        if entry.name in only or (not only and asked):
            chosen[entry.name] = entry.load()
    late = [analysis for analysis in chosen.values() if analysis.late]
    long = [r for analysis in late for r in analysis.long]
    made: dict[str, Section] = {}
    with apart(run, long):
        for awaited in (False, True):
            for name, analysis in chosen.items():
                if analysis.late == awaited and analysis.closing is None:
                    made[name] = analysis.content(run)
            if not awaited:
                early(list(made.values()))
    found: list[Section] = []
    for name, analysis in chosen.items():
        found.append(made[name] if name in made else analysis.content(run, found))
    return found


def write_whole(
    run: Run,
    out: Path,
    *,
    only: Collection[str] = (),
    workbook: Write | None = None,
    report: bool = True,
    figures: bool = True,
    png: bool = False,
    suffix: str = "",
    tongue: Language = ENGLISH,
    extra: Callable[[Path], None] | None = None,
) -> tuple[list[Section], Written]:
    """Write `outputs/<run>/`, and `<run>.xlsx`, `.html` and documents in `reports/`, or nothing.

    Args:
        only: Names of the analyses that are run; all without it.
        workbook: Writes the workbook and gives the checks that do not hold; without it there is
            none.
        report, figures: Whether page, workbook and documents, and figures, are written.
        png: Whether figures are written as PNG beside SVG.
        suffix: Added to the run's name.
        tongue: What page, workbook and figures are written in; tables keep to English.
        extra: May add files to the run's outputs.
    """
    units = study_units(run.study)
    name = run_name(run.study) + suffix
    written = Written(out / "outputs" / name)
    target = out / "reports" / f"{name}.xlsx"
    dots = png or (DOCUMENT_FIGURES if report and not only else False)
    with ExitStack() as stack:
        begun: list[Callable[[], Drawings]] = []

        def draw(made: Sequence[Section]) -> None:
            with speaking(tongue):
                begun.append(stack.enter_context(drawing(_pictured(made, figures), dots)))

        sections = sections_of(run, only, draw)
        stack.enter_context(speaking(tongue))
        folder = stack.enter_context(staging(out))
        outputs = folder / name
        book = folder / target.name
        wrong_with: Callable[[], tuple[str, ...]] = tuple
        if workbook is not None and report and not only:
            run.tell("Workbook")
            run.get(selectable_results)  # page and workbook ask for both
            run.get(nets_to_choose)
            making = partial(_workbook, workbook, run.knowing({}), sections, book)
            wrong_with = stack.enter_context(beside(making))
        run.tell("Tables")
        tables = [t for t in tables_of(sections) if len(t.frame)]
        drawn_too = [] if only or run.get(drawn_design) is None else [draws_described(run)]
        if not only:
            tables += cycle_tables(run)
        write_tables(tables, units, outputs, drawn_too)
        if not only:
            write_outcomes(run, outputs)
        if extra is not None:
            extra(outputs)
        moves = [(outputs, written.outputs)]
        alive = live(run) if report and not only else None
        run.tell("Figures")
        shown, drawn = _pictured(sections, figures), begun[0]()
        drawn |= render([figure for figure in shown if figure.name not in drawn], dots)
        drawn = {figure.name: drawn[figure.name] for figure in shown}
        write_drawings(drawn, outputs / "figures", png)
        if report and not only:
            html = folder / f"{name}.html"
            text = page(run.study, sections, drawn, units, alive)
            html.write_text(text, "utf-8", newline="\n")
            written = replace(written, page=out / "reports" / html.name)
            moves.append((html, out / "reports" / html.name))
            run.tell("Documents")
            texts = documents(run, sections, drawn, units)
            places = {ending: out / "reports" / f"{name}_{ending}.docx" for ending in texts}
            written = replace(written, documents=places)
            for ending, made in texts.items():
                path = folder / places[ending].name
                path.write_bytes(made)
                moves.append((path, places[ending]))
            written = replace(written, problems=wrong_with())
            if book.exists():
                written = replace(written, report=target)
                moves.insert(1, (book, target))
        record = run_record(run)
        if drawn_too:
            record |= {"judged_by": judged_by(run, name).model_dump()}
        if len(moves) > 1:
            record |= {"reports": digests(made for made, _ in moves[1:])}
        write_record(record, outputs)
        publish(moves, folder)
        if report and not only and written.report is None:
            # one of an earlier run would stand beside figures that are not its own
            target.unlink(missing_ok=True)
    return sections, written


def _pictured(sections: Sequence[Section], wanted: bool) -> list[Figure]:
    return [figure for each in sections for figure in each.figures if wanted]


def _workbook(write: Write, run: Run, sections: Sequence[Section], path: Path) -> tuple[str, ...]:
    """Write the workbook, whose limits never cost the rest; gives what is wrong, in words."""
    run.silence()
    try:
        failed = write(run, sections, path)
    except HeconError as error:
        return (f"there is no workbook: {error}; tables and page were written",)
    return tuple(f"the workbook's check does not hold: {label}" for label in failed)


def write_drawings(drawn: Drawings, folder: Path, png: bool = False) -> None:
    """Write each figure, and what they say as `captions.txt`."""
    if not drawn:
        return
    folder.mkdir(parents=True)
    captions = []
    for name, each in drawn.items():
        (folder / f"{name}.svg").write_bytes(each.svg)
        if png:
            (folder / f"{name}.png").write_bytes(each.png)
        captions.append(f"{name}: {each.title}\n{each.alt}\n")
    (folder / "captions.txt").write_text("\n".join(captions), encoding="utf-8")
