"""Libraries that are installed and not needed stay unloaded."""

from __future__ import annotations

import sys


def leave_dask_out() -> None:
    """Have xarray, which looks once, find no dask: it is there for batches on other machines.

    Else xarray loads it, for half a second, to tell arrays of dask from those of NumPy.
    """
    if "dask" in sys.modules:
        return
    sys.modules["dask"] = None  # type: ignore[assignment]
    try:
        import xarray

        xarray.Dataset({"x": ("x", [0.0])}).sum()
    finally:
        del sys.modules["dask"]
