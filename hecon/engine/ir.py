"""The arithmetic of a model as LLVM's text: one line works on `LANES` draws at once.

The third face of `OPERATIONS`. Only additions, multiplications, divisions and roots reach the
processor, none of them fused, so that the bits are the same on every machine.
"""

import struct

from hecon.engine.operations import NEAR

#: Draws that one instruction works on.
LANES = 8

VECTOR = f"<{LANES} x double>"
WHOLE = f"<{LANES} x i64>"
TRUTH = f"<{LANES} x i1>"

#: Adding it leaves a number's nearest whole one in the lowest bits.
_ROUNDER = 6755399441055744.0

_EXP = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
_LN2 = (6.93147180369123816490e-01, 1.90821492927058770002e-10)

_COMPARE = {
    "lt": ("ole", -NEAR),
    "le": ("olt", NEAR),
    "gt": ("oge", NEAR),
    "ge": ("ogt", -NEAR),
}


def scalar(value: float) -> str:
    """A number to its last bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def number(value: float) -> str:
    """A vector with the same number in every lane."""
    return f"splat (double {scalar(value)})"


def whole(value: int) -> str:
    """A vector with the same whole number in every lane."""
    return f"splat (i64 {value})"


class FunctionWriter:
    """Lines of one function; each computation gets a name of its own."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._count = 0
        self.functions: set[str] = set()

    def take(self) -> str:
        """The lines since the last time, as text."""
        text, self.lines = "\n".join(self.lines), []
        return text

    def put(self, line: str) -> None:
        """Add a line that has no result."""
        self.lines.append(line)

    def new(self, line: str) -> str:
        """Add a line; the name of its result."""
        self._count += 1
        name = f"%v{self._count}"
        self.lines.append(f"{name} = {line}")
        return name

    def binary(self, operation: str, a: str, b: str) -> str:
        """The result of `fadd`, `fsub`, `fmul` or `fdiv`."""
        return self.new(f"{operation} {VECTOR} {a}, {b}")

    def compare(self, how: str, a: str, b: str) -> str:
        """Where a comparison holds."""
        return self.new(f"fcmp {how} {VECTOR} {a}, {b}")

    def select(self, where: str, yes: str, no: str) -> str:
        """One of two vectors, lane by lane."""
        return self.new(f"select {TRUTH} {where}, {VECTOR} {yes}, {VECTOR} {no}")

    def call(self, name: str, *args: str) -> str:
        """The result of one of `FUNCTIONS`."""
        self.functions.add(name)
        given = ", ".join(f"{VECTOR} {a}" for a in args)
        return self.new(f"call fastcc {VECTOR} @hecon.{name}({given})")

    def intrinsic(self, name: str, a: str) -> str:
        """The result of an instruction of LLVM's own."""
        return self.new(f"call {VECTOR} @llvm.{name}.v{LANES}f64({VECTOR} {a})")

    def series(self, x: str, coefficients: tuple[float, ...]) -> str:
        """A polynomial c0 + x (c1 + x (c2 + ...))."""
        result = number(coefficients[-1])
        for coefficient in coefficients[-2::-1]:
            result = self.binary("fadd", self.binary("fmul", result, x), number(coefficient))
        return result

    def truth(self, op: str, args: list[str]) -> str:
        """Where a logical operation holds; `and`, `or` and `not` take truths."""
        match op:
            case "and" | "or":
                return self.new(f"{op} {TRUTH} {args[0]}, {args[1]}")
            case "not":
                return self.new(f"xor {TRUTH} {args[0]}, splat (i1 true)")
        difference = self.binary("fsub", args[0], args[1])
        if op in _COMPARE:
            how, limit = _COMPARE[op]
            return self.compare(how, difference, number(limit))
        near = self.compare("olt", self.intrinsic("fabs", difference), number(NEAR))
        return near if op == "eq" else self.truth("not", [near])

    def operation(self, op: str, args: list[str]) -> str:
        """The vector that an arithmetic operation gives."""
        match op:
            case "add" | "sub" | "mul" | "div":
                return self.binary(f"f{op}", *args)
            case "neg":
                return self.new(f"fneg {VECTOR} {args[0]}")
            case "min" | "max":
                return self.extreme(op, *args)
            case "abs":
                return self.intrinsic("fabs", args[0])
            case "sqrt":
                return self.intrinsic("sqrt", args[0])
            case "floor":
                return self.intrinsic("floor", self.binary("fadd", args[0], number(NEAR)))
            case "ceil":
                return self.intrinsic("ceil", self.binary("fsub", args[0], number(NEAR)))
            case "expit":
                falling = self.call("exp", self.new(f"fneg {VECTOR} {args[0]}"))
                return self.binary("fdiv", number(1.0), self.binary("fadd", falling, number(1.0)))
            case "logit":
                odds = self.binary("fdiv", args[0], self.binary("fsub", number(1.0), args[0]))
                return self.call("log", odds)
        return self.call(op, *args)

    def extreme(self, op: str, a: str, b: str) -> str:
        """The smaller or larger of two, not a number if one of them is not."""
        chosen = self.select(self.compare("olt" if op == "min" else "ogt", a, b), a, b)
        return self.select(self.compare("uno", a, a), a, chosen)


