"""Mixtures of two studies: the first but for some pieces of the second, and their results."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hecon.analyses.evaluate import evaluate
from hecon.analyses.pieces import FORMULA, INPUT, LIMITS, STRUCTURE, Name, Piece, between, joined
from hecon.analyses.threshold import severity
from hecon.analyses.ties import difference
from hecon.engine.arrays import Array
from hecon.engine.model import CohortModel, Key
from hecon.parameters.design import base_values, rows
from hecon.studies.study import Study

#: Results of a mixture: of the first study's comparison, in its money.
RESULTS = ("cost", "qaly", "threshold", "nmb")


class SwappedStudy:
    """Studies that are the first but for some pieces of the second."""

    def __init__(
        self,
        first: Study,
        second: Study,
        own: Mapping[Name, Piece],
        other: Mapping[Name, Piece],
        factor: float,
    ):
        self.like, self.pair, self.factor = first, first.compared, factor
        self.own, self.other = own, other
        model = first.model.between(self.pair)
        self._models: dict[frozenset[Name], tuple[CohortModel, CohortModel | None]] = {}
        self._like = replace(first, model=replace(model, strategies=self.pair))

    def order(self) -> list[tuple[Name, ...]]:
        """What is swapped together, in order: inputs, formulas, rules, structure."""
        found = list(between(self.own, self.other))
        if (STRUCTURE, "states") in found:
            whole = tuple(n for n in found if n[0] in (STRUCTURE, FORMULA))
            found = [n for n in found if n not in whole]
            return [*((n,) for n in found), whole]
        rank = {INPUT: 0, FORMULA: 1}
        return [(n,) for n in sorted(found, key=lambda n: rank.get(n[0], 2))]

    def results(
        self,
        swapped: Sequence[frozenset[Name]],
        progress: Callable[[int, int], None] | None = None,
    ) -> Array:
        """Results with some pieces of the second study, shape (swapped, results).

        Mixtures that differ in values alone are rows of one design.
        """
        models: dict[frozenset[Name], list[int]] = {}
        for position, names in enumerate(swapped):
            altering = frozenset(n for n in names if not self.plain(n))
            models.setdefault(altering, []).append(position)
        found = np.empty((len(swapped), len(RESULTS)))
        for done, (altering, positions) in enumerate(models.items()):
            if progress is not None:
                progress(done, len(models))
            changes = [self._values(swapped[i] - altering) for i in positions]
            found[positions] = self._evaluated(altering, changes)
        return found

    def plain(self, name: Name) -> bool:
        """Whether a piece is values in both studies, of the same rows."""
        a, b = self.own.get(name), self.other.get(name)
        if a is None or b is None or a.values is None or b.values is None:
            return False
        return a.values.keys() == b.values.keys()

    def _values(self, names: frozenset[Name]) -> dict[Key, float]:
        return {k: v for n in names for k, v in (self.other[n].values or {}).items()}

    def _evaluated(self, altering: frozenset[Name], changes: list[dict[Key, float]]) -> Array:
        chosen = {}
        for name in dict.fromkeys([*self.own, *self.other]):
            piece = self.other.get(name) if name in altering else self.own.get(name)
            if piece is None and name[0] == INPUT:
                # what one study lacks none of its formulas names
                piece = self.own.get(name) or self.other.get(name)
            if piece is not None:
                chosen[name] = piece
        study = joined(self._like, chosen)
        # mixtures that differ in what they are judged by have one model, made ready once
        models = self._models.setdefault(altering - {LIMITS}, (study.model, study.population))
        study = replace(study, model=models[0], population=models[1])
        design = rows(base_values(study.parameters), changes)
        outcomes = evaluate(study.model, design, summed=True)
        a, b = ({"strategy": name} for name in self.pair)
        cost, qaly = (
            difference(outcomes[what].sel(a), outcomes[what].sel(b)).values
            for what in ("cost", "qaly")
        )
        limits = severity(study, design, [self.pair] * design.draws)["threshold"].to_numpy(float)
        return np.stack([cost, qaly, limits, limits * qaly - cost], axis=1)
