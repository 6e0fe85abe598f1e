"""English words in what a Norwegian report shows: what the catalogue and studies translate."""

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from zipfile import ZipFile

from babel.messages.pofile import read_po

from hecon.report.study_texts import study_texts
from hecon.studies.budget_values import with_budget
from hecon.studies.study import Study

ROOT = Path(__file__).parents[1]
#: A word by itself: no part of a name, an address, a path or a formula.
WORD = re.compile(r"(?<![\w./#+*@=\[-])[^\W\d_]{2,}(?![\w(\[]|[._/+*=@#-]\w)")
#: A formula as studies write it, and what a table calls inputs that are drawn as one.
LEFT = re.compile(r"==| \* | if .+ else |\w\(\w+\)|\d+ minor inputs$")
#: A shorter name or citation counts only where it is all that is said.
LONG = 12


def english(shown: Iterable[str], study: Study) -> dict[str, list[str]]:
    """Texts with English words, and these, without names, citations and words of both languages."""
    words = vocabulary() - set(names(study))
    cited = quoted(study)
    held = sorted((text for text in cited if len(text) >= LONG), key=len, reverse=True)
    found = {}
    for text in dict.fromkeys(shown):
        if text in cited or LEFT.search(text) or not words & set(plain(text)):
            continue
        left = text
        for name in held:
            if name in left:
                left = left.replace(name, "|")
        if rest := sorted(words & set(plain(left))):
            found[text] = rest
    return found


def in_workbook(path: Path) -> list[str]:
    """Texts of a workbook's cells, footers and charts, and those within formulas."""
    found = []
    with ZipFile(path) as file:
        for part in (n for n in file.namelist() if re.match(r"xl/.*(sheet|shared|chart)", n)):
            xml = file.read(part).decode()
            found += re.findall(r"<(?:t|a:t)(?: [^>]*)?>([^<]*)<", xml)
            for left, right in re.findall(r"<oddFooter>&amp;L(.*)&amp;R&amp;A, ([^<]*)<", xml):
                found += [left.replace("&amp;&amp;", "&amp;"), right]
            for formula in re.findall(r"<f[^>]*>([^<]*)<", xml):
                # long texts stand in pieces
                found += re.findall(r'"((?:[^"]|"")*)"', unescape(formula).replace('"&"', ""))
        found += re.findall(r'<sheet [^>]*name="([^"]+)"', file.read("xl/workbook.xml").decode())
    return [unescape(text) for text in found]


def names(study: Study) -> Iterator[str]:
    """Names of inputs and files that are words, too, and of the country's folder."""
    yield study.jurisdiction.definition.name
    yield from (word for name in study.model.strategies for word in plain(name))
    yield from (p.text for p in with_budget(study).parameters)
    for plan in (*study.trials, *filter(None, [study.people])):
        yield from plan.assumptions
    yield "population"


def plain(text: str) -> list[str]:
    """Words in small letters, without those in capitals only."""
    return [word.lower() for word in WORD.findall(text) if not word.isupper()]


@cache
def vocabulary() -> frozenset[str]:
    """Words that are translated, without Norwegian ones.

    Those are words of the program's translations, and of a study's where its English has another.
    """
    foreign, own = set[str](), set[str]()
    for text, said in studies():
        foreign |= set(plain(text)) - set(plain(said))
        own |= set(plain(said)) - set(plain(text))
    for text, said in program():
        foreign |= set(plain(text))
        own |= set(plain(said))
    return frozenset(foreign - own)


def program() -> Iterator[tuple[str, str]]:
    """Texts of the program with their translations, without the names in braces."""
    with (ROOT / "hecon/report/locales/nb.po").open("rb") as file:
        for message in read_po(file, locale="nb"):
            ids, said = message.id, message.string
            both = zip(ids, said, strict=True) if isinstance(ids, tuple) else [(ids, said)]
            yield from ((re.sub(r"\{\w*\}", "", a), re.sub(r"\{\w*\}", "", b)) for a, b in both)


@cache
def studies() -> tuple[tuple[str, str], ...]:
    """Texts of the shipped studies with their translations."""
    files = sorted((ROOT / "inputs").rglob("texts_nb.csv"))
    return tuple((row["text"], row["translation"]) for file in files for row in table(file))


def quoted(study: Study) -> set[str]:
    """What stands in a study's files and is no text of it, and translations that quote English."""
    texts = study_texts(study)
    cells = {
        cell for folder in (study.jurisdiction.folder, *study.folders) for cell in held(folder)
    }
    return (cells - texts) | {
        said for text, said in studies() if set(plain(text)) & set(plain(said))
    }


def held(folder: Path) -> Iterator[str]:
    """Names of columns of a folder's tables, and cells of names, formulas and citations."""
    for file in folder.glob("*.csv"):
        if not file.match("texts_*"):
            for row in table(file):
                yield from row
                yield from (row[c] or "" for c in row if c in CITED)


def table(file: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


#: Columns of names, formulas and citations.
CITED = frozenset(
    (
        *("source", "citation", "url", "url_read", "doi", "study", "arm", "parameter"),
        *("treat1", "treat2", "treatment_class"),
        *("formula", "probability", "amount", "value", "name", "included", "week"),
    )
)
