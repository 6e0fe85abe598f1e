"""Figures are drawn once, beside other work, and their faults are not lost."""

from dataclasses import dataclass

import pytest

from hecon.errors import ModelError
from hecon.report.content import Figure
from hecon.report.drawing import drawing, render


@dataclass(frozen=True)
class Square:
    title: str = "A square"
    alt: str = "Four equal sides."
    svg: bytes = b"<svg/>"
    png: bytes = b"\x89PNG"


def broken() -> Square:
    raise ModelError("nothing to draw")


def test_drawings_are_those_of_the_figures_and_png_only_where_asked_for() -> None:
    figures = [Figure("square", Square)]
    with drawing(figures) as drawn:
        assert drawn() == render(figures)
    assert drawn()["square"].png == b""
    assert render(figures, png=True)["square"].png == b"\x89PNG"


def test_a_fault_in_a_figure_is_raised_where_the_drawings_are_asked_for() -> None:
    with drawing([Figure("broken", broken)]) as drawn, pytest.raises(ModelError, match="nothing"):
        drawn()


def test_nothing_to_draw_starts_nothing() -> None:
    with drawing([]) as drawn:
        assert drawn() == {}
