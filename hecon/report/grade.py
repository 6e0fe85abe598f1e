"""What is exploratory says so: in every conclusion, headline, caption of results and title."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import partial

from hecon.report.content import Amount, Drawn, Figure, Listing, Section, Sentence, Table
from hecon.report.language import say
from hecon.report.words import listed
from hecon.studies.study import Study

#: The mark that titles bear which are written while a study's figures and sheets are made.
_MARK: ContextVar[str] = ContextVar("grade", default="")

#: Kinds of figures in a sentence or a table that somebody could decide by.
_WEIGHED = {"money", "change", "millions", "effect", "gain"}


def mark(study: Study) -> str:
    """What stands before a study's conclusions; empty for one that is not exploratory."""
    if study.definition.grade:
        return "Exploratory"
    return f"Exploratory ({listed(study.exploratory)})" if study.exploratory else ""


def exploratory(study: Study) -> Sentence | None:
    """What a study marks as exploratory, said before its conclusions; None if it marks nothing."""
    if study.definition.grade:
        return Sentence("Exploratory: this is no basis for a decision.", tone="warning")
    if study.exploratory:
        return Sentence(
            "Exploratory, no basis for a decision: {names}.",
            {"names": Listing(study.exploratory)},
            "warning",
        )
    return None


def titled(study: Study, text: str) -> str:
    """A headline of a study: what is exploratory before it, whose base case if not its own."""
    text = say(text)
    if study.variant:
        text = f"{text} ({say(study.variant)})"
    return _marked(say(mark(study)), text)


def _marked(word: str, text: str) -> str:
    return (
        f"{word}: {text}"
        if word and not text.startswith(("Exploratory", say("Exploratory")))
        else text
    )


@contextmanager
def marking(word: str) -> Iterator[None]:
    """Titles written in the block bear a mark."""
    token = _MARK.set(word)
    try:
        yield
    finally:
        _MARK.reset(token)


def marked_title(text: str) -> str:
    """A title of results with the mark in force, if there is one."""
    return _marked(say(_MARK.get()), say(text))


def marked(section: Section, study: Study) -> Section:
    """A section whose conclusions, captions of results and titles of figures bear the mark."""
    word = mark(study)
    if not word:
        return section
    plain = section.name == "answer"

    def concludes(said: Sentence) -> bool:
        decides = plain or "{cost_effective}" in said.template or _weighs(said)
        return said.tone == "verdict" or (said.tone == "plain" and decides)

    return replace(
        section,
        sentences=tuple(replace(s, mark=word) if concludes(s) else s for s in section.sentences),
        tables=tuple(_table(t, word) for t in section.tables),
        figures=tuple(_figure(f, word) for f in section.figures),
    )


def _weighs(said: Sentence) -> bool:
    """Whether a sentence holds costs or effects of strategies."""
    values = said.values.values()
    return any(isinstance(value, Amount) and value.kind in _WEIGHED for value in values)


def _table(table: Table, word: str) -> Table:
    if _WEIGHED.isdisjoint(column.kind for column in table.columns):
        return table
    return replace(table, caption=_marked(word, table.caption))


def _figure(figure: Figure, word: str) -> Figure:
    chart = figure.chart and replace(figure.chart, title=_marked(word, figure.chart.title))
    return replace(figure, draw=partial(_drawn, figure.draw, word), chart=chart)


def _drawn(draw: Callable[[], Drawn], word: str) -> Drawn:
    with marking(word):
        return draw()
