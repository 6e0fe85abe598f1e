"""Mathematics on a page means what the formula says: it is read back and worked out."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_expression_faces import CASES, NAMES, SETTINGS, VALUES, grow, leaf, python

from hecon.report.language import Language, speaking
from hecon.report.mathematics import mathematics

SIGNS = {"−": "-", "⋅": "*", "=": "==", "≤": "<=", "≥": ">=", "≠": "!=", ",": ","}
SIGNS |= {"∧": " and ", "∨": " or ", "¬": " not "}
OPENING = {"⌊": "floor(", "⌈": "ceil("}
FUNCTIONS = {"min": "min", "max": "max", "ln": "log", "logit": "logit", "Φ": "norm_cdf"}


def read(element: ElementTree.Element) -> str:
    """Python's arithmetic for an element, with no brackets but those that are drawn."""
    if element.tag == "mtext":
        return "".join(element.itertext())
    parts = [read(child) for child in element]
    text = element.text or ""
    match element.tag:
        case "math" | "mrow":
            return "".join(parts)
        case "mn":
            return text
        case "mi":
            return FUNCTIONS[text]
        case "mo":
            closing = {"⌋": ")", "⌉": ")"}
            return OPENING.get(text) or closing.get(text) or SIGNS.get(text, text)
        case "mfrac":
            return f"(({parts[0]}) / ({parts[1]}))"
        case "msqrt":
            return f"sqrt({''.join(parts)})"
        case "msup" if element[0].tag == "mi" and element[0].text == "e":
            return f"exp({parts[1]})"
        case "msup" if element[0].tag == "mi":
            return "expit"
        case "msup":
            # one sign is raised, or what stands in brackets, and nothing beside it
            assert len(element[0]) == 1 or element[0][-1].text == ")"
            return f"({parts[0]} ** ({parts[1]}))"
        case "mtable":
            (yes, when), (no, otherwise) = ([*row] for row in element)
            assert when[0].text == "if\u00a0"
            assert read(otherwise) == "otherwise"
            condition = "".join(map(read, when[1:]))
            return f"(({read(yes)}) if ({condition}) else ({read(no)}))"
        case "mtr" | "mtd":
            return "".join(parts)
    raise AssertionError(element.tag)


def meaning(text: str) -> str:
    drawn = mathematics(text)
    assert drawn is not None
    # a brace has no partner, bars are the same at either end
    root = ElementTree.fromstring(drawn)
    for row in root.iter("mrow"):
        if len(row) and row[0].text == "{":
            row[0].text = ""
        elif len(row) and row[0].text == row[-1].text == "|":
            row[0].text, row[-1].text = "abs(", ")"
    return read(root).strip()


@SETTINGS
@given(st.recursive(leaf, grow, max_leaves=8), st.tuples(*[st.floats(-3, 3)] * 3))
def test_what_is_drawn_is_what_is_computed(text: str, numbers: tuple[float, float, float]) -> None:
    values = dict(zip(NAMES, numbers, strict=True))
    try:
        wanted = python(text, values)
    except (ZeroDivisionError, OverflowError):
        return
    if math.isfinite(wanted) and abs(wanted) < 1e12:
        assert python(meaning(text), values) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("text", [t for t, _ in CASES if "life" not in t])
def test_brackets_are_drawn_where_they_are_needed(text: str) -> None:
    assert python(meaning(text), VALUES) == pytest.approx(python(text), rel=1e-14)


def test_an_index_a_link_and_a_table() -> None:
    found = mathematics("p_die_ill * life_table.female(age)", {"p_die_ill", "life_table.female"})
    assert found == (
        '<math role="group">'
        '<mtext><a href="#symbol-p_die_ill"><i>p</i><sub>die ill</sub></a></mtext><mo>⋅</mo>'
        '<mtext><a href="#symbol-life_table.female"><i>life</i><sub>table.female</sub></a></mtext>'
        "<mo>(</mo><mtext><span><i>age</i></span></mtext><mo>)</mo></math>"
    )


@pytest.mark.parametrize("text", ["", "two words", "<script>alert(1)</script>", "a; b"])
def test_what_is_no_formula_is_left_alone(text: str) -> None:
    assert mathematics(text) is None


def test_words_are_those_of_a_language() -> None:
    with speaking(Language("nb", {"if": "hvis", "otherwise": "ellers <"})):
        found = mathematics("1 if a else 0")
    assert found is not None
    assert "hvis\u00a0" in found
    assert "ellers &lt;" in found
