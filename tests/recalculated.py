"""All formulas of a workbook, worked out once by either engine."""

from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.libreoffice import libreoffice_replays
from hecon.workbook.sheets.live_places import NUMBER, TITLE, place_live


def recalculate(path):
    return LiveWorkbook(path).values()


def by_libreoffice(path, timeout=300.0):
    (values,) = libreoffice_replays(path, [{}], timeout)
    return values


def work_out_draws(engine, book, *, numbers=True):
    """Work out the table of live draws, which formualizer does not read, as a spreadsheet does.

    Without `numbers` the cell that they take the place of stays as it is.
    """
    table = place_live(book).table
    column = table.column("packed")
    for number in range(table.rows + 1):
        if numbers:
            engine.set(TITLE, NUMBER, 2, float(number))
        top = table.first - 2
        ((text,),) = engine.area(TITLE, (top, column, top, column))
        engine.set(TITLE, table.first - 1 + number, column, text)
    engine.set(TITLE, NUMBER, 2, 0.0)
