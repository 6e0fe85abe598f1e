"""All formulas of a workbook, worked out once by either engine."""

from hecon.workbook.cached import LiveWorkbook
from hecon.workbook.libreoffice import libreoffice_replays


def recalculate(path):
    return LiveWorkbook(path).values()


def by_libreoffice(path, timeout=300.0):
    (values,) = libreoffice_replays(path, [{}], timeout)
    return values
