"""What counts as equal: one relative tolerance, so that rounding decides nothing."""

from typing import TypeVar

import numpy as np
import xarray as xr

from hecon.engine.arrays import Array

Values = TypeVar("Values", Array, xr.DataArray)

#: Figures that differ by less than this share of the larger one are equal.
TIE = 1e-12


def difference(first: Values, second: Values) -> Values:
    """`first` less `second`, exactly 0 where they are equal but for rounding."""
    gap = first - second
    return gap * (abs(gap) > TIE * np.maximum(abs(first), abs(second)))
