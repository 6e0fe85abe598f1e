"""Treatment courses: sessions become costs, effects and quantities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from hecon.engine.expression import Expr, constant, is_zero, substitute
from hecon.engine.model import Payoff
from hecon.engine.timing import TOLERANCE
from hecon.parameters.written_money import amounts
from hecon.studies.study_schema import CourseItem, CourseQuantity


@dataclass(frozen=True)
class Session:
    """One session of a course; `quantities` holds every numeric column as an expression.

    A strategy may hold one course after another: `line` is the line of treatment, and sessions
    are numbered within it.
    """

    strategy: str
    line: int
    number: int
    week: Expr
    kind: str
    included: Expr
    quantities: Mapping[str, Expr]
    source: str
    status: str
    note: str
    file: str
    row: int

    @property
    def key(self) -> tuple[str, int, int]:
        """What tells the session from all others: strategy, line and number."""
        return self.strategy, self.line, self.number

    @property
    def label(self) -> str:
        """The session's number, with the line of treatment if it isn't the first."""
        return str(self.number) if self.line == 1 else f"{self.line}-{self.number}"


@dataclass(frozen=True)
class TreatmentCourse:
    """All courses of a study, with the rule of attendance and what a session costs.

    A session's contribution is ``included * attendance * amount``, in the cycle of its week.

    `starts` holds the transitions at which a line of treatment starts: its weeks are counted from
    the end of their cycle, and its amounts are per person who makes them. Any other line starts
    with the model.
    """

    attendance: Expr
    sessions: tuple[Session, ...]
    items: tuple[tuple[CourseItem, Expr], ...]
    quantities: tuple[tuple[CourseQuantity, Expr], ...]
    columns: tuple[str, ...]
    starts: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def of(self, strategy: str) -> list[Session]:
        """Sessions of a strategy."""
        return [s for s in self.sessions if s.strategy == strategy]

    @cached_property
    def money(self) -> frozenset[str]:
        """Columns of sessions that hold amounts: an item of cost adds them as they are."""
        return frozenset(
            name
            for item, amount in self.items
            for name in amount.names & {*self.columns}
            if item.kind == "cost"
            and not amounts(amount)
            and amounts(substitute(amount, {name: constant(1.0)}))
        )

    def meanings(self, session: Session) -> dict[str, Expr]:
        """What a course formula's names mean in a session."""
        return self._meanings[session.key]

    @cached_property
    def _meanings(self) -> dict[tuple[str, int, int], dict[str, Expr]]:
        courses: dict[tuple[str, int], list[Session]] = {}
        for session in self.sessions:
            courses.setdefault((session.strategy, session.line), []).append(session)
        found = {}
        for (_, line), course in courses.items():
            n_sessions = added_up([s.included for s in course if s.number >= 1])
            for session in course:
                names = {
                    **session.quantities,
                    "line": constant(line),
                    "session": constant(session.number),
                    "n_sessions": n_sessions,
                    "included": session.included,
                    "week": session.week,
                }
                names["attendance"] = substitute(self.attendance, names)
                found[session.key] = names
        return found

    @cached_property
    def _attended(self) -> dict[tuple[str, int, int], Expr]:
        """The share of those who start the course that each session reaches."""
        return {
            s.key: Expr("mul", (s.included, self.meanings(s)["attendance"])) for s in self.sessions
        }

    def contribution(self, session: Session, amount: Expr) -> Expr:
        """What a session adds per person who starts its line of treatment."""
        substituted = substitute(amount, self.meanings(session))
        return Expr("mul", (self._attended[session.key], substituted))

    def payoffs(self) -> list[Payoff]:
        """Payoffs of every session and item that is not zero whatever happens."""
        return [
            payoff
            for session in self.sessions
            for item, amount in self.items
            if not is_zero(substitute(amount, self.meanings(session)))
            for payoff in self._paid(session, item.item, item.kind, amount)
        ]

    def counted(self, kind: str) -> list[Payoff]:
        """Quantities of every session as payoffs of a kind of their own."""
        return [
            payoff
            for session in self.sessions
            for quantity, amount in self.quantities
            for payoff in self._paid(session, quantity.name, kind, amount)
        ]

    def _paid(self, session: Session, item: str, kind: str, amount: Expr) -> list[Payoff]:
        """A session's amount once, or at each of the transitions at which its line starts."""
        once = Payoff(
            item=item,
            kind=kind,
            on="once",
            amount=self.contribution(session, amount),
            strategy=session.strategy,
            week=session.week,
            session=f"{session.strategy}.{session.label}",
            origin=f"{session.file}, row {session.row}",
        )
        if session.line not in self.starts:
            return [once]
        return [
            replace(once, on="transition", source=source, target=target)
            for source, target in self.starts[session.line]
        ]

    def total(self, strategy: str, amount: Expr, horizon_years: Expr) -> Expr:
        """A quantity summed over a strategy's course within the horizon, per person who starts."""
        weeks = Expr("mul", (horizon_years, Expr("name", name="weeks_per_year")))
        last = Expr("add", (weeks, constant(TOLERANCE)))
        contributions = [
            Expr("if", (Expr("gt", (session.week, last)), constant(0.0), added))
            for session in self.of(strategy)
            if not is_zero(added := self.contribution(session, amount))
        ]
        return added_up(contributions)


def added_up(parts: Sequence[Expr]) -> Expr:
    """The sum of expressions, 0 for none; pairs of pairs, so that it never nests deeply."""
    if len(parts) < 2:
        return parts[0] if parts else constant(0.0)
    half = len(parts) // 2
    return Expr("add", (added_up(parts[:half]), added_up(parts[half:])))
