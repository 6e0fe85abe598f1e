"""What `hecon decide` says and writes: a section of content, its files, and a workbook."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from hecon.analyses.decided import MANY, Decided
from hecon.analyses.drawn import LEAST_DRAWS
from hecon.analyses.exports import write_exports
from hecon.analyses.plane import plane
from hecon.errors import FaultList
from hecon.report.content import Figure, Listing, Section, Sentence, Table, count, money
from hecon.report.decision_content import (
    acceptability_tables,
    best_sentence,
    convergence_table,
    enough_sentence,
    frontier_table,
    means_table,
    named_figures,
    needed_table,
    ranking_table,
)
from hecon.report.drawing import render
from hecon.report.figures.bars import partial_information
from hecon.report.figures.convergence_plot import convergence_picture
from hecon.report.figures.frontier_plot import frontier_picture
from hecon.report.figures.picture import Picture
from hecon.report.figures.plane_plot import plane_picture
from hecon.report.figures.ranking_plot import ranking_picture
from hecon.report.figures.setting import Setting
from hecon.report.figures.thresholds import (
    acceptability,
    acceptability_frontier,
    expected_loss,
    perfect_information,
)
from hecon.report.information_content import (
    doubts,
    of_sets,
    of_singles,
    perfect_sentence,
    perfect_table,
    sets_table,
    singles_table,
)
from hecon.report.names import file_name
from hecon.report.numbers import Units
from hecon.report.staging import publish, staging
from hecon.report.table_files import write_tables
from hecon.report.whole import write_drawings

#: Writes a workbook of what was found and of what is said of it.
WriteBook = Callable[[Decided, Section, Units, Path], None]


def decision_section(found: Decided, units: Units, chosen: str = "") -> Section:
    """What a table of draws tells, in the tables and words of a study's own draws.

    Args:
        chosen: How the threshold came about where nobody chose it; else empty.
    """
    table = found.table
    title = f"{table.draws:,} draw{'s' * (table.draws > 1)} of {len(table.strategies)} strategies"
    figures = tuple(Figure(name, draw) for name, draw in pictures(found, units).items())
    return Section("decision", title, _sentences(found, chosen), _tables(found, units), figures)


def _sentences(found: Decided, chosen: str) -> tuple[Sentence, ...]:
    at, draws = found.threshold, found.table.draws
    said = [Sentence("{note}", {"note": note}, "note") for note in found.table.notes]
    if draws < LEAST_DRAWS:
        few = "{draws} draws: too few for the value of single parameters; {least} are needed."
        said.append(Sentence(few, {"draws": count(draws), "least": count(LEAST_DRAWS)}, "note"))
    if not found.few:
        many = (
            "With more than {many} strategies, figures that show each are not drawn, the workbook "
            "holds values without formulas, and ranks are worked out at one threshold."
        )
        said.append(Sentence(many, {"many": count(MANY)}, "note"))
    said.append(best_sentence(found.curves, at, draws))
    if draws > 1:
        said.append(enough_sentence(found.needed, draws))
    said.append(perfect_sentence(found.curves, at))
    singles, sets = (_at(frame, at) for frame in (found.singles, found.sets))
    said += [*of_singles(singles, Listing), *of_sets(sets)]
    if both := [frame for frame in (singles, sets) if len(frame)]:
        said += doubts(pd.concat(both, ignore_index=True))
    if chosen:
        text = (
            "Nobody chose {threshold} per {effect}: it is {chosen}. Choose a threshold with "
            "--threshold."
        )
        said.append(Sentence(text, {"threshold": money(at), "chosen": chosen}, "warning"))
    return tuple(said)


def _at(frame: pd.DataFrame, threshold: float) -> pd.DataFrame:
    return frame[frame["threshold"] == threshold] if len(frame) else frame


def _tables(found: Decided, units: Units) -> tuple[Table, ...]:
    """Those of a study's draws; of many strategies the best stand first."""
    at, order = found.threshold, found.order
    means = named_figures(found.means, units)
    if not found.few:
        rank = {name: i for i, name in enumerate(order)}
        means = means.iloc[means["strategy"].map(rank).argsort(kind="stable")]
    some = () if found.few else order
    only = {"threshold": at}
    nobody = float("nan")
    made = [
        means_table(means),
        frontier_table(found.frontier, "effect"),
        *acceptability_tables(found.curves, at, some),
        ranking_table(found.ranks, at, some),
        needed_table(found.needed),
        convergence_table(found.running),
        perfect_table(found.curves, at, nobody),
    ]
    if len(found.sets):
        made.append(sets_table(found.sets, nobody, only))
    if len(found.singles):
        ranked = found.singles.sort_values(
            ["threshold", "evppi"], ascending=[True, False], kind="stable"
        )
        made.append(singles_table(ranked, nobody, lambda name: "", only))
    return tuple(made)


