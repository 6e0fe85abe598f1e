"""The frame of a compiled loop, and names of what is passed to it."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from hecon.engine.program import Credit

_What = TypeVar("_What", bound=Hashable)

#: A series: `node` by cycle, `log` of its size, the `before` or `after` of the counting rule,
#: the `weight` of a credit's nodes or of a `flow`'s, or the `mask` of where one is not zero.
SeriesName = tuple[str, tuple[int, ...]]

#: A number: a `node`, the `log` of its size, or the `product` of nodes.
ScalarName = tuple[str, tuple[int, ...]]

#: A running sum: trace, state, flow's node or -1, nodes of the loop, and the weight.
SumName = tuple[int, int, int, tuple[int, ...], SeriesName]


class Positions(Generic[_What]):
    """Positions of things in the order they are first asked for."""

    def __init__(self) -> None:
        self.all: list[_What] = []
        self._known: dict[_What, int] = {}

    def of(self, what: _What) -> int:
        """Position of a thing, the next one if it is new."""
        if what not in self._known:
            self._known[what] = len(self.all)
            self.all.append(what)
        return self._known[what]


def weight_name(credit: Credit) -> SeriesName:
    """The series of what differs by cycle, and not by draw, in a credit."""
    kind = "flow" if credit.flow is not None else "loop" if credit.loop else "weight"
    return kind, tuple(n.index for n in credit.scale if n.by_cycle)


#: Over groups of draws and, in each, over cycles; the parts are lines of a `Writer`.
FUNCTION = """
{functions}
define i64 @run(ptr noalias %columns, ptr noalias %scalars, ptr noalias %series,
                ptr noalias %tables, ptr noalias %totals,
                i64 %length, i64 %cycles, i64 %groups) {{
entry:
  br label %next
next:
  %g = phi i64 [ 0, %entry ], [ %g.next, %end ]
  %found = phi i64 [ 0, %entry ], [ %found.next, %end ]
  %more = icmp slt i64 %g, %groups
  br i1 %more, label %group, label %finished
finished:
  ret i64 %found
group:
  %offset = mul i64 %g, {lanes}
  %group.columns = getelementptr double, ptr %columns, i64 %offset
  %group.totals = getelementptr double, ptr %totals, i64 %offset
{group}
  br label %cycle
cycle:
  %t = phi i64 [ 0, %group ], [ %t.next, %counted ]
{head}
  %row = mul i64 %t, {series}
  %now.series = getelementptr double, ptr %series, i64 %row
{cycle}
  %begun = icmp ne i64 %t, 0
  br i1 %begun, label %move, label %counted
move:
{move}
  br label %counted
counted:
{join}
{count}
  %t.next = add i64 %t, 1
  %again = icmp sle i64 %t.next, %cycles
  br i1 %again, label %cycle, label %end
end:
{end}
  %each = icmp ne {whole} %wrong.now, zeroinitializer
  %lanes = bitcast {truth} %each to i{lanes}
  %any = icmp ne i{lanes} %lanes, 0
  %one = zext i1 %any to i64
  %found.next = add i64 %found, %one
  %g.next = add i64 %g, 1
  br label %next
}}
!0 = !{{}}
"""
