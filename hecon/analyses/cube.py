"""The unit cube of a study's uncertain inputs: any points in it as a design."""

from collections.abc import Mapping, Sequence

import numpy as np

from hecon.engine.arrays import Array
from hecon.engine.model import Key, key_text
from hecon.errors import Fault, InputError
from hecon.parameters.design import Correlation, ProbabilisticDesign
from hecon.parameters.parameter_schema import Parameter
from hecon.studies.study import Study

#: Furthest that a point may go towards 0 and 1, where quantiles are infinite.
_EDGE = 2.0**-53


class CubeDesign(ProbabilisticDesign):
    """Rows at given points of the cube, through the distributions and copula of the draws.

    Args:
        parameters: All parameters.
        points: Numbers between 0 and 1 by key, each of shape (rows,); inputs without keep base
            values.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        points: Mapping[Key, Array],
        correlations: Sequence[Correlation] = (),
    ):
        joined = [c for c in correlations if c.first in points and c.second in points]
        rows = len(next(iter(points.values())))
        super().__init__(parameters, rows, 0, correlations=joined)
        held = [key for key in self.parameters if key not in points]
        for key in held:
            parameter = self.parameters.pop(key)
            assert parameter.value is not None
            self.numbers[key] = parameter.value
        self.varying = frozenset(self.parameters)
        self._stored = {key: np.clip(u, _EDGE, 1 - _EDGE) for key, u in points.items()}

    def _at(self, parameter: Parameter, uniform: Array) -> Array:
        """Sensitivity analyses move few inputs at a time: the same numbers come again and again."""
        distinct, place = np.unique(uniform, return_inverse=True)
        return super()._at(parameter, distinct)[place]


def uncertain_or_refused(study: Study) -> None:
    """Raise InputError if no input has a distribution, so that nothing is uncertain."""
    if not uncertain_groups(study):
        text = "no input has a distribution, so nothing is uncertain"
        raise InputError([Fault(study.name, None, "distribution", text)])


def uncertain_groups(study: Study) -> dict[str, list[Key]]:
    """Uncertain inputs that are sampled as one: correlated ones, members of one Dirichlet.

    Returns:
        Keys by the group's name: the parameter itself, or its members joined by `` + ``.
    """
    keys = [p.key for p in study.parameters if p.is_input and p.distribution.varies]
    together = [{c.first, c.second} for c in study.correlations]
    shares: dict[str, set[Key]] = {}
    for p in study.parameters:
        if p.is_input and p.distribution.kind == "dirichlet":
            shares.setdefault(p.distribution.group, set()).add(p.key)
    groups: list[set[Key]] = []
    for joined in [*({key} for key in keys), *together, *shares.values()]:
        apart = [g for g in groups if not g & joined]
        groups = [*apart, joined.union(*(g for g in groups if g & joined))]
    ordered = [[key for key in keys if key in g] for g in groups]
    ordered.sort(key=lambda members: keys.index(members[0]))
    return {" + ".join(map(key_text, members)): members for members in ordered}
