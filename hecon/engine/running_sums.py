"""What a program adds up cycle by cycle: sums that credits share where they count alike."""

from typing import NamedTuple

from hecon.engine.loop import Positions, SeriesName, weight_name
from hecon.engine.program import Credit, Program


class RunningSum(NamedTuple):
    """People of a trace at places, times nodes that differ by draw and cycle, times a weight."""

    trace: int
    #: States, each with the node of the share that leaves it where people are counted on their way,
    #: and -1 where they are counted in the state.
    places: tuple[tuple[int, int], ...]
    loop: tuple[int, ...]
    weight: int  #: Position of what differs by cycle alone.


class Credited(NamedTuple):
    """A sum times factors of a draw, which counts in an outcome."""

    outcome: int
    strategy: int
    sum: int
    factors: tuple[int, ...]
    cycle: int  #: The node of the cycle in which it falls, -1 for the one in which it is added.


def running_sums(
    program: Program, weights: Positions[SeriesName]
) -> tuple[list[RunningSum], list[Credited]]:
    """The sums of a program, and what each is credited to; weights that they need are added.

    Places that are credited alike, in the same outcomes by the same factors, share a sum.
    """
    of: dict[RunningSum, list[Credited]] = {}
    for credit in program.credits:
        one, credited = _one(credit, weights.of(weight_name(credit)))
        of.setdefault(one, []).append(credited)
    alike: dict[object, list[RunningSum]] = {}
    for one, those in of.items():
        alike.setdefault((one._replace(places=()), tuple(those)), []).append(one)
    sums, credits = list[RunningSum](), list[Credited]()
    for position, ones in enumerate(alike.values()):
        sums.append(ones[0]._replace(places=tuple(p for one in ones for p in one.places)))
        credits += [credited._replace(sum=position) for credited in of[ones[0]]]
    return sums, credits


def _one(credit: Credit, weight: int) -> tuple[RunningSum, Credited]:
    """A credit's own sum, and itself."""
    at = (credit.state, -1)
    if credit.flow is not None:
        at = credit.flow.source, credit.flow.node.index
    factors = [n for n in (*credit.by_draw, *credit.scale) if not n.by_cycle]
    return (
        RunningSum(credit.trace, (at,), tuple(n.index for n in credit.loop), weight),
        Credited(
            credit.outcome,
            credit.strategy,
            -1,
            tuple(n.index for n in factors if n.op != "const" or n.what != 1.0),
            -1 if credit.cycle is None else credit.cycle.index,
        ),
    )
