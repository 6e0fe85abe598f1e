"""Libraries that are installed and not needed stay unloaded."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Loaded by pandas and xarray if they are there: batches on other machines and Parquet need them.
UNASKED = ("dask", "pyarrow")


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Have whoever looks for these libraries find none while the block runs, unless loaded before.

    Whoever needs one of them imports it afterwards.
    """
    hidden = set(names) - set(sys.modules)
    # None stops an import, as the language says; its types do not know
    sys.modules |= dict.fromkeys(hidden)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def leave_out_unasked() -> None:
    """Have pandas and xarray find none of `UNASKED`, and pydantic no plugins.

    Else they load them, for a second and 40 MB, to tell their arrays from those of NumPy, or look
    through all that is installed. They look once; what is loaded stays as it is.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if {*UNASKED, "pandas", "xarray"} & set(sys.modules):
        return
    with without(*UNASKED):
        import xarray

        xarray.Dataset({"x": ("x", [0.0])}).sum()
