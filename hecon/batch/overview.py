"""A batch for people: countries beside each other, scenarios as a matrix, and what differs."""

import pickle
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from hecon.analyses.swaps import Swaps, swaps
from hecon.batch.cases import SentStudy
from hecon.errors import HeconError
from hecon.report.content import Column, Listing, Section, Sentence, Table, change, count, table
from hecon.studies.study import BASE, Study

_STUDY = Column("study", "Study", "name")
_PLACE = Column("place", "Jurisdiction", "label", meaning="with perspective and subgroup, if any")
_SCENARIO = Column("scenario", "Scenario", "label")
_TITLE = Column("title", "Title", detail=True)
_ICER = Column("icer", "ICER", "number", words="words", meaning="in the jurisdiction's money")
_WORDS = Column("words", "In words", shown=False, meaning="what the differences mean")
_HEALTH = Column(
    "net_health_benefit",
    "Net benefit over threshold",
    "gain",
    meaning="incremental net monetary benefit over the threshold: comparable between currencies",
)
_PROBABILITY = Column("probability", "Cost-effective in draws", "share")
_WHOLE = (
    _STUDY,
    _PLACE,
    _SCENARIO,
    _TITLE,
    Column("compared", "Compared", "label", detail=True),
    Column("currency", "Currency", "name"),
    Column("cost_difference", "Cost", "number"),
    Column("qaly_difference", "QALYs", "gain"),
    _ICER,
    _WORDS,
    Column("threshold", "Value of a QALY", "number"),
    _HEALTH,
    _PROBABILITY,
    Column("cost_effective", "Cost-effective", "flag"),
    Column("grade", "Grade", "label", detail=True, meaning="of a study that is no basis to decide"),
    Column("status", "Weakest status", "status", detail=True),
)
_COUNTRIES = (*(c for c in _WHOLE if c.key not in ("scenario", "title", "status")),)
_STATED = (
    _STUDY,
    _PLACE,
    Column("compared", "Compared", "label", detail=True),
    Column("currency", "Currency", "name"),
    Column("at", "Value of a QALY", "number"),
    Column("nmb", "Net benefit", "number", meaning="in the jurisdiction's money"),
    _PROBABILITY,
    Column("cost_effective", "Cost-effective", "flag"),
)
_SWITCH = (
    Column("scenarios", "Scenarios", "count", meaning="that compare the same pair"),
    Column("switching", "Other decision", "count", meaning="scenarios that decide otherwise"),
)
_PARTS = (
    _STUDY,
    Column("to", "To", "name"),
    Column("group", "What differs", "label"),
    Column("cost", "Cost", "change", shown=False, meaning="in the money of the first"),
    Column("qaly", "{effects}", "gain", shown=False),
    Column("nmb", "Net benefit", "change", meaning="in the money of the first"),
)


@dataclass(frozen=True)
class Between:
    """What leads from one country's base case to another's, or why nothing does."""

    study: str
    first: SentStudy
    second: SentStudy
    found: Swaps | None
    why: str = ""


def between_countries(
    cases: Sequence[SentStudy], tell: Callable[[int, int], None] | None = None
) -> list[Between]:
    """From the first jurisdiction of each study to each other one, by swapping."""
    plain = [case for case in cases if not (case.perspective or case.subgroup)]
    pairs = [(next(c for c in plain if c.study == case.study), case) for case in plain]
    pairs = [(a, b) for a, b in pairs if a is not b]
    made = []
    for position, (a, b) in enumerate(pairs):
        if tell is not None:
            tell(position, len(pairs))
        first, second = (_study(case) for case in (a, b))
        names = (first.jurisdiction.definition.title, second.jurisdiction.definition.title)
        try:
            made.append(Between(a.study, a, b, swaps(first, second, names)))
        except HeconError as error:
            made.append(Between(a.study, a, b, None, str(error)))
    return made


def _study(case: SentStudy) -> Study:
    study: Study = pickle.loads(case.content)
    return study


