"""What takes most of a command's time and a test may leave out."""

import io

import pytest
from matplotlib.figure import Figure

from hecon.report.figures.picture import Picture


@pytest.fixture
def unpainted(monkeypatch):
    """Figures are made and said; one empty picture stands for all that are written."""
    for kind in ("svg", "png"):
        with io.BytesIO() as file:
            Figure((1, 1)).savefig(file, format=kind)
            empty = file.getvalue()
        monkeypatch.setattr(Picture, kind, property(lambda _, empty=empty: empty))
