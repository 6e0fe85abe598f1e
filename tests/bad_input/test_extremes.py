"""Formulas and definitions made to exhaust something: a message, never a crash."""

import contextlib

import pytest

from hecon.analyses.evaluate import evaluate
from hecon.errors import HeconError, InputError
from hecon.parameters.design import base_case

FORMULAS = {
    "brackets": "(" * 5000,
    "closed brackets": "(" * 900 + "1" + ")" * 900,
    "minus signs": "-" * 3000 + "1",
    "minus signs within the length": "-" * 1900 + "1",
    "minus signs within the parts": "-" * 190 + "1",
    "bad part below minus signs": "-" * 190 + "[1]",
    "minus signs in a bad part": "[" + "-" * 190 + "1]",
    "not": "not " * 180 + "1",
    "sum": " + ".join(["1"] * 95),
    "tower of powers": "**".join(["9"] * 90),
    "tower of three": "9**9**9",
    "long integer": "1" * 1900,
    "integer of too many digits": "1" * 4400,
    "long decimals": "0." + "1" * 1900,
    "exponent": "1e999999999",
    "imaginary": "1j",
    "hexadecimal": "0xFF",
    "NUL": "1\x002",
    "line end": "1\\\n+ 1",
    "calls": "exp(" * 120 + "1" + ")" * 120,
    "choices": "1 if 0 else " * 60 + "1",
    "comparisons": " < ".join(["1"] * 90),
    "number run into a word": "1if 1else 2",
    "identity": "1 is 1",
    "called number": "1(2)",
    "long name": "a" * 1990,
    "full width digits": "１ + ２",
    "full width letters": "ｃ_ill",
    "walrus": "(c_ill := 2)",
    "star": "max(*c_ill)",
    "keyword": "max(a=1, b=2)",
    "await": "await c_ill",
    "yield": "(yield)",
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.parametrize(
    ("file", "old"),
    [("payoffs.csv", "c_ill,year"), ("variables.csv", "life.all(age)")],
)
def test_formulas(small, file, old, formula):
    ending = ",year" if old.endswith(",year") else ""
    small.change(file, old, '"' + formula + '"' + ending)
    with contextlib.suppress(HeconError):
        study = small.load()
        evaluate(study.model, base_case(study.parameters))


def chain(length):
    """Variables of which each rests on the next."""
    links = [f"link_{i},all,link_{i + 1} + 1,1,chain" for i in range(length)]
    end = f"link_{length},all,1,1,end"
    return "\n".join(["name,strategy,formula,unit,description", *links, end])


def test_long_chain_of_formulas(small):
    path = small.folder / "variables.csv"
    text = path.read_text().partition("\n")[2]
    path.write_text(chain(100) + "\n" + text)
    study = small.load()
    evaluate(study.model, base_case(study.parameters))
    path.write_text(chain(1900) + "\n" + text)
    assert small.faults() == [
        "small/variables.csv, row 2, column formula: formulas nest 3801 levels deep, "
        "allowed are 250"
    ]


def test_long_circle(small):
    path = small.folder / "variables.csv"
    text = path.read_text().partition("\n")[2]
    circle = chain(1900).replace("link_1900,all,1,", "link_1900,all,link_0,")
    path.write_text(circle + "\n" + text)
    (fault,) = small.faults()
    assert fault.startswith("small/variables.csv, row 2, column formula: circular formulas: link_0")


def test_long_course(small):
    path = small.folder / "sessions.csv"
    path.write_text(path.read_text() + "".join(f"Old,{i},1,1,1\n" for i in range(3, 301)))
    study = small.change("study.toml", 'attendance = "1"', 'attendance = "1 / n_sessions"').load()
    costs = evaluate(study.model, base_case(study.parameters))["cost_undiscounted"]
    assert float(costs.sel(strategy="Old", item="Staff").squeeze()) == pytest.approx(50.0)


DEFINITIONS = {
    "lists": "x = " + "[" * 5000,
    "digits": "x = " + "9" * 5000,
    "NUL": "x = 1\x00",
    "tables": "[" * 3000,
    "inline tables": "x = {" * 2000,
    "backslash": "\\",
    "equals": "=",
    "exponent": "x = 1e9999",
    "long key": "x" * 5000 + " = 1",
}


@pytest.mark.parametrize("text", DEFINITIONS.values(), ids=DEFINITIONS)
@pytest.mark.parametrize("file", ["study.toml", "jurisdiction.toml"])
def test_definitions(small, file, text):
    path = small.folder / file
    path.write_text(text + "\n" + path.read_text())
    with pytest.raises(InputError, match=f"small/{file}") as caught:
        small.load()
    assert len(str(caught.value)) < 1_000


def test_parser_gives_up(small, monkeypatch):
    """Whatever makes the parser give up is a fault of its cell."""

    def give_up(text):
        raise RecursionError

    monkeypatch.setattr("hecon.parameters.cell_text.parse", give_up)
    faults = small.faults()
    assert faults[0] == (
        "small/jurisdiction.toml, column discount.steps[1].start: "
        "'0' is too large or nests too deeply"
    )
