"""The reporting checklist: CHEERS 2022."""

from hecon.analyses.run import Run
from hecon.report.content import Section, Sentence
from hecon.report.plain import plain_table
from hecon.report.registry import Analysis

TITLE = "CHEERS 2022"


def section(run: Run) -> Section:
    """Each item with where it is reported; nothing for a study without a checklist."""
    given = run.study.evidence("cheers")
    if not given:
        return Section("cheers", TITLE)
    text = Sentence(
        "Consolidated Health Economic Evaluation Reporting Standards (Husereau et al., BMJ "
        "2022;376:e067975). Sheets are those of the workbook."
    )
    return Section(
        "cheers", TITLE, (text,), (plain_table("cheers", "Where each item is reported", given),)
    )


ANALYSIS = Analysis(section)