def _function(name: str, parameters: str, w: FunctionWriter, result: str) -> str:
    body = "\n".join(w.lines)
    return (
        f"define internal fastcc {VECTOR} @hecon.{name}({parameters}) noinline {{\n"
        f"{body}\nret {VECTOR} {result}\n}}\n"
    )


def _exp() -> str:
    """Exp by x = k ln 2 + r and a rational function of r, as in FreeBSD's library."""
    w = FunctionWriter()
    x = w.select(w.compare("ogt", "%x", number(710.0)), number(710.0), "%x")
    x = w.select(w.compare("olt", x, number(-746.0)), number(-746.0), x)
    raised = w.binary("fadd", w.binary("fmul", x, number(1.4426950408889634)), number(_ROUNDER))
    k = w.binary("fsub", raised, number(_ROUNDER))
    high = w.binary("fsub", x, w.binary("fmul", k, number(_LN2[0])))
    low = w.binary("fmul", k, number(_LN2[1]))
    r = w.binary("fsub", high, low)
    square = w.binary("fmul", r, r)
    c = w.binary("fsub", r, w.binary("fmul", square, w.series(square, _EXP)))
    ratio = w.binary("fdiv", w.binary("fmul", r, c), w.binary("fsub", number(2.0), c))
    inner = w.binary("fsub", w.binary("fsub", low, ratio), high)
    y = w.binary("fsub", number(1.0), inner)
    # 2^k in two steps: k may be too large or too small for one
    half = w.binary("fadd", w.binary("fmul", k, number(0.5)), number(_ROUNDER))
    half = w.binary("fsub", half, number(_ROUNDER))
    for part in (half, w.binary("fsub", k, half)):
        biased = w.binary("fadd", part, number(_ROUNDER + 1023.0))
        bits = w.new(f"bitcast {VECTOR} {biased} to {WHOLE}")
        power = w.new(f"shl {WHOLE} {bits}, {whole(52)}")
        y = w.binary("fmul", y, w.new(f"bitcast {WHOLE} {power} to {VECTOR}"))
    return _function("exp", f"{VECTOR} %x", w, y)


def _log() -> str:
    """Log by x = 2^k m and a polynomial in (m - 1) / (m + 1), as in FreeBSD's library."""
    w = FunctionWriter()
    small = w.compare("olt", "%x", number(2.2250738585072014e-308))
    x = w.select(small, w.binary("fmul", "%x", number(2.0**54)), "%x")
    bits = w.new(f"bitcast {VECTOR} {x} to {WHOLE}")
    root = 0x3FE6A09E667F3BCD
    moved = w.new(f"add {WHOLE} {bits}, {whole(0x3FF0000000000000 - root)}")
    exponent = w.new(f"lshr {WHOLE} {moved}, {whole(52)}")
    exponent = w.new(f"or {WHOLE} {exponent}, {whole(0x4330000000000000)}")
    k = w.new(f"bitcast {WHOLE} {exponent} to {VECTOR}")
    k = w.binary("fsub", k, number(2.0**52 + 1023.0))
    k = w.select(small, w.binary("fsub", k, number(54.0)), k)
    mantissa = w.new(f"and {WHOLE} {moved}, {whole(0x000FFFFFFFFFFFFF)}")
    mantissa = w.new(f"add {WHOLE} {mantissa}, {whole(root)}")
    m = w.new(f"bitcast {WHOLE} {mantissa} to {VECTOR}")
    f = w.binary("fsub", m, number(1.0))
    half = w.binary("fmul", w.binary("fmul", f, f), number(0.5))
    s = w.binary("fdiv", f, w.binary("fadd", f, number(2.0)))
    z = w.binary("fmul", s, s)
    r = w.binary("fmul", z, w.series(z, _LOG))
    inner = w.binary("fmul", s, w.binary("fadd", half, r))
    inner = w.binary("fadd", inner, w.binary("fmul", k, number(_LN2[1])))
    inner = w.binary("fadd", w.binary("fsub", inner, half), f)
    y = w.binary("fadd", inner, w.binary("fmul", k, number(_LN2[0])))
    y = w.select(w.compare("oeq", "%x", number(float("inf"))), "%x", y)
    y = w.select(w.compare("oeq", "%x", number(0.0)), number(float("-inf")), y)
    y = w.select(w.compare("ult", "%x", number(0.0)), number(float("nan")), y)
    return _function("log", f"{VECTOR} %x", w, y)


