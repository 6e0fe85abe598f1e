"""Formulas as mathematics: the MathML face of expressions, with what their symbols stand for."""

from collections.abc import Collection, Mapping
from html import escape

from hecon.engine.expression import Expr, ExpressionError, parse, series
from hecon.engine.mathml import ATOM
from hecon.engine.model import key_of
from hecon.engine.operations import OPERATIONS
from hecon.report.language import say

#: Words within a formula, under the names that templates of operations have for them.
WORDS: Mapping[str, str] = {"when": "if", "otherwise": "otherwise"}

#: What stands before a symbol in its anchor.
_ANCHOR = "symbol-"


def anchor(name: str) -> str:
    """The anchor of a symbol's row: `hr[A]` is explained where `hr` is."""
    return _ANCHOR + key_of(name)[0]


def mathematics(text: str, symbols: Collection[str] = ()) -> str | None:
    """A formula as a MathML element; None if the text is no formula.

    Args:
        symbols: Names, without strategy, that have an anchor to be linked to.
    """
    try:
        parsed = parse(text)
    except ExpressionError:
        return None
    words = {name: escape(say(word)) for name, word in WORDS.items()}
    made = _written(parsed, symbols, words)[0]
    # mathematics by its role holds nothing that can be reached: links make it a group
    return f'<math role="group">{made}</math>' if "<a " in made else f"<math>{made}</math>"


def symbol(name: str) -> str:
    """A name as people write symbols: `p_die_ill` is p with the index `die ill`."""
    letter, _, index = name.partition("_")
    below = f"<sub>{escape(index.replace('_', ' '))}</sub>" if letter and index else ""
    return f"<i>{escape(letter or name)}</i>{below}"


def _written(expr: Expr, symbols: Collection[str], words: Mapping[str, str]) -> tuple[str, int]:
    """The MathML and how tightly its outermost operation binds."""
    if expr.op == "const":
        number = f"<mn>{abs(expr.value):.15g}</mn>"
        return (number, ATOM) if expr.value >= 0 else (f"<mo>−</mo>{number}", 2)
    if expr.op == "name":
        return _named(expr.name, symbols), ATOM
    if expr.op == "lookup":
        key = _written(expr.args[0], symbols, words)[0]
        return f"{_named(expr.name, symbols)}<mo>(</mo>{key}<mo>)</mo>", ATOM
    face = OPERATIONS[expr.op].mathml
    args = tuple(series(expr, expr.op)) if face.joint else expr.args
    parts = []
    for position, arg in enumerate(args):
        text, binds = _written(arg, symbols, words)
        least = face.least[min(position, len(face.least) - 1)] if face.least else binds
        parts.append(f"<mrow><mo>(</mo>{text}<mo>)</mo></mrow>" if binds < least else text)
    if face.joint:
        parts = [face.joint.join(parts)]
    return face.template.format(*parts, **words), face.binds


def _named(name: str, symbols: Collection[str]) -> str:
    shown = symbol(name)
    if key_of(name)[0] in symbols:
        return f'<mtext><a href="#{escape(anchor(name))}">{shown}</a></mtext>'
    return f"<mtext><span>{shown}</span></mtext>"
