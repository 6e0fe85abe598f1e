"""Which nodes of an undirected graph hang together."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def components(edges: Iterable[tuple[Node, Node]]) -> list[frozenset[Node]]:
    """Sets of connected nodes, in the order of their first edge."""
    found: list[frozenset[Node]] = []
    for edge in edges:
        touched = [part for part in found if not part.isdisjoint(edge)]
        merged = frozenset(edge).union(*touched)
        at = found.index(touched[0]) if touched else len(found)
        found = [part for part in found if part not in touched]
        found.insert(at, merged)
    return found
