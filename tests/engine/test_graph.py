from dataclasses import replace

import pytest
from dense import Plain, key, to_model

from hecon.engine.expression import parse
from hecon.engine.graph import Circular, Graph, UndefinedName
from hecon.engine.program import Program
from hecon.errors import ModelError

BASE = Plain(
    states={"A": 0, "Dead": 0},
    initial={"A": "1"},
    transitions={("A", "Dead"): "p_die", ("A", "A"): "rest", ("Dead", "Dead"): "rest"},
    strategies=("X", "Y", "Z"),
    parameters=("p", "hr"),
    formulas={"p_die": "p * relative", "relative": "1", "relative[Z]": "hr"},
)


def graph(plain, varying=()):
    keys = frozenset(key(v) for v in varying)
    return Graph(to_model(plain), keys, frozenset(key(p) for p in plain.parameters))


def program(plain, **numbers):
    given = {key(n): v for n, v in numbers.items()}
    return Program(to_model(plain), given, frozenset(), 10, 12.0)


def test_equal_strategies_share_a_trace():
    assert program(BASE, p=0.1, hr=0.5).trace_of == [0, 0, 1]


def test_a_computation_exists_once():
    g = graph(BASE)
    first = g.lower(parse("p * hr + exp(p * hr)"), "X")
    assert sum(n.op == "mul" for n in g.nodes) == 1
    assert g.lower(parse("p * hr + exp(p * hr)"), "Y") is first


def test_strategies_read_their_own_formula():
    g = graph(BASE)
    assert g.lower(parse("relative"), "X").op == "const"
    assert g.lower(parse("relative"), "Z").what == ("hr", None)


def test_a_node_knows_what_it_varies_over():
    g = graph(BASE, ["p"])
    kinds = {
        text: (node.by_draw, node.by_cycle)
        for text in ("p", "hr", "p * hr", "cycle", "hr * cycle", "p * cycle", "age", "cycle_years")
        for node in [g.lower(parse(text), "X")]
    }
    assert kinds == {
        "p": (True, False),
        "hr": (False, False),
        "p * hr": (True, False),
        "cycle": (False, True),
        "hr * cycle": (False, True),
        "p * cycle": (True, True),
        "age": (False, True),
        "cycle_years": (False, False),
    }


def test_circular_formulas():
    plain = replace(BASE, formulas={"aa": "bb + 1", "bb": "2 * cc", "cc": "aa"})
    with pytest.raises(Circular) as caught:
        graph(plain).lower(parse("aa"), "X")
    assert caught.value.path == ["aa", "bb", "cc", "aa"]


def test_a_formula_that_needs_itself():
    with pytest.raises(Circular, match="aa -> aa"):
        graph(replace(BASE, formulas={"aa": "aa + 1"})).lower(parse("aa"), "X")


def test_unknown_name():
    with pytest.raises(UndefinedName) as caught:
        graph(BASE).lower(parse("p + nothing"), "X")
    assert (caught.value.name, caught.value.strategy) == ("nothing", "X")


def test_unknown_table():
    with pytest.raises(UndefinedName, match="life"):
        graph(BASE).lower(parse("life.female(age)"), "X")


def test_a_long_chain_of_formulas_with_local_names_is_quick():
    """Each formula uses the one before twice; 2 ** 40 steps if it were read again every time."""
    formulas = {"v0": "years_in_state", **{f"v{i}": f"v{i - 1} + v{i - 1}" for i in range(1, 41)}}
    g = graph(replace(BASE, formulas=formulas))
    node = g.lower(parse("v40"), "X", local={"years_in_state": g.constant(1.0)})
    assert node.op == "add"
    assert g.lower(parse("v1"), "X", local={"years_in_state": g.constant(2.0)}) is not g.lower(
        parse("v1"), "X", local={"years_in_state": g.constant(1.0)}
    )


def test_a_design_may_override_a_formula():
    model = to_model(BASE)
    g = Graph(model, frozenset({key("p_die")}), frozenset({key("p_die")}))
    assert g.lower(parse("p_die"), "X").op == "parameter"


def two_complements(model):
    extra = replace(model.transitions[1], target="Dead", strategy="Z")
    return replace(model, transitions=(*model.transitions[1:], extra))


def test_two_complements_in_a_row():
    model = two_complements(to_model(BASE))
    given = {("p", None): 0.1, ("hr", None): 1.0}
    with pytest.raises(ModelError, match="strategy Z, from A: the row of A has two complements"):
        Program(model, given, frozenset(), 10, 12.0)


def test_two_complements_at_the_start():
    plain = replace(BASE, initial={"A": "rest", "Dead": "rest"})
    with pytest.raises(ModelError, match="two complements, A and Dead"):
        program(plain, p=0.1, hr=1.0)
