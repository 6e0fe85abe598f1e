"""Libraries that are installed and not needed stay unloaded."""

import sys


def leave_dask_out() -> None:
    """Have xarray find no dask, which is there for batches on other machines.

    Else xarray loads it, for half a second, to tell its arrays from those of NumPy. It looks once;
    nothing happens in a process where it has looked already.
    """
    if {"dask", "xarray"} & set(sys.modules):
        return
    # None stops an import, as the language says; its types do not know
    sys.modules["dask"] = None  # type: ignore[assignment]
    try:
        import xarray

        xarray.Dataset({"x": ("x", [0.0])}).sum()
    finally:
        del sys.modules["dask"]
