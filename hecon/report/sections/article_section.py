"""What an article says, fact by fact, and what the model makes of it."""

from hecon.analyses.article import article_facts
from hecon.analyses.run import Run
from hecon.report.content import Column, Section, Sentence, table
from hecon.report.registry import Analysis
from hecon.report.vocabulary import STATUS

TITLE = "Article"
COLUMNS = (
    Column("fact", "Fact", "name", detail=True),
    Column("says", "The article says"),
    Column("figure", "In the model"),
    Column("text", "Figure"),
    Column("cross_check", "Cross-check", detail=True),
    STATUS,
    Column("reference", "Reference", "name", shown=False),
    Column("value", "Value", "number", shown=False),
)


def section(run: Run) -> Section:
    """Every fact with the model's figures; nothing for a study that begins with no article."""
    found = run(article_facts)
    if found.empty:
        return Section("article", TITLE)
    said = Sentence(
        "Facts of the article that the study began with, how each was checked, and the model's "
        "own figures, for the base case and its scenarios."
    )
    caption = "What the article says and what the model makes of it"
    return Section(
        "article", TITLE, (said,), (table("article", caption, COLUMNS, found, ("fact", "figure")),)
    )


ANALYSIS = Analysis(
    section,
    """What the article says that a study began with, and what the model makes of it.

    \b
    Examples
      hecon article inputs/studies/ptsd --jurisdiction norway
    """,
    lacking="the study states no facts of an article",
)