def compared_results(
    results: pd.DataFrame, titles: dict[tuple[str, str], str], unjudged: Collection[str] = ()
) -> pd.DataFrame:
    """One row a comparison of a job, with the columns of `_WHOLE`.

    Base values stand before means of draws where both are there; the probability is that of the
    most draws. Net benefit and probability are those at the job's own threshold.

    Args:
        unjudged: Jurisdictions without a threshold to judge by: there is no verdict in them.
    """
    rows = _comparisons(results)
    rows["title"] = [
        titles.get(key, "") for key in zip(rows["study"], rows["scenario"], strict=True)
    ]
    keys = ["study", "place", "jurisdiction", "scenario", "title", "of"]
    keys += ["currency", "grade", "status"]
    words = rows[rows["figure"] == "icer"].groupby(keys, sort=False)["words"].first()
    wide = (
        rows.sort_values("draws", kind="stable")
        .groupby([*keys, "figure"], sort=False)["value"]
        .agg(lambda values: values.iloc[0])
        .unstack("figure")
    )
    wide = wide.reindex(words.index).assign(words=words).reset_index()
    for column in ("threshold", "nmb", "probability", "icer"):
        if column not in wide:
            wide[column] = float("nan")
    wide["net_health_benefit"] = wide["nmb"] / wide["threshold"]
    judged = wide["nmb"].notna() & ~wide["jurisdiction"].isin(list(unjudged))
    wide["cost_effective"] = (wide["nmb"] >= 0).astype(object).where(judged, None)
    return wide.rename(columns={"of": "compared"})


def stated_results(results: pd.DataFrame, unjudged: Collection[str] = ()) -> pd.DataFrame:
    """Base cases at every value of a QALY that their jurisdictions state, with `_STATED`."""
    rows = _comparisons(results)
    rows = rows[(rows["scenario"] == BASE) & rows["at"].notna()]
    keys = ["study", "place", "jurisdiction", "of", "currency", "at"]
    wide = (
        rows.sort_values("draws", kind="stable")
        .groupby([*keys, "figure"], sort=False)["value"]
        .first()
        .unstack("figure")
        .reset_index()
        .reindex(columns=[*keys, "nmb", "probability"])
    )
    judged = ~wide["jurisdiction"].isin(list(unjudged))
    wide["cost_effective"] = (wide["nmb"] >= 0).astype(object).where(judged, None)
    several = wide.groupby(["study", "place", "of"])["at"].transform("size") > 1
    wide = wide[several].sort_values(["study", "place", "at"], kind="stable")
    return wide.rename(columns={"of": "compared"}).reset_index(drop=True)


def _comparisons(results: pd.DataFrame) -> pd.DataFrame:
    """Figures of comparisons, with the place that they are of."""
    rows = results[results["of"].str.contains(" v ", regex=False)].copy()
    places = rows[["jurisdiction", "perspective", "subgroup"]]
    rows["place"] = places.apply(lambda row: ", ".join(filter(None, row)), axis=1)
    return rows


def overview(
    compared: pd.DataFrame,
    stated: pd.DataFrame,
    between: Sequence[Between],
    faults: Table | None,
) -> list[Section]:
    """Sections in reading order; the first is the answer."""
    sections = _answer(compared)
    if len(stated):
        caption = "Base cases at each value of a QALY; no verdict where none is stated"
        keys = ("study", "place", "at")
        made = table("base_cases_by_threshold", caption, _STATED, stated, keys)
        sections.append(Section("thresholds", "Thresholds", (), (made,)))
    for study, rows in compared.groupby("study", sort=False):
        sections.append(_matrix(str(study), rows))
        some = [each for each in between if each.study == study]
        if some:
            sections.append(_why(str(study), some))
    whole = table(
        "comparisons", "Every comparison", _WHOLE, compared, ("study", "place", "scenario")
    )
    sections.append(Section("comparisons", "All comparisons", (), (whole,)))
    if faults is not None:
        sections.append(Section("faults", "Faults", (), (faults,)))
    return sections