def _pow() -> str:
    """x^y as exp(y log |x|), with the sign of a negative base to a whole power."""
    w = FunctionWriter()
    y = w.call("exp", w.binary("fmul", "%y", "%log"))
    is_whole = w.compare("oeq", w.intrinsic("floor", "%y"), "%y")
    halved = w.binary("fmul", "%y", number(0.5))
    odd = w.compare("une", w.intrinsic("floor", halved), halved)
    signed = w.select(odd, w.new(f"fneg {VECTOR} {y}"), y)
    signed = w.select(is_whole, signed, number(float("nan")))
    y = w.select(w.compare("olt", "%x", number(0.0)), signed, y)
    one, none = w.compare("oeq", "%x", number(1.0)), w.compare("oeq", "%y", number(0.0))
    plain = w.truth("or", [one, none])
    parameters = f"{VECTOR} %x, {VECTOR} %log, {VECTOR} %y"
    return _function("pow", parameters, w, w.select(plain, number(1.0), y))


def _power() -> str:
    """x^y by the logarithm of x, where x is positive."""
    w = FunctionWriter()
    y = w.call("exp", w.binary("fmul", "%y", "%log"))
    return _function("power", f"{VECTOR} %log, {VECTOR} %y", w, y)


def _look_up() -> str:
    """Row of a table by halving, one lane after the other."""
    return f"""
define internal fastcc double @hecon.row(ptr %keys, ptr %column, i64 %rows, double %key) noinline {{
start:
  %asked = fadd double %key, {scalar(NEAR)}
  br label %head
head:
  %low = phi i64 [ 0, %start ], [ %nextlow, %body ]
  %high = phi i64 [ %rows, %start ], [ %nexthigh, %body ]
  %open = icmp ult i64 %low, %high
  br i1 %open, label %body, label %found
body:
  %sum = add i64 %low, %high
  %middle = lshr i64 %sum, 1
  %place = getelementptr double, ptr %keys, i64 %middle
  %there = load double, ptr %place, align 8
  %passed = fcmp ole double %there, %asked
  %after = add i64 %middle, 1
  %nextlow = select i1 %passed, i64 %after, i64 %low
  %nexthigh = select i1 %passed, i64 %high, i64 %middle
  br label %head
found:
  %none = icmp eq i64 %low, 0
  br i1 %none, label %nothing, label %something
nothing:
  ret double 0x7FF8000000000000
something:
  %row = sub i64 %low, 1
  %at = getelementptr double, ptr %column, i64 %row
  %value = load double, ptr %at, align 8
  ret double %value
}}
"""


def functions(used: set[str]) -> str:
    """The text of the functions that a program calls, and of those that these call."""
    wanted = set(used)
    if wanted & {"pow", "power"}:
        wanted.add("exp")
    made = {"exp": _exp, "log": _log, "pow": _pow, "power": _power, "look_up": _look_up}
    intrinsics = "".join(
        f"declare {VECTOR} @llvm.{name}.v{LANES}f64({VECTOR})\n"
        for name in ("fabs", "sqrt", "floor", "ceil")
    )
    return intrinsics + "".join(made[name]() for name in sorted(wanted))


def look_up(w: FunctionWriter, keys: str, column: str, rows: int, key: str) -> str:
    """Values of a table's column at the keys; `keys` and `column` are names of pointers."""
    w.functions.add("look_up")
    found = "poison"
    for lane in range(LANES):
        one = w.new(f"extractelement {VECTOR} {key}, i64 {lane}")
        value = w.new(
            f"call fastcc double @hecon.row(ptr {keys}, ptr {column}, i64 {rows}, double {one})"
        )
        found = w.new(f"insertelement {VECTOR} {found}, double {value}, i64 {lane}")
    return found
