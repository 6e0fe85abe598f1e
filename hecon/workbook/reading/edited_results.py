"""Where a workbook that came back has its discounted totals."""

from contextlib import closing
from pathlib import Path

from hecon.parameters.units import QALY
from hecon.report.language import say
from hecon.report.things_called import study_units
from hecon.studies.study import Study
from hecon.workbook.reading.cells import at, bounded_rows, open_book
from hecon.workbook.sheets.totals_sheet import TITLE, total_label
from hecon.workbook.translated import sheet_title


def total_rows(path: Path, study: Study) -> dict[str, int]:
    """Rows of the discounted totals on Results, by ``cost`` and ``qaly``.

    The workbook is written in the language in force.

    Raises:
        LookupError: If the sheet or one of the rows is missing.
    """
    with closing(open_book(path)) as book:
        lines = enumerate(bounded_rows(book[sheet_title(TITLE)], most=1), start=1)
        rows = {str(at(cells, 0)): row for row, cells in lines}
    units = study_units(study)
    cost = total_label("cost", f"{units.currency} {units.price_year}", True)
    effect = total_label("qaly", QALY, True).replace(f"{QALY}s", units.effects)
    return {"cost": rows[say(cost)], "qaly": rows[say(effect)]}
