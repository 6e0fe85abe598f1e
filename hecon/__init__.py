"""hecon: cost-effectiveness models from plain input files to a live, checked Excel report.

The names of `hecon.api` are the public ones: `from hecon import load_study, run`.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from hecon.version import __version__ as __version__

if TYPE_CHECKING:
    from hecon.api import *  # noqa: F403

# The matrices here are small: on several threads the linear algebra waits more than it works,
# and its last digits would depend on the machine. Before NumPy is imported, this settles it.
for _library in ("OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: the command line starts without them."""
    if not name.startswith("_") or name == "__all__":
        api = importlib.import_module("hecon.api")
        if name == "__all__" or name in api.__all__:
            return getattr(api, name)
    raise AttributeError(f"module 'hecon' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *importlib.import_module("hecon.api").__all__])
