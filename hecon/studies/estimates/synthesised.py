"""A finished estimate: its figure, what it rests on, and what it shares with other estimates."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from hecon.parameters.distributions import Distribution, distribution
from hecon.parameters.parameter_schema import Derived
from hecon.synthesis.estimate import Estimate, normal_point
from hecon.synthesis.network import Network
from hecon.synthesis.pooling import Pooled

#: Ratios that arms' counts give.
COUNTED = {"log odds ratio": "odds ratio", "log risk ratio": "risk ratio"}
RATIOS = {**COUNTED, "log hazard ratio": "hazard ratio", "log rate ratio": "rate ratio"}
DIFFERENCE = "SMD"
#: A difference in units of its own: points of a scale, utility, days.
MEAN_DIFFERENCE = "mean difference"
PROPORTION = "probability"
#: What a method is called beside its result.
WORDS = {
    "Jeffreys": "counts under Jeffreys's prior",
    "proportion": "meta-analysis of proportions",
    "prediction": "a further arm of a meta-analysis of proportions",
    "shrunk": "a result shrunk to its class",
    "pairwise": "meta-analysis",
    "reported": "published effect",
    "pool of estimates": "meta-analysis",
    "indirect": "indirect comparison",
    "converted": "converted effect",
    "network": "network meta-analysis",
}
MEASURES = (*RATIOS, DIFFERENCE, MEAN_DIFFERENCE, PROPORTION)


@dataclass(frozen=True)
class Member:
    """A study, or a part, of an estimate with its own effect on the estimate's scale."""

    label: str
    rows: tuple[str, ...]  #: Its rows in the evidence files.
    #: Events and numbers of the first and the second arm; blank where none are used.
    counts: tuple[int, ...]
    effect: Estimate
    weight: float  #: Share of the estimate, NaN where shares have no meaning.


@dataclass(frozen=True)
class Synthesised:
    """An estimate that parameters and scenarios may name."""

    name: str
    title: str
    method: str
    measure: str  #: One of `MEASURES`; a probability is on the logit scale.
    #: The one treatment, or the first and what it is compared with; blank if not said.
    treatments: tuple[str, ...]
    effect: Estimate  #: Estimate and standard error on that scale.
    #: low, high: 95 % interval on that scale.
    low: float
    high: float
    #: Events and non-events of a proportion from pooled counts, with what a prior adds.
    events: tuple[float, float] | None
    rows: tuple[str, ...]  #: Rows of the evidence files it rests on.
    files: tuple[str, ...]  #: The files they stand in.
    studies: tuple[str, ...]
    status: str  #: The weakest status of those rows, `derived` at best where something is computed.
    members: tuple[Member, ...]  #: The studies it is made of.
    #: The estimate's error as independent standard normals by name: their squares sum to the
    #: variance, and two estimates that name the same one share it.
    loadings: Mapping[str, float]
    parts: tuple[str, ...]
    pooled: Pooled | None
    network: Network | None
    note: str
    row: int

    @property
    def natural(self) -> tuple[float, float, float]:
        """Estimate and interval as a ratio, a probability or a difference."""
        ends = (self.effect.estimate, self.low, self.high)
        if self.measure in RATIOS:
            return tuple(math.exp(v) for v in ends)  # type: ignore[return-value]
        if self.measure == PROPORTION:
            return tuple(float(special.expit(v)) for v in ends)  # type: ignore[return-value]
        return ends

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return f"{WORDS.get(self.method, self.method)}, {' and '.join(self.files)}"

    def derived(self, unit: str = "") -> Derived:
        """What a parameter in a unit takes from the estimate.

        A blank unit stands for the estimate's own scale. A ratio is lognormal, its logarithm
        and a difference are normal; a probability is beta: with the events and non-events of
        pooled counts, else by the moments of the logit's delta method, mean `expit(x)` and
        standard deviation `p (1 - p) se`.

        Raises:
            ValueError: If the unit is none of the estimate's.
        """
        own = (self.measure, RATIOS.get(self.measure, self.measure))
        if self.measure == PROPORTION:
            own = (PROPORTION, "share")
        if unit and unit not in own and self.measure != MEAN_DIFFERENCE:
            raise ValueError(
                f"the unit is '{unit}', but the estimate '{self.name}' is a {self.measure}; "
                f"allowed are {' and '.join(own)}"
            )
        drawn, (value, low, high) = self._distribution(unit or self.measure)
        return Derived(value, low, high, drawn, self.source, self.status, self.title, self.rows)

    def _distribution(self, unit: str) -> tuple[Distribution, tuple[float, float, float]]:
        x, se = self.effect.estimate, self.effect.se
        if unit == RATIOS.get(self.measure):
            return distribution("lognormal", {"mu": x, "sigma": se}), self.natural
        if self.measure != PROPORTION:
            return distribution("normal", {"mean": x, "sd": se}), (x, self.low, self.high)
        if self.events is None:
            p = self.natural[0]
            return distribution("beta", {"mean": p, "se": p * (1 - p) * se}), self.natural
        drawn = distribution("beta", {"alpha": self.events[0], "beta": self.events[1]})
        low, high = (float(v) for v in drawn.quantile(np.array([0.025, 0.975])))
        return drawn, (drawn.centre, low, high)


def completed(loadings: Mapping[str, float], se: float, name: str) -> dict[str, float]:
    """Loadings whose squares sum to the variance: what sampling leaves is the estimate's own.

    A random-effects standard error exceeds the sampling error that arms share by what studies
    differ; a Knapp-Hartung one may be smaller, and then all is scaled.
    """
    shared = math.fsum(v * v for v in loadings.values())
    if shared > se * se:
        return {k: v * se / math.sqrt(shared) for k, v in loadings.items()}
    return {**loadings, f"between studies of {name}": math.sqrt(se * se - shared)}


def combined(shares: Mapping[str, float], parts: Mapping[str, Synthesised]) -> dict[str, float]:
    """Loadings of a weighted sum of estimates."""
    result: dict[str, float] = {}
    for name, share in shares.items():
        for key, loading in parts[name].loadings.items():
            result[key] = result.get(key, 0.0) + share * loading
    return result


def spread(loadings: Mapping[str, float]) -> float:
    """Standard error that loadings imply."""
    return math.sqrt(math.fsum(v * v for v in loadings.values()))


def interval(effect: Estimate) -> tuple[float, float]:
    """95 % interval of a normal estimate."""
    half = normal_point() * effect.se
    return effect.estimate - half, effect.estimate + half
