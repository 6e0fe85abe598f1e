"""A program run by its compiled loop; the kernel in NumPy names what is wrong."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.ir import LANES
from hecon.engine.loop import ScalarName, SeriesName, weight_name
from hecon.engine.machine import Text
from hecon.engine.model import Key
from hecon.engine.native import compiled
from hecon.engine.program import Program, weighted


class Machine:
    """A compiled program with the numbers that all its draws share; read-only while it runs.

    Args:
        rows: Row of the totals that each outcome is added to; None leaves it out.
        draws: Draws that it will be run for in all.

    Raises:
        Unavailable: If nothing can be compiled here.
    """

    def __init__(self, program: Program, rows: Sequence[int | None], draws: int):
        self.program = program
        self._weights: dict[SeriesName, Array] = {}
        same: dict[SeriesName, SeriesName] = {}
        first: dict[tuple[str, bytes], SeriesName] = {}
        with np.errstate(all="ignore"):
            for credit in program.credits:
                name = weight_name(credit)
                if name not in self._weights:
                    self._weights[name] = values = self._weight(name)
                    same[name] = first.setdefault((name[0], values.tobytes()), name)
            bases = {n.args[0] for n in program.nodes if n.op == "pow"}
            positive = frozenset(
                base.index
                for base in bases
                if not base.by_draw and np.all(program.constant_value(base) > 0.0)
            )
        key = (tuple(rows), tuple(same.values()), positive)
        text = program.marked.texts.get(key)
        if not isinstance(text, Text):
            text = program.marked.texts[key] = Text(program, rows, same, positive)
        self.columns = text.columns.all
        self._height = height(rows)
        self._code = compiled(text.text, draws)
        with np.errstate(all="ignore"):
            self._scalars = np.array([self._scalar(n) for n in text.scalars.all] or [0.0])
            series = [self._series(n, text.series.all) for n in text.series.all]
        length = program.cycles + 1
        self._series_of = np.ascontiguousarray(
            np.stack([np.broadcast_to(s, length) for s in series], axis=1)
            if series
            else np.zeros((length, 1))
        )
        self._tables = [
            np.ascontiguousarray(
                program.model.tables[t].columns[c] if c else program.model.tables[t].keys,
                dtype=float,
            )
            for t, c in text.tables.all
        ]
        self._addresses = np.array([t.ctypes.data for t in self._tables] or [0], dtype=np.int64)

    def run(self, columns: Mapping[Key, Array], draws: int) -> tuple[Array, bool]:
        """Totals of a block, shape (row, strategy, draw), and whether all is well."""
        groups = -(-draws // LANES)
        length = groups * LANES
        given = np.empty((max(len(self.columns), 1), length))
        for row, key in zip(given, self.columns, strict=False):
            row[:draws] = columns[key]
            row[draws:] = row[draws - 1]
        totals = np.zeros((self._height, len(self.program.model.strategies), length))
        wrong = self._code.run(
            given.ctypes.data,
            self._scalars.ctypes.data,
            self._series_of.ctypes.data,
            self._addresses.ctypes.data,
            totals.ctypes.data,
            length,
            self.program.cycles,
            groups,
        )
        found = totals[:, :, :draws]
        return found, wrong == 0 and bool(np.isfinite(found).all())

    def _constant(self, index: int) -> float | Array:
        return self.program.constant_value(self.program.nodes[index])

    def _scalar(self, name: ScalarName) -> float:
        kind, nodes = name
        value = math.prod(float(self._constant(i)) for i in nodes)
        return float(np.log(np.abs(value))) if kind == "log" else value

    def _series(self, name: SeriesName, all_names: Sequence[SeriesName]) -> Array | float:
        kind, nodes = name
        match kind:
            case "node":
                return self._constant(nodes[0])
            case "log":
                return np.asarray(np.log(np.abs(self._constant(nodes[0]))))
            case "before":
                return self.program.before
            case "after":
                return self.program.after
            case "mask":
                return _mask(self._weights[all_names[nodes[0]]])
            case "begun":
                return _mask(np.arange(self.program.cycles + 1.0))
        return self._weights[name]

    def _weight(self, name: SeriesName) -> Array:
        kind, nodes = name
        program = self.program
        scale = np.ones(program.cycles + 1)
        for index in nodes:
            scale = scale * self._constant(index)
        if kind == "flow":
            return weighted(program.counting.events(program.cycles), scale)
        if kind == "loop":
            return weighted((program.before + program.after > 0).astype(float), scale)
        result = weighted(program.after, scale)
        result[:-1] += weighted(program.before, scale)[1:]
        return result


def _mask(values: Array) -> Array:
    """All bits set where a value is not zero, none where it is."""
    mask: Array = (-(values != 0.0).astype(np.int64)).view(np.float64)
    return mask


def height(rows: Sequence[int | None]) -> int:
    """Number of rows of the totals."""
    return 1 + max((r for r in rows if r is not None), default=0)
