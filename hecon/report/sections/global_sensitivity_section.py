"""All uncertain inputs at once: Sobol' indices and Morris screening."""

import pandas as pd

from hecon.analyses.global_sensitivity import (
    METHODS,
    SAMPLES,
    TRAJECTORIES,
    morris_table,
    sampled,
    sobol_table,
)
from hecon.analyses.run import Run
from hecon.report.content import (
    Chart,
    Column,
    Figure,
    Section,
    Sentence,
    Series,
    Table,
    count,
    share,
    table,
)
from hecon.report.pictured import pictured
from hecon.report.registry import SAMPLED, THRESHOLD, Analysis, Idle, Option
from hecon.report.things_called import inputs, labeller
from hecon.report.vocabulary import LABEL, PARAMETER

_MEMBERS = Column("members", "Members", "name", shown=False, meaning="inputs sampled as one")
_IDLE = Column("without_influence", "Without influence", "flag", shown=False)


def _interval(key: str, heading: str, kind: str) -> tuple[Column, ...]:
    return (
        Column(key, heading, kind),  # type: ignore[arg-type]
        Column(f"{key}_low", "95 % from", kind, detail=True),  # type: ignore[arg-type]
        Column(f"{key}_high", "to", kind, detail=True),  # type: ignore[arg-type]
    )


SOBOL = (
    LABEL,
    PARAMETER,
    _MEMBERS,
    *_interval("first_order", "By itself (first order)", "index"),
    *_interval("total", "With interactions (total)", "index"),
    _IDLE,
)
MORRIS = (
    LABEL,
    PARAMETER,
    *_interval("mu_star", "Mean size (mu*)", "money"),
    Column("mu", "Mean (mu)", "change"),
    Column("sigma", "Spread (sigma)", "money"),
    _IDLE,
)
#: A total share of the variance that matters, and an effect large beside the largest.
MATTERS, LARGE = 0.1, 0.5
#: How far a share may be from all and still be written as 100 %.
ROUNDED = 0.005


def _frame(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    label = labeller(run.study)
    return found.rename(columns={"idle": "without_influence"}).assign(
        label=[label(name) for name in found["parameter"]]
    )


def sobol_content(run: Run) -> tuple[tuple[Sentence, ...], Table]:
    """Shares of the variance of net benefit."""
    frame = _frame(run, run(sobol_table))
    live = frame[~frame["without_influence"]]
    most = live.loc[live["total"] >= MATTERS, "parameter"]
    alone = float(live["first_order"].sum())
    explained = (
        "The inputs acting alone explain {alone} of it; the rest is how they act together."
        if alone < 1 - ROUNDED
        else "The inputs acting alone explain all of it."
        if alone <= 1 + ROUNDED
        else "The estimates of what inputs explain alone add up to {alone}: more than all, by "
        "sampling error, so that nothing is left for how they act together."
    )
    words = (
        Sentence(
            "What matters (a total share of the variance of a tenth or more): {most}.",
            {"most": inputs(run.study, most)},
            "verdict",
        ),
        Sentence(explained, {"alone": share(alone)} if "{alone}" in explained else {}),
        Sentence(
            "Sobol' indices from {samples} base samples; 95 % by bootstrap.",
            {"samples": count(run.option("samples", SAMPLES))},
            "note",
        ),
    )
    caption = "Sobol' indices: shares of the variance of incremental net benefit, not clipped"
    return words, table("sobol", caption, SOBOL, frame, ("parameter",))


def morris_content(run: Run) -> tuple[tuple[Sentence, ...], Table]:
    """Elementary effects on net benefit."""
    frame = _frame(run, run(morris_table))
    live = frame[~frame["without_influence"]]
    most = live.loc[live["mu_star"] >= LARGE * live["mu_star"].max(), "parameter"]
    words = [
        Sentence(
            "The largest effects on net benefit over their whole range (at least half of the "
            "largest): {most}.",
            {"most": inputs(run.study, most)},
            "verdict",
        )
    ]
    bent = live.loc[live["sigma"] >= live["mu_star"], "parameter"]
    if len(bent):
        words.append(
            Sentence(
                "For {bent} sigma is as large as mu*: the effect depends on the other inputs or "
                "bends.",
                {"bent": inputs(run.study, bent)},
            )
        )
    elif live["sigma"].notna().any():
        words.append(
            Sentence("No sigma is as large as mu*: no effect depends that much on the others.")
        )
    if live["sigma"].isna().any():
        words.append(
            Sentence("Inputs sampled as one have no direction of their own, so no mu and sigma.")
        )
    caption = "Morris screening: elementary effects on net benefit over the whole range"
    return tuple(words), table("morris", caption, MORRIS, frame, ("parameter",))


def section(run: Run) -> Section:
    """Both methods, or the one that was asked for."""
    title = "Global sensitivity"
    method = run.option("method", METHODS[0])
    contents = []
    figures: list[Figure] = []
    if method != "morris" and run.get(sobol_table) is not None:
        contents.append(sobol_content(run))
        figures.append(
            pictured(run, "sobol", "bars.sobol_picture", sobol_table, chart=_SOBOL_CHART)
        )
    if method != "sobol" and run.get(morris_table) is not None:
        contents.append(morris_content(run))
        figures.append(pictured(run, "morris", "bars.morris_picture", morris_table))
    if not contents:
        why = run.missing.get(sobol_table.name) or run.missing[morris_table.name]
        return Section("sensitivity", title, (Sentence("Not worked out: {why}.", {"why": why}),))
    sentences = [s for words, _ in contents for s in words]
    return Section(
        "sensitivity", title, tuple(sentences), tuple(t for _, t in contents), tuple(figures)
    )


_SOBOL_CHART = Chart(
    "bars",
    "Share of the variance of net benefit",
    "sobol",
    "parameter",
    (Series("first_order", "by itself"), Series("total", "with interactions")),
)


ANALYSIS = Analysis(
    section,
    """Which uncertain inputs matter, all moving at once: Sobol' indices and Morris screening.

    Of incremental net monetary benefit, with 95 % intervals; correlated inputs are sampled as one.

    \b
    Examples
      hecon sensitivity inputs/studies/ptsd --jurisdiction norway
      hecon sensitivity inputs/studies/ptsd -j norway --method morris
      hecon sensitivity inputs/studies/ptsd -j norway --samples 1024 --threshold 275000
    """,
    (
        Option("method", METHODS, "Shares of variance, screening, or both.", METHODS[0]),
        THRESHOLD,
        Option(
            "samples", int, "Base samples of sobol, a power of two.", 2**13, least=1, most=2**20
        ),
        Option("trajectories", int, "Trajectories of morris.", TRAJECTORIES, least=2, most=10_000),
    ),
    settings=SAMPLED,
    idle=(
        Idle(("trajectories",), "method", "sobol", "has no meaning with --method sobol"),
        Idle(("samples",), "method", "morris", "has no meaning with --method morris"),
    ),
    rests_on=(sampled,),
    late=True,
    long=(sobol_table, morris_table),
)
