"""Figures: one file a picture, drawn alike wherever the command is run."""

from contextlib import chdir
from pathlib import Path

# a matplotlibrc where the command stands would be read, and may be none that can be
with chdir(Path(__file__).parent):
    import matplotlib  # noqa: F401
