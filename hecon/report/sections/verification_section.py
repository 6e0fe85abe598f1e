"""Questions whose answers are known: the battery of checks."""

from hecon.analyses.run import Run
from hecon.analyses.verification.battery import battery_table
from hecon.report.content import Column, Section, Sentence, count, table
from hecon.report.registry import Analysis

COLUMNS = (
    Column("check", "Check"),
    Column("result", "Result", "status"),
    Column("figure", "Figure", meaning="what was measured"),
    Column("detail", "Detail", detail=True),
    Column("why", "Why", detail=True, meaning="why the answer is known"),
)
_RESULTS = ("pass", "fail", "not applicable")


def section(run: Run) -> Section:
    """Every check, the tally, and each check that fails by name."""
    found = run(battery_table)
    counts = found["result"].value_counts()
    passed, failed, beside = (count(counts.get(r, 0)) for r in _RESULTS)
    tally = Sentence(
        "{all} questions whose answers are known: {passed} pass, {failed} fail, {beside} not "
        "applicable.",
        {"all": count(len(found)), "passed": passed, "failed": failed, "beside": beside},
        "warning" if failed.value else "verdict",
    )
    fails = found[found["result"] == _RESULTS[1]]
    wrong = [
        Sentence("Failed: {check}; {detail}.", {"check": check, "detail": detail}, "warning")
        for check, detail in zip(fails["check"], fails["detail"], strict=True)
    ]
    checks = table("verification", "Verification battery", COLUMNS, found, ("check",))
    return Section("verification", "Verification", (tally, *wrong), (checks,), live="Checks")


def failed(section: Section) -> bool:
    """Whether a check fails."""
    return bool((section.tables[0].frame["result"] == _RESULTS[1]).any())


ANALYSIS = Analysis(
    section,
    """Ask a study questions whose answers are known.

    Nobody may appear or vanish, discounting at zero is no discounting, two strategies made equal
    have equal results, a higher price costs more, and so on: structure, cost-effectiveness,
    uncertainty, and the workbook's own formulas. The exit code is 1 if a check fails.

    \b
    Examples
      hecon verify inputs/studies/ptsd --jurisdiction norway
    """,
    failed=failed,
)
