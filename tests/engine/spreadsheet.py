"""A tiny reader of Excel formulas with Excel's own precedence, to check rendered formulas.

Excel binds unary minus tighter than ^, and ^ groups from the left.
"""

import math
import re

from scipy.special import gammainc

TOKEN = re.compile(
    r"\s*(\d+\.?\d*(?:E[+-]?\d+)?|\.\d+|[A-Za-z_][A-Za-z0-9_.]*|<>|<=|>=|[-+*/^()<>=,])"
)


class Reader:
    def __init__(self, text, values):
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == text.replace(" ", ""), text
        self.values, self.place = values, 0

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self):
        self.place += 1
        return self.tokens[self.place - 1]

    def comparison(self):
        left = self.sum()
        while self.peek() in ("<", "<=", ">", ">=", "=", "<>"):
            sign, right = self.take(), self.sum()
            left = {
                "<": left < right,
                "<=": left <= right,
                ">": left > right,
                ">=": left >= right,
                "=": left == right,
                "<>": left != right,
            }[sign]
        return left

    def sum(self):
        left = self.product()
        while self.peek() in ("+", "-"):
            left = left + self.product() if self.take() == "+" else left - self.product()
        return left

    def product(self):
        left = self.power()
        while self.peek() in ("*", "/"):
            left = left * self.power() if self.take() == "*" else left / self.power()
        return left

    def power(self):
        left = self.unary()
        while self.peek() == "^":
            self.take()
            left = left ** self.unary()
        return left

    def unary(self):
        if self.peek() == "-":
            self.take()
            return -self.unary()
        return self.atom()

    def atom(self):
        token = self.take()
        if token == "(":
            inside = self.comparison()
            assert self.take() == ")"
            return inside
        if self.peek() == "(":
            self.take()
            args = [self.comparison()]
            while self.peek() == ",":
                self.take()
                args.append(self.comparison())
            assert self.take() == ")"
            return self.call(token, args)
        if token == "TRUE":
            return True
        return self.values[token] if token in self.values else float(token)

    def call(self, name, args):
        return {
            "IF": lambda test, yes, no: yes if test else no,
            "AND": lambda *a: all(a),
            "OR": lambda *a: any(a),
            "NOT": lambda a: not a,
            "MIN": min,
            "MAX": max,
            "EXP": math.exp,
            "LN": math.log,
            "SQRT": math.sqrt,
            "ABS": abs,
            "INT": math.floor,
            "_xlfn.NORM.S.DIST": lambda x, _: (1 + math.erf(x / math.sqrt(2))) / 2,
            "_xlfn.GAMMA.DIST": lambda x, a, _, __: float(gammainc(a, x)),
            "ROUND": lambda a, digits: round(a, int(digits)),
        }[name](*args)


def value(formula, values):
    """What Excel gives for a formula."""
    reader = Reader(formula, values)
    result = reader.comparison()
    assert not reader.peek(), formula
    return result
