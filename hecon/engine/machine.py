"""A program as the text of one compiled loop over groups of draws and cycles.

The draws of a group stay in the processor's registers and first cache for all cycles. What
doesn't differ between draws is passed as numbers and series, so that the text, and with it the
compiled function, rests on the structure of a model and not on its values.
"""

from collections.abc import Mapping, Sequence

from hecon.engine.graph import Node
from hecon.engine.ir import LANES, TRUTH, VECTOR, WHOLE, FunctionWriter, functions, look_up, number
from hecon.engine.loop import FUNCTION, Positions, ScalarName, SeriesName, SumName, weight_name
from hecon.engine.model import Key
from hecon.engine.native import CannotCompile
from hecon.engine.operations import OPERATIONS
from hecon.engine.program import TOLERANCE, Credit, Program

#: Operations that only the kernel in NumPy knows.
NOT_WRITTEN = ("norm_cdf", "gamma_cdf")


class Text:
    """A program written as the text of a function, and what must be passed to it.

    Args:
        rows: Row of the totals that each outcome is added to; None leaves it out.
        same: For the name of a credit's series, the first one whose values are the same.
        positive: Nodes that are the same in every draw, and positive, so that a power needs no
            sign.
    """

    def __init__(
        self,
        program: Program,
        rows: Sequence[int | None],
        same: Mapping[SeriesName, SeriesName],
        positive: frozenset[int],
    ):
        self.program = program
        self.rows = rows
        self.same = same
        self.positive = positive
        self.columns: Positions[Key] = Positions()
        self.scalars: Positions[ScalarName] = Positions()
        self.series: Positions[SeriesName] = Positions()
        self.tables: Positions[tuple[str, str]] = Positions()
        self._credits = [c for c in program.credits if rows[c.outcome] is not None]
        self._singles = [s for s in program.singles if rows[s.outcome] is not None]
        self._w = FunctionWriter()
        self._values: dict[int, str] = {}
        self._truths: dict[int, str] = {}
        self._logs: dict[int, str] = {}
        self.text = self._function()

    # -- values -------------------------------------------------------------------------------

    def _splat(self, pointer: str, position: int) -> str:
        """A number, or a cycle's number of a series, in every lane."""
        at = self._w.new(f"getelementptr double, ptr {pointer}, i64 {position}")
        one = self._w.new(f"load double, ptr {at}, align 8, !invariant.load !0")
        first = self._w.new(f"insertelement {VECTOR} poison, double {one}, i64 0")
        zeros = f"<{LANES} x i32> zeroinitializer"
        return self._w.new(f"shufflevector {VECTOR} {first}, {VECTOR} poison, {zeros}")

    def _number(self, kind: str, nodes: Sequence[Node]) -> str:
        """What doesn't differ by draw."""
        name = (kind, tuple(n.index for n in nodes))
        if any(n.by_cycle for n in nodes):
            return self._splat("%now.series", self.series.of(name))
        return self._splat("%scalars", self.scalars.of(name))

    def _series(self, kind: str, nodes: tuple[int, ...] = ()) -> str:
        return self._splat("%now.series", self.series.of((kind, nodes)))

    def _value(self, node: Node) -> str:
        """A node's values, one a draw."""
        if not node.by_draw:
            if node.op == "const" and node.what in (0.0, 1.0):
                return number(float(node.what))
            return self._number("node", [node])
        if node.index not in self._values:
            where = self._truths[node.index]
            self._values[node.index] = self._w.select(where, number(1.0), number(0.0))
        return self._values[node.index]

    def _truth(self, node: Node) -> str:
        """Where a node is not zero."""
        if not node.by_draw or node.index not in self._truths:
            found = self._w.compare("une", self._value(node), number(0.0))
            if not node.by_draw:
                return found
            self._truths[node.index] = found
        return self._truths[node.index]

    def _compute(self, node: Node, needed_logs: set[int]) -> None:
        """Write a node's computation, and its logarithm if a power needs it."""
        if OPERATIONS.get(node.op) and OPERATIONS[node.op].logical:
            joins = node.op in ("and", "or", "not")
            args = [self._truth(a) if joins else self._value(a) for a in node.args]
            self._truths[node.index] = self._w.truth(node.op, args)
        else:
            self._values[node.index] = self._arithmetic(node)
        if node.index in needed_logs:
            size = self._w.intrinsic("fabs", self._value(node))
            self._logs[node.index] = self._w.call("log", size)

    def _arithmetic(self, node: Node) -> str:
        w = self._w
        match node.op:
            case "parameter":
                column = self.columns.of(node.key)
                far = w.new(f"mul i64 %length, {column}")
                at = w.new(f"getelementptr double, ptr %group.columns, i64 {far}")
                return w.new(f"load {VECTOR}, ptr {at}, align 8")
            case "lookup":
                table, column_name = str(node.what).split(".")
                keys, found = self._table(table, ""), self._table(table, column_name)
                count = len(self.program.model.tables[table].keys)
                return look_up(w, keys, found, count, self._value(node.args[0]))
            case "if":
                where = self._truth(node.args[0])
                return w.select(where, self._value(node.args[1]), self._value(node.args[2]))
            case "pow":
                return self._power(*node.args)
        if node.op in NOT_WRITTEN:
            raise CannotCompile(f"{node.op} is not compiled")
        return w.operation(node.op, [self._value(a) for a in node.args])

    def _power(self, base: Node, exponent: Node) -> str:
        value = self._value(base)
        if exponent.op == "const" and exponent.what == 2.0:
            return self._w.binary("fmul", value, value)
        log = self._logs[base.index] if base.by_draw else self._number("log", [base])
        if base.index in self.positive:
            return self._w.call("power", log, self._value(exponent))
        return self._w.call("pow", value, log, self._value(exponent))

    def _table(self, table: str, column: str) -> str:
        position = self.tables.of((table, column))
        at = self._w.new(f"getelementptr ptr, ptr %tables, i64 {position}")
        return self._w.new(f"load ptr, ptr {at}, align 8, !invariant.load !0")

    # -- the function -------------------------------------------------------------------------

    def _needed(self) -> tuple[list[Node], set[int]]:
        """Nodes that differ by draw and are used, and those whose logarithm is."""
        program = self.program
        roots = [n for t in program.traces for n in (*t.initial, *(m.node for m in t.moves))]
        roots += [n for c in self._credits for n in (*c.by_draw, *c.loop)]
        roots += [s.node for s in self._singles]
        roots += [n for row in program.rows.values() for n in row.nodes]
        wanted = {r.index for r in roots}
        logs: set[int] = set()
        found = []
        for node in reversed(program.nodes):
            if node.index in wanted and node.by_draw:
                found.append(node)
                wanted.update(a.index for a in node.args)
                if node.op == "pow":
                    logs.add(node.args[0].index)
        return found[::-1], logs

    def _function(self) -> str:
        w, program = self._w, self.program
        nodes, logs = self._needed()
        watched = {n.index: n for row in program.rows.values() for n in row.nodes if n.by_draw}
        places = [(t, s) for t in range(len(program.traces)) for s in range(len(program.states))]
        sums, uses = self._sums()

        for node in (n for n in nodes if not n.by_cycle):
            self._compute(node, logs)
        wrong = self._wrong("zeroinitializer", [n for n in watched.values() if not n.by_cycle])
        initial = [self._value(program.traces[t].initial[s]) for t, s in places]
        group = w.take()

        for node in (n for n in nodes if n.by_cycle):
            self._compute(node, logs)
        cycle = w.take()

        moved = [self._moved(t, s) for t, s in places]
        still = self._wrong("%wrong", [n for n in watched.values() if n.by_cycle])
        move = w.take()

        added = self._added(sums)
        count = w.take()

        self._totals(uses, added)
        end = w.take()

        carried = [("%wrong", WHOLE, wrong, "%wrong.now")]
        joined = [("%wrong.now", WHOLE, still, "%wrong")]
        for (t, s), first, then in zip(places, initial, moved, strict=True):
            carried.append((f"%past.{t}.{s}", VECTOR, first, f"%now.{t}.{s}"))
            joined.append((f"%now.{t}.{s}", VECTOR, then, f"%past.{t}.{s}"))
        for position, result in enumerate(added):
            carried.append((f"%sum.{position}", VECTOR, "zeroinitializer", result))
        head = [
            f"{name} = phi {kind} [ {first}, %group ], [ {later}, %counted ]"
            for name, kind, first, later in carried
        ]
        join = [
            f"{name} = phi {kind} [ {moved_on}, %move ], [ {stayed}, %cycle ]"
            for name, kind, moved_on, stayed in joined
        ]
        return FUNCTION.format(
            functions=functions(w.functions),
            lanes=LANES,
            group=group,
            head="\n".join(head),
            series=len(self.series.all),
            cycle=cycle,
            move=move,
            join="\n".join(join),
            count=count,
            end=end,
            truth=TRUTH,
            whole=WHOLE,
        )

    def _wrong(self, so_far: str, nodes: Sequence[Node]) -> str:
        """Where a probability is negative or not a number."""
        for node in nodes:
            found = self._w.compare("ult", self._value(node), number(-TOLERANCE))
            wide = self._w.new(f"sext {TRUTH} {found} to {WHOLE}")
            so_far = self._w.new(f"or {WHOLE} {so_far}, {wide}")
        return so_far

    def _moved(self, trace: int, target: int) -> str:
        """A state's occupancy after a cycle."""
        result = ""
        for move in self.program.traces[trace].moves:
            if move.target != target or (move.node.op == "const" and move.node.what == 0.0):
                continue
            flow = f"%past.{trace}.{move.source}"
            if move.node.op != "const" or move.node.what != 1.0:
                flow = self._w.binary("fmul", flow, self._value(move.node))
            result = self._w.binary("fadd", result, flow) if result else flow
        return result or "zeroinitializer"

    def _sums(self) -> tuple[Positions[SumName], list[tuple[Credit, int]]]:
        """The running sums, and for each credit which of them it uses."""
        sums: Positions[SumName] = Positions()
        uses = []
        for credit in self._credits:
            weight = self.same[weight_name(credit)]
            flow = -1 if credit.flow is None else credit.flow.node.index
            state = credit.state if credit.flow is None else credit.flow.source
            loop = tuple(n.index for n in credit.loop)
            uses.append((credit, sums.of((credit.trace, state, flow, loop, weight))))
        return sums, uses

    def _added(self, sums: Positions[SumName]) -> list[str]:
        """Names of the running sums after a cycle."""
        w = self._w
        amounts: dict[tuple[int, int, int], str] = {}
        factors: dict[tuple[tuple[int, ...], SeriesName], str] = {}
        results = []
        for position, (trace, state, flow, loop, weight) in enumerate(sums.all):
            if weight[0] != "weight" and (trace, state, flow) not in amounts:
                amounts[trace, state, flow] = self._counted(trace, state, flow)
            amount = amounts.get((trace, state, flow), "")
            if weight[0] == "weight":
                amount = f"%now.{trace}.{state}"
            if (loop, weight) not in factors:
                factors[loop, weight] = self._factor(loop, weight)
            part = w.binary("fmul", amount, factors[loop, weight])
            results.append(w.binary("fadd", f"%sum.{position}", part))
        return results

    def _counted(self, trace: int, state: int, flow: int) -> str:
        """A cycle's flow, or the occupancy it is credited with."""
        past = f"%past.{trace}.{state}"
        if flow >= 0:
            value = self._value(self.program.nodes[flow])
            return self._clean(self._w.binary("fmul", past, value), ("begun", ()))
        now = self._w.binary("fmul", f"%now.{trace}.{state}", self._series("after"))
        return self._w.binary("fadd", now, self._w.binary("fmul", past, self._series("before")))

    def _factor(self, loop: tuple[int, ...], weight: SeriesName) -> str:
        """What an amount is multiplied by: a weight and nodes of the loop."""
        result = self._series(*weight)
        for index in loop:
            result = self._w.binary("fmul", result, self._value(self.program.nodes[index]))
        if not loop:
            return result
        return self._clean(result, ("mask", (self.series.of(weight),)))

    def _clean(self, amount: str, mask: SeriesName) -> str:
        """An amount, zero where nothing is counted even if it is not a number there."""
        bits = self._w.new(f"bitcast {VECTOR} {amount} to {WHOLE}")
        kept = self._w.new(f"bitcast {VECTOR} {self._series(*mask)} to {WHOLE}")
        both = self._w.new(f"and {WHOLE} {bits}, {kept}")
        return self._w.new(f"bitcast {WHOLE} {both} to {VECTOR}")

    def _totals(self, uses: Sequence[tuple[Credit, int]], added: Sequence[str]) -> None:
        """Add up and store what the sums and the one-offs amount to."""
        w = self._w
        totals: dict[tuple[int, int], str] = {}

        def add(outcome: int, strategy: int, amount: str) -> None:
            row = self.rows[outcome]
            assert row is not None
            known = totals.get((row, strategy))
            totals[row, strategy] = w.binary("fadd", known, amount) if known else amount

        for credit, position in uses:
            amount = added[position]
            for node in credit.by_draw:
                amount = w.binary("fmul", amount, self._value(node))
            scale = [n for n in credit.scale if not n.by_cycle]
            if any(n.op != "const" or n.what != 1.0 for n in scale):
                amount = w.binary("fmul", amount, self._number("product", scale))
            add(credit.outcome, credit.strategy, amount)
        for single in self._singles:
            add(single.outcome, single.strategy, self._value(single.node))
        strategies = len(self.program.model.strategies)
        for (row, strategy), amount in totals.items():
            far = w.new(f"mul i64 %length, {row * strategies + strategy}")
            at = w.new(f"getelementptr double, ptr %group.totals, i64 {far}")
            w.put(f"store {VECTOR} {amount}, ptr {at}, align 8")