def pictures(found: Decided, units: Units) -> dict[str, Callable[[], Picture]]:
    """The figures that a table allows, by name: of many strategies none that shows each."""
    at, table, pair, curves = found.threshold, found.table, found.compared, found.curves
    setting = Setting(table.strategies, units.currency, "", units.effect, units.effects, at)
    made: dict[str, Callable[[], Picture]] = {}
    if found.few:
        made["frontier"] = lambda: frontier_picture(found.frontier, setting)
        made["acceptability"] = lambda: acceptability(curves, setting)
        made["expected_loss"] = lambda: expected_loss(curves, setting)
        made["ranking"] = lambda: ranking_picture(found.ranks, setting, at)
    made["acceptability_frontier"] = lambda: acceptability_frontier(curves, setting)
    made["evpi"] = lambda: perfect_information(curves, setting)
    if table.draws > 2:
        made["plane"] = lambda: plane_picture(plane(table, *pair), *pair, setting)
    if found.few and found.running["draws"].nunique() > 1:
        made["convergence"] = lambda: convergence_picture(found.running, setting)
    if len(found.singles):
        made["evppi"] = lambda: partial_information(found.singles, setting, at)
    return made


def refuse_taken(table: str, out: Path) -> None:
    """Raise InputError if a file stands where the folder of outputs belongs, or the reverse."""
    outputs, report = decision_paths(table, out)
    faults = FaultList()
    if outputs.is_file():
        faults.add(str(outputs), None, None, "is a file; a folder is expected")
    if report.is_dir():
        faults.add(str(report), None, None, "is a folder; a file is expected")
    faults.raise_if_any()


def decision_paths(table: str, out: Path) -> tuple[Path, Path]:
    """The folder ``outputs/NAME_decision`` and the workbook ``reports/NAME_decision.xlsx``."""
    name = f"{file_name(table.split('.')[0])}_decision"
    return out / "outputs" / name, out / "reports" / f"{name}.xlsx"


def write_decision(
    found: Decided,
    section: Section,
    units: Units,
    out: Path,
    write_book: WriteBook,
    tell: Callable[[str, int, int], None],
) -> tuple[Path, Path]:
    """Write all files below `out`, or none.

    Returns:
        As `decision_paths`: the folder (tables, ``exports/`` for BCEA, dampack and voi,
        ``figures/``) and the workbook.
    """
    outputs, report = decision_paths(found.table.name, out)
    with staging(out) as staged:
        folder = staged / outputs.name
        tell("Tables", 0, 1)
        write_tables([t for t in section.tables if len(t.frame)], units, folder)
        write_exports(found.table, found.grid, folder / "exports", units.currency, found.threshold)
        tell("Figures", 0, 1)
        write_drawings(render(section.figures, png=True), folder / "figures", png=True)
        tell("Workbook", 0, 1)
        book = staged / report.name
        write_book(found, section, units, book)
        publish([(folder, outputs), (book, report)], staged)
    return outputs, report
