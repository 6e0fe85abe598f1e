"""Distributions, given by native parameters, by mean and standard error, or by an interval.

Every design starts from numbers between 0 and 1 and goes through `Distribution.quantile`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from hecon.engine.arrays import Array
from hecon.parameters.limits import LARGEST_AMOUNT

Z = float(special.ndtri(0.975))

#: One draw in a million lies beyond each.
_TAILS = np.array([1e-6, 1.0 - 1e-6])
_SIZE = f"allowed are values from {-LARGEST_AMOUNT:g} to {LARGEST_AMOUNT:g}"

#: What a base value may be of its distribution; without a word it is the first of `CENTRES`.
BASES = ("mean", "median", "mode")

#: What a base value is without a word, where it isn't the mean.
CENTRES = {"lognormal": "median", "triangular": "mode"}


class DistributionError(ValueError):
    """A distribution that cannot exist, with the reason."""


@dataclass(frozen=True)
class Distribution:
    """A probability distribution in its native parameters."""

    kind: str  #: One of `KINDS`.
    #: Native parameters: beta (alpha, beta), gamma (shape, scale), lognormal (mu, sigma), normal
    #: (mean, sd), uniform (low, high), triangular (low, mode, high), dirichlet (alpha), fixed
    #: (value).
    parameters: tuple[float, ...]
    group: str = ""  #: Rows of one Dirichlet share a group.
    #: One of `BASES`: what the base value is of the distribution, if the row says so.
    base: str = ""

    @property
    def varies(self) -> bool:
        """False for a fixed value."""
        return self.kind != "fixed"

    def quantile(self, u: Array | float) -> Array:
        """The value below which a share `u` of the distribution lies.

        A Dirichlet's row gives the gamma variate that is normalised within its group.
        """
        u = np.asarray(u, dtype=float)
        a = self.parameters
        match self.kind:
            case "beta":
                return np.asarray(special.betaincinv(a[0], a[1], u))
            case "gamma":
                return np.asarray(special.gammaincinv(a[0], u) * a[1])
            case "dirichlet":
                return np.asarray(special.gammaincinv(a[0], u))
            case "lognormal":
                return np.exp(a[0] + a[1] * special.ndtri(u))
            case "normal":
                return np.asarray(a[0] + a[1] * special.ndtri(u))
            case "uniform":
                return a[0] + (a[1] - a[0]) * u
            case "triangular":
                low, mode, high = a
                width = high - low
                rising = low + np.sqrt(u * width * (mode - low))
                falling = high - np.sqrt((1.0 - u) * width * (high - mode))
                return np.where(u * width < mode - low, rising, falling)
            case _:
                return np.full(u.shape, a[0])

    @property
    def centre(self) -> float:
        """What the base case uses: the mean, a lognormal's median, a triangular's mode, or `base`.

        Raises:
            DistributionError: If the distribution has no mode.
        """
        match self.base or CENTRES.get(self.kind, "mean"):
            case "mean":
                return self._mean()
            case "median":
                return math.exp(self.parameters[0]) if self.kind == "lognormal" else self._half()
            case _:
                return self._mode()

    def _half(self) -> float:
        return float(self.quantile(0.5))

    def _mean(self) -> float:
        a = self.parameters
        match self.kind:
            case "beta":
                return a[0] / (a[0] + a[1])
            case "gamma":
                return a[0] * a[1]
            case "lognormal":
                return math.exp(a[0] + a[1] ** 2 / 2)
            case "uniform" | "triangular":
                return sum(a) / len(a)
            case _:
                return a[0]

    def _mode(self) -> float:
        a = self.parameters
        match self.kind:
            case "beta" if min(a) >= 1 and sum(a) > 2:
                return (a[0] - 1) / (a[0] + a[1] - 2)
            case "gamma" if a[0] >= 1:
                return (a[0] - 1) * a[1]
            case "lognormal":
                return math.exp(a[0] - a[1] ** 2)
            case "triangular":
                return a[1]
            case "normal":
                return a[0]
            case _:
                raise DistributionError(f"this {self.kind} has no mode; its mean may be the value")

    def describe(self) -> str:
        """The distribution with its parameters, for tables."""
        if self.kind == "fixed":
            return "fixed"
        names = NATIVE[self.kind]
        inside = ", ".join(f"{n} {v:.6g}" for n, v in zip(names, self.parameters, strict=True))
        return f"{self.kind} ({inside})" + (f", value its {self.base}" if self.base else "")


NATIVE: dict[str, tuple[str, ...]] = {
    "beta": ("alpha", "beta"),
    "gamma": ("shape", "scale"),
    "lognormal": ("mu", "sigma"),
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "dirichlet": ("alpha",),
    "fixed": ("value",),
}
KINDS = tuple(NATIVE)


def _beta_from_moments(mean: float, se: float) -> tuple[float, float]:
    if not 0 < mean < 1:
        raise DistributionError(f"a beta needs a mean between 0 and 1, found {mean:g}")
    size = mean * (1 - mean) / se**2 - 1
    if size <= 0:
        raise DistributionError(
            f"no beta has mean {mean:g} and standard error {se:g}; "
            f"the standard error must be below {math.sqrt(mean * (1 - mean)):.4g}"
        )
    return mean * size, (1 - mean) * size


def _gamma_from_moments(mean: float, se: float) -> tuple[float, float]:
    if mean <= 0:
        raise DistributionError(f"a gamma needs a mean above 0, found {mean:g}")
    return (mean / se) ** 2, se**2 / mean


def _lognormal_from_moments(mean: float, se: float) -> tuple[float, float]:
    if mean <= 0:
        raise DistributionError(f"a lognormal needs a mean above 0, found {mean:g}")
    variance = math.log1p((se / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


_MOMENTS: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "beta": _beta_from_moments,
    "gamma": _gamma_from_moments,
    "lognormal": _lognormal_from_moments,
    "normal": lambda mean, se: (mean, se),
}


def distribution(
    kind: str, given: Mapping[str, float], group: str = "", base: str = ""
) -> Distribution:
    """Build a distribution from what a source gives.

    Args:
        kind: One of `KINDS`.
        given: Native parameters; or ``mean`` and ``se``; or ``estimate``, ``ci_low`` and
            ``ci_high`` (95 %). An interval is symmetric on the log scale for a lognormal, else on
            the plain scale.
        base: What the base value is of it, one of `BASES`; blank for what is usual.

    Raises:
        DistributionError: If the kind is unknown, the names do not fit or the figures are
            impossible.

    Notes:
        Method of moments: Briggs, Claxton, Sculpher (2006), chapter 4.
    """
    if kind not in NATIVE:
        raise DistributionError(f"'{kind}' is not a distribution; allowed are {', '.join(KINDS)}")
    if base and (base not in BASES or kind in ("fixed", "dirichlet")):
        allowed_bases = "none" if kind in ("fixed", "dirichlet") else ", ".join(BASES)
        raise DistributionError(f"found 'value = {base}', allowed for a {kind} is {allowed_bases}")
    try:
        native = _native(kind, given)
        _check(kind, native)
        found = Distribution(kind, native, group, base)
        _check_size(found)
    except ArithmeticError:  # too large, or so small that its square is nothing
        raise DistributionError(f"no {kind} can be computed from such figures; {_SIZE}") from None
    return found


def _native(kind: str, given: Mapping[str, float]) -> tuple[float, ...]:
    """A distribution's own parameters, from any of the ways in which they are given."""
    names = frozenset(given)
    if kind == "triangular" and names == {"min", "mode", "max"}:
        given = {"low": given["min"], "mode": given["mode"], "high": given["max"]}
        names = frozenset(given)
    if names == frozenset(NATIVE[kind]):
        return tuple(given[n] for n in NATIVE[kind])
    if names == {"mean", "se"} and kind in _MOMENTS:
        if given["se"] <= 0:
            raise DistributionError(f"the standard error must be above 0, found {given['se']:g}")
        return _MOMENTS[kind](given["mean"], given["se"])
    if names == {"estimate", "ci_low", "ci_high"} and kind in _MOMENTS:
        return _from_interval(kind, given["estimate"], given["ci_low"], given["ci_high"])
    allowed = [" and ".join(NATIVE[kind])]
    if kind in _MOMENTS:
        allowed += ["mean and se", "estimate, ci_low and ci_high"]
    raise DistributionError(
        f"a {kind} takes {'; or '.join(allowed)}; found {', '.join(sorted(given)) or 'nothing'}"
    )


