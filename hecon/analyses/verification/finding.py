"""What a check finds: pass, fail or not applicable, with a figure and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hecon.analyses.verification.case import ComputedStudy

PASS, FAIL, NOT_APPLICABLE = "pass", "fail", "not applicable"

#: Relative difference of two figures that should be equal but for rounding.
SAME = 1e-9


@dataclass(frozen=True)
class Finding:
    """The answer of a check: `figure` is what was measured, `detail` says what it means."""

    result: str
    figure: str
    detail: str


@dataclass(frozen=True)
class Check:
    """A question to a study, why it is asked, and the function that answers it."""

    name: str
    why: str
    run: Callable[[ComputedStudy], Finding]


class NotApplicable(Exception):
    """The study lacks what a check needs; the message says what."""


def found(holds: bool, figure: str, detail: str) -> Finding:
    """A pass if the statement holds, else a fail."""
    return Finding(PASS if holds else FAIL, figure, detail)


def listed(names: list[str], most: int = 12) -> str:
    """Names in a sentence; a long list is cut and counted."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
