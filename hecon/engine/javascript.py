"""A program as plain JavaScript: functions of its nodes, and tables of what is moved and added up.

The expressions are those of the other faces. What is the same in every draw is worked out once
for all of them, by number or by cycle; the rest for each draw, or for each draw and cycle. Names
stay out of the text, which holds numbers alone.
"""

import re
from collections.abc import Sequence
from typing import Any

from hecon.engine.clock import InState
from hecon.engine.graph import Node
from hecon.engine.loop import Positions, SeriesName
from hecon.engine.model import CALENDAR, MONTHS_PER_YEAR, WEEKS_PER_YEAR, Key
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import Program
from hecon.engine.running_sums import running_sums

#: Computations that may stand within each other before one is given a name.
DEEPEST = 24

#: Kinds of outcomes that are added up first, discounted.
SUMMED = ("cost", "qaly")

#: What a node differs by, as the functions are called that compute it: draws, cycles.
_FUNCTIONS = {
    (False, False): "fixed",
    (False, True): "series",
    (True, False): "drawn",
    (True, True): "step",
}


def number(value: float) -> str:
    """A number as JavaScript reads it anywhere in an expression."""
    text = repr(float(value)).removesuffix(".0")
    return f"({text})" if text.startswith("-") else text


class JavaScript:
    """A program written as JavaScript.

    Args:
        keys, tables: Positions of parameters and of columns of tables (the keys are column ``""``),
            which programs of a page share; what a program needs is added.

    Attributes:
        text: A function of the tables' columns that gives an object of functions: ``fixed``,
            ``series``, ``drawn`` and ``step`` work nodes out, and the last gives the least
            probability among them; ``spans`` move a trace each through cycles in which ``step``
            gives the same, and add to running sums: of discounted costs and effects, or of ``all``.
        data: What the runtime moves and adds up: numbers and names, fit for JSON.
    """

    def __init__(self, program: Program, keys: Positions[Key], tables: Positions[tuple[str, str]]):
        self.program = program
        self.keys, self.tables = keys, tables
        self._times: Positions[object] = Positions()
        self._by_cycle: Positions[int] = Positions()
        self._weights: Positions[SeriesName] = Positions()
        self._sums, self._credits = running_sums(program, self._weights)
        self._read = self._read_by_cycle()
        self._roots = self._root_indices()
        self._needed = self._needed_nodes()
        self._inline = self._used_once()
        self._depth: dict[int, int] = {}
        self._here = ""
        self._step_rests_on: set[int] = set()
        self.text = self._functions()
        self.data = self._data()

    # -- what is needed -----------------------------------------------------------------------

    def _root_indices(self) -> set[int]:
        """Nodes that the runtime reads."""
        program = self.program
        roots = [n for t in program.traces for n in (*t.initial, *(m.node for m in t.moves))]
        for credit in program.credits:
            roots += [*credit.by_draw, *credit.loop, *credit.scale]
            roots += [] if credit.cycle is None else [credit.cycle]
        for single in program.singles:
            roots += [single.node, single.cycle]
        roots += [n for row in program.rows.values() for n in row.nodes]
        return {n.index for n in roots}

    def _read_by_cycle(self) -> set[int]:
        """Nodes that the runtime reads among those of a draw, whatever they differ by."""
        program = self.program
        read = {m.node.index for trace in program.traces for m in trace.moves}
        read |= {c.flow.node.index for c in program.credits if c.flow is not None}
        return read | {c.cycle.index for c in program.credits if c.cycle is not None}

    def _needed_nodes(self) -> list[Node]:
        wanted = set(self._roots)
        found = []
        for node in reversed(self.program.nodes):
            if node.index in wanted:
                found.append(node)
                wanted.update(a.index for a in node.args)
        return found[::-1]

    def _used_once(self) -> set[int]:
        """Nodes that stand within the one that uses them."""
        users: dict[int, list[Node]] = {}
        for node in self._needed:
            for arg in node.args:
                users.setdefault(arg.index, []).append(node)
        return {
            n.index
            for n in self._needed
            if n.index not in self._roots
            and len(found := users.get(n.index, [])) == 1
            and _where(found[0]) == _where(n)
        }

    # -- expressions --------------------------------------------------------------------------

    def _value(self, node: Node) -> str:
        """A node where another one needs it."""
        if node.op == "const":
            return number(node.number)
        if node.op == "parameter":
            return f"P[{self.keys.of(node.key)}]"
        if node.index in self._inline:
            return self._expression(node)
        where = _where(node)
        if where == self._here:
            return f"n{node.index}"
        return self._by_cycle_at(node) if where == "series" else f"V[{node.index}]"

    def _by_cycle_at(self, node: Node) -> str:
        """A node of all draws where a cycle needs it."""
        at = self._by_cycle.of(node.index)
        if self._here == "step":
            self._step_rests_on.add(at)
        return f"B[o+{at}]"

    def _expression(self, node: Node) -> str:
        match node.op:
            case "const" | "parameter":
                return self._value(node)
            case "fixed":
                return {
                    "cycles": "K.cycles",
                    "cycle_years": "K.cycleYears",
                    "months_per_year": number(MONTHS_PER_YEAR),
                    "weeks_per_year": number(WEEKS_PER_YEAR),
                }[str(node.what)]
            case "time":
                return f"K.times[{self._times.of(node.what)}][t]"
            case "lookup":
                table, column = str(node.what).split(".")
                key = self._value(node.args[0])
                if table == CALENDAR:
                    return f"lookUp(K.calendar.keys,K.calendar.{column},{key})"
                keys, values = self.tables.of((table, "")), self.tables.of((table, column))
                return f"lookUp(X[{keys}],X[{values}],{key})"
        return OPERATIONS[node.op].javascript.format(*(self._value(a) for a in node.args))

    def _line(self, node: Node) -> str:
        """The statement that works a node out and keeps it where it is looked for."""
        expression = self._expression(node)
        if _where(node) == "series":
            return f"const n{node.index}=B[o+{self._by_cycle.of(node.index)}]={expression};"
        return f"const n{node.index}=V[{node.index}]={expression};"

    def _functions(self) -> str:
        for node in self._needed:
            deep = 1 + max((self._depth[a.index] for a in node.args), default=0)
            if node.index in self._inline and deep > DEEPEST:
                self._inline.discard(node.index)
            self._depth[node.index] = deep if node.index in self._inline else 0
        parts = []
        for name in _FUNCTIONS.values():
            self._here = name
            lines = [
                self._line(n)
                for n in self._needed
                if _where(n) == name and n.index not in self._inline and self._kept(n)
            ]
            if name == "step":
                lines += [
                    f"V[{n.index}]={self._by_cycle_at(n)};"
                    for n in self._needed
                    if _where(n) == "series" and n.index in self._read
                ]
                lines.append(f"return {self._least()};")
            parts.append(f"{name}(V,P,K,B,o,t){{{''.join(lines)}}}")
        spans = [self._span(k) for k in range(len(self.program.traces))]
        written = ",".join(f"(V,N,S,W,K,first,last,all)=>{{{text}}}" for text in spans)
        parts.append(f"spans:[{written}]")
        return f"X=>({{{','.join(parts)}}})"

    def _least(self) -> str:
        """The least of the probabilities of a cycle, NaN where one is none."""
        rows = self.program.rows.values()
        found = dict.fromkeys(n.index for r in rows for n in r.nodes if _where(n) == "step")
        return f"Math.min({','.join(f'n{index}' for index in found)})"

    def _span(self, k: int) -> str:
        """Cycles from `first` to `last` with the same values `V`: what a trace does and adds.

        Everybody, `N`, and the sums, `S`, are kept in variables meanwhile: `o` and `n` before and
        after a cycle, `s`. `W` holds weights by cycle; `b` and `a` are the shares of occupancy
        before and after a cycle that count.
        """
        height = len(self.program.states)
        people = range(k * height, (k + 1) * height)
        moved, added = [self._moved()[i] for i in people], self._added(k)
        body = "".join((*moved, *added))
        values = sorted({int(n) for n in re.findall(r"\bv(\d+)", body)})
        sums = [i for i, each in enumerate(self._sums) if each.trace == k]
        kept = [f"n{i}=N[{i}]" for i in people] + [f"s{i}=S[{i}]" for i in sums]
        back = [f"N[{i}]=n{i}" for i in people] + [f"S[{i}]=s{i}" for i in sums]
        before = ",".join(f"o{i}=0" for i in people)
        return (
            "".join(f"const v{n}=V[{n}];" for n in values)
            + f"let {','.join(kept)};let {before};"
            + "for(let t=first;t<=last;t++){"
            + f"if(t){{{''.join(f'o{i}=n{i};' for i in people)}{''.join(moved)}}}"
            + f"const w=t*{len(self._weights.all)},b=K.before[t],a=K.after[t];{''.join(added)}}}"
            + "".join(f"{line};" for line in back)
        )

    def _moved(self) -> list[str]:
        """Everybody after a cycle from everybody before it; traces follow each other."""
        height, lines = len(self.program.states), []
        for k, trace in enumerate(self.program.traces):
            flows: dict[int, list[str]] = {s: [] for s in range(height)}
            for move in trace.moves:
                if move.node.op != "const" or move.node.what != 0.0:
                    flow = f"o{k * height + move.source}"
                    if move.node.op != "const" or move.node.what != 1.0:
                        flow += f"*v{move.node.index}"
                    flows[move.target].append(flow)
            lines += [f"n{k * height + s}={'+'.join(f) or 0};" for s, f in flows.items()]
        return lines

    def _added(self, k: int) -> list[str]:
        """What a cycle adds to a trace's sums, by weight; nothing where a weight is zero."""
        height, outcomes = len(self.program.states), self.program.outcomes
        credited = [(c.sum, outcomes[c.outcome]) for c in self._credits]
        summed = {at for at, o in credited if o.discounted and o.kind in SUMMED}
        by_weight: dict[tuple[bool, int], list[str]] = {}
        for position, (trace, places, loop, weight) in enumerate(self._sums):
            if trace != k:
                continue
            at = [trace * height + state for state, _ in places]
            after = "+".join(f"n{i}" for i in at)
            if places[0][1] >= 0:
                flows = zip(at, (flow for _, flow in places), strict=True)
                amount = "+".join(f"o{i}*v{flow}" for i, flow in flows)
            elif loop:
                amount = f"b*({'+'.join(f'o{i}' for i in at)})+a*({after})"
            else:
                amount = after
            factor = "*".join(("z", *(f"v{n}" for n in loop)))
            lean = position in summed
            line = f"s{position}+=({amount})*({factor});"
            by_weight.setdefault((lean, weight), []).append(line)
        return [
            f"{'' if lean else 'if(all)'}{{const z=W[w+{k}];if(z!==0){{{''.join(lines)}}}}}"
            for (lean, k), lines in by_weight.items()
        ]

    def _kept(self, node: Node) -> bool:
        return node.index in self._roots or node.op not in ("const", "parameter")

    # -- data ---------------------------------------------------------------------------------

    def _data(self) -> dict[str, Any]:
        program = self.program
        watched: dict[str, list[list[int]]] = {name: [] for name in _FUNCTIONS.values()}
        rows: list[list[str | None]] = []
        for row in program.rows.values():
            for position, node in enumerate(row.nodes):
                at = self._by_cycle.of(node.index) if _where(node) == "series" else node.index
                watched[_where(node)].append([at, len(rows)])
                target = row.targets[position] if position < len(row.targets) else None
                rows.append([row.strategy, row.source, target])
        states = {s.name: i for i, s in enumerate(program.model.states)}
        return {
            "size": len(program.nodes),
            "width": len(self._by_cycle.all),
            "rule": program.clock.rule,
            "strategies": list(program.model.strategies),
            "outcomes": [[o.kind, o.item, o.discounted] for o in program.outcomes],
            "states": [states[name] for name, _ in program.states],
            "traceOf": list(program.trace_of),
            "initial": [[n.index for n in t.initial] for t in program.traces],
            "times": [_time(what) for what in self._times.all],
            "weights": [[kind, self._places(nodes)] for kind, nodes in self._weights.all],
            "sums": self._sums,
            "credits": self._credits,
            "singles": [
                [s.outcome, s.strategy, s.node.index, s.cycle.index] for s in program.singles
            ],
            "watched": watched,
            "steps": sorted(self._step_rests_on),
            "rows": rows,
        }

    def _places(self, nodes: Sequence[int]) -> list[int]:
        return [self._by_cycle.of(index) for index in nodes]


def _where(node: Node) -> str:
    """The function that works a node out."""
    return _FUNCTIONS[node.by_draw, node.by_cycle]


def _time(what: object) -> str | list[float | int]:
    """A time variable by name, or the years in a state."""
    if isinstance(what, InState):
        return [what.completed, what.memory_years, int(what.at_end)]
    return str(what)
