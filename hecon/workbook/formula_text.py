"""Texts inside formulas, and what Excel takes in one."""

import re

#: What Excel takes in a formula: characters, levels of functions in each other, arguments of one.
LONGEST, DEEPEST, MOST_ARGUMENTS = 8_192, 64, 255

#: Characters of a text inside a formula, of which Excel takes 255.
PIECE = 240

#: A formula of no more characters than this is within all limits.
SHORT = 2 * DEEPEST

#: A sheet's title in quotes that needs none, since no cell is called so. A text within the formula
#: is found first, so that it stays.
_NEEDLESS = re.compile(r"(\"[^\"]*\")|'([A-Za-z]{4,})'(?=!)")

_TOKEN = re.compile(r'"[^"]*"|\'[^\']*\'|[(),]')


def beyond(text: str) -> str:
    """Which of Excel's limits a formula passes, in words; nothing if it passes none."""
    if len(text) >= LONGEST:
        return f"{len(text):,} characters, where Excel takes {LONGEST:,}"
    if text.count("(") <= DEEPEST and text.count(",") < MOST_ARGUMENTS:
        return ""
    commas, deepest, most = [0], 0, 0
    for token in _TOKEN.findall(text):
        if token == "(":
            commas.append(0)
            deepest = max(deepest, len(commas) - 1)
        elif token == ")":
            most = max(most, 1 + commas.pop())
        elif token == ",":
            commas[-1] += 1
    if deepest > DEEPEST:
        return f"{deepest} levels, where Excel takes {DEEPEST}"
    return f"{most} arguments, where Excel takes {MOST_ARGUMENTS}" if most > MOST_ARGUMENTS else ""


def literal(text: str) -> str:
    """A text inside a formula, in pieces that Excel takes."""
    pieces = [text[i : i + PIECE] for i in range(0, len(text), PIECE)] or [""]
    return "&".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


def without_needless_quotes(text: str) -> str:
    """A formula with sheets named as Excel itself does; engines read it in half the time."""
    return _NEEDLESS.sub(r"\1\2", text) if "'" in text else text


def quoted(title: str) -> str:
    """A sheet name as formulas need it."""
    return "'" + title.replace("'", "''") + "'"
