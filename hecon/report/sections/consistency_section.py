"""Do direct and indirect evidence agree: side-splitting, Q by design, and the league."""

from hecon.analyses.consistency import network_designs, network_leagues, network_splits
from hecon.analyses.run import Run
from hecon.report.content import Column, Listing, Section, Sentence, count, table
from hecon.report.registry import Analysis

TITLE = "Consistency"
#: Probability of a difference as large by chance, below which it is named.
UNLIKELY = 0.05

_NETWORK = Column("network", "Network", "name", meaning="first estimate made from the network")
_PAIR = (Column("treatment", "Treatment", "name"), Column("against", "Against", "name"))
_STUDIES = Column("studies", "Studies", "count", meaning="studies that compare the two directly")
_P = Column("p", "p", "index", meaning="probability of a difference as large by chance")
SPLITS = (
    _NETWORK,
    *_PAIR,
    _STUDIES,
    Column("direct", "Direct", "index"),
    Column("direct_se", "Standard error", "index", detail=True),
    Column("indirect", "Indirect", "index"),
    Column("indirect_se", "Standard error", "index", detail=True),
    Column("difference", "Difference", "index"),
    Column("difference_se", "Standard error", "index", detail=True),
    _P,
    Column("tau2", "Heterogeneity (tau²)", "index", detail=True),
)
DESIGNS = (
    _NETWORK,
    Column("design", "Design", meaning="the treatments that its studies compare"),
    Column("studies", "Studies", "count"),
    Column("q", "Q", "number"),
    Column("df", "Degrees of freedom", "count"),
    _P,
)
LEAGUE = (
    _NETWORK,
    *_PAIR,
    _STUDIES,
    Column("estimate", "Estimate", "index", meaning="on the scale of the synthesis"),
    Column("se", "Standard error", "index", detail=True),
    Column("low", "95 % from", "index"),
    Column("high", "to", "index"),
    _P,
)


def section(run: Run) -> Section:
    """All networks of a study; nothing where it makes none."""
    splits = run(network_splits)
    if splits.empty and run(network_leagues).empty:
        return Section("consistency", TITLE)
    tables = []
    if len(splits):
        caption = "Direct against indirect evidence (side-splitting)"
        tables.append(
            table("network_splits", caption, SPLITS, splits, ("network", "treatment", "against"))
        )
    caption = "Heterogeneity within designs, and inconsistency between them"
    tables.append(
        table("network_designs", caption, DESIGNS, run(network_designs), ("network", "design"))
    )
    caption = "Every treatment against every other"
    keys = ("network", "treatment", "against")
    tables.append(table("network_league", caption, LEAGUE, run(network_leagues), keys))
    return Section("consistency", TITLE, (_verdict(run),), tuple(tables))


def _verdict(run: Run) -> Sentence:
    splits = run(network_splits)
    if splits.empty:
        return Sentence("No comparison is made both directly and in another way.", tone="verdict")
    apart = splits[splits["p"] < UNLIKELY]
    searched = count(len(splits))
    if apart.empty:
        return Sentence(
            "Direct and indirect evidence are nowhere further apart than chance explains (p below "
            "0.05), over {searched} comparisons that can be split.",
            {"searched": searched},
            "verdict",
        )
    names = [f"{r['treatment']} against {r['against']}" for r in apart.to_dict("records")]
    return Sentence(
        "Direct and indirect evidence disagree (p below 0.05) for {number} of {searched} "
        "comparisons: {names}.",
        {
            "number": count(len(apart)),
            "searched": searched,
            "names": Listing(list(dict.fromkeys(names))),
        },
        "warning",
    )


ANALYSIS = Analysis(
    section,
    """Do direct and indirect evidence agree, in each network of treatments that a study makes?

    \b
    Examples
      hecon consistency inputs/studies/ptsd_exploratory --jurisdiction norway
    """,
)
