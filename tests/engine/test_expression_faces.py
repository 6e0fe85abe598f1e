"""The faces of an expression agree: NumPy, Python's own arithmetic, and Excel's rules."""

import math

import numpy as np
import pytest
from dense import FUNCTIONS, Plain, compiled, key, to_model
from hypothesis import given, settings
from hypothesis import strategies as st
from spreadsheet import value

from hecon.engine.expression import excel, is_zero, parse, substitute
from hecon.engine.values import formula_values

SETTINGS = settings(max_examples=150, derandomize=True, deadline=None)
NAMES = ("aa", "bb", "cc")
VALUES = {"aa": 0.7, "bb": 1.6, "cc": 2.5}
BLANK = Plain(
    states={"A": 0, "Dead": 0},
    initial={"A": "1"},
    transitions={("A", "A"): "rest", ("Dead", "Dead"): "rest"},
    parameters=NAMES,
)


def python(text, values=VALUES):
    return float(eval(compiled(text), {"__builtins__": {}}, {**FUNCTIONS, **values}))


def numpy(text, values=VALUES):
    columns = {key(n): np.full(3, v) for n, v in values.items()}
    (found,) = formula_values(to_model(BLANK), [(parse(text), None)], {}, columns)
    return float(np.broadcast_to(found, 3)[1])


def rendered(text):
    return excel(parse(text), lambda name: name, lambda column, k: f"LOOK({column},{k})")


def spreadsheet(text, values=VALUES):
    return float(value(rendered(text), values))


leaf = st.sampled_from((*NAMES, "2", "0.5", "3"))


def grow(inner):
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner).map(lambda t: f"({t[1]}) {t[0]} ({t[2]})"),
        st.tuples(st.sampled_from("+-*/"), leaf, leaf).map(lambda t: f"{t[1]} {t[0]} {t[2]}"),
        inner.map(lambda a: f"-({a})"),
        inner.map(lambda a: f"abs({a}) ** 2"),
        inner.map(lambda a: f"2 ** -min(3, ({a}))"),
        inner.map(lambda a: f"-(abs({a}) + 1) ** 0.5"),
        inner.map(lambda a: f"ceil({a}) + floor({a})"),
        inner.map(lambda a: f"1 / expit(min(5, max(-5, {a})))"),
        inner.map(lambda a: f"log(abs({a}) + 1) * sqrt(abs({a}))"),
        pair.map(lambda t: f"max({t[0]}, {t[1]}, 1)"),
        pair.map(lambda t: f"({t[0]} < {t[1]}) * 3 - (aa <= {t[1]} != 2)"),
        pair.map(lambda t: f"(({t[0]}) if ({t[1]}) > 1 and not aa == bb or cc else ({t[1]}))"),
        pair.map(lambda t: f"({t[0]}) if ({t[1]}) else 1 if aa < ({t[0]}) < 9 else 2"),
    )


