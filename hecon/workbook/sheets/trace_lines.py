"""Lines of treatment that start along a trace: who starts, and what it costs in which cycle."""

from hecon.workbook.context import Book
from hecon.workbook.formula_text import quoted
from hecon.workbook.sheet_layout import TIME, trace_title
from hecon.workbook.sheets.session_places import session_columns
from hecon.workbook.sheets.trace_moves import Shares
from hecon.workbook.sheets.trace_places import Columns


def later_lines(book: Book, strategy: str) -> list[int]:
    """The strategy's lines that start with a transition."""
    course = book.study.course
    if course is None:
        return []
    return sorted({s.line for s in course.of(strategy)} & set(course.starts))


def write_starts(book: Book, strategy: str, shares: Shares, columns: Columns) -> None:
    """A column for each line that starts along the trace."""
    weight = f"'{TIME}'!${book.layout.times[('events', True)]}"
    for line in later_lines(book, strategy):
        assert book.study.course is not None
        moves = book.study.course.starts[line]

        def start(t: int, row: int, moves: tuple[tuple[str, str], ...] = moves) -> str:
            flows = [flow for s, e in moves if t and (flow := shares.flow(s, e, row))]
            return f"({'+'.join(flows)})*{weight}{row}" if flows else "0"

        column = columns.add(f"line {line} of treatment: who starts", start, "exact")
        book.tracing.begun[strategy, line] = column


def reached(book: Book, strategy: str, line: int, since: str) -> str:
    """How many get as far within the horizon as some cycles after the start of their line."""
    within = f'"<="&({book.layout.fixed["cycles"]}-{since})'
    who = _area(book, _starts(book, strategy, line), trace_title(strategy))
    return f"SUMIFS({who},{book.layout.time_column('cycle')},{within})"


def mean_factor(book: Book, strategy: str, line: int, since: str, kind: str, share: str) -> str:
    """The mean discount factor of those who do; `share` is how many they are."""
    layout = book.layout
    who = _area(book, _starts(book, strategy, line), trace_title(strategy))
    factors = _area(book, layout.times[(f"discount_{kind}", layout.counted(kind))], TIME)
    cycles = layout.fixed["cycles"]
    begun = f"INDEX({who},1):INDEX({who},{cycles}-{since}+1)"
    then = f"INDEX({factors},{since}+1):INDEX({factors},{cycles}+1)"
    return f"IF({share}>0,SUMPRODUCT({begun},{then})/{share},0)"


def write_turned(book: Book, strategy: str, kind: str, columns: Columns) -> dict[int, str]:
    """What sessions cost by cycles since the start of their line, the last first.

    So turned round, the amounts of a cycle are one sum of products with who started before it.

    Returns:
        The column of each line.
    """
    assert book.study.course is not None
    places, result = session_columns(book.study.course), {}
    for line in later_lines(book, strategy):

        def amount(t: int, row: int, line: int = line) -> str:
            since = f"({book.layout.rows - 1}-$A{row})"
            share = reached(book, strategy, line, since)
            these = f'{places.strategy},"{strategy}",{places.line},{line},{places.cycle},{since}'
            return f"IF({share}>0,SUMIFS({places.amounts[kind]},{these})/{share},0)"

        heading = f"line {line}, {'QALY' if kind == 'qaly' else kind} a start, last cycle first"
        result[line] = columns.add(heading, amount, "money" if kind == "cost" else "exact")
    return result


def later_amount(book: Book, strategy: str, line: int, turned: str, row: int) -> str:
    """What a line costs in the cycle of a row, whoever started it when."""
    layout, begun = book.layout, _starts(book, strategy, line)
    who = f"${begun}${layout.first}:${begun}{row}"
    area = _area(book, turned)
    last = f"${turned}${layout.first + layout.rows - 1}"
    return f"SUMPRODUCT({who},INDEX({area},{layout.rows}-$A{row}):{last})"


def _starts(book: Book, strategy: str, line: int) -> str:
    return book.tracing.begun[strategy, line]


def _area(book: Book, column: str, title: str = "") -> str:
    """A column of a trace or of Time, over all cycles."""
    first = book.layout.first
    area = f"${column}${first}:${column}${first + book.layout.rows - 1}"
    return f"{quoted(title)}!{area}" if title else area
