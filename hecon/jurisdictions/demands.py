"""What a jurisdiction's agency demands of an evaluation, and how that is judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hecon.errors import FaultList, nearest_or_some
from hecon.parameters.parameter_schema import Status
from hecon.parameters.records import Required, Strict, Text, number
from hecon.parameters.tables import read_rows

#: Verdicts, the best first; the last is of a demand that nothing in the study answers to.
MET, PARTLY, NOT_MET, NOT_JUDGED = "met", "partly", "not met", "not judged"

#: Judged by hand: the verdict stands in `needs`, the reason in `note`.
STATED = "stated"

#: What is judged, with the entries of `needs` that it compares; any name is one of `inputs`.
CHECKS: Mapping[str, tuple[str, ...]] = {
    "discounting": ("from", "cost", "effect"),
    "threshold": ("kind", "values"),
    "severity": ("measure", "discounted", "acts on", "classes"),
    "inputs": (),
    "sources": ("inputs", "group", "tables", "source"),
    "equal value": ("utility",),
    "budget years": ("years",),
    "second perspective": (),
    "lifetime": (),
    "uncertainty": (),
    STATED: ("verdict", "where"),
}

#: An entry of `needs`: words, or numbers.
Needed = str | tuple[float, ...]


class DemandRow(Strict):
    """A row of `rules.csv`; without a `check` it is a fact that nothing is judged by."""

    body: Text = ""
    item: Required
    value: Required
    status: Status
    url: Text = ""
    note: Text = ""
    check: Text = ""
    needs: Text = ""


@dataclass(frozen=True)
class Demand:
    """A demand and what it is judged by: entries as in `CHECKS`."""

    row: DemandRow
    needs: Mapping[str, Needed]


def read_demands(path: Path, shown: str, faults: FaultList) -> tuple[Demand, ...]:
    """The demands of a file `rules.csv`, its facts left out; what is wrong goes to `faults`."""
    found = []
    for number_, row, _ in read_rows(path, shown, DemandRow, faults):
        if not row.check:
            if row.needs:
                faults.add(shown, number_, "needs", "is given, but no check")
            continue
        if row.check not in CHECKS:
            text = f"'{row.check}' is no check{nearest_or_some(row.check, CHECKS)}"
            faults.add(shown, number_, "check", text)
            continue
        try:
            found.append(Demand(row, _needs(row)))
        except ValueError as error:
            faults.add(shown, number_, "needs", str(error))
    return tuple(found)


def _needs(row: DemandRow) -> dict[str, Needed]:
    """Entries `name = value` of a cell, separated by semicolons."""
    allowed, found = CHECKS[row.check], dict[str, Needed]()
    for part in filter(None, (text.strip() for text in row.needs.split(";"))):
        name, equal, value = (text.strip() for text in part.partition("="))
        if not (equal and name and value):
            raise ValueError(f"found '{part}', allowed is 'name = value', separated by ';'")
        if row.check != "inputs" and name not in allowed:
            raise ValueError(f"'{name}' is no entry of {row.check}{nearest_or_some(name, allowed)}")
        if name in found:
            raise ValueError(f"'{name}' is there twice")
        words = name in _WORDS and row.check != "inputs"
        found[name] = value if words else _numbers(value)
    if row.check in ("inputs", "sources", STATED, *_NEEDED) and not found:
        raise ValueError("is empty; say what is needed")
    if row.check == STATED:
        verdict = found.get("verdict")
        if verdict not in (MET, PARTLY, NOT_MET):
            text = f"found verdict '{verdict or ''}', allowed are {MET}, {PARTLY} and {NOT_MET}"
            raise ValueError(text)
        if not row.note:
            raise ValueError("a verdict by hand has its reason in 'note'")
    return found


_NEEDED = ("discounting", "threshold", "severity", "equal value", "budget years")
_WORDS = (
    *("kind", "measure", "discounted", "acts on"),
    *("inputs", "group", "tables", "source", "verdict", "where"),
)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(number(part) for part in text.split(","))