def _from_interval(kind: str, estimate: float, low: float, high: float) -> tuple[float, float]:
    if not low < estimate < high:
        raise DistributionError(
            f"the estimate {estimate:g} must lie inside its interval {low:g} to {high:g}"
        )
    if kind == "lognormal":
        if low <= 0:
            raise DistributionError(f"a lognormal's interval must be above 0, found {low:g}")
        return math.log(estimate), (math.log(high) - math.log(low)) / (2 * Z)
    return _MOMENTS[kind](estimate, (high - low) / (2 * Z))


def _check(kind: str, native: tuple[float, ...]) -> None:
    if not all(math.isfinite(v) for v in native):
        raise DistributionError(f"a {kind} needs finite parameters")
    positive = {
        "beta": native,
        "gamma": native,
        "dirichlet": native,
        "lognormal": native[1:],
        "normal": native[1:],
    }.get(kind, ())
    if any(v <= 0 for v in positive):
        names = NATIVE[kind][-len(positive) :]
        raise DistributionError(f"a {kind} needs {' and '.join(names)} above 0")
    ordered = kind in ("uniform", "triangular")
    if ordered and (list(native) != sorted(native) or native[0] == native[-1]):
        raise DistributionError(f"a {kind} needs {' <= '.join(NATIVE[kind])} with low below high")


def _check_size(found: Distribution) -> None:
    """Refuse what draws values that can't be calculated with."""
    with np.errstate(over="ignore"):
        ends = np.abs([found._mean(), *found.quantile(_TAILS)])
    if not (ends <= LARGEST_AMOUNT).all():
        raise OverflowError
