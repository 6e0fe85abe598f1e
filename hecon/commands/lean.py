"""Libraries that are installed and not needed stay unloaded."""

import sys

#: Loaded by pandas and xarray if they are there: batches on other machines and Parquet need them.
UNASKED = ("dask", "pyarrow")


def leave_out_unasked() -> None:
    """Have pandas and xarray find none of `UNASKED`.

    Else they load them, for a second and 40 MB, to tell their arrays from those of NumPy. They look
    once; what is loaded stays as it is, and whoever needs one of them imports it afterwards.
    """
    if {*UNASKED, "pandas", "xarray"} & set(sys.modules):
        return
    # None stops an import, as the language says; its types do not know
    sys.modules |= dict.fromkeys(UNASKED)  # type: ignore[arg-type]
    try:
        import xarray

        xarray.Dataset({"x": ("x", [0.0])}).sum()
    finally:
        for name in UNASKED:
            del sys.modules[name]