def _answer(compared: pd.DataFrame) -> list[Section]:
    base = compared[compared["scenario"] == BASE]
    made = []
    for row in base.to_dict("records"):
        alike = compared[
            (compared["study"] == row["study"])
            & (compared["place"] == row["place"])
            & (compared["compared"] == row["compared"])
            & (compared["scenario"] != BASE)
        ]
        other = alike["cost_effective"] != row["cost_effective"]
        made.append({**row, "scenarios": len(alike), "switching": int(other.sum())})
    columns = (*_COUNTRIES, *_SWITCH)
    frame = pd.DataFrame(made, columns=[c.key for c in columns])
    said = (
        "{study}: {a} is cost-effective against {b} in {number} of {all} base cases with a "
        "threshold: {names}."
    )
    sentences = []
    for (study, pair, grade), rows in frame.groupby(["study", "compared", "grade"], sort=False):
        a, b = str(pair).split(" v ", 1)
        judged = rows[rows["cost_effective"].notna()]
        yes = judged.loc[judged["cost_effective"].astype(bool), "place"].tolist()
        sentences.append(
            Sentence(
                (f"{grade}: " if grade else "") + said,
                {
                    "study": str(study),
                    "a": a,
                    "b": b,
                    "number": count(len(yes)),
                    "all": count(len(judged)),
                    "names": Listing(yes, 10),
                },
                "verdict",
            )
        )
    if frame.empty:
        sentences.append(Sentence("The plan has no base case; all comparisons are listed below."))
    caption = "Base cases beside each other, amounts in the money of each"
    made_table = table("base_cases", caption, columns, frame, ("study", "place"))
    return [
        Section("answer", "The answer", tuple(sentences)),
        Section("base_cases", "Base cases", (), (made_table,)),
    ]


def _matrix(study: str, rows: pd.DataFrame) -> Section:
    """Scenarios by jurisdictions: one table a figure."""
    caption = {
        "net_health_benefit": "Net benefit over the threshold, in QALYs: above 0 is cost-effective",
        "icer": "ICER, in the money of each jurisdiction",
        "probability": "Share of draws in which it is cost-effective",
        "words": "What the differences mean",
    }
    # a scenario's title may name another amount in each country: the first one's stands for all
    titles = rows.groupby("scenario", sort=False)["title"].first()
    rows = rows.assign(title=rows["scenario"].map(titles))
    tables = []
    for column in (_HEALTH, _ICER, _PROBABILITY, Column("words", "In words")):
        if rows[column.key].isna().all():
            continue
        own = (_SCENARIO, _TITLE, _PLACE, *((_WORDS,) if column.words else ()), column)
        place = {name: i for i, name in enumerate(titles.index)}
        frame = rows.sort_values("scenario", key=lambda s: s.map(place), kind="stable")
        name = f"{column.key}_{study}"
        said = f"{study}: {caption[column.key]}"
        keys = ("scenario", "title", "place")
        tables.append(table(name, said, own, frame, keys, spread="place"))
    return Section(f"matrix_{study}", f"Scenarios, {study}", (), tuple(tables))


def _why(study: str, between: Sequence[Between]) -> Section:
    """What each group of differences does to net benefit, from the first jurisdiction on."""
    frames, sentences = [], []
    for each in between:
        found = each.found
        if found is None:
            sentences.append(
                Sentence(
                    "{first} and {second} can't be compared: {why}",
                    {
                        "first": each.first.jurisdiction,
                        "second": each.second.jurisdiction,
                        "why": each.why,
                    },
                    "warning",
                )
            )
            continue
        frames.append(found.contributions.assign(study=study, to=each.second.jurisdiction))
        top = found.contributions.iloc[0] if len(found.contributions) else None
        if top is not None:
            sentences.append(
                Sentence(
                    "From {first} to {second} net benefit changes by {change}; {group} does most "
                    "({most}).",
                    {
                        "first": found.names[0],
                        "second": found.names[1],
                        "change": change(found.ends["nmb"][1] - found.ends["nmb"][0]),
                        "group": str(top["group"]),
                        "most": change(top["nmb"]),
                    },
                )
            )
    if not frames:
        return Section(f"why_{study}", f"What differs, {study}", tuple(sentences))
    frame = pd.concat(frames, ignore_index=True)
    first = between[0].first
    said = (
        f"Change of net benefit from {first.jurisdiction} ({first.currency}, {first.price_year}), "
        "mean over all orders of swapping"
    )
    made = table(f"differences_{study}", said, _PARTS, frame, ("study", "to", "group"), spread="to")
    return Section(f"why_{study}", f"What differs, {study}", tuple(sentences), (made,))
