import warnings

import pytest

from hecon.engine.expression import (
    MAX_LENGTH,
    Expr,
    ExpressionError,
    constant,
    is_zero,
    parse,
    substitute,
)

REFUSED = [
    "a.b",
    "().__class__",
    "a.__class__",
    "a.__class__(1)",
    "__import__('os')",
    "__builtins__",
    "_x",
    "print(1)",
    "open(1)",
    "exp(x=1)",
    "exp(*a)",
    "a.b.c(1)",
    "a.b(1, 2)",
    "a.b(key=1)",
    "a.b()",
    "(a)(1)",
    "a[0]",
    "'text'",
    "f'{a}'",
    "b'x'",
    "lambda x: x",
    "[a for a in b]",
    "(a for a in b)",
    "{a: b for a in b}",
    "[1, 2]",
    "(1, 2)",
    "{1}",
    "{}",
    "True",
    "None",
    "...",
    "1j",
    "1e999",
    "1" + "0" * 400,
    "a ^ b",
    "a // b",
    "a % b",
    "a @ b",
    "a & b",
    "a | b",
    "~a",
    "a << 2",
    "a is b",
    "a in b",
    "(a := 1)",
    "await a",
    "yield a",
    "a = 1",
    "a; b",
    "import os",
    "a\nb",
    "",
    "   ",
    "1 +",
    "a b",
    "\0",
    "(" * 500 + "1" + ")" * 500,
    "-" * 900 + "1",
    "if a: b",
    "exp()",
    "exp(1, 2)",
    "min(1)",
    "sqrt()",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_power_sign_has_a_hint():
    with pytest.raises(ExpressionError, match=r"write \*\* for a power"):
        parse("2 ^ 3")


def test_unknown_function_names_the_allowed_ones():
    with pytest.raises(ExpressionError, match=r"'sin' is not a function; allowed are min, max"):
        parse("sin(1)")


def test_too_long():
    with pytest.raises(ExpressionError, match=f"longer than {MAX_LENGTH}"):
        parse("1" + " + 1" * MAX_LENGTH)


def test_too_many_parts():
    with pytest.raises(ExpressionError, match="more than"):
        parse("+".join(["a"] * 300))


@pytest.mark.parametrize("text", ["1", "1.5e-3", ".5", "a", "+a", "min(a, b, c)", "t.c(age + 1)"])
def test_accepted(text):
    assert parse(text).text == text


@pytest.mark.parametrize(
    "text", ["1if 1else 2", "1or 2", "1 is 1", "1()", "1[0]", "'a' is b", "'\\d'"]
)
@pytest.mark.parametrize("action", ["error", "always"])
def test_python_never_warns_of_a_formula(text, action):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter(action)
        try:
            parse(text)
            accepted = True
        except ExpressionError:
            accepted = False
    assert seen == []
    assert accepted == (text in ("1if 1else 2", "1or 2"))


def test_names_and_tables():
    expr = parse("a + life.female(age) * (b if cycle > 1 else exp(c))")
    assert expr.names == {"a", "age", "b", "cycle", "c"}
    assert expr.tables == {"life.female"}


def test_text_plays_no_part_in_equality():
    assert parse("a+b") == parse("a + b")
    assert parse("a+b") != parse("b+a")


def test_substitute():
    expr = substitute(parse("a * (b + 1)"), {"b": parse("c - 2")})
    assert expr == parse("a * (c - 2 + 1)")
    assert substitute(constant(3), {}) == constant(3)


@pytest.mark.parametrize("text", ["0", "0 * a", "a * 0", "0 / a", "-0", "0 - 0 * a", "0 + 0"])
def test_is_zero(text):
    assert is_zero(parse(text))


@pytest.mark.parametrize("text", ["a", "a + 0", "1", "a / 0", "0 ** a", "exp(0)"])
def test_is_not_zero(text):
    assert not is_zero(parse(text))


def test_constant():
    assert constant(2) == Expr("const", value=2.0)
