"""Settings that can be tried out live, but belong to the files of the study or jurisdiction."""

from collections.abc import Iterator

from hecon.report.language import say
from hecon.workbook.reading.cells import WorkbookReading, as_shown, at, changed, is_formula
from hecon.workbook.sheet_layout import HEADER, INPUTS
from hecon.workbook.sheets import acceptability_sheet, severity_sheet
from hecon.workbook.sheets.inputs_sheet import settings_heading
from hecon.workbook.sheets.model_settings import plain_settings, settings_rows


def read_settings(reading: WorkbookReading) -> None:
    """Every setting must be as it was: a change of it belongs into a file."""
    for sheet, cell, before, value, owner in (*_numbers(reading), *_classes(reading)):
        number = float(value) if isinstance(value, int | float) else None
        if number is None or changed(before, number):
            reading.fault(
                sheet, cell, f"this setting belongs to the {owner}'s file; change it there"
            )


def _numbers(reading: WorkbookReading) -> Iterator[tuple[str, str, float, object, str]]:
    """Settings on Inputs; those that are computed must still be."""
    own = plain_settings(reading.study)
    missing = as_shown({name: name for name, _ in settings_rows(reading.study)})
    heading, below = say(settings_heading(reading.study)), False
    for row, cells in reading.rows(INPUTS, HEADER + 1):
        shown, value = str(at(cells, 0)), at(cells, 2)
        below = below or shown == heading
        if not below or shown not in missing:
            continue
        name = missing.pop(shown)
        if name in own:
            yield INPUTS, f"C{row}", own[name], value, "study"
        elif not is_formula(value):
            text = f"'{name}' is computed and was typed over; change the inputs that it rests on"
            reading.fault(INPUTS, f"C{row}", text)
    for name in sorted(missing.values()):
        reading.fault(INPUTS, "", f"the row of the setting '{name}' is missing")


def _classes(reading: WorkbookReading) -> Iterator[tuple[str, str, float, object, str]]:
    """Classes of severity, and the values of a QALY on Acceptability."""
    study = reading.study
    rule = study.jurisdiction.definition.severity
    if rule is not None and study.population is not None:
        lines = dict(reading.rows(severity_sheet.TITLE, severity_sheet.FIRST))
        for row, step in enumerate(rule.classes, start=severity_sheet.FIRST):
            cells = lines.get(row, ())
            yield severity_sheet.TITLE, f"D{row}", step.shortfall, at(cells, 3), "jurisdiction"
            yield severity_sheet.TITLE, f"E{row}", step.factor, at(cells, 4), "jurisdiction"
            if step.proportional is not None:
                yield (
                    severity_sheet.TITLE,
                    f"F{row}",
                    step.proportional,
                    at(cells, 5),
                    "jurisdiction",
                )
    if not study.uncertain:
        return
    lines = dict(reading.rows(acceptability_sheet.TITLE, acceptability_sheet.FIRST))
    for row, threshold in enumerate(
        acceptability_sheet.thresholds(study), start=acceptability_sheet.FIRST
    ):
        value = at(lines.get(row, ()), 0)
        yield acceptability_sheet.TITLE, f"A{row}", threshold, value, "jurisdiction"
