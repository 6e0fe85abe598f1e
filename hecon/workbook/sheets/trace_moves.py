"""Who moves between the states of a trace, as formulas over blocks of columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hecon.workbook.sheets.trace_places import SubState


@dataclass(frozen=True)
class MoveColumns:
    """Columns with the probability of a transition: one, or one for each step of its source."""

    source: str
    target: str
    letters: tuple[str, ...]

    def at(self, step: int) -> str:
        """The column for a step of the source."""
        return self.letters[step if len(self.letters) > 1 else 0]


@dataclass(frozen=True)
class Moves:
    """The transitions of a strategy."""

    states: tuple[SubState, ...]  #: Every step of every state, in the order of the columns.
    spans: Mapping[str, range]  #: Positions of each state's steps among them.
    moves: tuple[MoveColumns, ...]
    #: States that remember, in which people stay who go nowhere else: that has no column.
    left: frozenset[str]

    def of(self, source: str) -> list[MoveColumns]:
        """The transitions from a state."""
        return [m for m in self.moves if m.source == source]

    def width(self, source: str) -> int:
        """How many columns the widest transition from a state has."""
        return max((len(m.letters) for m in self.of(source)), default=1)

    def leaving(
        self, source: str, step: int, row: int, without: MoveColumns | None = None
    ) -> list[str]:
        """Probabilities of going anywhere from a step of a state, but for one transition."""
        return [f"${m.at(step)}{row}" for m in self.of(source) if m is not without]

    def least_staying(self, source: str, row: int) -> str:
        """The least probability, over a state's steps, of going nowhere."""
        parts = [
            f"MAX(${m.letters[0]}{row}:${m.letters[-1]}{row})"
            if len(m.letters) > 1
            else f"${m.letters[0]}{row}"
            for m in self.of(source)
        ]
        return "-".join(["1", *parts])

    def staying(self, source: str, step: int, row: int) -> str:
        """The probability of staying in a state that remembers, from one of its steps."""
        if source in self.left:
            return f"({'-'.join(['1', *self.leaving(source, step, row)])})"
        stay = next((m for m in self.of(source) if m.target == source), None)
        return f"${stay.at(step)}{row}" if stay else "0"


@dataclass(frozen=True)
class Shares:
    """Who is where: `occupancy` has a column for each step, `counted` those of each state."""

    moves: Moves
    occupancy: tuple[str, ...]
    counted: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def _sum(self, part: range, row: int) -> str:
        first, last = self.occupancy[part[0]], self.occupancy[part[-1]]
        return f"${first}{row}" if len(part) == 1 else f"SUM(${first}{row}:${last}{row})"

    def everybody(self, row: int) -> str:
        """All shares together."""
        return f"SUM(${self.occupancy[0]}{row}:${self.occupancy[-1]}{row})"

    def weighted(self, part: range, t: int, row: int, before: str, after: str) -> str:
        """Who counts in some steps: shares at the start and at the end of a cycle by weight."""
        now = f"{after}{row}*{self._sum(part, row)}"
        return f"{before}{row}*{self._sum(part, row - 1)}+{now}" if t else now

    def flow(self, source: str, target: str, row: int) -> str:
        """Who goes from one state to another in a cycle, from all its steps together."""
        span = self.moves.spans[source]
        before = self._sum(span, row - 1)
        if source == target and source in self.moves.left:
            out = [self._moving(m, row) for m in self.moves.of(source)]
            return f"({'-'.join([before, *out])})"
        terms = [self._moving(m, row) for m in self.moves.of(source) if m.target == target]
        return "+".join(terms)

    def _moving(self, move: MoveColumns, row: int) -> str:
        span = self.moves.spans[move.source]
        if len(move.letters) == 1:
            return f"{self._sum(span, row - 1)}*${move.letters[0]}{row}"
        first, last = self.occupancy[span[0]], self.occupancy[span[-1]]
        there = f"${move.letters[0]}{row}:${move.letters[-1]}{row}"
        return f"SUMPRODUCT(${first}{row - 1}:${last}{row - 1},{there})"

    def flow_from(self, source: str, target: str, step: int, row: int) -> str:
        """The same from one step of the state."""
        held = f"${self.occupancy[self.moves.spans[source][step]]}{row - 1}"
        if source == target and source in self.moves.left:
            return f"{held}*{self.moves.staying(source, step, row)}"
        found = [m for m in self.moves.of(source) if m.target == target]
        return "+".join(f"{held}*${m.at(step)}{row}" for m in found)

    def arriving(self, position: int, row: int) -> str:
        """Who is in a step of a state at the end of a cycle."""
        state = self.moves.states[position]
        span = self.moves.spans[state.name]
        aged = [position - 1] if state.step else []
        if state.steps > 1 and state.step == state.steps - 1:
            aged.append(position)
        terms = [
            f"${self.occupancy[p]}{row - 1}*{self.moves.staying(state.name, p - span[0], row)}"
            for p in aged
        ]
        if state.step == 0:
            entering = (m for m in self.moves.moves if m.target == state.name)
            terms += [
                self._moving(m, row) for m in entering if state.steps == 1 or m.source != m.target
            ]
        return "+".join(terms) or "0"