@SETTINGS
@given(st.recursive(leaf, grow, max_leaves=8), st.tuples(*[st.floats(-3, 3)] * 3))
def test_three_faces_agree(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    try:
        wanted = python(text, values)
    except (ZeroDivisionError, OverflowError):
        return
    if not math.isfinite(wanted) or abs(wanted) > 1e12:
        return
    assert numpy(text, values) == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    assert spreadsheet(text, values) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


CASES = [
    ("-aa**2", "-(aa^2)"),
    ("(-aa)**2", "(-aa)^2"),
    ("aa-(bb-cc)", "aa-(bb-cc)"),
    ("aa-bb-cc", "aa-bb-cc"),
    ("aa-(bb+cc)", "aa-(bb+cc)"),
    ("aa/(bb*cc)", "aa/(bb*cc)"),
    ("aa/bb*cc", "aa/bb*cc"),
    ("(aa+bb)*cc", "(aa+bb)*cc"),
    ("aa+bb*cc", "aa+bb*cc"),
    ("2**-3**2", "2^-(3^2)"),
    ("2**3**2", "2^(3^2)"),
    ("(2**3)**2", "(2^3)^2"),
    ("-(aa+bb)", "-(aa+bb)"),
    ("--aa", "-(-aa)"),
    ("aa--bb", "aa--bb"),
    ("aa < bb", "IF(ROUND(aa-bb,9)<0,1,0)"),
    ("(aa < bb) * 2 + 1", "IF(ROUND(aa-bb,9)<0,1,0)*2+1"),
    ("aa < bb < cc", "IF(AND(ROUND(aa-bb,9)<0,ROUND(bb-cc,9)<0),1,0)"),
    ("aa - bb <= 0", "IF(ROUND(aa-bb,9)<=0,1,0)"),
    ("not aa", "IF(NOT(aa),1,0)"),
    ("1 if aa else 2", "IF(aa,1,2)"),
    ("1 if aa + bb else 2", "IF((aa+bb)<>0,1,2)"),
    ("1 if aa > 1 else 2 if bb > 1 else 3", "IF(ROUND(aa-1,9)>0,1,IF(ROUND(bb-1,9)>0,2,3))"),
    ("(aa if aa > bb else bb) * 2", "IF(ROUND(aa-bb,9)>0,aa,bb)*2"),
    (
        "1 if aa > 1 and bb != 2 or cc == 3 else 0",
        "IF(OR(AND(ROUND(aa-1,9)>0,ROUND(bb-2,9)<>0),ROUND(cc-3,9)=0),1,0)",
    ),
    ("ceil(aa)", "-INT(-ROUND(aa,9))"),
    ("ceil(aa)**2", "(-INT(-ROUND(aa,9)))^2"),
    ("2**ceil(aa)", "2^-INT(-ROUND(aa,9))"),
    ("bb-ceil(aa+1)", "bb--INT(-ROUND(aa+1,9))"),
    ("expit(aa)", "1/(1+EXP(-(aa)))"),
    ("1/expit(aa)", "1/(1/(1+EXP(-(aa))))"),
    ("expit(aa)**2", "(1/(1+EXP(-(aa))))^2"),
    ("logit(aa)", "LN((aa)/(1-(aa)))"),
    ("min(aa, bb, cc)", "MIN(aa,bb,cc)"),
    ("floor(aa)", "INT(ROUND(aa,9))"),
    ("0.1 + 1e-9", "0.1+1E-09"),
    ("1e300 * 2.5", "1E+300*2.5"),
    ("0.1234567890123456789", "0.12345678901234568"),
    ("life.female(age + 1)", "LOOK(life.female,ROUND(age+1,9))"),
]


@pytest.mark.parametrize(("text", "formula"), CASES)
def test_rendering(text, formula):
    assert rendered(text) == formula


@pytest.mark.parametrize("text", [t for t, _ in CASES if "life" not in t])
def test_rendering_means_the_same(text):
    """Excel reads the rendering as Python reads the text."""
    wanted = python(text)
    assert spreadsheet(text) == pytest.approx(wanted, rel=1e-15)
    assert numpy(text) == pytest.approx(wanted, rel=1e-15)


NEAR_14 = [14.0, 14 - 2e-15, 14 + 2e-15, 14 - 1e-12, 14 + 1e-6, 14 - 1e-6]


@pytest.mark.parametrize("number", NEAR_14)
def test_fault_51_faces_meet_a_boundary_alike(number):
    """What is 14 to nine decimals is 14."""
    values = {"aa": number, "bb": 0.0, "cc": 0.0}
    for sign in ("<", "<=", ">", ">=", "==", "!="):
        text = f"aa {sign} 14"
        wanted = eval(f"{round(number, 9)} {sign} 14")
        assert numpy(text, values) == spreadsheet(text, values) == wanted
    for name, wanted in (("floor", math.floor), ("ceil", math.ceil)):
        text = f"{name}(aa)"
        assert numpy(text, values) == spreadsheet(text, values) == wanted(round(number, 9))


def test_look_up_is_by_the_largest_key_not_above():
    table = {"t": {"age": [10, 11, 20], "v": [1.0, 2.0, 3.0]}}
    plain = Plain(BLANK.states, BLANK.initial, BLANK.transitions, parameters=NAMES, tables=table)
    asked = np.array([9.9, 10.0, 10.9, 11.0, 19.0, 20.0, 99.0, np.nan])
    columns = {("aa", None): asked}
    (found,) = formula_values(to_model(plain), [(parse("t.v(aa)"), None)], {}, columns)
    np.testing.assert_array_equal(found, [np.nan, 1, 1, 2, 2, 3, 3, np.nan])


def test_what_substitution_and_negation_keep():
    """Look-ups keep their table; a negated truth is a number; look-ups inside look-ups render."""
    replaced = substitute(parse("life.female(age) + 1"), {"age": parse("50")})
    assert (
        excel(replaced, str, lambda column, k: f"LOOK({column},{k})")
        == "LOOK(life.female,ROUND(50,9))+1"
    )
    assert rendered("1 if not (aa + bb) else 2") == "IF(NOT((aa+bb)<>0),1,2)"
    assert (
        rendered("life.a(norm.b(age) + (aa > 1))")
        == "LOOK(life.a,ROUND(LOOK(norm.b,ROUND(age,9))+IF(ROUND(aa-1,9)>0,1,0),9))"
    )
    zero = {
        "0": 1,
        "aa": 0,
        "0 * aa": 1,
        "exp(0)": 0,
        "-0": 1,
        "0 / aa": 1,
        "aa - aa": 0,
        "0 - 0": 1,
    }
    assert {text: is_zero(parse(text)) for text in zero} == zero
