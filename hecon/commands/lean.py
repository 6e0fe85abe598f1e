"""Libraries that are installed and not needed stay unloaded."""

import os
import sys

#: Loaded by pandas and xarray if they are there: batches on other machines and Parquet need them.
UNASKED = ("dask", "pyarrow")


def leave_out_unasked() -> None:
    """Have pandas and xarray find none of `UNASKED`, and pydantic no plugins.

    Else they load them, for a second and 40 MB, to tell their arrays from those of NumPy, or look
    through all that is installed. They look once; what is loaded stays as it is, and whoever needs
    one of the libraries imports it afterwards.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
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
