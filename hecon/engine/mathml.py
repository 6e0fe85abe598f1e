"""What the MathML face of an operation is made of."""

from typing import NamedTuple

#: How tightly a symbol, a number or a function with its brackets binds as mathematics.
ATOM = 9


class MathML(NamedTuple):
    """A template, how tightly it binds, and how tightly each of its arguments has to.

    An argument that binds less stands in brackets; without `least` none does. `joint` is what a
    series of arguments is joined by; `{when}` and `{otherwise}` are words of a language.
    """

    template: str
    binds: int = ATOM
    least: tuple[int, ...] = ()
    joint: str = ""


def infix(sign: str, binds: int, left: int, right: int) -> MathML:
    """Two arguments with a sign between them."""
    return MathML(f"{{0}}<mo>{sign}</mo>{{1}}", binds, (left, right))


def chain(sign: str, binds: int) -> MathML:
    """Any number of arguments with a sign between them."""
    return MathML("{0}", binds, (binds + 1,), f"<mo>{sign}</mo>")


def function(name: str, joint: str = "") -> MathML:
    """A function's name and its arguments in brackets."""
    return MathML(f"{name}<mo>(</mo>{{0}}<mo>)</mo>", joint=joint and f"<mo>{joint}</mo>")


def between(left: str, right: str) -> MathML:
    """An argument between two signs."""
    return MathML(f"<mrow><mo>{left}</mo>{{0}}<mo>{right}</mo></mrow>")


NEGATIVE, NOT = MathML("<mo>−</mo>{0}", 2, (3,)), MathML("<mo>¬</mo>{0}", -1, (9,))
FRACTION = MathML("<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>", 8)
POWER = MathML("<msup><mrow>{0}</mrow><mrow>{1}</mrow></msup>", 8, (9, 0))
EXPONENTIAL = MathML("<msup><mi>e</mi><mrow>{0}</mrow></msup>", 8)
ROOT = MathML("<msqrt>{0}</msqrt>")
CASES = MathML(
    "<mrow><mo>{{</mo><mtable><mtr><mtd>{1}</mtd><mtd><mtext>{when}\u00a0</mtext>{0}</mtd></mtr>"
    "<mtr><mtd>{2}</mtd><mtd><mtext>{otherwise}</mtext></mtd></mtr></mtable></mrow>",
    -4,
)
EXPIT = function("<msup><mi>logit</mi><mrow><mo>−</mo><mn>1</mn></mrow></msup>")
#: The regularised incomplete gamma function, its shape first.
GAMMA = MathML("<mi>P</mi><mo>(</mo>{1}<mo>,</mo>{0}<mo>)</mo>")
